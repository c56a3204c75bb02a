"""What meters delivered, and what is known of it: nothing is lost at a bill's ends, nothing unknown becomes zero."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.billing.basis_rules import Stretch, left_to_meters, settled_in
from forsyn.domain.billing.consumption_rules import Metered, Span, metered, together
from forsyn.domain.metering.stretches import Asked, MarkedDay, Sums
from forsyn.kernel.charges.basis import Consumption, Quality
from forsyn.kernel.quantities import BaseUnit

START = date(2026, 1, 1)
MEASURED, ESTIMATED = Quality.MEASURED, Quality.ESTIMATED


def day(number: int) -> date:
    return START + timedelta(days=number)


def of_counter(rows: dict[int, int], first: int, until: int) -> Metered:
    """What is known of days [first, until) of a counter that was read on the days of `rows`, which say what each read
    day added; a reading after days without one carries all of it."""
    asked = Asked(1, 1, True, day(first), day(until), None, None)
    read = sorted(rows)
    within = [number for number in read if first <= number < until]
    marked = []
    for number in (*read[: read.index(within[0])][-1:],) if within else [n for n in read if n < first][-1:]:
        marked.append(MarkedDay(0, -1, day(number), rows[number], False, 0, 24, 0, None, 24))
    up_to = 0
    for number in within:
        up_to += rows[number]
        edge = {number - 1, number + 1} - set(within)
        if edge:
            marked.append(_row(rows, number, up_to, follows=number - 1 in within))
    for number in [n for n in read if n >= until][:1]:
        marked.append(_row(rows, number, 0, where=1))
    total = sum(rows[number] for number in within)
    ends = (day(within[0]), day(within[-1])) if within else (None, None)
    begins_marked = bool(within) and first - 1 not in rows and first in rows
    return metered(asked, Sums(total, len(within), *ends, 0, begins_marked), marked)


def _row(rows: dict[int, int], number: int, up_to: int, *, where: int = 0, follows: bool = False) -> MarkedDay:
    carried = None if number - 1 in rows or number == min(rows) else rows[number]
    return MarkedDay(0, where, day(number), rows[number], follows, up_to, 24, 0, carried, 24)


@given(
    st.dictionaries(st.integers(1, 58), st.integers(0, 10_000), min_size=0, max_size=40),
    st.lists(st.integers(1, 59), max_size=3, unique=True),
)
def test_bills_that_follow_on_each_other_lose_nothing_of_a_counter(rows: dict[int, int], cuts: list[int]) -> None:
    rows |= {0: 100, 59: 77}
    edges = [0, *sorted(cuts), 60]

    spans = [span for a, b in itertools.pairwise(edges) for span in of_counter(rows, a, b).spans]

    assert sum(span.amount for span in spans) == sum(rows.values())
    assert all(left.until == right.first for left, right in itertools.pairwise(spans))
    assert (spans[0].first, spans[-1].until) == (day(0), day(60))


def test_a_gap_over_the_first_day_is_divided_by_its_hours() -> None:
    known = of_counter({0: 10, 10: 1000, 11: 5, 12: 7}, 6, 13)  # ten days after the reading of day 0
    assert known.spans == (Span(day(6), day(11), 500, ESTIMATED), Span(day(11), day(13), 12, MEASURED))


def test_days_after_the_last_reading_are_unknown() -> None:
    assert of_counter({0: 10, 1: 11}, 0, 5).spans == (Span(day(0), day(2), 21, MEASURED),)


def of_intervals(hours: Sequence[int | None]) -> list[Span]:
    """What is known of days of an interval register: for each how many of 24 hours are missing; None: no row."""
    asked = Asked(1, 1, False, day(0), day(len(hours)), None, None)
    there = {number: missing for number, missing in enumerate(hours) if missing is not None}
    marked, up_to = [], 0
    for number, missing in there.items():
        total = 24 - missing
        up_to += total
        alone = {number - 1, number + 1} - there.keys()
        if missing or alone:
            row = MarkedDay(0, 0, day(number), total, number - 1 in there, up_to, 24, missing, None, 24)
            marked.append(row)
    ends = (day(min(there)), day(max(there))) if there else (None, None)
    gaps = sum(1 for missing in there.values() if missing)
    return list(metered(asked, Sums(up_to, len(there), *ends, gaps, False), marked).spans)


@given(st.lists(st.sampled_from([0, 0, 0, 1, 12, 13, None]), min_size=1, max_size=20))
def test_each_day_of_an_interval_register_is_measured_estimated_or_unknown(hours: list[int | None]) -> None:
    spans = of_intervals(hours)
    told = {span.first + timedelta(days=n): span for span in spans for n in range((span.until - span.first).days)}
    for number, missing in enumerate(hours):
        span = told.get(day(number))
        if missing is None or missing > 12:
            assert span is None
        else:
            assert span is not None
            assert span.quality is (ESTIMATED if missing else MEASURED)
    assert all(span.amount == 24 * (span.until - span.first).days for span in spans)


def test_on_the_day_of_a_swap_both_meters_count_and_nothing_is_estimated() -> None:
    old = Metered(day(0), day(11), (Span(day(0), day(11), 110, MEASURED),))
    new = Metered(day(10), day(30), (Span(day(10), day(30), 200, MEASURED),))
    assert together([old, new]) == [Span(day(0), day(30), 310, MEASURED)]


def test_what_one_of_two_meters_does_not_know_is_unknown() -> None:
    one = Metered(day(0), day(30), (Span(day(0), day(30), 300, MEASURED),))
    other = Metered(day(0), day(30), (Span(day(0), day(10), 50, MEASURED), Span(day(20), day(30), 50, MEASURED)))
    assert together([one, other]) == [Span(day(0), day(10), 150, ESTIMATED), Span(day(20), day(30), 150, ESTIMATED)]


def test_days_without_a_meter_are_unknown() -> None:
    old = Metered(day(0), day(10), (Span(day(0), day(10), 100, MEASURED),))
    new = Metered(day(12), day(30), (Span(day(12), day(30), 200, MEASURED),))
    assert [span[:2] for span in together([old, new])] == [(day(0), day(10)), (day(12), day(30))]


@given(st.integers(0, 100_000), st.integers(-20, 20), st.integers(1, 60), st.lists(st.integers(1, 29), unique=True))
def test_what_was_settled_is_divided_without_loss(amount: int, first: int, days: int, cuts: list[int]) -> None:
    settled = Consumption(day(first), day(first + days), amount, BaseUnit.LITRES, ESTIMATED)
    edges = [-40, *sorted(cuts), 90]
    stretches = [Stretch(day(a), day(b)) for a, b in itertools.pairwise(edges)]

    parts = [part for stretch in stretches for part in settled_in(stretch, [settled])]
    left = [days for stretch in stretches for days in left_to_meters(stretch, [settled])]

    assert sum(part.amount for part in parts) == amount
    assert sum((part.until_date - part.from_date).days for part in parts) == days
    assert sum((stretch.until - stretch.first).days for stretch in left) == 130 - days
