"""When access may be given, and how long it lasts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.accounts.rules import (
    AccessRefused,
    Refusal,
    Term,
    after,
    check_agreement,
    check_reason,
    check_term,
    review_date,
)
from forsyn.policy.periods import Period
from forsyn.policy.policy import StaffRole, Text

WORDS = Text("Rolle", "Role")
TODAY = date(2026, 11, 2)
YEAR, HALF_YEAR = Period(years=1), Period(months=6)
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))
PERIODS = st.builds(
    Period, years=st.integers(0, 3), months=st.integers(0, 30), weeks=st.integers(0, 9), days=st.integers(0, 90)
)


def role(longest: Period = YEAR, review: Period = HALF_YEAR) -> StaffRole:
    return StaffRole("clerk", 1, {}, (), WORDS, WORDS, ("customer_service",), review, longest, external=False)


def refusal(error: pytest.ExceptionInfo[AccessRefused]) -> Refusal:
    return error.value.refusal


@pytest.mark.parametrize(
    ("day", "period", "later"),
    [
        (date(2026, 1, 31), "P1M", date(2026, 2, 28)),
        (date(2028, 2, 29), "P1Y", date(2029, 2, 28)),
        (date(2026, 12, 31), "P1M", date(2027, 1, 31)),
        (date(2026, 10, 5), "P1Y6M2W1D", date(2028, 4, 20)),
        (date(2026, 10, 5), "P0D", date(2026, 10, 5)),
    ],
)
def test_a_calendar_period_later(day: date, period: str, later: date) -> None:
    assert after(day, Period.parse(period)) == later


@given(day=DAYS, period=PERIODS)
def test_a_period_never_leads_back_and_a_longer_one_not_less_far(day: date, period: Period) -> None:
    assert after(day, period) >= day
    longer = Period(period.years, period.months + 1, period.weeks, period.days)
    assert after(day, longer) > after(day, period) - timedelta(days=1)


@given(first=DAYS, days=st.integers(1, 900), since=st.integers(0, 900), review=PERIODS)
def test_a_review_lies_within_the_access(first: date, days: int, since: int, review: Period) -> None:
    term = Term(first, first + timedelta(days=days))
    due = review_date(role(review=review), term, since=first + timedelta(days=since))
    assert term.first_date <= due <= term.last_date


@given(first=DAYS, longest=PERIODS.filter(bool), more=st.integers(-400, 400))
def test_no_term_is_longer_than_the_policy_grants(first: date, longest: Period, more: int) -> None:
    until = after(first, longest) + timedelta(days=more)
    try:
        check_term(role(longest), Term(first, until), today=first)
    except AccessRefused as error:
        refused = error.refusal
    else:
        refused = None
    expected = Refusal.BACKWARDS if until <= first else Refusal.TOO_LONG if more > 0 else None
    assert refused is expected


def test_the_longest_term_is_told() -> None:
    with pytest.raises(AccessRefused) as error:
        check_term(role(), Term(TODAY, date(2027, 11, 3)), today=TODAY)
    assert error.value.limit == date(2027, 11, 1)


def test_what_is_over_is_not_given() -> None:
    with pytest.raises(AccessRefused) as error:
        check_term(role(), Term(TODAY - timedelta(days=9), TODAY), today=TODAY)
    assert refusal(error) is Refusal.OVER


def reason_or_refusal(words: str) -> str | Refusal:
    try:
        return check_reason(words)
    except AccessRefused as error:
        return error.refusal


@given(words=st.text(max_size=1200))
def test_a_reason_is_words_and_not_too_many(words: str) -> None:
    told = words.strip()
    expected = Refusal.REASON_MISSING if not told else Refusal.WORDS_TOO_LONG if len(told) > 1000 else told
    assert reason_or_refusal(words) == expected


@pytest.mark.parametrize(
    ("document", "signed", "first", "until", "expected"),
    [
        (b"", 0, 0, 30, Refusal.NO_DOCUMENT),
        (b"hello", 0, 0, 30, Refusal.NOT_A_DOCUMENT),
        (b"%PDF-" + b"x" * 10_000_000, 0, 0, 30, Refusal.DOCUMENT_TOO_LARGE),
        (b"%PDF-1.7", 0, 5, 5, Refusal.BACKWARDS),
        (b"%PDF-1.7", -40, -40, 0, Refusal.OVER),
        (b"%PDF-1.7", 1, 1, 30, Refusal.SIGNED_LATER),
        (b"%PDF-1.7", 0, -1, 30, Refusal.SIGNED_LATER),
    ],
)
def test_what_is_no_agreement(document: bytes, signed: int, first: int, until: int, expected: Refusal) -> None:
    days = [TODAY + timedelta(days=each) for each in (signed, first, until)]
    with pytest.raises(AccessRefused) as error:
        check_agreement(document, signed_date=days[0], term=Term(days[1], days[2]), today=TODAY)
    assert refusal(error) is expected


@pytest.mark.parametrize("document", [b"%PDF-1.7", b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n"])
def test_a_signed_paper_in_the_usual_forms_will_do(document: bytes) -> None:
    check_agreement(document, signed_date=TODAY, term=Term(TODAY, TODAY + timedelta(days=1)), today=TODAY)
