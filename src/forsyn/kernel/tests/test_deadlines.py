"""Time limits of Art. 12(3) and 33(1), counted by Regulation 1182/71."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.kernel.deadlines import (
    answer_limits,
    easter_sunday,
    is_working_day,
    month_limit,
    months_after,
    public_holidays,
    working_day_from,
)

days = st.dates(date(2000, 1, 1), date(2099, 9, 30))

# As printed in Danish calendars.
EASTER = {
    2023: (4, 9), 2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2028: (4, 16), 2029: (4, 1), 2030: (4, 21),
}  # fmt: skip


@pytest.mark.parametrize(("year", "day"), EASTER.items())
def test_easter(year: int, day: tuple[int, int]) -> None:
    assert easter_sunday(year) == date(year, *day)


@given(st.integers(1583, 4000))
def test_easter_is_a_sunday_between_its_bounds(year: int) -> None:
    easter = easter_sunday(year)
    assert easter.weekday() == 6
    assert date(year, 3, 22) <= easter <= date(year, 4, 25)


def test_the_holidays_of_a_year() -> None:
    assert [f"{day:%d.%m.} {name}" for day, name in public_holidays(2026).items()] == [
        "01.01. nytårsdag",
        "02.04. skærtorsdag",
        "03.04. langfredag",
        "05.04. påskedag",
        "06.04. 2. påskedag",
        "14.05. Kristi himmelfartsdag",
        "24.05. pinsedag",
        "25.05. 2. pinsedag",
        "25.12. juledag",
        "26.12. 2. juledag",
    ]


def test_great_prayer_day_was_kept_until_2023() -> None:
    assert public_holidays(2023)[date(2023, 5, 5)] == "store bededag"
    assert "store bededag" not in public_holidays(2024).values()
    assert is_working_day(date(2024, 4, 26))


@pytest.mark.parametrize("day", [date(2026, 5, 1), date(2026, 6, 5), date(2026, 12, 24), date(2026, 12, 31)])
def test_days_off_by_custom_are_working_days(day: date) -> None:
    assert is_working_day(day)


@pytest.mark.parametrize(
    ("received", "first", "last"),
    [
        (date(2026, 9, 1), date(2026, 10, 1), date(2026, 12, 1)),
        (date(2026, 1, 31), date(2026, 3, 2), date(2026, 4, 30)),  # no 31 February: the 28th, a Saturday
        (date(2024, 1, 30), date(2024, 2, 29), date(2024, 4, 30)),  # the last day of a leap February
        (date(2026, 3, 2), date(2026, 4, 7), date(2026, 6, 2)),  # Maundy Thursday to Easter Monday
        (date(2026, 11, 25), date(2026, 12, 28), date(2027, 2, 25)),  # Christmas, then a week-end
        (date(2026, 12, 1), date(2027, 1, 4), date(2027, 3, 1)),  # New Year's Day, then a week-end
        (date(2026, 11, 21), date(2026, 12, 21), date(2027, 2, 22)),
    ],
)
def test_limits_end_as_the_regulation_says(received: date, first: date, last: date) -> None:
    limits = answer_limits(received)
    assert (limits.first, limits.last) == (first, last)


def test_a_pause_moves_the_limit_before_it_is_moved_to_a_working_day() -> None:
    assert answer_limits(date(2026, 9, 1), paused_days=2).first == date(2026, 10, 5)  # 3 October is a Saturday
    with pytest.raises(ValueError, match="paused"):
        month_limit(date(2026, 9, 1), months=1, paused_days=-1)


@given(days, st.integers(0, 60))
def test_a_limit_ends_on_a_working_day_within_a_few_days_of_the_date(received: date, paused: int) -> None:
    limits = answer_limits(received, paused_days=paused)
    for limit, months in ((limits.first, 1), (limits.last, 3)):
        nominal = months_after(received, months) + timedelta(days=paused)
        assert is_working_day(limit)
        assert nominal <= limit <= nominal + timedelta(days=5)
    assert received < limits.first < limits.last


@given(days, st.integers(0, 59))
def test_limits_never_shrink_with_later_receipt_or_longer_pause(received: date, paused: int) -> None:
    tomorrow = received + timedelta(days=1)
    assert answer_limits(tomorrow).first >= answer_limits(received).first
    assert answer_limits(received, paused_days=paused + 1).first >= answer_limits(received, paused_days=paused).first


@given(days, st.integers(0, 48))
def test_months_keep_the_date_or_end_the_month(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(days)
def test_the_next_working_day_is_the_first_one(day: date) -> None:
    found = working_day_from(day)
    assert all(not is_working_day(day + timedelta(days=n)) for n in range((found - day).days))
