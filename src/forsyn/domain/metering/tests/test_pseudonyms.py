"""Those who optimise the operation see pseudonyms, and nobody who objects; so leaks and poor cooling are found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forsyn.domain.metering import actions
from forsyn.domain.metering.actions import NewMeter, NewRegister
from forsyn.domain.metering.models import Meter, Register
from forsyn.domain.metering.operation_queries import LeakSuspect, PoorCooling, leak_suspects, poor_cooling
from forsyn.domain.safeguards.actions_choices import object_to, restrict
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.loading import load_policy
from forsyn.policy.purposes import P
from tests.meter_values import MeterStore
from tests.world import MOVING_DATE, NOW, World

DAYS = 14
LAST = MOVING_DATE + timedelta(days=6)
FIRST = LAST - timedelta(days=DAYS - 1)
OPTIMISATION = P.OPERATION_OPTIMISATION


def _leaks(days: int = DAYS) -> list[LeakSuspect]:
    with purpose(OPTIMISATION, actor=None):
        return leak_suspects(last_date=LAST, days=days)


def _water(world: World, value: Callable[[date, int], int | None], home: str = "erik") -> Meter:
    """A water meter from long ago, with these values in the days looked at."""
    store = MeterStore(count=Meter.objects.count())
    installation = getattr(world, home).installations["water"]
    meter = store.meter(installation, "water", date(2024, 10, 1))
    store.fill(meter, FIRST, LAST, value)
    return meter


def _rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _days_seen() -> set[date]:
    with purpose(OPTIMISATION, actor=None):
        return {day for (day,) in _rows("select day from metering_pseudonymous_day")}  # type: ignore[misc]


def test_each_meter_gets_a_pseudonym_of_its_own_when_it_is_registered(db: None) -> None:
    register = NewRegister("energy", "watt_hours", "interval")
    before = _rows("select count(*) from metering_pseudonym")
    with CaptureQueriesContext(connection) as few:
        actions.register_meters(meters=[NewMeter("0071", "heat", (register,))])
    with CaptureQueriesContext(connection) as many:
        actions.register_meters(meters=[NewMeter(f"007{n}", "heat", (register,)) for n in range(20, 90)])
    assert len(many) == len(few)
    found = _rows("select count(*), count(distinct pseudonym) from metering_pseudonym")
    assert found == [(before[0][0] + 71, before[0][0] + 71)]
    Register.objects.all().delete()
    Meter.objects.filter(number="0071").delete()
    assert _rows("select count(*) from metering_pseudonym") == [(before[0][0] + 70,)]


def test_water_that_runs_every_night_is_a_leak(world: World) -> None:
    meter = _water(world, lambda day, hour: 9 if hour in range(1, 5) else 100 * (hour % 3))
    ((pseudonym,),) = _rows(f"select pseudonym from metering_pseudonym where id = {meter.pk}")
    with CaptureQueriesContext(connection) as captured:
        (leak,) = _leaks()
    assert len([query for query in captured if "metering_pseudonymous_day" in query["sql"]]) == 1
    assert (leak.pseudonym, leak.register, leak.litres_per_hour) == (pseudonym, "volume", 9)
    assert leak.litres == DAYS * sum(9 if hour in range(1, 5) else 100 * (hour % 3) for hour in range(24))
    assert _leaks(days=DAYS + 1) == [], "not every one of the days is there"


@pytest.mark.parametrize("value", [0, None])
def test_one_night_hour_without_flow_or_without_a_value_is_no_leak(world: World, value: int | None) -> None:
    last_night = LAST, 4
    _water(world, lambda day, hour: value if (day, hour) == last_night else 12)
    assert _leaks() == []
    with purpose(OPTIMISATION, actor=None):
        assert len(leak_suspects(last_date=LAST - timedelta(days=1), days=DAYS - 1)) == 1


def test_whoever_objects_is_seen_in_no_day_of_their_own(world: World) -> None:
    _water(world, lambda day, hour: 5)
    everything = {FIRST + timedelta(days=number) for number in range(DAYS)}
    assert _days_seen() == everything
    policy = load_policy(settings.POLICY_FILE)
    object_to(policy=policy, customer_id=world.erik.customer_id, purpose=OPTIMISATION, reason="Jeg vil ikke.", now=NOW)
    assert _days_seen() == {day for day in everything if day < MOVING_DATE}, "Dorthe's days there stay"
    restrict(
        customer_id=world.dorthe.customer_id,
        ground="accuracy",
        reason="Hun bestrider tallene.",
        recorded_by_id=world.dpo.pk,
        now=NOW,
    )
    assert _days_seen() == set()
    assert _leaks() == []


def test_one_of_two_holders_hides_nothing_of_the_others_and_both_hide_all(world: World) -> None:
    _water(world, lambda day, hour: 5, home="bo")
    for person, seen in ((world.bo, DAYS), (world.birgit, 0)):
        restrict(
            customer_id=person.customer_id,
            ground="claim",
            reason="Til brug i en sag.",
            recorded_by_id=world.dpo.pk,
            now=NOW,
        )
        assert len(_days_seen()) == seen


@pytest.mark.parametrize(
    "table",
    [
        "metering_meter",
        "metering_mounting",
        "metering_day",
        "metering_day_store",
        "metering_day_2026_10",
        "metering_pseudonym",
        "customers_customer",
        "customers_agreement_holder",
    ],
)
def test_who_a_meter_belongs_to_is_not_to_be_had(world: World, table: str) -> None:
    _water(world, lambda day, hour: 5)
    with pytest.raises(PurposeViolation), purpose(OPTIMISATION, actor=None):
        _rows(f"select count(*) from {table}")


def test_no_other_purpose_reads_days_by_pseudonym_unless_it_may_read_everything(world: World) -> None:
    for work in (P.METERING, P.CUSTOMER_SERVICE, P.SETTLEMENT):
        for table in ("metering_pseudonymous_day", "metering_pseudonym"):
            with pytest.raises(PurposeViolation), purpose(work, actor=None):
                _rows(f"select count(*) from {table}")
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        assert _rows("select count(*) from metering_pseudonym") == _rows("select count(*) from metering_meter")


def test_heat_that_comes_back_too_warm_is_poor_cooling(world: World) -> None:
    store = MeterStore(count=Meter.objects.count())
    poor, good, water_only = (
        store.meter(home.installations["heat"], "heat", date(2024, 10, 1))
        for home in (world.anna, world.erik, world.gorm)
    )
    for meter in (poor, good):
        Register.objects.create(
            meter=meter, number=2, code="volume", unit="litres", values="interval", resolution="hour"
        )
    for meter, watt_hours in ((poor, 2_326), (good, 4_652), (water_only, 1)):
        store.fill(meter, FIRST, LAST, lambda day, hour, each=watt_hours: each)  # type: ignore[misc]
    with connection.cursor() as cursor:  # the same days, of the second register: 100 litres an hour
        cursor.execute(
            "insert into metering_day (meter_id, day, delivery_id, register, version, total, values)"
            " select meter_id, day, delivery_id, 2, version, 2400, array_fill(100, array[24])"
            "   from metering_day where meter_id in (%s, %s)",
            [poor.pk, good.pk],
        )
        cursor.execute("select pseudonym from metering_pseudonym where id = %s", [poor.pk])
        (pseudonym,) = cursor.fetchone()
    with purpose(OPTIMISATION, actor=None):
        (found,) = poor_cooling(last_date=LAST, days=DAYS, below_kelvin=30)
        assert len(poor_cooling(last_date=LAST, days=DAYS, below_kelvin=41)) == 2
    assert found == PoorCooling(pseudonym, Decimal("20.0"), DAYS * 24 * 2_326, DAYS * 24 * 100)
