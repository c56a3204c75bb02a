"""A changed value becomes history: what held before a day stays, and no day has two values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.customers.rules import (
    NotPossible,
    Version,
    address_keys,
    clean_name,
    clean_number,
    plan_change,
)
from forsyn.kernel.periods import Period

FIRST = date(2026, 1, 1)
VALUES = st.sampled_from([None, "a", "b", "c"])
CHANGES = st.lists(st.tuples(st.integers(0, 3), VALUES), max_size=12)


def _apply(history: list[Version], value: str | None, day: date, new_id: int) -> list[Version]:
    """Carry a plan out as the action does in the database."""
    plan = plan_change(history, value, day)
    kept = [version for version in history if version.id != plan.remove]
    changed = []
    for version in kept:
        if version.id == plan.close:
            version = Version(version.id, Period(version.period.first, day), version.value)
        elif version.id == plan.reopen:
            version = Version(version.id, Period(version.period.first), version.value)
        changed.append(version)
    if plan.insert:
        changed.append(Version(new_id, Period(day), value or ""))
    return changed


def _value_on(history: list[Version], day: date) -> str | None:
    found = [version.value for version in history if day in version.period]
    assert len(found) <= 1, "two values on one day"
    return found[0] if found else None


@given(CHANGES)
def test_each_day_keeps_the_value_last_given_on_or_before_it(changes: list[tuple[int, str | None]]) -> None:
    history: list[Version] = []
    expected: dict[date, str | None] = {}
    day = FIRST
    for number, (wait_days, value) in enumerate(changes):
        day += timedelta(days=wait_days)
        history = _apply(history, value, day, number)
        expected[day] = value
    current = None
    for offset in range(40):
        each = FIRST + timedelta(days=offset)
        current = expected.get(each, current)
        assert _value_on(history, each) == current


@given(CHANGES)
def test_neighbouring_versions_differ(changes: list[tuple[int, str | None]]) -> None:
    history: list[Version] = []
    day = FIRST
    for number, (wait_days, value) in enumerate(changes):
        day += timedelta(days=wait_days)
        history = _apply(history, value, day, number)
    ends = {version.period.until: version.value for version in history}
    assert all(ends.get(version.period.first) != version.value for version in history)


def test_a_value_that_is_already_there_changes_nothing() -> None:
    assert plan_change([Version(1, Period(FIRST), "a")], "a", FIRST + timedelta(days=9)).is_empty


def test_a_change_before_a_later_one_is_refused_with_that_day() -> None:
    with pytest.raises(NotPossible, match=r"5\.3\.2026"):
        plan_change([Version(1, Period(date(2026, 3, 5)), "a")], "b", FIRST)


def test_a_change_of_something_that_already_has_an_end_is_refused() -> None:
    with pytest.raises(NotPossible, match=r"ophører allerede 5\.3\.2026"):
        plan_change([Version(1, Period(FIRST, date(2026, 3, 5)), "a")], "b", FIRST)


@pytest.mark.parametrize("text", ["", "   ", "Anna\x00", "a" * 201, "An\u202ena"])
def test_names_that_no_letter_can_carry_are_refused(text: str) -> None:
    with pytest.raises(NotPossible):
        clean_name(text)


def test_numbers_keep_their_leading_zeros() -> None:
    assert clean_number(" 000123 ", "Kundenummeret") == "000123"


@pytest.mark.parametrize("text", ["", "12\n3", "1" * 21, "<script>", "-1"])
def test_numbers_of_other_signs_are_refused(text: str) -> None:
    with pytest.raises(NotPossible, match="Kundenummeret"):
        clean_number(text, "Kundenummeret")


def test_addresses_sort_by_house_number_and_floor() -> None:
    def key(house_number: str, floor: str = "", door: str = "") -> str:
        where = {"street": "Ågade", "postal_code": "9990", "city": "Nordby"}
        return address_keys(house_number=house_number, floor=floor, door=door, **where)[0]

    order = [
        key("2"),
        key("2B"),
        key("10", "st", "tv"),
        key("10", "1", "th"),
        key("10", "1", "tv"),
        key("10", "12", "tv"),
    ]
    assert order == sorted(order)
