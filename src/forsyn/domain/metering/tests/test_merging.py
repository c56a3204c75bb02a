"""Delivered values become day rows: compared with a slow model that keeps each register's readings in a dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forsyn.domain.metering import slots
from forsyn.domain.metering.day_rows import DayRows
from forsyn.domain.metering.grid import Anchors, Openings, Stored, levels
from forsyn.domain.metering.merging import Merged, differenced_again, merge
from forsyn.domain.metering.rules import NO_LIMIT, Outcome, Quality, Reason, Series, Values
from forsyn.kernel.local_days import hour_index, hours_in_day, local_day

SPRING = int(datetime(2018, 3, 24, 12, tzinfo=UTC).timestamp()) // 3600
AUTUMN = int(datetime(2018, 10, 27, 12, tzinfo=UTC).timestamp()) // 3600
ROLLOVER = 100_000


def series_of(*, cumulative: bool, rollover: int = 0, max_per_hour: int = NO_LIMIT, hourly: bool = True) -> Series:
    return Series(
        meter_id=np.array([4711], np.int32),
        register=np.array([1], np.int16),
        cumulative=np.array([cumulative]),
        hourly=np.array([hourly]),
        rollover=np.array([rollover], np.int64),
        max_per_hour=np.array([max_per_hour], np.int64),
    )


def values_of(pairs: list[tuple[int, int]]) -> Values:
    """Of (slot, value), in the order in which they were delivered."""
    ordered = sorted(pairs, key=lambda pair: pair[0])
    return Values(
        series=np.zeros(len(ordered), np.int32),
        at=np.array([(slot + 1) * 3600 for slot, _ in ordered], np.int64),
        value=np.array([value for _, value in ordered], np.int64),
    )


@dataclass
class Store:
    """The day table of one register, as rows by day."""

    series: Series
    rows: dict[int, DayRows] = field(default_factory=dict)
    openings: Openings = field(default_factory=Openings.none)

    def stored_for(self, values: Values) -> Stored:
        """What a query would bring: the delivered days' rows, the first one after, and the reading before."""
        first, last = (int(day) for day in slots.local_days(values.at[[0, -1]]))
        later = [day for day in sorted(self.rows) if day > last][:1]
        days = [day for day in sorted(self.rows) if first <= day <= last] + later
        before = max((day for day in self.rows if day < first), default=None)
        anchors = Anchors.none()
        if before is not None and self.series.cumulative[0]:
            row = self.rows[before]
            at = np.flatnonzero(row.present[0])[-1]
            slot = slots.first_slots(row.day, self.series.hourly)[0] + at
            reading = levels(self.series, np.zeros(1, np.int32), row)[0, at]
            anchors = Anchors(np.zeros(1, np.int32), np.array([slot]), np.array([reading]))
        picked = _together([self.rows[day] for day in days])
        return Stored(picked, np.zeros(len(picked), np.int32), anchors, self.openings)

    def put_up(self, mountings: list[tuple[int, int, int]]) -> None:
        """Fitters' readings: (slot before, slot after, reading) of mountings; stored days are counted again."""
        columns = np.array(sorted(mountings), np.int64).reshape(-1, 3).T
        self.openings = Openings(np.zeros(len(mountings), np.int32), *columns)
        for before, _, _ in mountings:
            starts = sorted(day for day in self.rows if day > slots.local_days(np.array([(before + 1) * 3600]))[0])
            if starts:
                at = np.array([slots.first_slots(np.array(starts[:1], np.int32), self.series.hourly)[0] + 1]) * 3600
                stored = self.stored_for(Values(np.zeros(1, np.int32), at, np.zeros(1, np.int64)))
                changed = differenced_again(
                    self.series, stored._replace(rows=stored.rows.take(slice(1)), series=np.zeros(1, np.int32))
                )
                for index in range(len(changed)):
                    self.rows[int(changed.day[index])] = changed.take(np.array([index]))

    def take_in(self, pairs: list[tuple[int, int]], *, delivery: int = 1, released: bool = False) -> Merged:
        values = values_of(pairs)
        merged = merge(self.series, values, self.stored_for(values), delivery_id=delivery, released=released)
        for rows in (merged.new, merged.changed):
            for index in range(len(rows)):
                row = rows.take(np.array([index]))
                assert (int(row.day[0]) in self.rows) == (rows is merged.changed)
                self.rows[int(row.day[0])] = row
        return merged

    def cells(self) -> dict[int, tuple[int, int]]:
        """Slot -> (value, quality)."""
        found = {}
        for day, row in self.rows.items():
            first = int(slots.first_slots(np.array([day], np.int32), self.series.hourly)[0])
            for at in np.flatnonzero(row.present[0]):
                found[first + int(at)] = (int(row.values[0, at]), int(row.quality[0, at]))
        return found

    @property
    def total(self) -> int:
        return sum(int(row.total[0]) for row in self.rows.values())


def _together(rows: list[DayRows]) -> DayRows:
    if not rows:
        return DayRows.empty()
    return DayRows(*(np.concatenate(columns) for columns in zip(*(_columns(row) for row in rows), strict=True)))


def _columns(row: DayRows) -> list[np.ndarray]:
    return [getattr(row, name) for name in DayRows.__dataclass_fields__]


def expected_cells(readings: dict[int, int], rollover: int = 0) -> dict[int, tuple[int, int]]:
    """The slow model: each reading less the one before it."""
    ordered = sorted(readings.items())
    found = {slot: (0, int(Quality.FIRST_READING)) for slot, _ in ordered[:1]}
    for (slot_before, before), (slot, reading) in pairwise(ordered):
        step = reading - before + (rollover if rollover and reading < before else 0)
        found[slot] = (step, int(Quality.AFTER_GAP) if slot - slot_before > 1 else 0)
    return found


deliveries = st.lists(
    st.dictionaries(st.integers(0, 100), st.integers(0, 3), min_size=1, max_size=40), min_size=1, max_size=5
)


@pytest.mark.parametrize("start", [SPRING, AUTUMN])
@given(files=deliveries)
@settings(max_examples=150, deadline=None)
def test_counters_are_differenced_whatever_order_the_files_come_in(start: int, files: list[dict[int, int]]) -> None:
    store, readings = Store(series_of(cumulative=True)), dict[int, int]()
    for number, file in enumerate(files):
        delivered = {start + offset: 10 * offset + jitter for offset, jitter in file.items()}
        merged = store.take_in(list(delivered.items()), delivery=number)
        for (slot, value), outcome in zip(sorted(delivered.items()), merged.outcome, strict=True):
            assert outcome != Outcome.QUARANTINED
            assert (outcome == Outcome.IDENTICAL) == (readings.get(slot) == value)
            assert (outcome == Outcome.CORRECTED) == (slot in readings and readings[slot] != value)
        readings |= delivered
        assert store.cells() == expected_cells(readings)
        assert store.total == readings[max(readings)] - readings[min(readings)]


@given(files=deliveries)
@settings(max_examples=100, deadline=None)
def test_counters_that_come_round_are_differenced(files: list[dict[int, int]]) -> None:
    store, readings = Store(series_of(cumulative=True, rollover=ROLLOVER, max_per_hour=20)), dict[int, int]()
    for file in files:
        delivered = {SPRING + offset: (99_500 + 10 * offset + jitter) % ROLLOVER for offset, jitter in file.items()}
        merged = store.take_in(list(delivered.items()))
        assert (merged.outcome != Outcome.QUARANTINED).all()
        readings |= delivered
        assert store.cells() == expected_cells(readings, ROLLOVER)


@pytest.mark.parametrize("start", [SPRING, AUTUMN])
@given(files=deliveries)
@settings(max_examples=100, deadline=None)
def test_intervals_are_kept_as_they_are(start: int, files: list[dict[int, int]]) -> None:
    store, known = Store(series_of(cumulative=False)), dict[int, int]()
    for file in files:
        delivered = {start + offset: value for offset, value in file.items()}
        merged = store.take_in(list(delivered.items()))
        stored_before = {local_day(_instant(slot)) for slot in known}
        for (slot, value), outcome in zip(sorted(delivered.items()), merged.outcome, strict=True):
            assert (outcome == Outcome.IDENTICAL) == (known.get(slot) == value)
            assert (outcome == Outcome.NEW) == (local_day(_instant(slot)) not in stored_before)
        known |= delivered
        assert store.cells() == {slot: (value, 0) for slot, value in known.items()}
        assert store.total == sum(known.values())


@given(files=deliveries)
@settings(max_examples=100, deadline=None)
def test_delivering_again_changes_nothing(files: list[dict[int, int]]) -> None:
    store = Store(series_of(cumulative=True))
    for file in files:
        store.take_in([(SPRING + offset, 10 * offset + jitter) for offset, jitter in file.items()])
    again = [(SPRING + offset, 10 * offset + jitter) for offset, jitter in files[-1].items()]
    merged = store.take_in(again)
    assert (merged.outcome == Outcome.IDENTICAL).all()
    assert len(merged.new) == len(merged.changed) == 0


wild = st.lists(st.tuples(st.integers(0, 80), st.integers(0, 900)), min_size=1, max_size=40)


@given(files=st.lists(wild, min_size=1, max_size=4), rollover=st.sampled_from([0, 1_000]))
@example(files=[[(0, 1), (25, 0)], [(1, 1)]], rollover=1_000)
@settings(max_examples=300, deadline=None)
def test_whatever_comes_consumption_is_possible_and_telescopes(
    files: list[list[tuple[int, int]]], rollover: int
) -> None:
    series = series_of(cumulative=True, rollover=rollover, max_per_hour=40)
    store = Store(series)
    for file in files:
        merged = store.take_in([(SPRING + offset, value) for offset, value in file])
        assert ((merged.reason != 0) == (merged.outcome == Outcome.QUARANTINED)).all()
        cells = sorted(store.cells().items())
        for (before, _), (slot, (step, _)) in pairwise(cells):
            assert 0 <= step <= 40 * (slot - before)
        if rollover == 0 and cells:
            first, last = store.rows[min(store.rows)], store.rows[max(store.rows)]
            assert store.total == int(last.opening[0] + last.total[0] - first.opening[0])


@st.composite
def remounted(draw: st.DrawFn) -> tuple[list[dict[int, int]], int, int, int]:
    """Files of a counter's readings, and two openings below them: put up on day 1 and again on day 3."""
    files = draw(deliveries)
    return files, draw(st.integers(0, 5)), draw(st.integers(0, 5)), draw(st.integers(0, len(files)))


@given(case=remounted())
@settings(max_examples=150, deadline=None)
def test_consumption_begins_at_the_opening_readings(case: tuple[list[dict[int, int]], int, int, int]) -> None:
    files, short, again, known_after = case
    store, readings = Store(series_of(cumulative=True)), dict[int, int]()
    days = [slots.local_days(np.array([SPRING * 3600]))[0] + 1 + offset for offset in (0, 2)]
    first, second = (int(slots.first_slots(np.array([day], np.int32), store.series.hourly)[0]) - 1 for day in days)
    openings = [
        (first, second + 1, 10 * (first - SPRING) - short),
        (second, second + 500, 10 * (second - SPRING) - again),
    ]
    for number, file in enumerate(files):
        if number == known_after:
            store.put_up(openings)
        delivered = {
            SPRING + offset: 10 * offset + jitter for offset, jitter in file.items() if SPRING + offset > first
        }
        if delivered:
            store.take_in(list(delivered.items()), delivery=number)
        readings |= delivered
    if known_after == len(files):
        store.put_up(openings)
    expected, total = {}, 0
    for before, until, opening in openings:
        here = {before: opening} | {slot: reading for slot, reading in readings.items() if before < slot < until}
        expected |= {slot: cell for slot, cell in expected_cells(here).items() if slot != before}
        total += here[max(here)] - opening
    assert store.cells() == expected
    assert store.total == total
    assert all(step >= 0 for step, _ in store.cells().values())


@given(files=st.lists(wild, min_size=1, max_size=4), opening=st.integers(0, 900), rollover=st.sampled_from([0, 1_000]))
@settings(max_examples=150, deadline=None)
def test_a_wrong_opening_never_makes_consumption_negative(
    files: list[list[tuple[int, int]]], opening: int, rollover: int
) -> None:
    store = Store(series_of(cumulative=True, rollover=rollover, max_per_hour=40))
    day = slots.local_days(np.array([SPRING * 3600]))[0]
    start = int(slots.first_slots(np.array([day], np.int32), store.series.hourly)[0])
    store.put_up([(start - 1, start + 500, opening)])
    for file in files:
        store.take_in([(SPRING + offset, value) for offset, value in file])
        cells = sorted(store.cells().items())
        assert all(0 <= step <= 40 * (slot - start + 1) for slot, (step, _) in cells)


def _instant(slot: int) -> datetime:
    return datetime.fromtimestamp(slot * 3600, UTC)


def test_slots_are_the_hours_of_the_local_day() -> None:
    for start in (SPRING, AUTUMN):
        hours = np.arange(start, start + 72)
        at = (hours + 1) * 3600
        days = slots.local_days(at)
        hourly = np.ones(72, np.bool_)
        columns = hours - slots.first_slots(days, hourly)
        for hour, day, column, count in zip(hours, days, columns, slots.slot_counts(days, hourly), strict=True):
            local = local_day(_instant(int(hour)))
            assert (local - slots.EPOCH).days == day
            assert hour_index(_instant(int(hour))) == column
            assert hours_in_day(local) == count


def test_the_last_of_several_readings_in_an_hour_counts() -> None:
    store = Store(series_of(cumulative=True))
    merged = store.take_in([(SPRING, 100), (SPRING + 1, 110), (SPRING + 1, 112), (SPRING + 1, 112), (SPRING + 2, 120)])
    assert merged.reason.tolist() == [0, Reason.DUPLICATE_IN_HOUR.code, 0, 0, 0]
    assert merged.outcome.tolist() == [1, 0, 4, 1, 1]
    assert store.total == 20


def test_a_released_drop_is_stored_and_what_follows_goes_on_from_it() -> None:
    store = Store(series_of(cumulative=True, max_per_hour=40))
    store.take_in([(SPRING, 500), (SPRING + 1, 510)])
    merged = store.take_in([(SPRING + 2, 3), (SPRING + 3, 5)])
    assert merged.reason.tolist() == [Reason.BACKWARD_STEP.code] * 2
    store.take_in([(SPRING + 2, 3), (SPRING + 3, 5)], released=True)
    merged = store.take_in([(SPRING + 4, 15), (SPRING + 5, 20)])
    assert (merged.outcome == Outcome.COMPLETED).all()
    assert store.cells()[SPRING + 2] == (-507, int(Quality.RELEASED))
    assert store.total == 20 - 500


def test_registers_read_daily_have_one_value_a_day() -> None:
    store = Store(series_of(cumulative=True, hourly=False))
    midnights = [
        int(datetime(2018, 3, day, 23 if day < 25 else 22, tzinfo=UTC).timestamp()) for day in (23, 24, 25, 26)
    ]
    values = Values(np.zeros(4, np.int32), np.array(midnights, np.int64), np.array([100, 130, 150, 155], np.int64))
    merged = merge(store.series, values, Stored.nothing(), delivery_id=1)
    assert merged.new.slots.tolist() == [1, 1, 1, 1]
    assert merged.new.total.tolist() == [0, 30, 20, 5]
    assert merged.new.opening.tolist() == [100, 100, 130, 150]
    assert [str(np.datetime64(int(day), "D")) for day in merged.new.day] == [
        f"2018-03-{day}" for day in (23, 24, 25, 26)
    ]
