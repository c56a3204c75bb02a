"""Whatever is thinned, and in whatever chunks: what each person used in each period of theirs adds up to the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forsyn.domain.metering import queries
from forsyn.domain.metering.actions_thinning import thin_to_days, thin_to_months
from forsyn.domain.metering.models import Day, Month
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from tests.meter_values import MeterStore
from tests.world import World

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2025, 3, 1), date(2025, 4, 30)
"""With the day of 23 hours, the end of a month, and two whole months."""
DAYS = (LAST - FIRST).days + 1
days = st.integers(0, DAYS - 1).map(lambda number: FIRST + timedelta(days=number))


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# what an example did is undone, so the world is the same for each
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    swapped=days,
    moves=st.lists(days, max_size=3, unique=True),
    missing=st.sets(st.tuples(days, st.integers(0, 22)), max_size=40),
    silent=st.sets(days, max_size=10),
    hours_before=days,
    days_before=days.map(lambda day: day + timedelta(days=31)),
    meters=st.integers(1, 3),
    night_between=st.booleans(),
)
def test_totals_of_each_period_stay(
    world: World, swapped, moves, missing, silent, hours_before, days_before, meters, night_between
) -> None:
    with undone():
        place = world.dorthe.installations["heat"]
        periods = _agree(world, sorted(moves))
        _fill(place, swapped, missing, silent)
        before = [_total(place, period) for period in periods]
        versions = Day.objects.count()
        if night_between:
            _thin(hours_before, date(2025, 4, 1), meters)
        _thin(hours_before, days_before, meters)
        assert [_total(place, period) for period in periods] == before
        assert sum(Month.objects.values_list("days", flat=True)) + Day.objects.count() == versions
        assert not Day.objects.filter(day__lt=hours_before).exclude(values=[]).exists()
        assert not Day.objects.filter(day__lt=days_before.replace(day=1)).exists()
        _thin(hours_before, days_before, meters)
        assert [_total(place, period) for period in periods] == before


def _agree(world: World, moves: list[date]) -> list[tuple[date, date]]:
    """Dorthe until the first move, Erik after it, then somebody else's agreements one after the other."""
    bounds = [date(2024, 10, 1), *moves, date(2030, 1, 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from customers_agreement_holder where agreement_id in (select id from customers_agreement"
            " where supply_point_id = %(place)s and commodity = 'heat' and period @> %(later)s)",
            {"place": world.dorthe.home.supply_point_id, "later": date(2027, 1, 1)},
        )
        cursor.execute(
            "delete from customers_agreement where supply_point_id = %(place)s and commodity = 'heat'"
            " and period @> %(later)s",
            {"place": world.dorthe.home.supply_point_id, "later": date(2027, 1, 1)},
        )
        cursor.execute(
            "update customers_agreement set period = %s where id = %s",
            [DateRange(bounds[0], bounds[1]), world.dorthe.agreements["heat"]],
        )
        for number, (first, until) in enumerate(pairwise(bounds[1:])):
            cursor.execute(
                "insert into customers_agreement (number, supply_point_id, commodity, relation, period, source,"
                " recorded_at) values (%s, %s, 'heat', 'tenant', %s, 'person', now())",
                [f"X{number}", world.dorthe.home.supply_point_id, DateRange(first, until)],
            )
    return list(pairwise(bounds))


def _fill(place: int, swapped: date, missing: set[tuple[date, int]], silent: set[date]) -> None:
    """Two meters, the second put up on the day of the swap, on which both hang there."""
    store = MeterStore()
    until = swapped + timedelta(days=1)
    old, new = store.meter(place, "heat", date(2020, 1, 1), until), store.meter(place, "heat", swapped)

    def value(day: date, hour: int) -> int | None:
        return None if day in silent or (day, hour) in missing else (day.day * 100 + hour)

    store.fill(old, FIRST, swapped, value)
    store.fill(new, swapped, LAST, value)


def _thin(hours_before: date, days_before: date, meters: int) -> None:
    for step, before in ((thin_to_days, hours_before), (thin_to_months, days_before)):
        more = True
        while more:
            with purpose(P.RETENTION, actor=None):
                more = step(before=before, meters=meters).more  # type: ignore[operator]


def _total(place: int, period: tuple[date, date]) -> int:
    asked = {"installation_id": place, "register_code": "energy"}
    first, last = max(period[0], FIRST), min(period[1] - timedelta(days=1), LAST)
    if first > last:
        return 0
    by_day = queries.day_totals(**asked, first_date=first, last_date=last).total.sum()
    parts = queries.month_parts(**asked, first_date=first, last_date=last)
    assert all(first <= part.first and (part.until - timedelta(days=1) <= last) for part in parts)
    return int(by_day) + sum(part.total for part in parts)
