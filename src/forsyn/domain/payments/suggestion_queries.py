"""Whom unplaced payments may belong to: candidates for many payments at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q, Sum

from forsyn.domain.billing.models import Bill, BillState
from forsyn.domain.customers.models import Customer, CustomerName
from forsyn.domain.ledger.models import OpenItem
from forsyn.domain.payments.known_queries import STANDING
from forsyn.domain.payments.models import Receipt, ReceiptState
from forsyn.domain.payments.suggestion_rules import (
    Candidate,
    OpenBill,
    Suggestion,
    Unplaced,
    names_in,
    near_numbers,
    numbers_in,
    suggest,
)
from forsyn.kernel.danish import sort_key

MOST_BY_AMOUNT = 200
"""So many open bills of the wanted amounts are looked at; where an amount is common it says little."""


def suggestions(*, receipts: Sequence[Receipt]) -> dict[int, list[Suggestion]]:
    """Suggestions for unplaced payments, by their ids. 9 queries, however many they are.

    Only money that came in gets any.
    """
    asked = {row.pk: _unplaced(row) for row in receipts if row.amount_oere > 0 and row.state == ReceiptState.SUSPENSE}
    if not asked:
        return {}
    found = _candidates(asked)
    everybody = {candidate.customer_id: candidate for candidate in _looked_up(set().union(*found.values()), asked)}
    return {
        key: suggest(payment, [everybody[customer] for customer in found[key] if customer in everybody])
        for key, payment in asked.items()
    }


def _unplaced(row: Receipt) -> Unplaced:
    return Unplaced(row.amount_oere, row.payer_name, row.text, row.payment_id)


def _candidates(asked: dict[int, Unplaced]) -> dict[int, set[int]]:
    """Customer ids for each payment: by numbers in it, by the amount, by who paid before, by the payer's name."""
    numbers = {key: numbers_in(payment.written) for key, payment in asked.items()}
    near = {key: near_numbers(payment.written) for key, payment in asked.items()}
    wanted = set().union(*numbers.values())
    by_bill = _several(
        Bill.objects.filter(
            number__in=wanted.union(*near.values()), state__in=[*STANDING, BillState.UNDONE]
        ).values_list("number", "customer_id")
    )
    by_number = _several(
        Customer.objects.filter(number__in=[str(number) for number in wanted]).values_list("number", "id")
    )
    by_amount = _several(
        OpenItem.objects.filter(remaining_oere__in={payment.amount_oere for payment in asked.values()})
        .order_by("-id")
        .values_list("remaining_oere", "customer_id")[:MOST_BY_AMOUNT]
    )
    payers = {payment.payer_name for payment in asked.values() if payment.payer_name}
    by_payer = _several(
        Receipt.objects.filter(payer_name__in=payers, state=ReceiptState.MATCHED, customer__isnull=False)
        .values_list("payer_name", "customer_id")
        .distinct()
    )
    called = {key: {sort_key(name) for name in _names(payment)} for key, payment in asked.items()}
    by_name = _several(
        CustomerName.objects.filter(sort_key__in=set().union(*called.values())).values_list("sort_key", "customer_id")
    )
    return {
        key: set().union(
            *(by_bill[number] | by_number[str(number)] for number in numbers[key]),
            *(by_bill[number] for number in near[key]),
            by_amount[payment.amount_oere],
            by_payer[payment.payer_name],
            *(by_name[name] for name in called[key]),
        )
        for key, payment in asked.items()
    }


def _names(payment: Unplaced) -> set[str]:
    """What may be a customer's name: the payer's, and words that stand beside each other."""
    return {payment.payer_name, *names_in(payment.payer_name), *names_in(payment.text)} - {""}


def _several(rows: Iterable[tuple[object, int]]) -> defaultdict[object, set[int]]:
    found: defaultdict[object, set[int]] = defaultdict(set)
    for key, customer_id in rows:
        found[key].add(customer_id)
    return found


def _looked_up(customer_ids: set[int], asked: dict[int, Unplaced]) -> list[Candidate]:
    """What is known of these customers. 6 queries."""
    if not customer_ids:
        return []
    numbers = dict(Customer.objects.filter(pk__in=customer_ids).values_list("id", "number"))
    names = dict(
        CustomerName.objects.filter(customer_id__in=customer_ids, period__upper_inf=True).values_list(
            "customer_id", "name"
        )
    )
    owed = OpenItem.objects.filter(customer_id__in=customer_ids).values_list("customer_id")
    balances = dict(owed.annotate(total=Sum("remaining_oere")))
    bills, undone = _bills_of(customer_ids, asked)
    payers = _several(
        Receipt.objects.filter(
            customer_id__in=customer_ids,
            payer_name__in={payment.payer_name for payment in asked.values() if payment.payer_name},
            state=ReceiptState.MATCHED,
        )
        .values_list("customer_id", "payer_name")
        .distinct()
    )
    return [
        Candidate(
            customer_id=key,
            number=number,
            name=names.get(key, ""),
            owed_oere=balances.get(key, 0),
            bills=tuple(sorted(bills[key], key=lambda bill: bill.number)),
            payers=frozenset(map(str, payers[key])),
            undone=frozenset(undone[key]),
        )
        for key, number in numbers.items()
    ]


def _bills_of(
    customer_ids: set[int], asked: dict[int, Unplaced]
) -> tuple[defaultdict[int, list[OpenBill]], defaultdict[int, set[int]]]:
    """What these customers have not paid, and which of the bills that are named were undone. 2 queries."""
    left = dict(
        OpenItem.objects.filter(customer_id__in=customer_ids, remaining_oere__gt=0).values_list(
            "voucher_id", "remaining_oere"
        )
    )
    bills: defaultdict[int, list[OpenBill]] = defaultdict(list)
    undone: defaultdict[int, set[int]] = defaultdict(set)
    named = {number for payment in asked.values() for number in numbers_in(payment.payment_id)}
    for key, number, customer_id, voucher_id, state in Bill.objects.filter(
        Q(voucher_id__in=left) | Q(number__in=named, state=BillState.UNDONE)
    ).values_list("id", "number", "customer_id", "voucher_id", "state"):
        if state == BillState.UNDONE:
            undone[customer_id].add(number)
        else:
            bills[customer_id].append(OpenBill(key, number, left[voucher_id]))
    return bills, undone
