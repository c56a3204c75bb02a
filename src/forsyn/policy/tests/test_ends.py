"""When a row's time is up."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.policy.ends import after, cutoff, end_date
from forsyn.policy.loading import load_policy
from forsyn.policy.periods import Period
from forsyn.policy.policy import Policy

UTILITY: Policy = load_policy(Path(__file__).parents[4] / "policies" / "utility.toml")
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "period", "until"),
    [
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2026, 8, 31), "P6M", date(2027, 2, 28)),
        (date(2026, 12, 31), "P2Y", date(2028, 12, 31)),
        (date(2026, 11, 21), "P0D", date(2026, 11, 21)),
        (date(2026, 11, 21), "P30D", date(2026, 12, 21)),
    ],
)
def test_a_period_after_a_day(day: date, period: str, until: date) -> None:
    assert after(day, Period.parse(period)) == until


def test_bookkeeping_ends_five_years_after_the_accounting_year() -> None:
    rule = UTILITY.retention["bookkeeping"]
    assert end_date(UTILITY, rule, date(2020, 1, 1)) == date(2026, 1, 1)
    assert end_date(UTILITY, rule, date(2020, 12, 31)) == date(2026, 1, 1)
    assert cutoff(UTILITY, rule, date(2025, 12, 31)) == date(2020, 1, 1)
    assert cutoff(UTILITY, rule, date(2026, 1, 1)) == date(2021, 1, 1)


@given(st.sampled_from(sorted(UTILITY.retention)), DAYS, DAYS)
def test_what_came_before_the_cutoff_is_over_and_nothing_else(key: str, event_date: date, today: date) -> None:
    rule = UTILITY.retention[key]
    assert (event_date < cutoff(UTILITY, rule, today)) == (end_date(UTILITY, rule, event_date) <= today)


@given(DAYS, st.sampled_from(["P1M", "P6M", "P5Y", "P14D", "P1Y6M"]))
def test_a_later_day_never_ends_earlier(day: date, period: str) -> None:
    assert after(day, Period.parse(period)) <= after(day + timedelta(days=1), Period.parse(period))
