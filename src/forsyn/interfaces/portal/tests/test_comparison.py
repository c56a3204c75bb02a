"""This year against last: only like is compared with like."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.interfaces.portal.comparison import Comparison, DayAmount, like_for_like
from forsyn.kernel.calendar import days_of, month_period, same_day_a_year_before

MARCH = list(days_of(month_period(2026, 3)))
MARCH_BEFORE = list(days_of(month_period(2025, 3)))


def measured(days, amount):
    return {day: DayAmount(amount) for day in days}


def test_two_whole_months_are_compared_whole() -> None:
    result = like_for_like(measured(MARCH, 92), measured(MARCH_BEFORE, 100), MARCH)
    assert (result.this_year, result.last_year, result.days, result.left_out) == (31 * 92, 31 * 100, 31, 0)
    assert result.change == pytest.approx(-0.08)


def test_a_month_that_is_not_over_is_compared_with_the_same_days_last_year() -> None:
    result = like_for_like(measured(MARCH[:10], 5), measured(MARCH_BEFORE, 10), MARCH[:10])
    assert (result.this_year, result.last_year) == (50, 100)


def test_a_day_without_values_in_one_year_is_left_out_of_both() -> None:
    this = measured(MARCH, 5)
    last = measured(MARCH_BEFORE, 10)
    del last[MARCH_BEFORE[3]]
    this[MARCH[7]] = DayAmount(None, complete=False)
    result = like_for_like(this, last, MARCH)
    assert (result.this_year, result.last_year, result.left_out) == (29 * 5, 29 * 10, 2)


def test_a_day_with_some_hours_missing_is_left_out() -> None:
    this = measured(MARCH, 5) | {MARCH[7]: DayAmount(2, complete=False)}
    assert like_for_like(this, measured(MARCH_BEFORE, 10), MARCH).days == 30


def test_29_february_is_left_out_and_said_so() -> None:
    february = list(days_of(month_period(2024, 2)))
    result = like_for_like(measured(february, 10), measured(days_of(month_period(2023, 2)), 10), february)
    assert result.change == 0
    assert result.leap_day_left_out
    assert (result.days, result.left_out) == (28, 0)


def test_a_reading_after_a_gap_brings_the_gap_with_it() -> None:
    this = measured(MARCH, 10)
    del this[MARCH[4]], this[MARCH[5]]
    this[MARCH[6]] = DayAmount(30, carries=True)
    result = like_for_like(this, measured(MARCH_BEFORE, 10), MARCH)
    assert (result.this_year, result.last_year, result.days) == (310, 310, 31)


def test_a_block_over_a_gap_counts_whole_or_not_at_all() -> None:
    this = measured(MARCH, 10)
    del this[MARCH[4]]
    this[MARCH[5]] = DayAmount(20, carries=True)
    last = measured(MARCH_BEFORE, 10)
    del last[MARCH_BEFORE[4]]
    result = like_for_like(this, last, MARCH)
    assert (result.this_year, result.last_year, result.days) == (290, 290, 29)


def test_a_gap_within_a_day_leaves_the_day_whole() -> None:
    this = measured(MARCH, 10) | {MARCH[4]: DayAmount(10, complete=False, carries=True)}
    result = like_for_like(this, measured(MARCH_BEFORE, 10), MARCH)
    assert (result.this_year, result.days) == (310, 31)
    alone = like_for_like(this, measured(MARCH_BEFORE, 10), MARCH[4:5])
    assert alone.change == 0


def test_a_gap_over_midnight_joins_the_two_days() -> None:
    evening = DayAmount(8, complete=False, ends_measured=False)
    this = measured(MARCH, 10) | {MARCH[4]: evening, MARCH[5]: DayAmount(12, complete=False, carries=True)}
    last = measured(MARCH_BEFORE, 10)
    assert like_for_like(this, last, MARCH).this_year == 310
    assert like_for_like(this, last, MARCH[4:5]).days == 0
    assert like_for_like(this, last, MARCH[5:6]).days == 0


def test_an_hour_that_no_later_reading_brings_is_lost() -> None:
    this = measured(MARCH, 10) | {MARCH[4]: DayAmount(9, complete=False), MARCH[5]: DayAmount(10)}
    assert like_for_like(this, measured(MARCH_BEFORE, 10), MARCH).days == 30


def test_a_gap_that_began_before_the_month_is_not_counted_to_it() -> None:
    this = measured(MARCH, 10) | {MARCH[0]: DayAmount(500, carries=True)}
    assert like_for_like(this, measured(MARCH_BEFORE, 10), MARCH).this_year == 300


def test_too_few_days_give_no_percentage() -> None:
    assert like_for_like(measured(MARCH[:10], 5), measured(MARCH_BEFORE, 10), MARCH).change is None
    assert Comparison(this_year=5, last_year=0, days=31, days_asked=31).change is None


FLAGS = {name: st.booleans() for name in ("complete", "carries", "ends_measured")}
DAY = st.builds(DayAmount, st.none() | st.integers(0, 1000), **FLAGS)


@given(st.lists(DAY, min_size=20, max_size=20), st.lists(DAY, min_size=20, max_size=20), st.integers(0, 400))
def test_only_days_known_in_both_years_count(now, then, offset) -> None:
    days = [date(2024, 2, 15) + timedelta(days=offset + number) for number in range(20)]
    before = [same_day_a_year_before(day) for day in days]
    this = dict(zip(days, now, strict=True))
    last = {day: amount for day, amount in zip(before, then, strict=True) if day is not None}
    result = like_for_like(this, last, days)
    assert 0 <= result.days <= result.days_asked - result.leap_day_left_out
    assert 0 <= result.this_year <= sum(each.amount or 0 for each in now)
    assert 0 <= result.last_year <= sum(each.amount or 0 for each in last.values())


@given(st.lists(DAY, min_size=20, max_size=20))
def test_a_year_like_the_one_before_has_not_changed(amounts) -> None:
    days = MARCH[:20]
    this = dict(zip(days, amounts, strict=True))
    last = dict(zip(MARCH_BEFORE[:20], amounts, strict=True))
    result = like_for_like(this, last, days)
    assert result.this_year == result.last_year
