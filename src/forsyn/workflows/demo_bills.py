"""The demo's bills: last year's settlements, this year's instalments, what was paid, a correction, a run that waits.

Made by the same runs as anybody's, as two members of staff would have made and approved them on the days themselves.
Nobody is written to about bills of the past: only the correction is new.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.billing import actions_runs
from forsyn.domain.billing.actions_creditor import pay_to
from forsyn.domain.billing.actions_e_invoicing import let_have_e_invoices
from forsyn.domain.billing.actions_settling import settle_consumption
from forsyn.domain.billing.models import Bill, BillKind, BillState, Run
from forsyn.domain.customers.queries import agreements_of, customer_ids
from forsyn.domain.ledger.actions import open_year
from forsyn.domain.ledger.actions_allocations import allocate_oldest
from forsyn.domain.ledger.actions_bulk import post_many
from forsyn.domain.ledger.rules import Line, NewVoucher
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.purposes import P
from forsyn.workflows import billing_runs
from forsyn.workflows.demo_accounts import APPROVES_TARIFFS, DRAFTS_TARIFFS, NotADemo
from forsyn.workflows.on_account import make_plans

BILLED = (Commodity.HEAT, Commodity.WATER, Commodity.WASTE_WATER)
ON_ACCOUNT = (Commodity.HEAT, Commodity.WATER)
"""Waste water is paid once a year here."""
FI_CREDITOR, REGISTRATION, ACCOUNT = "89999990", "9999", "0000999999"
"""Of no bank: registration number 9999 is nobody's."""
ISSUED, DUE = (1, 20), (2, 10)
"""Month and day of the settlements of the year before."""
PAYMENT_DAYS, NOTICE_DAYS = 20, 14
UNPAID_PERCENT = 4
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
    """Make them where nothing was billed yet; return how many runs were made. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("Demo bills are made by `forsyn demo` only.")
    with purpose(P.SIGN_IN, actor=None):
        makes, approves = (account_with_email(email=email) for email in (DRAFTS_TARIFFS, APPROVES_TARIFFS))
    with purpose(P.SETTLEMENT, actor=None):
        if Run.objects.exists() or makes is None or approves is None:
            return 0
        pay_to(
            from_date=date(today.year - 5, 1, 1), fi_creditor=FI_CREDITOR, bank_registration=REGISTRATION,
            bank_account=ACCOUNT,
        )  # fmt: skip
    with purpose(P.ACCOUNTING, actor=None):
        open_year(first_date=date(today.year, 1, 1), until_date=date(today.year + 1, 1, 1))
    staff = _Staff(makes.pk, approves.pk)
    made = [_carried_out(run, staff) for run in _past_runs(today)]
    _pay(today)
    _let_have_e_invoices(now)
    made += _correction(staff, today, now)
    made += _moved_out(staff, today, now)
    return len(made)


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
    first, until = date(today.year, 1, 1), date(today.year + 1, 1, 1)
    issued = min(date(today.year, *ISSUED), today)
    due = issued + timedelta(days=PAYMENT_DAYS + 1)
    for commodity in BILLED:
        yield _Past(BillKind.ANNUAL, commodity, date(today.year - 1, 1, 1), first, issued, due)
    for commodity in ON_ACCOUNT:
        make_plans(commodity=commodity, first=first, until=until, today=first, now=_at(first), actor=None)
    for begins, ends in _quarters(today.year):
        noticed = max(begins - timedelta(days=NOTICE_DAYS), first)
        if noticed < today:
            for commodity in ON_ACCOUNT:
                yield _Past(
                    BillKind.ON_ACCOUNT, commodity, begins, ends, noticed, noticed + timedelta(days=PAYMENT_DAYS)
                )


def _quarters(year: int) -> Iterator[tuple[date, date]]:
    firsts = [date(year, month, 1) for month in (1, 4, 7, 10)]
    yield from zip(firsts, [*firsts[1:], date(year + 1, 1, 1)], strict=True)


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))


def _previewed(past: _Past, staff: _Staff, at: datetime, note: str = "", agreement_id: int | None = None) -> int:
    with purpose(P.SETTLEMENT, actor=staff.makes):
        run_id = actions_runs.make_run(
            kind=past.kind, commodity=past.commodity, from_date=past.from_date, until_date=past.until_date,
            issue_date=past.issue_date, due_date=past.due_date, made_by_id=staff.makes, now=at, note=note,
            agreement_id=agreement_id,
        )  # fmt: skip
    billing_runs.preview_run(run_id=run_id, clock=lambda: at, actor=staff.makes)
    return run_id


def _carried_out(past: _Past, staff: _Staff) -> int:
    run_id = _previewed(past, staff, past.at)
    _release(run_id, staff, past.at)
    return run_id


def _release(run_id: int, staff: _Staff, at: datetime) -> None:
    with purpose(P.SETTLEMENT, actor=staff.approves):
        run = Run.objects.get(pk=run_id)
        if not run.totals["bills"]:  # a smaller town lacks some
            return
        actions_runs.approve_run(run_id=run_id, sha256=run.sha256, approved_by_id=staff.approves, now=at)
    billing_runs.execute_run(run_id=run_id, clock=lambda: at)
    billing_runs.release_run(run_id=run_id, now=at, actor=staff.approves)


# -- what came after --------------------------------------------------------------------------------------------------


def _pay(today: date) -> None:
    """Most have paid on the day; what a payment is of is told by the bill's number, and the same every time."""
    with purpose(P.ACCOUNTING, actor=None):
        due = Bill.objects.filter(state=BillState.RELEASED, to_pay_oere__gt=0, due_date__lt=today).order_by("number")
        rows = [row for row in due.values_list("number", "customer_id", "due_date", "to_pay_oere") if _is_paid(row[0])]
        post_many(
            vouchers=[
                NewVoucher(
                    kind="payment", posting_date=day, text=f"Indbetaling af regning {number}", customer_id=customer_id,
                    origin=f"demo-payment:{number}", lines=(Line("bank", oere), Line("receivables", -oere)),
                )
                for number, customer_id, day, oere in rows
            ],
            now=_at(today),
        )  # fmt: skip
        allocate_oldest(customer_ids={row[1] for row in rows}, now=_at(today))


def _is_paid(number: int) -> bool:
    return random.Random(number).randrange(100) >= UNPAID_PERCENT  # noqa: S311 - no secret


def _let_have_e_invoices(now: datetime) -> None:
    with purpose(P.SETTLEMENT, actor=None):
        ids = customer_ids(numbers=[number for number, *_ in E_INVOICED])
        for number, gln, reference in E_INVOICED:
            if number in ids:
                let_have_e_invoices(
                    customer_id=ids[number], gln=gln, buyer_reference=reference, recorded_by_id=None, now=now
                )


def _correction(staff: _Staff, today: date, now: datetime) -> list[int]:
    """A leak of last year was agreed on: that customer gets the difference back."""
    year = today.year - 1
    with purpose(P.SETTLEMENT, actor=staff.makes):
        customer = customer_ids(numbers=[CORRECTED]).get(CORRECTED)
        found = agreements_of(customer_id=customer, today=today) if customer else []
        water = next((each for each in found if each.commodity == Commodity.WATER), None)
        if water is None:
            return []
        settle_consumption(
            agreement_id=water.id, first=date(year, 10, 1), until=date(year, 12, 1), amount=CORRECTED_LITRES,
            unit=BaseUnit.LITRES, quality=Quality.AGREED, reason="Aftalt med kunden efter en utæthed.",
            account_id=staff.makes, now=now,
        )  # fmt: skip
    corrected = _Past(
        BillKind.CORRECTION, Commodity.WATER, date(year, 1, 1), date(year + 1, 1, 1), today,
        today + timedelta(days=PAYMENT_DAYS),
    )  # fmt: skip
    run_id = _previewed(corrected, staff, now, "Utæthed i fjor", agreement_id=water.id)
    _release(run_id, staff, now)
    return [run_id]


def _moved_out(staff: _Staff, today: date, now: datetime) -> list[int]:
    """Who has moved this year: the heat is settled and out, the rest waits for somebody to approve it."""
    with purpose(P.SETTLEMENT, actor=staff.makes):
        customer = customer_ids(numbers=[MOVED]).get(MOVED)
        found = agreements_of(customer_id=customer, today=today) if customer else []
    made = []
    for each in found:
        if each.period.until is None or each.period.until > today or each.period.until.year < today.year:
            continue
        final = _Past(
            BillKind.FINAL, Commodity(each.commodity), max(each.period.first, date(today.year, 1, 1)),
            each.period.until, today, today + timedelta(days=PAYMENT_DAYS),
        )  # fmt: skip
        made.append(_previewed(final, staff, now, "Flytning", agreement_id=each.id))
        if each.commodity == Commodity.HEAT:
            _release(made[-1], staff, now)
    return made
