"""The demo's bills: last year's settlements, instalments and plans, what was paid, a correction, a run that waits.

Made by the same runs as anybody's, as two members of staff would have made and approved them on the days themselves.
Nobody is written to about bills of the past: only the correction is new.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.billing import actions_runs, run_queries, sending_queries
from forsyn.domain.billing.actions_creditor import pay_to
from forsyn.domain.billing.actions_e_invoicing import let_have_e_invoices
from forsyn.domain.billing.actions_settling import settle_consumption
from forsyn.domain.billing.models import Bill, BillKind, BillState, Plan, Run, RunState
from forsyn.domain.billing.run_refusal_rules import RunRefused
from forsyn.domain.customers.queries import AgreementView, agreements_of, customer_ids
from forsyn.domain.ledger.actions import open_year
from forsyn.domain.ledger.actions_allocations import allocate_pairs
from forsyn.domain.ledger.actions_bulk import post_many
from forsyn.domain.ledger.models import OpenItem, Voucher
from forsyn.domain.ledger.rules import Line, NewVoucher, Pair
from forsyn.domain.payments.models import Receipt
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.purposes import P
from forsyn.workflows import billing_runs
from forsyn.workflows.demo_accounts import APPROVES_TARIFFS, DRAFTS_TARIFFS, NotADemo
from forsyn.workflows.demo_payments import day_told_by_file, is_paid_on_time
from forsyn.workflows.on_account import make_plans

BILLED = (Commodity.HEAT, Commodity.WATER, Commodity.WASTE_WATER)
ON_ACCOUNT = (Commodity.HEAT, Commodity.WATER)
"""Waste water is paid once a year here."""
FI_CREDITOR, REGISTRATION, ACCOUNT = "89999990", "9999", "0000999999"
"""Of no bank: registration number 9999 is nobody's."""
ISSUED, DUE = (1, 20), (2, 10)
"""Month and day of the settlements of the year before."""
PLANNED = (11, 10)
"""Month and day on which the coming year's plans are made, early enough that customers can change them."""
PAYMENT_DAYS, NOTICE_DAYS = 20, 14
PAYMENT = "demo-payment:"
MOVED = "100005"
CORRECTED, CORRECTED_LITRES = "100004", 9_000
"""Whose leak was found later: so much was agreed for two months of last year."""
E_INVOICED = (("100008", "5790000000005", "7778"),)
"""Customer, GLN, reference."""


@dataclass(frozen=True, slots=True)
class _Staff:
    """Who makes runs, and who approves them."""

    makes: int
    approves: int


def make_demo_bills(*, today: date, now: datetime) -> int:
    """Make those that are due by today and not there yet; return how many runs were made. Raises NotADemo.

    May be stopped at any time and started again. A run of the same days that somebody else made stays as it is.
    """
    if not settings.DEMO:
        raise NotADemo("Demo bills are made by `forsyn demo` only.")
    with purpose(P.SIGN_IN, actor=None):
        makes, approves = (account_with_email(email=email) for email in (DRAFTS_TARIFFS, APPROVES_TARIFFS))
    if makes is None or approves is None:
        return 0
    staff, made = _Staff(makes.pk, approves.pk), 0
    _open_books(today)
    with contextlib.suppress(RunRefused):  # somebody who tries the demo is at a run just now
        for past in _past_runs(today):
            made += _carried_out(past, staff)
        _plan_ahead(today)
        _pay(today)
        _let_have_e_invoices(now)
        made += _correction(staff, today, now)
        made += _moved_out(staff, today, now)
    return made


def _open_books(today: date) -> None:
    first = date(today.year, 1, 1)
    with purpose(P.SETTLEMENT, actor=None):
        if not sending_queries.creditors():
            pay_to(
                from_date=date(today.year - 5, 1, 1), fi_creditor=FI_CREDITOR, bank_registration=REGISTRATION,
                bank_account=ACCOUNT, today=today,
            )  # fmt: skip
    with purpose(P.ACCOUNTING, actor=None):
        if not run_queries.is_year_open(day=first):
            open_year(first_date=first, until_date=date(today.year + 1, 1, 1))


# -- runs -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Past:
    kind: BillKind
    commodity: Commodity
    from_date: date
    until_date: date
    issue_date: date
    due_date: date

    @property
    def at(self) -> datetime:
        """When all of it was done."""
        return timezone.make_aware(datetime.combine(self.issue_date, time(9)))


def _past_runs(today: date) -> Iterator[_Past]:
    """Those of this year's that were due to be made by today, in their order."""
    first = date(today.year, 1, 1)
    issued = min(date(today.year, *ISSUED), today)
    due = issued + timedelta(days=PAYMENT_DAYS + 1)
    for commodity in BILLED:
        yield _Past(BillKind.ANNUAL, commodity, date(today.year - 1, 1, 1), first, issued, due)
    _plan(today.year, first)
    for begins, ends in _quarters(today.year):
        noticed = max(begins - timedelta(days=NOTICE_DAYS), first)
        if noticed < today:
            for commodity in ON_ACCOUNT:
                yield _Past(
                    BillKind.ON_ACCOUNT, commodity, begins, ends, noticed, noticed + timedelta(days=PAYMENT_DAYS)
                )


def _plan_ahead(today: date) -> None:
    planned = date(today.year, *PLANNED)
    if planned <= today:
        _plan(today.year + 1, planned)


def _plan(year: int, day: date) -> None:
    """The plans of a year, made on a day; where there are some, nothing."""
    first, until = date(year, 1, 1), date(year + 1, 1, 1)
    for commodity in ON_ACCOUNT:
        if not _has_plans(commodity, first):
            make_plans(commodity=commodity, first=first, until=until, today=day, now=_at(day), actor=None)


def _has_plans(commodity: Commodity, first: date) -> bool:
    with purpose(P.SETTLEMENT, actor=None):
        return bool(Plan.objects.filter(agreement__commodity=commodity, period__contains=first).exists())


def _quarters(year: int) -> Iterator[tuple[date, date]]:
    firsts = [date(year, month, 1) for month in (1, 4, 7, 10)]
    yield from zip(firsts, [*firsts[1:], date(year + 1, 1, 1)], strict=True)


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))


def _run_of(past: _Past, staff: _Staff, at: datetime, note: str = "", agreement_id: int | None = None) -> Run:
    """The run of these days, made where there is none."""
    days = DateRange(past.from_date, past.until_date)
    with purpose(P.SETTLEMENT, actor=staff.makes):
        alike = Run.objects.filter(kind=past.kind, commodity=past.commodity, agreement_id=agreement_id, period=days)
        found: Run | None = alike.exclude(state=RunState.DISCARDED).first()
        if found is None:
            run_id = actions_runs.make_run(
                kind=past.kind, commodity=past.commodity, from_date=past.from_date, until_date=past.until_date,
                issue_date=past.issue_date, due_date=past.due_date, made_by_id=staff.makes, now=at, note=note,
                agreement_id=agreement_id,
            )  # fmt: skip
            found = Run.objects.get(pk=run_id)
    if found.state == RunState.DRAFT:
        billing_runs.preview_run(run_id=found.pk, clock=lambda: at, actor=staff.makes)
        with purpose(P.SETTLEMENT, actor=staff.makes):
            found.refresh_from_db()
    return found


def _carried_out(past: _Past, staff: _Staff) -> bool:
    """Whether the run had not been released before."""
    run = _run_of(past, staff, past.at)
    return _release(run, staff, past.at)


def _release(run: Run, staff: _Staff, at: datetime) -> bool:
    if run.state in (RunState.RELEASED, RunState.UNDONE, RunState.UNDOING) or not run.totals["bills"]:
        return False
    if run.state == RunState.PREVIEWED:
        with purpose(P.SETTLEMENT, actor=staff.approves):
            actions_runs.approve_run(run_id=run.pk, sha256=run.sha256, approved_by_id=staff.approves, now=at)
    if run.state != RunState.EXECUTED:
        billing_runs.execute_run(run_id=run.pk, clock=lambda: at)
    billing_runs.release_run(run_id=run.pk, now=at, actor=staff.approves)
    return True


# -- what came after --------------------------------------------------------------------------------------------------


def _pay(today: date) -> None:
    """Most have paid on the day; what a payment is of is told by the bill's number, and the same every time."""
    with purpose(P.ACCOUNTING, actor=None):
        due = Bill.objects.filter(state=BillState.RELEASED, to_pay_oere__gt=0, due_date__lt=today)
        known = set(Voucher.objects.filter(origin__startswith=PAYMENT).values_list("origin", flat=True))
        told = Receipt.objects.filter(bill__isnull=False).values("bill_id")
        due = due.exclude(due_date=day_told_by_file(today)).exclude(pk__in=told)
        rows = [
            row
            for row in due.order_by("due_date", "number").values_list(
                "number", "customer_id", "due_date", "to_pay_oere"
            )
            if is_paid_on_time(row[0]) and f"{PAYMENT}{row[0]}" not in known
        ]
        post_many(
            vouchers=[
                NewVoucher(
                    kind="payment", posting_date=day, text=f"Indbetaling af regning {number}", customer_id=customer_id,
                    origin=f"{PAYMENT}{number}", lines=(Line("bank", oere), Line("receivables", -oere)),
                )
                for number, customer_id, day, oere in rows
            ],
            now=_at(today),
        )  # fmt: skip
        allocate_pairs(pairs=_pairs([row[0] for row in rows]), now=_at(today))


def _pairs(numbers: Sequence[int]) -> list[Pair]:
    """Each payment with its own bill, as the number on the payment slip says."""
    origins = [origin for number in numbers for origin in (f"{PAYMENT}{number}", f"bill:{number}")]
    left = {
        item.voucher.origin: item
        for item in OpenItem.objects.filter(voucher__origin__in=origins).select_related("voucher")
    }
    both = ((left.get(f"{PAYMENT}{number}"), left.get(f"bill:{number}")) for number in numbers)
    return [
        Pair(credit.posting_id, debit.posting_id, min(-credit.remaining_oere, debit.remaining_oere))
        for credit, debit in both
        if credit and debit
    ]


def _let_have_e_invoices(now: datetime) -> None:
    with purpose(P.SETTLEMENT, actor=None):
        ids = customer_ids(numbers=[number for number, *_ in E_INVOICED])
        for number, gln, reference in E_INVOICED:
            if number in ids:
                let_have_e_invoices(
                    customer_id=ids[number], gln=gln, buyer_reference=reference, recorded_by_id=None, now=now
                )


def _correction(staff: _Staff, today: date, now: datetime) -> int:
    """A leak of last year was agreed on: that customer gets the difference back."""
    year = today.year - 1
    with purpose(P.SETTLEMENT, actor=staff.makes):
        water = next((each for each in _agreements(CORRECTED, today) if each.commodity == Commodity.WATER), None)
        if water is None or Run.objects.filter(kind=BillKind.CORRECTION).exists():
            return 0
        settle_consumption(
            agreement_id=water.id, first=date(year, 10, 1), until=date(year, 12, 1), amount=CORRECTED_LITRES,
            unit=BaseUnit.LITRES, quality=Quality.AGREED, reason="Aftalt med kunden efter en utæthed.",
            account_id=staff.makes, now=now,
        )  # fmt: skip
    corrected = _Past(
        BillKind.CORRECTION, Commodity.WATER, date(year, 1, 1), date(year + 1, 1, 1), today,
        today + timedelta(days=PAYMENT_DAYS),
    )  # fmt: skip
    return _release(_run_of(corrected, staff, now, "Utæthed i fjor", agreement_id=water.id), staff, now)


def _moved_out(staff: _Staff, today: date, now: datetime) -> int:
    """Who has moved this year: the heat is settled and out, the rest waits for somebody to approve it."""
    with purpose(P.SETTLEMENT, actor=staff.makes):
        found = _agreements(MOVED, today)
        billed = set(Run.objects.filter(kind=BillKind.FINAL).values_list("agreement_id", flat=True))
    made = 0
    for each in found:
        until = each.period.until
        if each.id in billed or until is None or until > today or until.year < today.year:
            continue
        final = _Past(
            BillKind.FINAL, Commodity(each.commodity), max(each.period.first, date(today.year, 1, 1)), until, today,
            today + timedelta(days=PAYMENT_DAYS),
        )  # fmt: skip
        run = _run_of(final, staff, now, "Flytning", agreement_id=each.id)
        made += 1
        if each.commodity == Commodity.HEAT:
            _release(run, staff, now)
    return made


def _agreements(number: str, today: date) -> list[AgreementView]:
    """A smaller town lacks some customers."""
    customer = customer_ids(numbers=[number]).get(number)
    return agreements_of(customer_id=customer, today=today) if customer else []
