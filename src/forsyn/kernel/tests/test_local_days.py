"""The Danish clock: days of 23, 24 and 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.kernel import local_days

SPRING = date(2018, 3, 25)
AUTUMN = date(2018, 10, 28)
days = st.dates(date(1990, 1, 2), date(2090, 12, 30))


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2018, 7, 1), 24)])
def test_a_day_has_23_24_or_25_hours(day: date, hours: int) -> None:
    assert local_days.hours_in_day(day) == hours


def test_the_doubled_hour_has_two_indexes() -> None:
    first = datetime(2018, 10, 28, 0, 0, tzinfo=UTC)
    assert [local_days.hour_index(first + timedelta(hours=step)) for step in range(3)] == [2, 3, 4]


def test_the_day_starts_at_local_midnight() -> None:
    assert local_days.day_start(date(2018, 1, 3)) == datetime(2018, 1, 2, 23, tzinfo=UTC)
    assert local_days.local_day(datetime(2018, 1, 2, 23, tzinfo=UTC)) == date(2018, 1, 3)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        local_days.local_day(datetime(2018, 1, 1))  # noqa: DTZ001 - the point of the test


@given(days)
def test_the_hours_of_a_day_are_counted_without_hole_or_repeat(day: date) -> None:
    start = local_days.day_start(day)
    hours = [start + timedelta(hours=number) for number in range(local_days.hours_in_day(day))]
    assert [local_days.hour_index(at) for at in hours] == list(range(len(hours)))
    assert {local_days.local_day(at) for at in hours} == {day}
    assert local_days.local_day(hours[-1] + timedelta(hours=1)) == day + timedelta(days=1)


@given(days, st.integers(0, 60))
def test_the_bounds_of_consecutive_days_are_their_starts(first: date, count: int) -> None:
    bounds = local_days.day_starts_seconds(first, first + timedelta(days=count))
    assert len(bounds) == count + 1
    assert bounds == sorted(bounds)
    assert bounds[0] == local_days.day_start_seconds(first)


@given(
    st.sampled_from(["Europe/Copenhagen", "UTC", "Atlantic/Faroe", "America/Nuuk", "Europe/Madrid"]),
    st.integers(0, 4_100_000_000),
)
def test_the_transition_table_agrees_with_the_zone(zone: str, at_seconds: int) -> None:
    table = local_days.transition_table(zone)
    offset = table.first_offset_seconds
    for transition in table.transitions:
        assert transition.offset_before_seconds == offset or transition.at_seconds > at_seconds
        if transition.at_seconds <= at_seconds:
            offset = transition.offset_after_seconds
    expected = datetime.fromtimestamp(at_seconds, ZoneInfo(zone)).utcoffset()
    assert expected == timedelta(seconds=offset)
