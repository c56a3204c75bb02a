"""Changes to the books, one at a time; `actions_allocations` says what pays what. Refusals are `rules.NotPossible`."""

from __future__ import annotations

from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.ledger import actions_bulk, rules
from forsyn.domain.ledger.actions_bulk import Posted
from forsyn.domain.ledger.chart import CHART
from forsyn.domain.ledger.models import AccountingYear, LedgerAccount, VoucherKind
from forsyn.domain.ledger.refusals import in_words
from forsyn.kernel.local_days import local_day


def ensure_accounts(*, using: str = "default") -> int:
    """Put those accounts of the chart there that are missing; return how many there are. Names that staff gave stay."""
    LedgerAccount.objects.using(using).bulk_create(
        (
            LedgerAccount(number=number, key=key, name_da=da, name_en=en, kind=kind, is_receivable=is_receivable)
            for number, key, da, en, kind, is_receivable in CHART
        ),
        ignore_conflicts=True,
    )
    return LedgerAccount.objects.using(using).count()


def open_year(*, first_date: date, until_date: date) -> int:
    """Open the accounting year [first_date, until_date); return its id.

    Raises NotPossible where one is there, or where it is longer than any may be (årsregnskabsloven § 15).
    """
    with in_words():
        if first_date >= until_date:
            raise rules.NotPossible("Regnskabsårets sidste dag ligger før dets første. Vælg datoerne om.")
        if rules.months_between(first_date, until_date) > rules.LONGEST_YEAR_MONTHS:
            raise rules.NotPossible("Et regnskabsår er 12 måneder og højst 18. Vælg en tidligere sidste dag.")
        return AccountingYear.objects.create(period=DateRange(first_date, until_date)).pk


def close_year(*, year_id: int, account_id: int, now: datetime) -> None:
    """Close a year for good: nothing is posted in it any more. Balances are sums, so nothing is carried over.

    Raises NotPossible where it is closed, is not over, is not there, or an earlier year is open.
    """
    with in_words():
        if AccountingYear.objects.filter(pk=year_id, period__endswith__gt=local_day(now)).exists():
            raise rules.NotPossible("Regnskabsåret er ikke slut endnu. Afslut det, når dets sidste dag er gået.")
        closed = AccountingYear.objects.filter(pk=year_id, closed_at=None).update(
            closed_at=now, closed_by_id=account_id
        )
        if not closed:
            raise rules.NotPossible("Regnskabsåret findes ikke eller er allerede afsluttet.")


def post(*, voucher: rules.NewVoucher, now: datetime, account_id: int | None = None) -> Posted:
    """Post one voucher; `account_id` is who did it, None the program. Raises AlreadyPosted, NotPossible."""
    return actions_bulk.post_many(vouchers=[voucher], now=now, account_id=account_id)[0]


def reverse(
    *,
    voucher_id: int,
    posting_date: date,
    text: str,
    now: datetime,
    account_id: int | None = None,
    kind: str = VoucherKind.CORRECTION,
) -> Posted:
    """Reverse one voucher: see `actions_bulk.reverse_many`. Its origin is ``reversal:<voucher id>``."""
    return actions_bulk.reverse_many(
        voucher_ids=[voucher_id], posting_date=posting_date, text=text, now=now, account_id=account_id, kind=kind
    )[0]
