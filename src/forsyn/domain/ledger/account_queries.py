"""Reads of the books for those who keep them: what pays what, vouchers one by one; a fixed number of queries each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from forsyn.domain.accounts.models import Colleague
from forsyn.domain.ledger.models import Allocation, Posting, Voucher


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two lines that an allocation joins."""

    voucher_id: int
    number: int
    text: str
    posting_date: date


@dataclass(frozen=True, slots=True)
class NamedAllocation:
    """So much of a credit pays a debit; None for a side that is no longer kept."""

    id: int
    amount_oere: int
    made_at: datetime
    credit: Side | None
    debit: Side | None


def named_allocations(*, customer_id: int, count: int, first: int = 0) -> list[NamedAllocation]:
    """What pays what for a customer, the newest first, without what was undone. 2 queries."""
    rows = Allocation.objects.filter(customer_id=customer_id, undone_at=None).order_by("-id")[first : first + count]
    found = list(rows.values_list("id", "amount_oere", "made_at", "credit_id", "debit_id"))
    sides = _sides({posting for row in found for posting in row[3:]})
    return [NamedAllocation(*row[:3], sides.get(row[3]), sides.get(row[4])) for row in found]


def _sides(posting_ids: Collection[int]) -> dict[int, Side]:
    columns = ("id", "voucher_id", "voucher__number", "voucher__text", "voucher__posting_date")
    rows = Posting.objects.filter(pk__in=posting_ids).values_list(*columns)
    return {row[0]: Side(*row[1:]) for row in rows}


def is_allocation_of(*, allocation_id: int, customer_id: int) -> bool:
    """Whether an allocation is this customer's. 1 query."""
    return Allocation.objects.filter(pk=allocation_id, customer_id=customer_id).exists()


def voucher(*, voucher_id: int) -> Voucher:
    """A voucher with its year, what it reverses and what reverses it. 1 query. Raises Voucher.DoesNotExist."""
    found: Voucher = Voucher.objects.select_related("year", "reverses", "reversed_by").get(pk=voucher_id)
    return found


def customers_of_year(*, year_id: int, from_date: date | None = None, until_date: date | None = None) -> list[int]:
    """Whose vouchers an export of the year, or of these days of it, holds. 1 query."""
    rows = Voucher.objects.filter(year_id=year_id, customer_id__isnull=False)
    if from_date is not None:
        rows = rows.filter(posting_date__gte=from_date)
    if until_date is not None:
        rows = rows.filter(posting_date__lt=until_date)
    return list(rows.order_by().values_list("customer_id", flat=True).distinct())


def recorders(*, account_ids: Collection[int | None]) -> dict[int, str]:
    """The names of those who posted. 1 query."""
    return dict(Colleague.objects.filter(pk__in=set(account_ids) - {None}).values_list("pk", "name"))
