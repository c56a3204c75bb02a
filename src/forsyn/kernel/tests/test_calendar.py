"""Years, months, days and the hours on the wall clock."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from forsyn.kernel.calendar import (
    Fold,
    a_year_before,
    days_of,
    local_hours,
    month_period,
    months_of,
    same_day_a_year_before,
    year_before,
    year_period,
)
from forsyn.kernel.periods import Period

DATES = st.dates(date(1971, 1, 1), date(2099, 12, 31))


@given(st.integers(1971, 2099))
def test_the_months_tile_the_year(year: int) -> None:
    months = months_of(year)
    assert months[0].first == year_period(year).first
    assert months[-1].until == year_period(year).until
    assert all(one.until == following.first for one, following in pairwise(months))


def test_a_leap_year_has_a_29th_of_february() -> None:
    assert len(list(days_of(month_period(2024, 2)))) == 29
    assert len(list(days_of(year_period(2024)))) == 366


def test_the_leap_day_has_no_counterpart() -> None:
    assert same_day_a_year_before(date(2024, 2, 29)) is None
    assert same_day_a_year_before(date(2025, 2, 28)) == date(2024, 2, 28)
    assert year_before(date(2024, 2, 29)) == date(2023, 3, 1)
    assert year_before(date(2025, 3, 1)) == date(2024, 3, 1)


def test_february_of_a_leap_year_is_compared_with_all_of_the_february_before() -> None:
    assert a_year_before(month_period(2024, 2)) == month_period(2023, 2)
    assert a_year_before(month_period(2025, 2)) == month_period(2024, 2)


@given(DATES, st.integers(1, 400))
def test_a_period_a_year_before_is_never_turned_round(first: date, days: int) -> None:
    period = Period(first, first + timedelta(days=days))
    before = a_year_before(period)
    if before is None:
        assert list(days_of(period)) == [date(first.year, 2, 29)]
    else:
        assert before.until is not None
        assert before.first < before.until


def test_an_ordinary_day_has_24_hours_of_one_name_each() -> None:
    hours = local_hours(date(2026, 3, 14))
    assert [hour.hour for hour in hours] == list(range(24))
    assert {hour.fold for hour in hours} == {Fold.ONLY}


def test_the_clock_skips_two_o_clock_in_spring() -> None:
    assert [hour.hour for hour in local_hours(date(2026, 3, 29))] == [0, 1, *range(3, 24)]


def test_two_o_clock_comes_twice_in_autumn() -> None:
    hours = local_hours(date(2026, 10, 25))
    assert [hour.hour for hour in hours] == [0, 1, 2, 2, *range(3, 24)]
    assert [hour.fold for hour in hours[2:4]] == [Fold.SUMMER_TIME, Fold.STANDARD_TIME]
    assert hours[3].starts_at_seconds - hours[2].starts_at_seconds == 3600


@given(DATES)
def test_the_hours_of_a_day_end_where_the_next_day_begins(day: date) -> None:
    assert local_hours(day)[-1].starts_at_seconds + 3600 == local_hours(day + timedelta(days=1))[0].starts_at_seconds
