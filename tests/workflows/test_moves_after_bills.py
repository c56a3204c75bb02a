"""Moving out of days that are billed already, as when somebody tells in January of a move in December."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Sum

from forsyn.domain.billing.actions_runs import approve_run
from forsyn.domain.billing.models import Bill, BillKind, Run
from forsyn.domain.billing.run_rules import Totals
from forsyn.domain.customers.models import Agreement
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.canonical import basis_from
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import execute_run, preview_run
from forsyn.workflows.moves import move_out
from tests.billed_world import FIRST, UNTIL, BilledWorld, a_run, settle, sha_of

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 20, 9, tzinfo=UTC)
TOLD_AT = datetime(2026, 1, 25, 9, tzinfo=UTC)
MOVED, JULY = date(2025, 12, 20), date(2025, 7, 1)
BEFORE, AFTER = 16_500_000, 500_000
"""What Anna used of 17 MWh until she moved, and what was used in her home from then on."""


def post(made: BilledWorld, run_id: int, at: datetime = AT) -> Totals:
    totals = preview_run(run_id=run_id, clock=lambda: at)
    with purpose(P.SETTLEMENT, actor=made.world.clerk.pk):
        approve_run(run_id=run_id, sha256=sha_of(run_id), approved_by_id=made.world.clerk.pk, now=at)
    assert execute_run(run_id=run_id, clock=lambda: at) is not None
    return totals


@pytest.fixture
def anna(billed_world: BilledWorld) -> int:
    """Her heat; somebody knows what was used until the move, and after it."""
    agreement_id = billed_world.agreements["anna"]
    settle(agreement_id, BEFORE, until=MOVED)
    settle(agreement_id, AFTER, first=MOVED)
    return agreement_id


@pytest.fixture
def annual(billed_world: BilledWorld, anna: int) -> BilledWorld:
    """The heat of 2025 is billed."""
    post(billed_world, a_run(billed_world.world))
    return billed_world


def out(made: BilledWorld, until: date) -> Run | None:
    """Move Anna out; answers the run about her heat."""
    run_ids = move_out(
        agreement_id=made.agreements["anna"], until=until, told={}, account_id=made.world.billing.pk,
        today=TOLD_AT.date(), now=TOLD_AT,
    ).run_ids  # fmt: skip
    return Run.objects.filter(pk__in=run_ids, commodity="heat").first()


def paid_ahead(made: BilledWorld, month: date, net_oere: int) -> None:
    """An instalment for days after the bill, posted."""
    run = Run.objects.create(
        kind="on_account", commodity="heat", period=DateRange(UNTIL, date(2026, 4, 1)), issue_date=month,
        due_date=month, state="draft", made_at=AT,
    )  # fmt: skip
    bill = Bill.objects.create(
        run=run, customer_id=made.world.anna.customer_id, agreement_id=made.agreements["anna"], kind="on_account",
        state="previewed", period=DateRange(UNTIL, date(2026, 4, 1)), issue_date=month, due_date=month,
        net_oere=net_oere, vat_oere=net_oere // 4, on_account_net_oere=0, on_account_vat_oere=0,
        to_pay_oere=net_oere * 5 // 4, vat_percent=25, posting_accounts=[], posting_oere=[], posting_vat=[],
    )  # fmt: skip
    Bill.objects.filter(pk=bill.pk).update(state="posted", number=900_001)


def billed_in_all(agreement_id: int) -> int:
    settlements = Bill.objects.filter(agreement_id=agreement_id, state="posted").exclude(kind="on_account")
    return int(settlements.aggregate(Sum("net_oere"))["net_oere__sum"])


FOR_353_DAYS = 58_027 + 825_000
"""600 kr. a year for 353 of 365 days, and 16.5 MWh at 500 kr."""


def test_days_after_a_late_move_are_given_back(annual: BilledWorld, anna: int) -> None:
    run = out(annual, MOVED)
    assert run is not None
    assert (run.kind, run.agreement_id, Agreement.objects.get(pk=anna).period.upper) == ("correction", anna, MOVED)
    totals = post(annual, run.pk, TOLD_AT)
    assert (totals.bills, totals.stopped, totals.net_oere) == (1, 0, FOR_353_DAYS - 910_000)
    bill = Bill.objects.get(run=run)
    assert bill.corrects_id == Bill.objects.get(agreement_id=anna, kind="annual").pk
    assert basis_from(bill.basis.encode()).until_date == MOVED
    assert billed_in_all(anna) == FOR_353_DAYS


def test_once_given_back_there_is_nothing_to_correct(annual: BilledWorld) -> None:
    run = out(annual, MOVED)
    assert run is not None
    post(annual, run.pk, TOLD_AT)
    later = datetime(2026, 2, 20, 9, tzinfo=UTC)
    for one in (None, annual.agreements["anna"]):
        again = a_run(annual.world, BillKind.CORRECTION, now=later, issue_date=later.date(), agreement_id=one,
                      due_date=date(2026, 3, 10))  # fmt: skip
        totals = preview_run(run_id=again, clock=lambda: later)
        assert (totals.bills, totals.stopped) == (0, 0)


def test_what_was_paid_ahead_for_days_after_the_bill_comes_back_too(annual: BilledWorld) -> None:
    paid_ahead(annual, date(2026, 1, 22), 40_000)
    run = out(annual, MOVED)
    assert run is not None
    totals = post(annual, run.pk, TOLD_AT)
    assert totals.net_oere == FOR_353_DAYS - 910_000
    bill = Bill.objects.get(run=run)
    assert (bill.on_account_net_oere, bill.on_account_vat_oere) == (40_000, 10_000)
    assert bill.to_pay_oere == bill.net_oere + bill.vat_oere - 50_000


def test_a_move_on_the_day_that_is_billed_up_to_needs_no_bill(annual: BilledWorld, anna: int) -> None:
    assert out(annual, UNTIL) is None
    assert Agreement.objects.get(pk=anna).period.upper == UNTIL


def test_unless_something_was_paid_ahead(annual: BilledWorld) -> None:
    paid_ahead(annual, date(2026, 1, 22), 40_000)
    run = out(annual, UNTIL)
    assert run is not None
    assert post(annual, run.pk, TOLD_AT).net_oere == 0
    assert Bill.objects.get(run=run).to_pay_oere == -50_000


@pytest.mark.parametrize("until", [JULY, date(2025, 6, 20)])
def test_bills_of_days_wholly_after_the_move_are_given_back_with_the_one_before(
    billed_world: BilledWorld, until: date
) -> None:
    agreement_id = billed_world.agreements["anna"]
    settle(agreement_id, 8_000_000, until=until)
    settle(agreement_id, 1_000_000, first=until, until=date(2025, 7, 20))
    settle(agreement_id, 8_000_000, first=date(2025, 7, 20))
    for first, end in ((FIRST, date(2025, 7, 20)), (date(2025, 7, 20), UNTIL)):
        post(billed_world, a_run(billed_world.world, BillKind.INTERIM, from_date=first, until_date=end))
    run = out(billed_world, until)
    assert run is not None
    totals = post(billed_world, run.pk, TOLD_AT)
    assert (totals.bills, totals.stopped) == (1, 0)
    days = (until - FIRST).days
    assert billed_in_all(agreement_id) == round(60_000 * days / 365) + 400_000


def test_a_move_before_everything_that_is_billed_is_refused(annual: BilledWorld, anna: int) -> None:
    with pytest.raises(NotPossible, match="allerede opgjort"):
        out(annual, date(2024, 12, 1))
    assert Agreement.objects.get(pk=anna).period.upper is None
