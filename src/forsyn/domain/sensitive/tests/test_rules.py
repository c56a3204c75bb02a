"""Review dates as the policies promise them, and what may be written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.sensitive import rules
from forsyn.domain.sensitive.rules import Kind, NoReview, NotPossible
from forsyn.policy.loading import load_policy
from forsyn.policy.periods import Period

UTILITY = load_policy(Path(settings.PROJECT_ROOT, "policies", "utility.toml"))
TODAY = date(2026, 8, 31)


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        (Kind.CPR, date(2028, 8, 31)),
        (Kind.HEALTH, date(2027, 2, 28)),
        (Kind.THREATS, date(2027, 2, 28)),
        (Kind.PREMISES, date(2027, 2, 28)),
        (Kind.OFFENCES, date(2026, 11, 30)),
    ],
)
def test_each_kind_is_reviewed_when_the_policy_says(kind: Kind, due: date) -> None:
    assert rules.review_date(UTILITY, kind, today=TODAY) == due


def test_a_policy_that_promises_no_review_is_told_so() -> None:
    silent = replace(UTILITY, retention={key: replace(rule, review=None) for key, rule in UTILITY.retention.items()})
    with pytest.raises(NoReview, match=r"'health'.*review = "):
        rules.review_date(silent, Kind.HEALTH, today=TODAY)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 60), st.integers(0, 400))
def test_later_days_stay_in_order_and_months_end_where_they_end(day: date, months: int, days: int) -> None:
    due = rules.after(day, Period(months=months, days=days))
    assert due >= day
    assert due <= rules.after(day + timedelta(days=1), Period(months=months, days=days))
    by_months = rules.after(day, Period(months=months))
    assert (by_months.year * 12 + by_months.month) - (day.year * 12 + day.month) == months
    assert by_months.day == day.day or (by_months + timedelta(days=1)).day == 1


@pytest.mark.parametrize("text", ["", "  \n", "x" * (rules.LONGEST_TEXT + 1)])
def test_a_text_of_no_use_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(NotPossible) as refusal:
        rules.clean_text(text)
    assert "xxx" not in str(refusal.value)
