"""What staff decide about single movements: whose one is, that it is none of ours, that it was written in wrongly.

Refusals are `rules.NotPossible`, in Danish. The caller has entered the purpose of accounting.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from forsyn.domain.billing.models import Bill
from forsyn.domain.ledger import actions as books
from forsyn.domain.ledger.queries import open_days_after
from forsyn.domain.payments import booking, rules
from forsyn.domain.payments.actions_intake import lock_intake, pay_bills
from forsyn.domain.payments.known_queries import STANDING, bills, told_sums
from forsyn.domain.payments.models import Receipt, ReceiptState, Way
from forsyn.domain.payments.rules import Aside, NotPossible

_GONE = "Betalingen er behandlet i mellemtiden. Hent siden igen."


@transaction.atomic
def place(
    *, receipt_id: int, customer_id: int, bill_id: int | None, now: datetime, today: date, account_id: int | None
) -> None:
    """What was set aside is this customer's; it pays the bill that is named first, then the oldest due.

    Raises NotPossible where it no longer waits, or the bill is not the customer's.
    """
    receipt = _locked(receipt_id, ReceiptState.SUSPENSE)
    bill = _bill_of(customer_id, bill_id)
    voucher = booking.placed(
        origin=f"placed:{receipt.pk}:{now:%Y%m%dT%H%M%S%f}", on=max(today, receipt.booked_date),
        oere=receipt.amount_oere, customer_id=customer_id, bill_numbers=[bill.number] if bill else [],
    )  # fmt: skip
    posted = books.post(voucher=voucher, now=now, account_id=account_id)
    _decide(
        receipt, ReceiptState.MATCHED, now, account_id, customer_id=customer_id, bill_id=bill_id,
        voucher_id=posted.voucher_id,
    )  # fmt: skip
    named = {bill.voucher_id} if bill and bill.voucher_id else set()
    pay_bills(customer_ids=[customer_id], first=named, now=now, account_id=account_id)


@transaction.atomic
def take_back(*, receipt_id: int, reason: str, now: datetime, today: date, account_id: int | None) -> None:
    """A payment was booked on the wrong customer: it waits again. One that was written in by hand is undone.

    What it had paid is open again. Raises NotPossible where it is booked on nobody.
    """
    receipt = _locked(receipt_id, ReceiptState.MATCHED)
    _explained(reason)
    on = max(today, receipt.booked_date)
    text = "Indbetaling taget tilbage"
    books.reverse(voucher_id=_voucher(receipt), posting_date=on, text=text, now=now, account_id=account_id)
    if receipt.way == Way.MANUAL:
        _decide(receipt, ReceiptState.UNDONE, now, account_id, voucher_id=None, note=reason)
        return
    waiting = receipt.suspense_voucher_id
    if waiting is None:
        voucher = booking.set_aside(origin=f"aside:{receipt.pk}", on=on, oere=receipt.amount_oere)
        waiting = books.post(voucher=voucher, now=now, account_id=account_id).voucher_id
    _decide(
        receipt, ReceiptState.SUSPENSE, now, account_id, customer_id=None, bill_id=None, voucher_id=waiting,
        suspense_voucher_id=waiting, reason=Aside.UNDONE, note=reason,
    )  # fmt: skip


@transaction.atomic
def put_elsewhere(*, receipt_id: int, reason: str, now: datetime, today: date, account_id: int | None) -> None:
    """A movement has nothing to do with customers and is booked in the utility's other books; here it is reversed."""
    receipt = _locked(receipt_id, ReceiptState.SUSPENSE)
    _explained(reason)
    _reverse_aside(receipt, "Hører til i det øvrige regnskab", now, today, account_id)
    _decide(receipt, ReceiptState.ELSEWHERE, now, account_id, voucher_id=None, note=reason)


@transaction.atomic
def settle_sum(*, receipt_id: int, now: datetime, today: date, account_id: int | None) -> None:
    """A movement is the sum of payments that were told one by one: it is not booked beside them.

    Raises NotPossible where no payments of its day come to it.
    """
    receipt = _locked(receipt_id, ReceiptState.SUSPENSE, ReceiptState.ANNOUNCED)
    part_of = told_sums(dates=[receipt.booked_date]).get((receipt.booked_date, receipt.amount_oere))
    if part_of is None:
        raise NotPossible(
            "Ingen betalinger fra samme dag giver netop det beløb. Læs bankens fil med de enkelte betalinger ind først."
        )
    if receipt.state == ReceiptState.SUSPENSE:
        _reverse_aside(receipt, "Summen af betalinger, der er bogført enkeltvis", now, today, account_id)
    _decide(receipt, ReceiptState.TOLD, now, account_id, voucher_id=None, part_of=part_of, reason="")


@transaction.atomic
def settle_doubt(*, receipt_id: int, is_same: bool, now: datetime, today: date, account_id: int | None) -> None:
    """A movement that looked like another is the same, or is one of its own: then it is booked as one that waits."""
    receipt = _locked(receipt_id, ReceiptState.DOUBTFUL)
    if is_same:
        _decide(receipt, ReceiptState.SAME, now, account_id)
        return
    on = open_days_after([receipt.booked_date]).get(receipt.booked_date, receipt.booked_date)
    voucher = booking.set_aside(origin=f"receipt:{receipt.mark}", on=on, oere=receipt.amount_oere)
    waiting = books.post(voucher=voucher, now=now, account_id=account_id).voucher_id
    _decide(
        receipt, ReceiptState.SUSPENSE, now, account_id, voucher_id=waiting, suspense_voucher_id=waiting,
        reason=Aside.NO_REFERENCE,
    )  # fmt: skip
    told = bills(numbers=[receipt.told_number]) if receipt.told_number else {}
    bill = next((each for each in told.values() if each.is_booked), None)
    if bill is not None:
        place(
            receipt_id=receipt.pk, customer_id=bill.customer_id, bill_id=bill.id, now=now, today=today,
            account_id=account_id,
        )  # fmt: skip


def note(*, receipt_id: int, text: str, now: datetime, account_id: int | None) -> None:
    """Leave a note on a movement; an empty one takes the note away."""
    changed = Receipt.objects.filter(pk=receipt_id).exclude(way=Way.MANUAL)
    changed.update(note=text.strip()[:400], handled_at=now, handled_by=account_id)


@transaction.atomic
def write_in(
    *, customer_id: int, bill_id: int | None, amount_oere: int, on: date, reason: str, now: datetime, today: date,
    account_id: int | None, key: str,
) -> int:  # fmt: skip
    """A payment that no file tells of, such as one at the counter; the receipt's id.

    ``key`` names the form that was sent, so that pressing twice pays once. Raises NotPossible.
    """
    _explained(reason)
    if amount_oere <= 0:
        raise NotPossible("Skriv et beløb, der er større end nul.")
    if on > today:
        raise NotPossible("Datoen ligger i fremtiden. Skriv den dag, pengene kom ind.")
    lock_intake()
    mark = rules.digest("manual", key)
    if Receipt.objects.filter(mark=mark).exists():
        raise rules.AlreadyRead("Betalingen er allerede skrevet ind.")
    bill = _bill_of(customer_id, bill_id)
    voucher = booking.paid(
        origin=f"receipt:{mark}", on=on, oere=amount_oere, customer_id=customer_id,
        bill_numbers=[bill.number] if bill else [],
    )  # fmt: skip
    posted = books.post(voucher=voucher, now=now, account_id=account_id)
    receipt = Receipt.objects.create(
        way=Way.MANUAL, mark=mark, booked_date=on, amount_oere=amount_oere, state=ReceiptState.MATCHED,
        customer_id=customer_id, bill_id=bill_id, voucher_id=posted.voucher_id, note=reason.strip()[:400],
        recorded_at=now, handled_by_id=account_id, handled_at=now,
    )  # fmt: skip
    named = {bill.voucher_id} if bill and bill.voucher_id else set()
    pay_bills(customer_ids=[customer_id], first=named, now=now, account_id=account_id)
    return receipt.pk


# -- within ------------------------------------------------------------------------------------------------------------


def _locked(receipt_id: int, *states: str) -> Receipt:
    receipt: Receipt | None = Receipt.objects.select_for_update().filter(pk=receipt_id, state__in=states).first()
    if receipt is None:
        raise NotPossible(_GONE)
    return receipt


def _decide(receipt: Receipt, state: str, now: datetime, account_id: int | None, **more: object) -> None:
    Receipt.objects.filter(pk=receipt.pk).update(state=state, handled_at=now, handled_by=account_id, **more)


def _voucher(receipt: Receipt) -> int:
    if receipt.voucher_id is None:
        raise NotPossible(_GONE)
    return int(receipt.voucher_id)


def _reverse_aside(receipt: Receipt, text: str, now: datetime, today: date, account_id: int | None) -> None:
    on = max(today, receipt.booked_date)
    books.reverse(voucher_id=_voucher(receipt), posting_date=on, text=text, now=now, account_id=account_id)


def _bill_of(customer_id: int, bill_id: int | None) -> Bill | None:
    if bill_id is None:
        return None
    bill: Bill | None = Bill.objects.filter(pk=bill_id, customer_id=customer_id, state__in=STANDING).first()
    if bill is None:
        raise NotPossible(
            "Regningen er ikke kundens, eller den er tilbageført. Vælg en anden, eller lad feltet stå tomt."
        )
    return bill


def _explained(reason: str) -> None:
    if not reason.strip():
        raise NotPossible("Skriv kort, hvorfor.")
