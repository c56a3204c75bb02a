import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.policy.countries import checked_on, countries
from forsyn.policy.periods import Period, PeriodError

PERIODS = st.builds(
    Period,
    years=st.integers(0, 99),
    months=st.integers(0, 99),
    weeks=st.integers(0, 99),
    days=st.integers(0, 999),
    hours=st.integers(0, 99),
    minutes=st.integers(0, 99),
)


@given(PERIODS)
def test_what_is_written_reads_back(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(st.text(max_size=12))
def test_any_text_is_a_period_or_a_period_error(text: str) -> None:
    try:
        period = Period.parse(text)
    except PeriodError:
        return
    assert text.startswith("P")
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize("text", ["", "P", "5Y", "P5", "PT", "P5YT", "P1M1Y", "-P5Y", "P1.5Y", "p5y", "P٥Y"])
def test_what_is_not_a_period_is_refused_with_examples(text: str) -> None:
    with pytest.raises(PeriodError, match="'P5Y' for five years"):
        Period.parse(text)


def test_zero_means_at_once() -> None:
    assert not Period.parse("P0D")
    assert str(Period.parse("P0Y")) == "P0D"


def test_the_realm_is_not_all_in_the_eu() -> None:
    listed = countries()
    assert listed["DK"].in_eea
    assert listed["NO"].in_eea
    assert not listed["GL"].in_eea
    assert not listed["FO"].in_eea
    assert not listed["US"].in_eea
    assert sum(country.in_eea for country in listed.values()) == 30
    assert checked_on() == "2026-11"
