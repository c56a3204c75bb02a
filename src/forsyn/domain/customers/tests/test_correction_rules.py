"""What a correction makes of a history: the wrong value holds on none of its days, every other day stays as it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.customers.correction_rules import (
    Field,
    HistoryCorrection,
    PlaceAddress,
    Stretch,
    agreement_period,
    clean_right,
    correct_history,
    written,
)
from forsyn.domain.customers.rules import NotPossible, Version
from forsyn.kernel.identifiers import InvalidIdentifier
from forsyn.kernel.periods import Period

FIRST = date(2026, 1, 1)
TODAY = date(2026, 11, 2)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@st.composite
def histories(draw: st.DrawFn) -> list[Version]:
    """Versions that do not overlap, with gaps here and there; the last may still hold."""
    bounds = sorted(draw(st.sets(st.integers(0, 40), min_size=2, max_size=9)))
    kept = draw(st.lists(st.booleans(), min_size=len(bounds) - 1, max_size=len(bounds) - 1).filter(any))
    periods = [Period(day(a), day(b)) for a, b, keep in zip(bounds, bounds[1:], kept, strict=False) if keep]
    if draw(st.booleans()):
        periods[-1] = Period(periods[-1].first, None)
    return [Version(key, period, draw(st.sampled_from("abc"))) for key, period in enumerate(periods, 1)]


def by_day(stretches: list[Stretch] | list[Version]) -> dict[date, str]:
    return {day(n): one.value for n in range(60) for one in stretches if day(n) in one.period}


def carried_out(history: list[Version], plan: HistoryCorrection) -> list[Stretch]:
    """In the order in which actions do it; at no moment do two versions hold on one day."""
    rows = {one.id: Stretch(one.id, one.period, one.value) for one in history}
    for key in plan.remove:
        del rows[key]
    for one in plan.rewrite:
        assert one.id is not None
        rows[one.id] = one
        _apart(list(rows.values()))
    made = [*rows.values(), *plan.insert]
    _apart(made)
    return made


def _apart(rows: list[Stretch]) -> None:
    for number, one in enumerate(rows):
        assert not any(one.period.overlaps(other.period) for other in rows[number + 1 :])


@given(histories(), st.data())
def test_the_wrong_value_holds_on_none_of_its_days_and_the_others_are_as_before(
    history: list[Version], data: st.DataObject
) -> None:
    wrong = data.draw(st.sampled_from(history))
    since = data.draw(st.sampled_from([None, *(day(n) for n in range(60) if day(n) in wrong.period)]))
    right = data.draw(st.sampled_from(["a", "b", "c", "d", None]).filter(lambda value: value != wrong.value))
    plan = correct_history(history, version_id=wrong.id, right=right, since=since)
    before, after = by_day(history), by_day(carried_out(history, plan))
    corrected = {d for d in before if d in wrong.period and (since is None or d >= since)}
    expected = before | dict.fromkeys(corrected, right)
    assert after == {d: value for d, value in expected.items() if value is not None}


@given(histories(), st.integers(0, 59))
def test_what_was_missing_holds_until_the_next_begins(history: list[Version], number: int) -> None:
    since = day(number)
    if any(since in one.period for one in history):
        with pytest.raises(NotPossible, match="Ret den oplysning"):
            correct_history(history, version_id=None, right="d", since=since)
        return
    after = by_day(carried_out(history, correct_history(history, version_id=None, right="d", since=since)))
    following = min((one.period.first for one in history if one.period.first > since), default=None)
    assert {d for d, value in after.items() if value == "d"} == {
        day(n) for n in range(number, 60) if following is None or day(n) < following
    }


def test_a_change_that_never_was_gives_way_to_what_was_before() -> None:
    history = [Version(1, Period(day(0), day(9)), "a"), Version(2, Period(day(9), None), "b")]
    plan = correct_history(history, version_id=2, right="a", since=None)
    assert plan == HistoryCorrection(remove=(2,), rewrite=(Stretch(1, Period(day(0), None), "a"),))


def test_a_day_on_which_it_did_not_stand_is_refused() -> None:
    history = [Version(1, Period(day(5), None), "a")]
    with pytest.raises(NotPossible, match="har ikke stået der"):
        correct_history(history, version_id=1, right="b", since=day(1))
    with pytest.raises(NotPossible, match="intet at rette"):
        correct_history(history, version_id=1, right="a", since=None)


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        (Field.NAME, "  Anna   Prøvesen ", "Anna Prøvesen"),
        (Field.BIRTH_DATE, "1968-04-21", "1968-04-21"),
        (Field.MOBILE, "20 00 10 01", "+4520001001"),
        (Field.EMAIL, "Anna@KUNDE.example", "Anna@kunde.example"),
        (Field.EMAIL, "", ""),
        (Field.AGREEMENT_PERIOD, "2026-05-01/", "2026-05-01/"),
        (Field.RELATION, "tenant", "tenant"),
    ],
)
def test_the_right_value_in_its_stored_form(field: Field, typed: str, stored: str) -> None:
    choices = ("owner", "tenant") if field is Field.RELATION else ()
    assert clean_right(field, typed, kind="person", choices=choices, today=TODAY) == stored


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (Field.NAME, ""),
        (Field.RELATION, "guest"),
        (Field.BIRTH_DATE, "21.4.1968"),
        (Field.BIRTH_DATE, "2027-01-01"),
        (Field.CVR, "99999993"),
        (Field.LANGUAGE, "de"),
        (Field.PROPERTY_NUMBER, "12345678"),
        (Field.AGREEMENT_PERIOD, "2026-05-01/2026-05-01"),
        (Field.WORK_PHONE, "12"),
    ],
)
def test_what_cannot_be_right(field: Field, typed: str) -> None:
    """99999993 is a company's number, and Anna is no company."""
    choices = ("owner", "tenant") if field is Field.RELATION else ()
    with pytest.raises((NotPossible, InvalidIdentifier)):
        clean_right(field, typed, kind="person", choices=choices, today=TODAY)


def test_an_address_and_a_period_read_as_people_write_them() -> None:
    assert str(PlaceAddress("Ågade", "12", "9999", "Nordby", "2", "tv")) == "Ågade 12, 2. tv, 9999 Nordby"
    assert agreement_period(written(Period(day(0), day(3)))) == Period(day(0), day(3))
