"""Reads of the books; a fixed number of queries each. Amounts are øre, debit above 0.

What a purpose does not see (restricted customers, for settlement) is missing: the export is read under accounting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import F, Min, Q, Sum
from django.db.models.functions import Coalesce

from forsyn.domain.ledger.chart import RETAINED_RESULT
from forsyn.domain.ledger.models import AccountingYear, Allocation, LedgerAccount, OpenItem, Posting, Voucher
from forsyn.domain.ledger.rules import (
    AccountSums,
    Movement,
    Statement,
    TrialBalanceLine,
    statement,
    trial_balance,
)

# -- a customer -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenItemView:
    """What is left of a customer's posting: above 0 owed, below 0 the customer's."""

    posting_id: int
    voucher_id: int
    number: int
    kind: str
    posting_date: date
    due_date: date | None
    text: str
    amount_oere: int
    remaining_oere: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer owes in all (below 0: has to get), and how much of it is overdue since when."""

    owed_oere: int
    overdue_oere: int
    overdue_since_date: date | None
    paid_unused_oere: int
    """Credits that pay nothing yet, 0 or more."""


NOTHING_OPEN = Balance(0, 0, None, 0)


def open_items(*, customer_id: int) -> list[OpenItemView]:
    """What is open of a customer, the oldest due first, credits before debits. 1 query."""
    rows = OpenItem.objects.filter(customer_id=customer_id).order_by(F("due_date").asc(nulls_first=True), "posting_id")
    columns = (
        "posting_id", "voucher_id", "voucher__number", "voucher__kind", "voucher__posting_date", "due_date",
        "voucher__text", "amount_oere", "remaining_oere",
    )  # fmt: skip
    return [OpenItemView(*row) for row in rows.values_list(*columns)]


def balances(*, customer_ids: Collection[int], today: date) -> dict[int, Balance]:
    """The balance of each of these customers; those with nothing open are left out. 1 query."""
    overdue = Q(remaining_oere__gt=0, due_date__lt=today)
    rows = (
        OpenItem.objects.filter(customer_id__in=list(customer_ids))
        .values("customer_id")
        .annotate(
            owed=Sum("remaining_oere"),
            overdue=Coalesce(Sum("remaining_oere", filter=overdue), 0),
            since=Min("due_date", filter=overdue),
            unused=Coalesce(Sum("remaining_oere", filter=Q(remaining_oere__lt=0)), 0),
        )
        .values_list("customer_id", "owed", "overdue", "since", "unused")
    )
    return {
        customer_id: Balance(int(owed), int(overdue_oere), since, -int(unused))
        for customer_id, owed, overdue_oere, since, unused in rows
    }


def balance(*, customer_id: int, today: date) -> Balance:
    """What a customer owes. 1 query."""
    return balances(customer_ids=[customer_id], today=today).get(customer_id, NOTHING_OPEN)


def statement_of(*, customer_id: int, from_date: date, until_date: date) -> Statement:
    """A customer's account over [from_date, until_date) with the running balance. 3 queries."""
    found = Posting.objects.filter(
        voucher__customer_id=customer_id, voucher__posting_date__gte=from_date, account__is_receivable=True
    )
    later = found.filter(voucher__posting_date__gte=until_date).aggregate(sum=Sum("amount_oere"))["sum"] or 0
    rows = found.filter(voucher__posting_date__lt=until_date).order_by("voucher__posting_date", "id")
    columns = (
        "voucher_id", "voucher__number", "voucher__kind", "voucher__posting_date", "due_date", "voucher__text",
        "amount_oere",
    )  # fmt: skip
    now_owed = OpenItem.objects.filter(customer_id=customer_id).aggregate(sum=Sum("remaining_oere"))["sum"] or 0
    return statement(
        from_date=from_date,
        until_date=until_date,
        balance_oere=int(now_owed),
        later_oere=int(later),
        movements=[Movement(*row) for row in rows.values_list(*columns)],
    )


@dataclass(frozen=True, slots=True)
class AllocationView:
    """So much of a credit pays a debit."""

    id: int
    credit_id: int
    debit_id: int
    amount_oere: int


def allocations_of(*, customer_id: int, posting_ids: Collection[int] | None = None) -> list[AllocationView]:
    """What pays what for a customer, without what was undone; of these postings, if any are named. 1 query."""
    rows = Allocation.objects.filter(customer_id=customer_id, undone_at=None)
    if posting_ids is not None:
        rows = rows.filter(Q(credit_id__in=list(posting_ids)) | Q(debit_id__in=list(posting_ids)))
    return [
        AllocationView(*row) for row in rows.order_by("id").values_list("id", "credit_id", "debit_id", "amount_oere")
    ]


# -- vouchers ---------------------------------------------------------------------------------------------------------


def voucher_ids(*, origins: Collection[str]) -> dict[str, int]:
    """The vouchers of these origins that are in the books. 1 query."""
    return dict(Voucher.objects.filter(origin__in=list(origins)).values_list("origin", "id"))


def voucher_lines(*, voucher_id: int) -> list[Posting]:
    """A voucher's postings with their accounts, in order. 1 query."""
    return list(Posting.objects.filter(voucher_id=voucher_id).select_related("account").order_by("line"))


def vouchers_of_year(*, year_id: int, before_number: int | None = None, count: int) -> list[Voucher]:
    """A year's vouchers, the newest first, from below a number on. 1 query."""
    rows = Voucher.objects.filter(year_id=year_id)
    if before_number is not None:
        rows = rows.filter(number__lt=before_number)
    return list(rows.order_by("-number")[:count])


# -- years and balances -----------------------------------------------------------------------------------------------


def years() -> list[AccountingYear]:
    """The accounting years, the newest first. 1 query."""
    return list(AccountingYear.objects.order_by("-period"))


def year_of(posting_date: date) -> AccountingYear | None:
    """The accounting year that a day lies in. 1 query."""
    return AccountingYear.objects.filter(period__contains=posting_date).first()


_OPEN_LATER = """
select asked.day, later.first_date
  from unnest(%s::date[]) as asked (day)
  join public.ledger_accounting_year as year on year.period @> asked.day and year.closed_at is not null
 cross join lateral (select lower(next.period) as first_date from public.ledger_accounting_year as next
                      where next.closed_at is null and lower(next.period) > asked.day
                      order by next.period limit 1) as later
"""


def open_days_after(days: Collection[date]) -> dict[date, date]:
    """Of these days, those of closed years, each with the first day after it that is open to postings. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_LATER, [sorted(set(days))])
        return dict(cursor.fetchall())


_SUMS = """
select account.number, account.key, account.name_da, account.name_en, account.kind,
       coalesce(sum(total.debit_oere - total.credit_oere) filter (where year.period << asked.period), 0),
       coalesce(sum(total.debit_oere) filter (where year.id = asked.id), 0),
       coalesce(sum(total.credit_oere) filter (where year.id = asked.id), 0)
  from public.ledger_account as account
 cross join (select id, period from public.ledger_accounting_year where id = %s) as asked
  left join public.ledger_year_total as total on total.account_id = account.id
  left join public.ledger_accounting_year as year on year.id = total.year_id
 group by account.id order by account.number
"""


def trial_balance_of(*, year_id: int) -> list[TrialBalanceLine]:
    """A year's balance, account by account; openings, and closings, sum to zero. 1 query, however long the books."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [year_id])
        sums = [AccountSums(*row[:5], *(int(amount) for amount in row[5:])) for row in cursor.fetchall()]
    return trial_balance(sums, retained=RETAINED_RESULT)


# -- export -----------------------------------------------------------------------------------------------------------

EXPORT_COLUMNS = ("Bilagsnr", "Dato", "Konto", "Kontonavn", "Tekst", "Debet", "Kredit", "Momskode", "Kundenr")
CHUNK_ROWS = 5000


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One posting as accounting systems take it; either `debit_oere` or `credit_oere` is 0."""

    number: int
    posting_date: date
    account: int
    account_name: str
    text: str
    debit_oere: int
    credit_oere: int
    vat_code: str
    customer_number: str


def export_rows(*, year_id: int, from_date: date | None = None, until_date: date | None = None) -> Iterator[ExportRow]:
    """A year's postings by voucher and line, within [from_date, until_date) if given; read in chunks. 1 query.

    Under accounting, whose transaction lasts while they are read.
    """
    rows = Posting.objects.filter(voucher__year_id=year_id).order_by("voucher__number", "line")
    if from_date is not None:
        rows = rows.filter(voucher__posting_date__gte=from_date)
    if until_date is not None:
        rows = rows.filter(voucher__posting_date__lt=until_date)
    columns = (
        "voucher__number", "voucher__posting_date", "account__number", "account__name_da", "text", "voucher__text",
        "amount_oere", "vat_code", "voucher__customer__number",
    )  # fmt: skip
    for number, day, account, name, text, voucher_text, oere, vat_code, customer in rows.values_list(*columns).iterator(
        CHUNK_ROWS
    ):
        yield ExportRow(
            number, day, account, name, text or voucher_text, max(oere, 0), max(-oere, 0), vat_code, customer or ""
        )


def accounts() -> Sequence[LedgerAccount]:
    """The chart of accounts by number. 1 query."""
    return list(LedgerAccount.objects.order_by("number"))
