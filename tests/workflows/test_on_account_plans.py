"""On-account plans in the database: made for many at once, changed by customers and staff, ended by moves."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing import actions_plans
from forsyn.domain.billing.actions_plans import MonthOfDegreeDays, ToPlan
from forsyn.domain.billing.basis_rules import Stretch
from forsyn.domain.billing.expectation_rules import months_of
from forsyn.domain.billing.models import Bill, ExpectedFrom, Instalment, Run
from forsyn.domain.billing.plan_queries import agreements_without_plan, offer_of, plan_at, plans_of
from forsyn.domain.billing.plan_rules import CannotChange
from forsyn.domain.customers.models import Agreement
from forsyn.domain.metering import actions as metering
from forsyn.domain.metering.actions import NewMeter
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.components import Factor
from forsyn.kernel.charges.reasons import ReasonCode
from forsyn.policy.purposes import P
from forsyn.workflows.own_plans import change_own_plan
from tests.billing_ground import LAID_AT, approved, hours, on_terms, sized
from tests.charge_samples import LONG_AGO, always, fixed, tariff, variable
from tests.metered_world import HEAT, HUNG_UP_DATE
from tests.world import NOW, TODAY, Party, World

pytestmark = pytest.mark.django_db

FIRST, UNTIL = date(2026, 1, 1), date(2027, 1, 1)
EARLIER, DECEMBER = date(2025, 12, 15), date(2025, 12, 1)
Counting = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
def heat_tariff(world: World) -> int:
    prices = tariff(fixed("subscription", always("600")), variable("heat", always("700")))
    tariff_id, _ = approved(prices)
    return tariff_id


@pytest.fixture
def annas_heat(world: World, heat_tariff: int) -> int:
    """Anna's agreement for heat, which used 8.76 MWh in 2025, on terms of four instalments a year."""
    number = f"{world.anna.home.number}1"
    metering.register_meters(meters=[NewMeter("0061001", "heat", (HEAT,), number, HUNG_UP_DATE)])
    hours("0061001", "energy", date(2025, 1, 1), FIRST, 1_000)
    agreement_id = world.anna.agreements["heat"]
    on_terms(agreement_id, heat_tariff, LONG_AGO)
    return agreement_id


def make(*agreement_ids: int, today: date = EARLIER) -> actions_plans.PlansMade:
    with purpose(P.SETTLEMENT, actor=None):
        return actions_plans.make_plans(
            to_plan=[ToPlan(agreement_id, FIRST, UNTIL) for agreement_id in agreement_ids], today=today, now=LAID_AT
        )


def bill_the_first(agreement_id: int, customer_id: int) -> None:
    instalment = Instalment.objects.filter(plan__agreement_id=agreement_id).order_by("period").first()
    assert instalment is not None
    run = Run.objects.create(
        kind="on_account", commodity="heat", period=DateRange(FIRST, UNTIL), issue_date=FIRST, due_date=FIRST,
        state="draft", made_at=LAID_AT,
    )  # fmt: skip
    bill = Bill.objects.create(
        run=run, agreement_id=agreement_id, customer_id=customer_id, kind="on_account", state="previewed",
        instalment=instalment, period=instalment.period, issue_date=FIRST, due_date=FIRST, vat_percent=25,
        net_oere=instalment.net_oere, vat_oere=0, on_account_net_oere=0, on_account_vat_oere=0,
        to_pay_oere=instalment.net_oere, posting_accounts=[], posting_oere=[], posting_vat=[],
    )  # fmt: skip
    bill.state, bill.number = "posted", bill.pk
    bill.save(update_fields=["state", "number"])


def test_a_plan_is_last_years_consumption_at_this_years_prices(annas_heat: int) -> None:
    made = make(annas_heat)

    assert (made.plans, made.instalments, made.refused) == (1, 4, ())
    plan = plan_at(agreement_id=annas_heat, day=FIRST)
    assert plan is not None
    assert (plan.expected_amount, plan.expected_from) == (8_760_000, ExpectedFrom.LAST_YEAR)
    assert plan.expected_net_oere == 60_000 + 876 * 700
    assert sum(each.net_oere for each in plan.instalments) == plan.expected_net_oere


def test_a_mild_year_is_brought_to_a_normal_one(annas_heat: int) -> None:
    with purpose(P.SETTLEMENT, actor=None):
        actions_plans.record_degree_days(
            months=[MonthOfDegreeDays(month, "200", "250") for month in months_of(Stretch(date(2024, 12, 1), DECEMBER))]
        )
    make(annas_heat)

    plan = plan_at(agreement_id=annas_heat, day=FIRST)
    assert plan is not None
    assert (plan.expected_amount, plan.expected_from) == (10_293_000, ExpectedFrom.DEGREE_DAYS)


def test_a_plan_made_before_the_year_is_over_counts_a_whole_winter(world: World, heat_tariff: int) -> None:
    """November and December of the year before count; without them heat would be too cheap."""
    number = f"{world.anna.home.number}1"
    metering.register_meters(meters=[NewMeter("0061001", "heat", (HEAT,), number, HUNG_UP_DATE)])
    november = date(2025, 11, 21)
    hours("0061001", "energy", date(2024, 11, 1), november, lambda day: 2_000 if day.month in (11, 12) else 500)
    anna = world.anna.agreements["heat"]
    on_terms(anna, heat_tariff, LONG_AGO)

    make(anna, today=november)

    plan = plan_at(agreement_id=anna, day=FIRST)
    assert plan is not None
    assert plan.expected_amount == (61 * 48_000 + 304 * 12_000)


def test_a_meter_that_is_read_at_new_year_is_planned_by_the_year_before(world: World, heat_tariff: int) -> None:
    number = f"{world.anna.home.number}1"
    metering.register_meters(meters=[NewMeter("0061001", "heat", (HEAT,), number, HUNG_UP_DATE)])
    hours("0061001", "energy", date(2024, 1, 1), date(2025, 1, 1), 1_000)
    anna = world.anna.agreements["heat"]
    Agreement.objects.filter(pk=anna).update(period=DateRange(LONG_AGO, None))
    on_terms(anna, heat_tariff, LONG_AGO)

    make(anna, today=date(2025, 11, 21))

    plan = plan_at(agreement_id=anna, day=FIRST)
    assert plan is not None
    assert (plan.expected_amount, plan.expected_from) == (365 * 24_000, ExpectedFrom.LAST_YEAR)


def test_who_is_new_is_planned_by_the_norm_or_refused_with_what_lacks(world: World, heat_tariff: int) -> None:
    bo, ingrid = world.bo.agreements["heat"], world.gorm.agreements["heat"]
    for agreement_id in (bo, ingrid):
        on_terms(agreement_id, heat_tariff, LONG_AGO)
    sized(bo, "square_metres", "100", LONG_AGO)
    by_area, _ = approved(
        tariff(fixed("area", always("20"), Factor.SQUARE_METRES), variable("heat", always("700"))), key="sample"
    )
    assert by_area == heat_tariff

    made = make(bo, ingrid)

    assert made.plans == 1
    (refused,) = made.refused
    assert {reason.code for reason in refused.reasons} == {ReasonCode.MISSING_CONSUMPTION}


def test_a_thousand_plans_cost_no_more_statements_than_one(
    world: World, annas_heat: int, heat_tariff: int, django_assert_max_num_queries: Counting
) -> None:
    with purpose(P.SETTLEMENT, actor=None):
        (asked,) = agreements_without_plan(commodity="heat", first=FIRST, until=UNTIL)
    assert asked == (annas_heat, FIRST, UNTIL)
    for party in (world.bo, world.gorm, world.aeblegaarden):
        on_terms(party.agreements["heat"], heat_tariff, LONG_AGO)
        sized(party.agreements["heat"], "square_metres", "100", LONG_AGO)
    with django_assert_max_num_queries(43):  # some nothing is known of, and they are asked for once more
        make(annas_heat, *(party.agreements["heat"] for party in (world.bo, world.gorm, world.aeblegaarden)))
    with purpose(P.SETTLEMENT, actor=None):
        assert agreements_without_plan(commodity="heat", first=FIRST, until=UNTIL) == []


def test_anna_pays_less_each_time_from_the_next_instalment_on(world: World, annas_heat: int) -> None:
    make(annas_heat)
    bill_the_first(annas_heat, world.anna.customer_id)
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk):
        offered = offer_of(agreement_id=annas_heat, day=TODAY)
    change_annas(world, annas_heat, offered.least_net_oere, 9)
    first, second = plans_of(agreement_ids=[annas_heat], first=FIRST, until=UNTIL)

    assert (first.until, second.first, second.until) == (date(2026, 4, 1), date(2026, 4, 1), UNTIL)
    assert [each.is_billed for each in first.instalments] == [True]
    assert len(second.instalments) == 9
    assert sum(each.net_oere for each in second.instalments) == offered.least_net_oere
    assert first.expected_net_oere + second.expected_net_oere == 60_000 + 876 * 700
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk):
        again = offer_of(agreement_id=annas_heat, day=TODAY)
    assert again.least_net_oere == offered.least_net_oere


def change_annas(world: World, agreement_id: int, net_oere: int, instalments: int, *, by: Party | None = None) -> None:
    """Anna, or whoever it is, changes what is paid on account."""
    who = by or world.anna
    with purpose(P.SELF_SERVICE, actor=who.account.pk):
        change_own_plan(
            account_id=who.account.pk, customer_id=who.customer_id, agreement_id=agreement_id, first=TODAY,
            net_oere=net_oere, instalments=instalments, now=NOW, today=TODAY,
        )  # fmt: skip


def test_gorm_cannot_change_annas_plan(world: World, annas_heat: int) -> None:
    make(annas_heat)
    with pytest.raises(CannotChange):
        change_annas(world, annas_heat, 500_000, 4, by=world.gorm)


def test_staff_may_go_beyond_the_limits_and_a_customer_may_not(world: World, annas_heat: int) -> None:
    make(annas_heat)
    change = {"agreement_id": annas_heat, "day": TODAY, "net_oere": 100_000, "instalments": 2, "now": NOW}
    with pytest.raises(CannotChange):
        change_annas(world, annas_heat, 100_000, 2)
    with purpose(P.SETTLEMENT, actor=world.billing.pk):
        actions_plans.change_plan(**change, by=ExpectedFrom.STAFF)
    assert Instalment.objects.count() == 2


def test_a_move_ends_what_is_not_billed(world: World, annas_heat: int) -> None:
    make(annas_heat)
    bill_the_first(annas_heat, world.anna.customer_id)
    with purpose(P.SETTLEMENT, actor=world.billing.pk):
        gone = actions_plans.end_plans(agreement_id=annas_heat)
        (plan,) = plans_of(agreement_ids=[annas_heat], first=FIRST)
    assert gone == 3
    assert (plan.until, len(plan.instalments)) == (FIRST + timedelta(days=90), 1)
