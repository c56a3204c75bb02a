"""The demo's bills come by runs as anybody's; started again, nothing is made twice and what is due since is added."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pytest_django import Settings

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Role
from forsyn.domain.billing.models import Bill, Dispatch, Plan, Run
from forsyn.domain.ledger.models import AccountingYear, Allocation, Voucher
from forsyn.workflows.demo_accounts import APPROVES_TARIFFS, DRAFTS_TARIFFS, NotADemo
from forsyn.workflows.demo_bills import make_demo_bills
from tests.billed_world import USED, BilledWorld, settle
from tests.world import BEGINNING, NOW

pytestmark = pytest.mark.django_db
TODAY = date(2026, 2, 20)
AT = datetime(2026, 2, 20, 9, tzinfo=UTC)


@pytest.fixture
def demo(billed_world: BilledWorld, settings: Settings) -> BilledWorld:
    """The world says that it is the demo, with the two who make and approve its runs."""
    settings.DEMO = True
    for email in (DRAFTS_TARIFFS, APPROVES_TARIFFS):
        create_staff(
            email=email, name="Demo", roles=[Role.BILLING], first_date=BEGINNING, until_date=date(2099, 1, 1), now=NOW
        )
    return billed_world


def runs() -> list[tuple[str, str, str]]:
    return list(Run.objects.filter(totals__bills__gt=0).order_by("id").values_list("kind", "commodity", "state"))


def test_last_year_is_settled_this_year_is_paid_on_account_and_most_have_paid(demo: BilledWorld) -> None:
    assert make_demo_bills(today=TODAY, now=AT) == 2
    assert runs() == [("annual", "heat", "released"), ("on_account", "heat", "released")]
    assert Bill.objects.filter(kind="annual", state="released").count() == len(USED)
    paid = Voucher.objects.filter(origin__startswith="demo-payment:").count()
    assert 0 < paid <= Bill.objects.filter(due_date__lt=TODAY, to_pay_oere__gt=0).count()
    assert Allocation.objects.count() == paid, "each payment pays its own bill and no other"
    assert not Dispatch.objects.exists(), "nobody is written to about the past"
    assert AccountingYear.objects.filter(period__contains=TODAY).count() == 1


def test_started_again_it_adds_only_what_is_due_since(demo: BilledWorld) -> None:
    make_demo_bills(today=TODAY, now=AT)
    before, paid = runs(), Voucher.objects.count()
    assert make_demo_bills(today=TODAY, now=AT) == 0
    assert (runs(), Voucher.objects.count()) == (before, paid)
    assert make_demo_bills(today=date(2026, 3, 25), now=AT) == 1
    assert runs() == [*before, ("on_account", "heat", "released")]


def test_in_november_the_coming_year_is_planned_once_and_not_billed(demo: BilledWorld) -> None:
    coming = Plan.objects.filter(period__startswith=date(2027, 1, 1))
    settle(demo.agreements["anna"], 9_000_000, first=date(2026, 1, 1), until=date(2026, 11, 1))
    make_demo_bills(today=date(2026, 11, 9), now=AT)
    assert not coming.exists()
    make_demo_bills(today=date(2026, 11, 21), now=AT)
    made = set(coming.values_list("pk", flat=True))
    assert made
    make_demo_bills(today=date(2026, 11, 22), now=AT)
    assert set(coming.values_list("pk", flat=True)) == made
    assert not Bill.objects.filter(instalment__plan__in=made).exists()


def test_it_is_made_in_the_demo_only(billed_world: BilledWorld) -> None:
    with pytest.raises(NotADemo):
        make_demo_bills(today=TODAY, now=AT)
