"""What a customer sees of each period: own days only, gaps as gaps, the current one compared like for like."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.interfaces.portal.comparison import DayAmount
from forsyn.interfaces.portal.slots import (
    HourAmount,
    Ownership,
    Remark,
    State,
    compare,
    date_slots,
    hour_slots,
)
from forsyn.kernel.calendar import day_period, days_of, month_period, months_of, year_period
from forsyn.kernel.periods import Period

TODAY = date(2026, 11, 21)
ALWAYS = Ownership([Period(date(2020, 1, 1))], TODAY)


def measured(period, amount, until=TODAY):
    return {day: DayAmount(amount) for day in days_of(period) if day < until}


THIS = measured(year_period(2026), 10)
LAST = measured(year_period(2025), 20)


def slot(period, this=THIS, last=LAST, ownership=ALWAYS):
    (only,) = date_slots([period], this, last, ownership)
    return only


def test_a_finished_month_is_measured_and_compared_whole() -> None:
    march = slot(month_period(2026, 3))
    assert (march.state, march.amount, march.last_year) == (State.MEASURED, 310, 620)
    assert march.change == pytest.approx(-0.5)
    assert march.remarks == frozenset()


def test_the_current_month_stands_beside_the_same_days_last_year() -> None:
    november = slot(month_period(2026, 11))
    assert (november.amount, november.last_year) == (200, 400)
    assert november.remarks == {Remark.SO_FAR}
    assert november.state is State.MEASURED


def test_a_month_to_come_shows_last_year_only() -> None:
    december = slot(month_period(2026, 12))
    assert (december.state, december.amount, december.last_year) == (State.FUTURE, None, 620)


def test_today_and_yesterday_are_awaited_and_older_days_missing() -> None:
    this = {day: amount for day, amount in THIS.items() if day < date(2026, 11, 18)}
    states = [slot(day_period(date(2026, 11, number)), this).state for number in (17, 18, 19, 20, 21, 22)]
    expected = [State.MEASURED, State.MISSING, State.MISSING, State.AWAITED, State.AWAITED, State.FUTURE]
    assert states == expected


def test_a_missing_day_is_no_zero() -> None:
    this = dict(THIS)
    del this[date(2026, 3, 5)]
    day, month = slot(day_period(date(2026, 3, 5)), this), slot(month_period(2026, 3), this)
    assert (day.state, day.amount, day.last_year) == (State.MISSING, None, 20)
    assert (month.state, month.amount, month.missing_days) == (State.PARTIAL, 300, 1)
    assert Remark.GAP in month.remarks
    assert month.change == pytest.approx(-0.5)


def test_the_day_that_brings_a_gap_is_marked() -> None:
    this = THIS | {date(2026, 3, 6): DayAmount(20, carries=True)}
    del this[date(2026, 3, 5)]
    assert Remark.CARRIED in slot(day_period(date(2026, 3, 6)), this).remarks


def test_a_gap_that_a_later_reading_closed_takes_nothing_from_the_month() -> None:
    this = THIS | {
        date(2026, 3, 4): DayAmount(8, complete=False, ends_measured=False),
        date(2026, 3, 6): DayAmount(22, complete=False, carries=True),
        date(2026, 3, 20): DayAmount(10, complete=False, carries=True),
    }
    del this[date(2026, 3, 5)]
    march = slot(month_period(2026, 3), this)
    assert (march.state, march.amount, march.remarks) == (State.MEASURED, 310, {Remark.CARRIED})
    assert march.change == pytest.approx(-0.5)
    states = [slot(day_period(date(2026, 3, number)), this).state for number in (4, 5, 6, 20)]
    assert states == [State.PARTIAL, State.MISSING, State.MEASURED, State.MEASURED]


def test_nobody_sees_what_was_used_before_they_moved_in_or_after_they_left() -> None:
    ownership = Ownership([Period(date(2026, 3, 15), date(2026, 6, 1))], TODAY)
    slots = date_slots(months_of(2026), THIS, LAST, ownership)
    assert [each.state for each in slots[:7]] == [
        State.OUTSIDE, State.OUTSIDE, State.MEASURED, State.MEASURED, State.MEASURED, State.OUTSIDE, State.OUTSIDE,
    ]  # fmt: skip
    assert slots[2].amount == 170
    assert slots[2].remarks == {Remark.BEGAN}
    assert slots[2].last_year == 17 * 20
    assert all(each.amount is None for each in slots if each.state is State.OUTSIDE)


def test_leap_february_is_compared_without_its_29th() -> None:
    this, last = measured(year_period(2024), 10), measured(year_period(2023), 10)
    february = slot(month_period(2024, 2), this, last)
    assert (february.amount, february.last_year, february.change) == (290, 280, 0)
    assert Remark.LEAP_DAY in february.remarks


def test_a_gap_last_year_is_said() -> None:
    last = {day: amount for day, amount in LAST.items() if day != date(2025, 3, 9)}
    assert Remark.LAST_YEAR_GAP in slot(month_period(2026, 3), last=last).remarks


def test_the_year_so_far_is_compared_with_the_same_days() -> None:
    result = compare(year_period(2026), THIS, LAST, ALWAYS)
    days = (date(2026, 11, 21) - date(2026, 1, 1)).days
    assert (result.this_year, result.last_year, result.left_out) == (days * 10, days * 20, 0)


@given(
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    st.integers(1, 700),
    st.sets(st.dates(date(2025, 1, 1), date(2026, 11, 20)), max_size=40),
)
def test_the_bars_add_up_to_the_own_days(first, days, missing) -> None:
    ownership = Ownership([Period(first, first + timedelta(days=days))], TODAY)
    this = {day: amount for day, amount in THIS.items() if day not in missing}
    slots = date_slots(months_of(2026), this, LAST, ownership)
    own = sum(amount.amount for day, amount in this.items() if ownership.owns(day))
    assert sum(each.amount or 0 for each in slots) == own


# -- hours -------------------------------------------------------------------------------------------------------


def hours(count, amount=1):
    return {index: HourAmount(amount) for index in range(count)}


def test_a_day_of_25_hours_stands_beside_one_of_24() -> None:
    last = {index: HourAmount(index) for index in range(24)}
    slots = hour_slots(date(2026, 10, 25), hours(25), last, ALWAYS)
    assert len(slots) == 25
    assert [each.last_year for each in slots[:5]] == [0, 1, 2, None, 3]


def test_a_day_of_24_hours_stands_beside_one_of_23() -> None:
    last = {index: HourAmount(index) for index in range(23)}
    slots = hour_slots(date(2026, 3, 30), hours(24), last, ALWAYS)
    assert [each.last_year for each in slots[:5]] == [0, 1, None, 2, 3]
    assert len(hour_slots(date(2026, 3, 29), hours(23), hours(24), ALWAYS)) == 23


def test_the_leap_day_has_no_hours_beside_it() -> None:
    assert {each.last_year for each in hour_slots(date(2024, 2, 29), hours(24), hours(24), ALWAYS)} == {None}


def test_a_lost_hour_is_missing_and_one_of_yesterday_awaited() -> None:
    this = {index: amount for index, amount in hours(24).items() if index != 5}
    assert hour_slots(date(2026, 3, 5), this, {}, ALWAYS)[5].state is State.MISSING
    assert hour_slots(date(2026, 11, 20), this, {}, ALWAYS)[5].state is State.AWAITED


def test_the_hours_of_a_stranger_are_not_there() -> None:
    ownership = Ownership([Period(date(2026, 3, 15))], TODAY)
    slots = hour_slots(date(2026, 3, 14), hours(24), {}, ownership)
    assert {(each.state, each.amount) for each in slots} == {(State.OUTSIDE, None)}
