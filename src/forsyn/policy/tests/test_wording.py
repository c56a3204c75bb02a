from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.policy.periods import Period
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import article_words, capitalised, clauses, date_words, period_words, series

DA, EN = Language.DANISH, Language.ENGLISH


@pytest.mark.parametrize(
    ("words", "danish", "english"),
    [
        ([], "", ""),
        (["navn"], "navn", "navn"),
        (["navn", "adresse"], "navn og adresse", "navn and adresse"),
        (["navn", "adresse", "CVR-nummer"], "navn, adresse og CVR-nummer", "navn, adresse and CVR-nummer"),
        (["navn", "brev og mail"], "navn samt brev og mail", "navn and brev og mail"),
        (["a, b", "c"], "a, b og c", "a, b and c"),
        (["a, b", "c", "d"], "a, b; c og d", "a, b; c and d"),
    ],
)
def test_lists_end_in_og(words: list[str], danish: str, english: str) -> None:
    assert series(words, DA) == danish
    assert series(words, EN) == english


def test_main_clauses_are_joined_with_a_comma() -> None:
    assert clauses(["loven kræver det"], DA) == "loven kræver det"
    assert clauses(["loven kræver det", "du har sagt ja"], DA) == "loven kræver det, og du har sagt ja"
    assert clauses(["one", "two", "three"], EN) == "one, two, and three"


@pytest.mark.parametrize(
    ("period", "danish", "english"),
    [
        ("P5Y", "5 år", "5 years"),
        ("P1Y", "1 år", "1 year"),
        ("P1M", "1 måned", "1 month"),
        ("P6M", "6 måneder", "6 months"),
        ("P1Y6M", "1 år og 6 måneder", "1 year and 6 months"),
        ("P14D", "14 dage", "14 days"),
        ("P1W", "1 uge", "1 week"),
        ("PT8H", "8 timer", "8 hours"),
        ("P1DT1H30M", "1 dag, 1 time og 30 minutter", "1 day, 1 hour and 30 minutes"),
        ("P0D", "", ""),
    ],
)
def test_periods_in_words(period: str, danish: str, english: str) -> None:
    assert period_words(Period.parse(period), DA) == danish
    assert period_words(Period.parse(period), EN) == english


@given(st.builds(Period, *[st.integers(0, 99)] * 6), st.sampled_from(Language))
def test_a_period_in_words_names_each_unit_once_and_in_the_right_number(period: Period, language: Language) -> None:
    words = period_words(period, language).replace(",", "").split()
    numbers = [word for word in words if word.isdigit()]
    assert numbers == [str(count) for _, count in period.parts]
    singular = {DA: {"måned", "uge", "dag", "time", "minut"}, EN: {"year", "month", "week", "day", "hour", "minute"}}
    for number, unit in pairwise(words):
        if number.isdigit() and unit != "år":
            assert (number == "1") == (unit in singular[language])


def test_articles_are_written_as_lawyers_of_each_language_write_them() -> None:
    assert article_words("6(1)(c)", DA) == "artikel 6, stk. 1, litra c"
    assert article_words("10", DA) == "artikel 10"
    assert article_words("6(1)(c)", EN) == "Article 6(1)(c)"


def test_dates_and_capitals() -> None:
    assert date_words(date(2026, 12, 1), DA) == "1. december 2026"
    assert date_words(date(2026, 5, 31), EN) == "31 May 2026"
    assert capitalised("CPR-nummer") == "CPR-nummer"
    assert capitalised("årsopgørelse") == "Årsopgørelse"
    assert capitalised("") == ""
