"""Half-open periods."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.kernel.periods import Period

days = st.dates(date(2020, 1, 1), date(2021, 1, 1))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(days)
    length = draw(st.none() | st.integers(1, 400))
    return Period(first, None if length is None else first + timedelta(days=length))


def test_the_last_day_is_not_in_it() -> None:
    year = Period(date(2025, 1, 1), date(2026, 1, 1))
    assert date(2025, 12, 31) in year
    assert date(2026, 1, 1) not in year


def test_a_period_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="must end after it begins"):
        Period(date(2025, 1, 1), date(2025, 1, 1))


@given(periods(), periods(), days)
def test_a_clip_holds_exactly_the_common_days(one: Period, other: Period, day: date) -> None:
    common = one.clip(other)
    assert (common is not None and day in common) == (day in one and day in other)
    assert common == other.clip(one)
    assert (common is not None) == one.overlaps(other)
