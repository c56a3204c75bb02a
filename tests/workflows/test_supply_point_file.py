"""Which days are missing at a supply point, as staff read it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.metering.inspection import DayAmount
from forsyn.kernel.periods import Period
from forsyn.workflows.supply_point_file import RECENT_DAYS, RegisterDays, register_days

TODAY = date(2026, 11, 2)


def days(present: list[int | None]) -> RegisterDays:
    """Hours present on each day before today, yesterday first; None where nothing came."""
    return register_days(
        "energy",
        [
            DayAmount(
                installation_id=1,
                register_code="energy",
                unit="watt_hours",
                day=TODAY - timedelta(days=number),
                total=None if hours is None else hours * 10,
                hours_present=hours or 0,
                hours_expected=0 if hours is None else 24,
                version=0 if hours is None else 1,
            )
            for number, hours in enumerate(present, start=1)
        ],
        TODAY,
    )


def test_days_without_values_are_one_gap_and_a_day_with_some_says_how_many_hours() -> None:
    found = days([24, None, None, 22, 24])
    assert [(gap.period, gap.hours) for gap in found.missing] == [
        (Period(date(2026, 10, 30), date(2026, 11, 1)), None),
        (Period(date(2026, 10, 29), date(2026, 10, 30)), 2),
    ]


def test_days_after_the_last_value_are_late_not_missing() -> None:
    found = days([None, None, 24, 24])
    assert found.missing == ()
    assert found.last is not None
    assert found.last.day == date(2026, 10, 30)


def test_without_any_value_nothing_is_called_missing() -> None:
    found = days([None] * 5)
    assert (found.last, found.missing) == (None, ())


@given(st.lists(st.none() | st.integers(1, 24), min_size=1, max_size=90))
def test_every_missing_day_is_in_exactly_one_gap(present: list[int | None]) -> None:
    found = days(present)
    first_value = next((place for place, hours in enumerate(present) if hours is not None), len(present))
    lacking = {
        TODAY - timedelta(days=place + 1)
        for place, hours in enumerate(present)
        if place >= first_value and (hours is None or hours < 24)
    }
    covered = [
        gap.period.first + timedelta(days=number)
        for gap in found.missing
        for number in range((gap.period.until - gap.period.first).days)  # type: ignore[operator]
    ]
    assert len(covered) == len(set(covered))
    assert set(covered) == lacking
    assert len(found.recent) == min(len(present), RECENT_DAYS)
