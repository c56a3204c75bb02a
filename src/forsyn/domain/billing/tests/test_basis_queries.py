"""Bases read from the real store: what each bill needs, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.basis_queries import bases
from forsyn.domain.billing.basis_rules import NotReadyCode, Prepared
from forsyn.domain.billing.models import Bill, Run, Terms
from forsyn.domain.customers.models import Agreement
from forsyn.domain.metering import actions
from forsyn.domain.metering.actions import NewMeter, NewRegister
from forsyn.domain.metering.actions_thinning import thin_to_days, thin_to_months
from forsyn.domain.safeguards.choices_models import Restriction
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.charges.bill import Bill as KernelBill
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.canonical import basis_bytes, bill_bytes
from forsyn.kernel.charges.components import Factor, Incentive, Split
from forsyn.kernel.charges.incentive import FixedReturn, IncentiveTerms
from forsyn.kernel.charges.tariff import Commodity
from forsyn.policy.purposes import P
from tests.billing_ground import LAID_AT, approved, fee, hours, on_terms, settled, sized
from tests.charge_samples import LONG_AGO, always, changing, fixed, stairs, tariff, variable
from tests.metered_world import HEAT, HUNG_UP_DATE, WATER
from tests.world import METER_SWAP_DATE, MOVING_DATE, World

pytestmark = pytest.mark.django_db

FIRST, UNTIL = date(2026, 1, 1), date(2026, 4, 1)
DAYS = (UNTIL - FIRST).days
WATER_TARIFF = tariff(
    fixed("subscription", always("500")), variable("water", always("12.50"), "m3"), commodity=Commodity.WATER
)
MEASURED, ESTIMATED = Quality.MEASURED, Quality.ESTIMATED
Counting = Callable[[int], AbstractContextManager[object]]


def read(*agreement_ids: int, first: date = FIRST, until: date = UNTIL) -> list[Prepared]:
    with purpose(P.SETTLEMENT, actor=None):
        return list(bases(agreement_ids=agreement_ids, from_date=first, until_date=until, issue_date=date(2026, 4, 15)))


def spans(prepared: Prepared) -> list[tuple[date, date, int, Quality]]:
    assert prepared.basis is not None
    return [(span.from_date, span.until_date, span.amount, span.quality) for span in prepared.basis.consumption]


@pytest.fixture
def annas_water(world: World) -> int:
    """Anna's agreement for water, on a tariff, with the meter that she has until its swap and the one after."""
    number = f"{world.anna.home.number}2"
    actions.register_meters(
        meters=[
            NewMeter("0062001", "water", (WATER,), number, HUNG_UP_DATE, METER_SWAP_DATE),
            NewMeter("0062002", "water", (WATER,), number, METER_SWAP_DATE),
        ]
    )
    tariff_id, _ = approved(WATER_TARIFF)
    agreement_id = world.anna.agreements["water"]
    on_terms(agreement_id, tariff_id, LONG_AGO)
    return agreement_id


def test_a_swap_of_meters_does_not_show(annas_water: int) -> None:
    hours("0062001", "volume", FIRST - timedelta(days=1), METER_SWAP_DATE, 10, counter=5_000)
    hours("0062002", "volume", METER_SWAP_DATE, UNTIL, 10, counter=-10 + 10)

    (prepared,) = read(annas_water)

    # the new meter's first hour only sets where its count begins; the night to summer time has one hour less
    assert spans(prepared) == [(FIRST, UNTIL, (DAYS * 24 - 1 - 1) * 10, MEASURED)]
    assert prepared.basis is not None
    assert calculate(prepared.basis).net_oere > 0


def test_days_without_a_reading_are_a_hole(annas_water: int) -> None:
    gap_first, gap_until = date(2026, 3, 20), date(2026, 3, 25)
    hours("0062001", "volume", FIRST - timedelta(days=1), METER_SWAP_DATE, 10, counter=5_000)
    hours("0062002", "volume", METER_SWAP_DATE, gap_first, 10, counter=0)

    (prepared,) = read(annas_water)

    assert [span[:2] for span in spans(prepared)] == [(FIRST, gap_first)]
    settled(annas_water, gap_first, gap_until, 700)
    settled(annas_water, gap_until, UNTIL + timedelta(days=7), 1400, quality="agreed")

    (prepared,) = read(annas_water)

    assert [span for span in spans(prepared) if span[3] is not MEASURED] == [
        (gap_first, gap_until, 700, ESTIMATED),
        (gap_until, UNTIL, 700, Quality.AGREED),
    ]


def test_a_gap_of_a_counter_over_the_first_day_is_divided_by_its_hours(annas_water: int) -> None:
    reached = hours("0062001", "volume", FIRST - timedelta(days=20), FIRST - timedelta(days=10), 10, counter=5_000)
    hours("0062001", "volume", FIRST + timedelta(days=9), METER_SWAP_DATE, 10, counter=reached + 20 * 240 - 240)
    hours("0062002", "volume", METER_SWAP_DATE, UNTIL, 10, counter=0)

    (prepared,) = read(annas_water)

    assert spans(prepared)[0] == (FIRST, FIRST + timedelta(days=10), 2400, ESTIMATED)
    assert spans(prepared)[1][0] == FIRST + timedelta(days=10)


def test_who_moves_out_and_in_share_the_meter_and_not_the_days(world: World) -> None:
    number = f"{world.erik.home.number}1"
    actions.register_meters(meters=[NewMeter("0061004", "heat", (HEAT,), number, HUNG_UP_DATE)])
    first, until = MOVING_DATE - timedelta(days=30), MOVING_DATE + timedelta(days=30)
    hours("0061004", "energy", first, until, lambda day: 1_000 if day < MOVING_DATE else 2_000)
    tariff_id, _ = approved(tariff(variable("heat", always("700"))))
    dorthe, erik = world.dorthe.agreements["heat"], world.erik.agreements["heat"]
    on_terms(dorthe, tariff_id, LONG_AGO)
    on_terms(erik, tariff_id, LONG_AGO)

    left, came = read(dorthe, erik, first=first, until=until)

    assert (left.customer_id, came.customer_id) == (world.dorthe.customer_id, world.erik.customer_id)
    assert spans(left) == [(first, MOVING_DATE, 30 * 24 * 1_000, MEASURED)]
    assert spans(came) == [(MOVING_DATE, until, (30 * 24 + 1) * 2_000, MEASURED)]


def test_an_interval_day_with_few_hours_missing_is_estimated_and_with_many_unknown(world: World) -> None:
    number = f"{world.anna.home.number}1"
    actions.register_meters(meters=[NewMeter("0061001", "heat", (HEAT,), number, HUNG_UP_DATE)])
    tariff_id, _ = approved(tariff(variable("heat", always("700"))))
    agreement_id = world.anna.agreements["heat"]
    on_terms(agreement_id, tariff_id, LONG_AGO)
    hours("0061001", "energy", FIRST, FIRST + timedelta(days=30), 1_000)
    with connection.cursor() as cursor:
        cursor.execute(
            "update metering_day set values[1:4] = '{null,null,null,null}', total = 20000 where day = '2026-01-10'"
        )
        cursor.execute(
            "update metering_day set values[1:20] = array_fill(null::int, array[20]), total = 4000"
            " where day = '2026-01-20'"
        )

    (prepared,) = read(agreement_id, until=date(2026, 1, 31))

    assert spans(prepared) == [
        (FIRST, date(2026, 1, 10), 9 * 24_000, MEASURED),
        (date(2026, 1, 10), date(2026, 1, 11), 24_000, ESTIMATED),
        (date(2026, 1, 11), date(2026, 1, 20), 9 * 24_000, MEASURED),
        (date(2026, 1, 21), date(2026, 1, 31), 10 * 24_000, MEASURED),
    ]


def test_waste_water_is_the_water_that_was_used(world: World, annas_water: int) -> None:
    hours("0062001", "volume", FIRST - timedelta(days=1), METER_SWAP_DATE, 10, counter=5_000)
    hours("0062002", "volume", METER_SWAP_DATE, UNTIL, 10, counter=0)
    tariff_id, _ = approved(tariff(stairs("30", "80%", "40%"), commodity=Commodity.WASTE_WATER), key="waste")
    agreement_id = world.anna.agreements["waste_water"]
    on_terms(agreement_id, tariff_id, LONG_AGO)

    water, waste_water = read(annas_water, agreement_id)

    assert spans(water) == spans(waste_water)
    assert waste_water.basis is not None
    assert waste_water.basis.commodity is Commodity.WASTE_WATER


def test_a_counted_tariff_asks_for_the_year_before_the_bill_and_what_was_billed_of_it(
    world: World, annas_water: int
) -> None:
    hours("0062001", "volume", FIRST - timedelta(days=1), METER_SWAP_DATE, 10, counter=5_000)
    hours("0062002", "volume", METER_SWAP_DATE, UNTIL, 10, counter=0)
    tariff_id, version_id = approved(tariff(stairs("30", "80%", "40%"), commodity=Commodity.WASTE_WATER), key="waste")
    agreement_id = world.anna.agreements["waste_water"]
    on_terms(agreement_id, tariff_id, LONG_AGO)
    february = date(2026, 2, 1)
    (january,) = read(agreement_id, until=february)
    assert january.basis is not None
    bill = posted(january, version_id)

    (later,) = read(agreement_id, first=february)

    assert later.basis is not None
    assert later.basis.billed_before == bill.billed_to_date
    assert [span[:2] for span in spans(later)] == [(FIRST, february), (february, UNTIL)]
    whole = calculate(read(agreement_id)[0].basis)  # type: ignore[arg-type]
    assert bill.net_oere + calculate(later.basis).net_oere == whole.net_oere


def posted(prepared: Prepared, version_id: int, *, kind: str = "annual") -> KernelBill:
    """Keep the bill of a basis as an executed run does."""
    assert prepared.basis is not None
    bill = calculate(prepared.basis)
    run = Run.objects.create(
        kind=kind, commodity=prepared.basis.commodity.value, period=DateRange(bill.from_date, bill.until_date),
        issue_date=bill.until_date, due_date=bill.until_date, state="draft", made_at=LAID_AT,
    )  # fmt: skip
    made = Bill.objects.create(
        run=run, agreement_id=prepared.agreement_id, customer_id=prepared.customer_id, kind=kind, state="previewed",
        period=DateRange(bill.from_date, bill.until_date), issue_date=bill.until_date, due_date=bill.until_date,
        tariff_version_id=version_id, vat_percent=25, net_oere=bill.net_oere, vat_oere=bill.vat_oere,
        on_account_net_oere=bill.on_account.net_oere, on_account_vat_oere=bill.on_account.vat_oere,
        to_pay_oere=bill.to_pay_oere, basis=basis_bytes(prepared.basis).decode(),
        calculation=bill_bytes(bill).decode(), posting_accounts=[], posting_oere=[], posting_vat=[],
    )  # fmt: skip
    made.state, made.number = "posted", made.pk
    made.save(update_fields=["state", "number"])
    return bill


def on_account(agreement_id: int, customer_id: int, first: date, until: date, net_oere: int) -> None:
    """A posted bill on account."""
    run = Run.objects.create(
        kind="on_account", commodity="water", period=DateRange(first, until), issue_date=first, due_date=first,
        state="draft", made_at=LAID_AT,
    )  # fmt: skip
    vat = net_oere // 4
    made = Bill.objects.create(
        run=run, agreement_id=agreement_id, customer_id=customer_id, kind="on_account", state="previewed",
        period=DateRange(first, until), issue_date=first, due_date=first, vat_percent=25, net_oere=net_oere,
        vat_oere=vat, on_account_net_oere=0, on_account_vat_oere=0, to_pay_oere=net_oere + vat,
        posting_accounts=[], posting_oere=[], posting_vat=[],
    )  # fmt: skip
    made.state, made.number = "posted", made.pk
    made.save(update_fields=["state", "number"])


def test_what_was_billed_on_account_for_the_days_is_taken_off(world: World, annas_water: int) -> None:
    for first, net_oere in ((date(2025, 10, 1), 9_900), (FIRST, 40_000), (date(2026, 4, 1), 7_700)):
        on_account(annas_water, world.anna.customer_id, first, first + timedelta(days=90), net_oere)

    (prepared,) = read(annas_water)

    assert prepared.basis is not None
    assert (prepared.basis.on_account.net_oere, prepared.basis.on_account.vat_oere) == (40_000, 10_000)


def test_sizes_and_fees_are_those_of_the_days(annas_water: int) -> None:
    by_size = fixed("size", always("400"), Factor.DWELLINGS)
    _, version_id = approved(tariff(by_size, commodity=Commodity.WATER))
    sized(annas_water, "dwellings", "1", LONG_AGO, date(2026, 2, 1))
    sized(annas_water, "dwellings", "2", date(2026, 2, 1))
    sized(annas_water, "square_metres", "150", LONG_AGO)
    fee(annas_water, "reminder", date(2026, 3, 31))
    fee(annas_water, "reminder", UNTIL)

    (prepared,) = read(annas_water)

    assert prepared.tariff_version_id == version_id
    assert prepared.basis is not None
    assert [value.value for value in prepared.basis.factors] == [Decimal(1), Decimal(2)]
    assert [charged.on_date for charged in prepared.basis.fees] == [date(2026, 3, 31)]


def test_an_agreement_that_changed_tariff_comes_once_for_each(world: World, annas_water: int) -> None:
    change = date(2026, 2, 1)
    Terms.objects.filter(agreement_id=annas_water).update(period=DateRange(LONG_AGO, change))
    other, _ = approved(tariff(fixed("flat", always("100")), commodity=Commodity.WATER), key="other")
    on_terms(annas_water, other, change, date(2026, 3, 1))

    first, second, third = read(annas_water)

    assert (first.from_date, first.until_date, second.until_date) == (FIRST, change, date(2026, 3, 1))
    assert second.basis is not None
    assert second.basis.agreement_from == change
    (missing,) = third.reasons
    assert (missing.code, missing.first, missing.until) == (NotReadyCode.NO_TERMS, date(2026, 3, 1), UNTIL)


def test_a_price_that_demands_a_reading_gets_the_days_own_amounts(world: World, annas_water: int) -> None:
    change = date(2026, 2, 10)
    hours("0062001", "volume", FIRST - timedelta(days=1), METER_SWAP_DATE, 10, counter=5_000)
    hours("0062002", "volume", METER_SWAP_DATE, UNTIL, 10, counter=0)
    approved(
        tariff(variable("water", changing(change, "10", "20"), "m3", split=Split.MEASURED), commodity=Commodity.WATER)
    )

    (prepared,) = read(annas_water)

    assert [span[:2] for span in spans(prepared)] == [(FIRST, change), (change, UNTIL)]
    assert prepared.basis is not None
    assert len(calculate(prepared.basis).lines) == 2


def test_old_days_and_months_tell_the_same(world: World, annas_water: int) -> None:
    hours("0062001", "volume", FIRST - timedelta(days=1), METER_SWAP_DATE, 10, counter=5_000)
    hours("0062002", "volume", METER_SWAP_DATE, UNTIL, 10, counter=0)
    (hourly,) = read(annas_water)

    with purpose(P.RETENTION, actor=None):
        while thin_to_days(before=date(2026, 3, 1)).more:
            pass
    (daily,) = read(annas_water)
    with purpose(P.RETENTION, actor=None):
        while thin_to_months(before=date(2026, 3, 1)).more:
            pass
    (monthly,) = read(annas_water)

    assert spans(hourly) == spans(daily) == spans(monthly)


def test_mean_temperatures_are_weighted_by_volume(world: World) -> None:
    registers = (
        HEAT,
        NewRegister("volume", "litres", "cumulative"),
        NewRegister("E8", "litre_degrees", "cumulative"),
        NewRegister("E9", "litre_degrees", "cumulative"),
    )
    number = f"{world.anna.home.number}1"
    actions.register_meters(meters=[NewMeter("0061001", "heat", registers, number, HUNG_UP_DATE)])
    cold = date(2026, 1, 16)
    before = FIRST - timedelta(days=1)
    until = date(2026, 1, 31)
    hours("0061001", "energy", FIRST, until, 1_000)
    for code, hot_days, cold_days in (("volume", 10, 30), ("E8", 10 * 80, 30 * 60), ("E9", 10 * 50, 30 * 30)):
        hours("0061001", code, before, until, lambda day, a=hot_days, b=cold_days: a if day < cold else b, counter=0)
    incentive = Incentive(
        key="incentive", text_key="incentive", account="sales", of=("heat",),
        terms=(IncentiveTerms(from_date=LONG_AGO, until_date=None, expected=FixedReturn(Decimal(40)),
                              surcharge_percent=Decimal(1)),),
    )  # fmt: skip
    tariff_id, _ = approved(tariff(variable("heat", always("700")), incentive))
    agreement_id = world.anna.agreements["heat"]
    on_terms(agreement_id, tariff_id, LONG_AGO)

    (prepared,) = read(agreement_id, until=until)

    assert prepared.basis is not None
    (mean,) = prepared.basis.temperatures
    assert (mean.flow_celsius, mean.return_celsius) == (Decimal("65.00"), Decimal("35.00"))


def test_a_restricted_customer_does_not_come_out(world: World, annas_water: int) -> None:
    Restriction.objects.create(
        customer_id=world.anna.customer_id, ground="accuracy", reason="Hun siger, at måleren viser forkert.",
        began_at=LAID_AT, recorded_by_id=world.dpo.pk,
    )  # fmt: skip

    assert read(annas_water) == []


def test_a_thousand_agreements_cost_no_more_statements_than_one(
    world: World, annas_water: int, django_assert_num_queries: Counting
) -> None:
    everybody = list(Agreement.objects.filter(commodity="water").values_list("pk", flat=True))
    for agreement_id in set(everybody) - {annas_water}:
        on_terms(agreement_id, Terms.objects.get(agreement_id=annas_water).tariff_id, LONG_AGO)
    read(annas_water)  # the tariff is parsed once a process
    with django_assert_num_queries(12):
        one = read(annas_water)
    with django_assert_num_queries(12):
        many = read(*everybody)
    assert (len(one), len(many)) == (1, len(everybody) - 1)  # Erik moves in later
