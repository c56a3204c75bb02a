"""What is known beside a file, for all of its movements at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db import connection
from django.db.models import Sum

from forsyn.domain.billing.models import Bill, BillState
from forsyn.domain.payments.models import Payout, Receipt, ReceiptState, Way
from forsyn.domain.payments.rules import BillFacts, Earlier, Known, Movement, PayoutFacts

STANDING = (BillState.POSTED, BillState.RELEASED)

_ALIKE = """
select receipt.booked_date, receipt.amount_oere, receipt.id, receipt.bank_reference, receipt.payment_id,
       receipt.payer_name, file.kind, receipt.part_of
  from (select distinct * from unnest(%s::date[], %s::bigint[]) as asked (booked_date, amount_oere)) as asked
  join public.payments_receipt as receipt
    on receipt.booked_date = asked.booked_date and receipt.amount_oere = asked.amount_oere
  join public.payments_received_file as file on file.id = receipt.file_id
 where receipt.way = 'bank' and receipt.state not in ('same', 'announced', 'told')
   and receipt.mark <> all(%s::text[])
"""

_PAID = """
select receipt.payment_id, receipt.amount_oere, receipt.id, receipt.bank_reference, receipt.payer_name
  from public.payments_receipt as receipt
  join public.billing_bill as bill on bill.id = receipt.bill_id
  join (select distinct * from unnest(%s::text[], %s::bigint[], %s::bigint[])
            as asked (payment_id, amount_oere, number)) as asked
    on asked.number = bill.number and asked.payment_id = receipt.payment_id and asked.amount_oere = receipt.amount_oere
 where receipt.state = 'matched'
 order by receipt.id
"""


def known_marks(*, marks: Sequence[str]) -> frozenset[str]:
    """Which of these marks another file has told. 1 query."""
    return frozenset(Receipt.objects.filter(mark__in=marks).values_list("mark", flat=True))


def known_beside(*, movements: Sequence[Movement], way: str, told_again: Collection[str] = ()) -> Known:
    """All that the fate of new movements rests on. At most 5 queries, whatever their number.

    ``told_again``: marks of what the same file tells once more; those are nothing else in it.
    """
    return Known(
        bills=bills(numbers={number for movement in movements for number in movement.told_numbers}),
        alike=_alike(movements, told_again) if way == Way.BANK else {},
        payouts=_payouts({movement.end_to_end_id for movement in movements if movement.end_to_end_id}),
        paid=_paid(movements),
        told_sums=told_sums(dates={movement.booked_date for movement in movements}) if way == Way.BANK else {},
    )


def bills(*, numbers: Iterable[int]) -> dict[int, BillFacts]:
    """The bills of these numbers, by number. 1 query."""
    rows = Bill.objects.filter(number__in=list(numbers)).values_list(
        "number", "id", "customer_id", "state", "voucher_id"
    )
    return {
        number: BillFacts(key, number, customer_id, state in STANDING, voucher_id)
        for number, key, customer_id, state, voucher_id in rows
    }


def told_sums(*, dates: Iterable[date]) -> dict[tuple[date, int], str]:
    """``part_of`` of payments that were told one by one, by the day and amount of their sum. 1 query.

    Without those whose sum is settled, and those of which two have the same.
    """
    rows = (
        Receipt.objects.filter(booked_date__in=list(dates))
        .exclude(part_of="")
        .exclude(state__in=[ReceiptState.ANNOUNCED, ReceiptState.TOLD])
        .exclude(part_of__in=Receipt.objects.filter(state=ReceiptState.TOLD).exclude(part_of="").values("part_of"))
        .order_by("booked_date", "part_of")
        .values_list("booked_date", "part_of")
        .annotate(sum=Sum("amount_oere"))
    )
    found: dict[tuple[date, int], list[str]] = {}
    for booked_date, part_of, total in rows:
        found.setdefault((booked_date, total), []).append(part_of)
    return {key: several[0] for key, several in found.items() if len(several) == 1}


def _alike(movements: Sequence[Movement], told_again: Collection[str]) -> dict[tuple[date, int], list[Earlier]]:
    asked = [(movement.booked_date, movement.amount_oere) for movement in movements if not movement.is_sum]
    found: dict[tuple[date, int], list[Earlier]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, [[day for day, _ in asked], [amount for _, amount in asked], list(told_again)])
        for booked_date, amount, *earlier in cursor.fetchall():
            found.setdefault((booked_date, amount), []).append(Earlier(*earlier))
    return found


def _payouts(end_to_end_ids: set[str]) -> dict[str, PayoutFacts]:
    if not end_to_end_ids:
        return {}
    rows = Payout.objects.filter(end_to_end_id__in=end_to_end_ids, state__in=["sent", "paid", "failed"])
    return {
        end_to_end_id: PayoutFacts(key, amount, state)
        for end_to_end_id, key, amount, state in rows.values_list("end_to_end_id", "id", "amount_oere", "state")
    }


def _paid(movements: Sequence[Movement]) -> dict[tuple[str, int], list[Earlier]]:
    asked = [
        (movement.payment_id, -movement.amount_oere, number)
        for movement in movements
        if movement.amount_oere < 0
        for number in movement.told_numbers[:1]
    ]
    if not asked:
        return {}
    found: dict[tuple[str, int], list[Earlier]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PAID, [list(column) for column in zip(*asked, strict=True)])
        for payment_id, amount, key, bank_reference, payer_name in cursor.fetchall():
            earlier = Earlier(key, bank_reference, payment_id, payer_name)
            found.setdefault((payment_id, amount), []).append(earlier)
    return found
