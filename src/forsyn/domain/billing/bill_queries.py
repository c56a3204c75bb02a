"""Reads of released bills as their customers see them, by set; a fixed number of queries each.

A bill is its customer's from its release on. What a run has posted before that is in the ledger already, and so is
what was undone: `unreleased` names it, for pages that tell a customer what is owed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Min, OuterRef, QuerySet, Subquery

from forsyn.domain.billing.run_models import Bill, BillState
from forsyn.domain.customers.models import Address
from forsyn.domain.ledger.models import OpenItem, Voucher


@dataclass(frozen=True, slots=True)
class BillRow:
    """A released bill in outline; øre. ``to_pay_oere`` below 0 is the customer's; dates half-open."""

    id: int
    number: int
    kind: str
    commodity: str
    agreement_id: int
    agreement_number: str
    from_date: date
    until_date: date
    issue_date: date
    due_date: date
    net_oere: int
    vat_oere: int
    on_account_net_oere: int
    on_account_vat_oere: int
    to_pay_oere: int
    voucher_id: int | None
    corrects_id: int | None
    corrected_by: int | None
    """The number of the bill that corrects this one."""

    @property
    def gross_oere(self) -> int:
        """With VAT, before what was billed on account is taken off."""
        return self.net_oere + self.vat_oere


@dataclass(frozen=True, slots=True)
class SupplyOf:
    """Where a bill's agreement is supplied, and since when; ``first_line`` is street, number, floor and door."""

    supply_point_id: int
    since: date
    first_line: str
    postal_code: str
    city: str


@dataclass(frozen=True, slots=True)
class BillFile:
    """A released bill with what it was reckoned from; both documents are None for one on account."""

    row: BillRow
    tariff_version_id: int | None
    vat_percent: Decimal
    basis: str | None
    calculation: str | None
    supply: SupplyOf | None = None


_COLUMNS = (
    "id", "number", "kind", "agreement__commodity", "agreement_id", "agreement__number", "period", "issue_date",
    "due_date", "net_oere", "vat_oere", "on_account_net_oere", "on_account_vat_oere", "to_pay_oere", "voucher_id",
    "corrects_id", "corrected_by",
)  # fmt: skip
_MADE_OF = ("tariff_version_id", "vat_percent", "basis", "calculation")
_ADDRESS = ("street", "house_number", "floor", "door", "postal_code", "city")
_SUPPLY = (
    "agreement__supply_point_id", "agreement__period",
    *(f"agreement__supply_point__address__{name}" for name in _ADDRESS),
)  # fmt: skip


def bills_of(*, customer_id: int, offset: int = 0, limit: int) -> list[BillRow]:
    """A customer's released bills, the newest first. 1 query."""
    rows = _released(customer_id).order_by("-issue_date", "-id")[offset : offset + limit]
    return [_row(row) for row in rows.values_list(*_COLUMNS)]


def bills_with_vouchers(*, customer_id: int, voucher_ids: Collection[int]) -> dict[int, BillRow]:
    """A customer's released bills of these vouchers, by voucher. 1 query."""
    rows = _released(customer_id).filter(voucher_id__in=list(voucher_ids)).values_list(*_COLUMNS)
    return {bill.voucher_id: bill for bill in (_row(row) for row in rows) if bill.voucher_id is not None}


def bill_file(*, customer_id: int, number: int) -> BillFile | None:
    """A customer's released bill with this number, and what it was made of; None for any other. 1 query."""
    found = _released(customer_id).filter(number=number)
    row = found.values_list(*_COLUMNS, *_MADE_OF, *_SUPPLY).first()
    if row is None:
        return None
    outline, made_of, supply = row[: len(_COLUMNS)], row[len(_COLUMNS) : -len(_SUPPLY)], row[-len(_SUPPLY) :]
    point_id, period, *address = supply
    place = Address(**dict(zip(_ADDRESS, address, strict=True)))
    at = SupplyOf(point_id, period.lower, place.first_line, place.postal_code, place.city)
    return BillFile(*(_row(outline), *made_of, at))


_CHAIN = """
with recursive earlier as (
    select bill.id, bill.corrects_id from billing_bill as bill where bill.id = %(bill)s
    union
    select bill.id, bill.corrects_id from billing_bill as bill join earlier on bill.id = earlier.corrects_id
), later as (
    select bill.id from billing_bill as bill where bill.id = %(bill)s
    union
    select bill.id from billing_bill as bill join later on bill.corrects_id = later.id
     where bill.state = 'released'
)
select id from earlier union select id from later
"""


def chain_of(*, customer_id: int, bill_id: int) -> list[BillRow]:
    """A bill, those that it corrects and those that correct it, the oldest first. 2 queries."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, {"bill": bill_id})
        ids = [row[0] for row in cursor.fetchall()]
    rows = _released(customer_id).filter(pk__in=ids).order_by("id").values_list(*_COLUMNS)
    return [_row(row) for row in rows]


def on_account_bills(*, customer_id: int, agreement_id: int, from_date: date, until_date: date) -> list[BillRow]:
    """What was billed on account for days that begin in [from_date, until_date), in order. 1 query."""
    rows = _released(customer_id).filter(
        agreement_id=agreement_id, kind="on_account", period__startswith__gte=from_date,
        period__startswith__lt=until_date,
    )  # fmt: skip
    return [_row(row) for row in rows.order_by("period", "id").values_list(*_COLUMNS)]


@dataclass(frozen=True, slots=True)
class PaidBy:
    """So much of a bill was paid by a voucher of that kind (a payment, a credit note), on a day."""

    bill_voucher_id: int
    kind: str
    posting_date: date
    amount_oere: int


def remaining_oere(*, voucher_id: int | None) -> int:
    """What is left of a bill's voucher; below 0 is the customer's. 1 query."""
    left = OpenItem.objects.filter(voucher_id=voucher_id).values_list("remaining_oere", flat=True)
    return sum(left) if voucher_id is not None else 0


_PAID_BY = """
select debit.voucher_id, voucher.kind, voucher.posting_date, sum(allocation.amount_oere)::bigint
  from ledger_posting as debit
  join ledger_account as account on account.id = debit.account_id and account.is_receivable
  join ledger_allocation as allocation on allocation.debit_id = debit.id and allocation.undone_at is null
  join ledger_posting as credit on credit.id = allocation.credit_id
  join ledger_voucher as voucher on voucher.id = credit.voucher_id
 where debit.voucher_id = any(%s)
 group by debit.voucher_id, voucher.id, voucher.kind, voucher.posting_date
 order by voucher.posting_date, voucher.id
"""


def paid_by(*, voucher_ids: Collection[int]) -> list[PaidBy]:
    """What paid these bills, as far as the books still have it, the oldest first. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_PAID_BY, [list(voucher_ids)])
        return [PaidBy(*row) for row in cursor.fetchall()]


_UNRELEASED = """
select voucher.id, voucher.posting_date, sum(posting.amount_oere)::bigint
  from billing_bill as bill
  join ledger_voucher as voucher on voucher.id in (bill.voucher_id, bill.undoing_voucher_id)
  join ledger_posting as posting on posting.voucher_id = voucher.id
  join ledger_account as account on account.id = posting.account_id and account.is_receivable
 where bill.customer_id = %s and bill.state in ('posted', 'undone')
 group by voucher.id, voucher.posting_date
"""


@dataclass(frozen=True, slots=True)
class Unreleased:
    """A voucher that the customer has heard nothing of; øre owed by it, below 0 where it took that back."""

    voucher_id: int
    posting_date: date
    amount_oere: int


def unreleased(*, customer_id: int) -> Mapping[int, Unreleased]:
    """Vouchers of bills that are not released, or were undone before, by voucher. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_UNRELEASED, [customer_id])
        return {row[0]: Unreleased(*row) for row in cursor.fetchall()}


def first_booked_date(*, customer_id: int) -> date | None:
    """The day of a customer's first voucher that is still kept. 1 query."""
    first: date | None = Voucher.objects.filter(customer_id=customer_id).aggregate(first=Min("posting_date"))["first"]
    return first


def _released(customer_id: int) -> QuerySet[Bill]:
    by = Bill.objects.filter(corrects_id=OuterRef("pk"), state=BillState.RELEASED).values("number")[:1]
    released: QuerySet[Bill] = Bill.objects.filter(customer_id=customer_id, state=BillState.RELEASED)
    return released.annotate(corrected_by=Subquery(by))


def _row(row: Sequence[Any]) -> BillRow:
    return BillRow(*(*row[:6], row[6].lower, row[6].upper, *row[7:]))
