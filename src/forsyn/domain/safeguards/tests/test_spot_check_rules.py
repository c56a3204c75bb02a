"""Every look may be drawn, and those that stand out are drawn more often."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.safeguards.spot_check_rules import Mark, Surroundings, draw, marks

TUESDAY = datetime(2026, 11, 3, 14, 5)  # noqa: DTZ001 - local time
marked = st.lists(st.tuples(st.uuids(), st.lists(st.sampled_from(Mark), unique=True)), max_size=60)


@given(marked, st.integers(0, 30), st.randoms(use_true_random=False))
def test_a_sample_has_no_look_twice_and_is_as_large_as_can_be(
    looks: list[tuple[object, list[Mark]]], size: int, random: Random
) -> None:
    drawn = draw(looks, size=size, chance=random.random)
    assert len(drawn) == min(size, len(looks))
    assert len({id(look) for look, _ in drawn}) == len(drawn)
    assert all(one in looks for one in drawn)


def test_what_stands_out_is_drawn_more_often_but_not_always() -> None:
    random = Random(4711)
    looks = [(number, [Mark.COLLEAGUE] if number == 0 else []) for number in range(100)]
    times = Counter(look for _ in range(500) for look, _ in draw(looks, size=10, chance=random.random))
    assert 250 < times[0] < 500, "a weight of eleven"
    assert all(20 < times[number] < 90 for number in range(1, 100))


@dataclass(frozen=True)
class Look:
    actor_id: int = 1
    customer_id: int = 7


def known(customer: str, *neighbours: str) -> Surroundings:
    return Surroundings(
        {1: "Karen Kontor", 2: "Aage  Afregning"}, {7: customer}, frozenset((name, 7) for name in neighbours)
    )


@pytest.mark.parametrize(
    ("customer", "neighbour", "local", "expected"),
    [
        ("Anna Prøvesen", "", TUESDAY, ()),
        ("KAREN KONTOR", "", TUESDAY, (Mark.OWN_NAME,)),
        ("Aage Afregning", "", TUESDAY, (Mark.COLLEAGUE,)),
        ("Kaj Kontor", "karen kontor", TUESDAY, (Mark.SAME_SURNAME, Mark.SAME_ADDRESS)),
        ("", "", TUESDAY, ()),
        ("Anna Prøvesen", "", TUESDAY.replace(hour=18), (Mark.OUT_OF_HOURS,)),
        ("Anna Prøvesen", "", TUESDAY.replace(hour=6, minute=59), (Mark.OUT_OF_HOURS,)),
        ("Anna Prøvesen", "", TUESDAY.replace(day=7), (Mark.OUT_OF_HOURS,)),
    ],
)
def test_marks(customer: str, neighbour: str, local: datetime, expected: tuple[Mark, ...]) -> None:
    assert marks(Look(), local, known(customer, *([neighbour] if neighbour else []))) == expected


def test_an_account_that_is_gone_has_no_marks_of_names() -> None:
    assert marks(Look(actor_id=99), TUESDAY, known("Anna Prøvesen")) == ()
