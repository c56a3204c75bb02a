"""Which readings of a counter are believed when some cannot be true."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.metering.plausibility import Reading, believed, possible_step

MOST = 100


def _believed(values: list[int], *, trusted: tuple[int, ...] = (), rollover: int = 0, most: int = MOST) -> list[bool]:
    readings = [Reading(slot, value, slot in trusted) for slot, value in enumerate(values)]
    return believed(readings, rollover=rollover, max_per_slot=most)


@pytest.mark.parametrize(
    ("values", "set_aside"),
    [
        ([10, 20, 30, 40], []),
        ([10, 20, 20, 40], []),
        ([10, 20, 5, 40, 50], [2]),  # a single spike down
        ([10, 20, 90_000, 40, 50], [2]),  # a single spike up
        ([10, 20, 60, 40, 50], [2]),  # a spike up that only the next reading gives away
        ([100, 105, 103, 110], [2]),  # either could be wrong: the later one
        ([90_000, 20, 30, 40], [0]),  # the first one is wrong
        ([500, 510, 520, 530, 3, 5], [4, 5]),  # a lasting drop, while most speak against it
        ([155_633, 155_637, 155_632, 155_673], [2]),
    ],
)
def test_the_fewest_readings_are_set_aside(values: list[int], set_aside: list[int]) -> None:
    assert [index for index, good in enumerate(_believed(values)) if not good] == set_aside


def test_what_is_stored_outweighs_any_number_of_new_readings() -> None:
    assert _believed([500, 3, 5, 8, 10], trusted=(0,)) == [True, False, False, False, False]


def test_new_readings_must_agree_with_what_is_stored_after_them() -> None:
    assert _believed([500, 590, 510, 520], trusted=(0, 3)) == [True, False, True, True]


def test_a_drop_between_stored_readings_was_accepted_once_and_stays() -> None:
    assert _believed([500, 510, 3, 5, 8], trusted=(0, 1, 2)) == [True] * 5


def test_a_counter_that_comes_round_goes_on() -> None:
    assert _believed([980, 990, 4, 20], rollover=1_000) == [True] * 4


def test_a_spike_down_is_no_rollover() -> None:
    assert _believed([980, 990, 4, 995, 999], rollover=1_000) == [True, True, False, True, True]


def test_one_slot_holds_one_reading() -> None:
    readings = [Reading(0, 10, False), Reading(1, 999, False), Reading(1, 20, False), Reading(2, 30, False)]
    assert believed(readings, rollover=0, max_per_slot=MOST) == [True, False, True, True]


def _consistent(chain: list[tuple[int, int]]) -> bool:
    return all(possible_step(b[0] - a[0], b[1] - a[1], 8) for a, b in pairwise(chain))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), max_size=9))
def test_no_longer_consistent_chain_exists(steps: list[tuple[int, int]]) -> None:
    slot, readings = 0, []
    for advance, value in steps:
        slot += advance
        readings.append((slot, value))
    accepted = believed([Reading(*reading, False) for reading in readings], rollover=0, max_per_slot=8)
    chain = [reading for reading, good in zip(readings, accepted, strict=True) if good]
    assert _consistent(chain)
    longest = max(n for n in range(len(readings) + 1) if any(_consistent(list(c)) for c in combinations(readings, n)))
    assert len(chain) == longest
