"""Day rows as matrices of (row, slot of the day), in which delivered values are laid over stored ones. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forsyn.domain.metering import slots
from forsyn.domain.metering.day_rows import MAX_SLOTS, DayRows
from forsyn.domain.metering.rules import INT4_MAX, Quality, Series, Values

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SERIES_SHIFT = 20
"""A day row's key is series << SERIES_SHIFT | day: days until the year 4840."""
SLOT_BITS = 32
"""A cell's key is series << SLOT_BITS | slot: hours until the year 491,936."""


class Openings(NamedTuple):
    """What counters showed when they were put up, as the fitter wrote it, sorted by series and slot."""

    series: npt.NDArray[np.int32]
    slot: Integers
    """The slot before the mounting's first day."""
    until: Integers
    """The first slot after the mounting."""
    reading: Integers

    @classmethod
    def none(cls) -> Openings:
        return cls(np.zeros(0, np.int32), *(np.zeros(0, np.int64) for _ in range(3)))

    def of(self, used: npt.NDArray[np.integer]) -> Openings:
        """Those of some series (sorted), with the index into `used` as series."""
        there = np.isin(self.series, used)
        return Openings(
            np.searchsorted(used, self.series[there]).astype(np.int32),
            self.slot[there],
            self.until[there],
            self.reading[there],
        )


class Stored(NamedTuple):
    """Stored rows, sorted by series and day, and the last reading of each counter before them."""

    rows: DayRows
    series: npt.NDArray[np.int32]
    """Index into the Series, of each row."""
    anchors: Anchors
    openings: Openings = Openings.none()

    @classmethod
    def nothing(cls) -> Stored:
        return cls(DayRows.empty(), np.zeros(0, np.int32), Anchors.none())


class Anchors(NamedTuple):
    """The last reading of a counter before all rows at hand, sorted by series; the series without one are absent."""

    series: npt.NDArray[np.int32]
    slot: Integers
    reading: Integers

    @classmethod
    def none(cls) -> Anchors:
        return cls(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The day rows at hand as matrices; counters hold readings here, not steps."""

    keys: Integers
    series: npt.NDArray[np.int32]
    day: npt.NDArray[np.int32]
    first_slot: Integers
    slots: npt.NDArray[np.int8]
    stored: npt.NDArray[np.intp]
    """Index into the stored rows; -1 where the row is new."""
    level: Integers
    """(rows, width): what the counter showed, or the consumption of an interval."""
    present: Mask
    kept: Mask
    """Present, and as it was stored."""
    released: Mask


def last_of_slot(values: Values, slot: Integers) -> Mask:
    """Values that are the last of their series and slot: those that count."""
    last = np.ones(len(values), np.bool_)
    last[:-1] = (values.series[1:] != values.series[:-1]) | (slot[1:] != slot[:-1])
    return last


def lay(
    series: Series,
    values: Values,
    slot: Integers,
    stored: Stored,
    *,
    released: bool,
) -> tuple[Grid, npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The rows, and of each value its row and column."""
    hourly = series.hourly[values.series]
    day = slots.local_days(values.at).astype(np.int64)
    keys = values.series.astype(np.int64) << SERIES_SHIFT | day
    fresh = np.ones(len(keys), np.bool_)
    fresh[1:] = keys[1:] != keys[:-1]
    stored_keys = stored.series.astype(np.int64) << SERIES_SHIFT | stored.rows.day
    row_keys = np.union1d(keys[fresh], stored_keys) if len(stored_keys) else keys[fresh]
    row_series = (row_keys >> SERIES_SHIFT).astype(np.int32)
    row_day = (row_keys & (1 << SERIES_SHIFT) - 1).astype(np.int32)
    row_hourly = series.hourly[row_series]
    width = MAX_SLOTS if row_hourly.any() else 1
    stored_at = np.searchsorted(row_keys, stored_keys)
    grid = Grid(
        keys=row_keys,
        series=row_series,
        day=row_day,
        first_slot=slots.first_slots(row_day, row_hourly),
        slots=slots.slot_counts(row_day, row_hourly),
        stored=np.full(len(row_keys), -1, np.intp),
        level=np.zeros((len(row_keys), width), np.int64),
        present=np.zeros((len(row_keys), width), np.bool_),
        kept=np.zeros((len(row_keys), width), np.bool_),
        released=np.zeros((len(row_keys), width), np.bool_),
    )
    _lay_stored(grid, series, stored.rows, stored_at)
    row = np.searchsorted(row_keys, keys[fresh])[np.cumsum(fresh) - 1] if len(stored_keys) else np.cumsum(fresh) - 1
    column = slot - np.where(hourly, grid.first_slot[row], day)
    _lay_delivered(grid, values, row, column, last_of_slot(values, slot), released=released)
    return grid, row, column


def _lay_stored(grid: Grid, series: Series, stored: DayRows, at: npt.NDArray[np.intp]) -> None:
    if not len(stored):
        return
    width = grid.level.shape[1]
    grid.stored[at] = np.arange(len(stored))
    grid.level[at] = levels(series, grid.series[at], stored)[:, :width]
    grid.present[at] = grid.kept[at] = stored.present[:, :width]
    grid.released[at] = stored.quality[:, :width] & Quality.RELEASED != 0


def overtaken(series: Series, values: Values, stored: DayRows, of: npt.NDArray[np.int32], delivery_id: int) -> Mask:
    """Values for whose slot another value is stored, in a row that a later delivery wrote. `of`: series of the rows."""
    result = np.zeros(len(values), np.bool_)
    if not len(stored) or not len(values):
        return result
    day = slots.local_days(values.at)
    keys = of.astype(np.int64) << SERIES_SHIFT | stored.day
    wanted = values.series.astype(np.int64) << SERIES_SHIFT | day
    row = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    hourly = series.hourly[values.series]
    column = slots.slots_of(values.at, hourly) - slots.first_slots(day, hourly)
    later = (keys[row] == wanted) & (stored.delivery_id[row] > delivery_id)
    there = np.flatnonzero(later & stored.present[row, column])
    shown = levels(series, of, stored)[row[there], column[there]]
    result[there] = shown != values.value[there]
    return result


def levels(series: Series, of: npt.NDArray[np.int32], stored: DayRows) -> Integers:
    """What the stored rows' counters showed; for intervals the values themselves."""
    steps = stored.values.astype(np.int64)
    readings = stored.opening[:, None] + np.cumsum(steps, axis=1)
    rollover = series.rollover[of][:, None]
    readings = np.where(rollover > 0, readings % np.maximum(rollover, 1), readings)
    return np.where(series.cumulative[of][:, None], readings, steps)


def _lay_delivered(
    grid: Grid,
    values: Values,
    row: npt.NDArray[np.intp],
    column: Integers,
    last: Mask,
    *,
    released: bool,
) -> None:
    value = values.value
    if not last.all():
        row, column, value = row[last], column[last], value[last]
    cell = row * grid.level.shape[1] + column
    level, present = grid.level.ravel(), grid.present.ravel()
    if (grid.stored >= 0).any():
        same = present[cell] & (level[cell] == value)
        grid.kept.ravel()[cell] = same
        grid.released.ravel()[cell] &= same
    if released:
        grid.released.ravel()[cell] = True
    level[cell] = value
    present[cell] = True


class Steps(NamedTuple):
    """The present cells of a grid in order of series and time, each with the step that leads to it."""

    series: npt.NDArray[np.int32]
    cells: npt.NDArray[np.intp]
    """Index into the flattened grid."""
    step: Integers
    elapsed: Integers
    """Slots since the reading before; 0 for a first reading."""
    trusted: Mask
    """Both ends are stored already, or staff released the reading."""


def steps_of(grid: Grid, series: Series, stored: Stored) -> Steps:
    anchors = stored.anchors
    width = grid.level.shape[1]
    cells = np.flatnonzero(grid.present)
    row = cells // width
    of = grid.series[row]
    level = grid.level.ravel()[cells]
    slot = grid.first_slot[row] + cells % width
    kept = grid.kept.ravel()[cells]
    first = np.ones(len(cells), np.bool_)
    first[1:] = of[1:] != of[:-1]
    before, before_slot, before_kept = _shifted(level), _shifted(slot), _shifted(kept)
    starts = np.flatnonzero(first)
    before[starts], before_slot[starts], before_kept[starts] = level[starts], slot[starts], True
    at = np.searchsorted(anchors.series, of[starts])
    has = at < len(anchors.series)
    has[has] = anchors.series[at[has]] == of[starts][has]
    before[starts[has]] = anchors.reading[at[has]]
    before_slot[starts[has]] = anchors.slot[at[has]]
    step = _step(level - before, series.rollover[of])
    if len(stored.openings.series):
        has_before = ~first
        has_before[starts[has]] = True
        at_openings, opening = _after_openings(of, slot, before_slot, has_before, stored.openings)
        begun = _step(level[at_openings] - stored.openings.reading[opening], series.rollover[of[at_openings]])
        elapsed = slot[at_openings] - stored.openings.slot[opening]
        limit = np.minimum(series.max_per_slot[of[at_openings]] * elapsed, INT4_MAX)
        possible = (begun >= 0) & (begun <= limit)
        at_openings = at_openings[possible]
        step[at_openings] = begun[possible]
        before_slot[at_openings] = stored.openings.slot[opening[possible]]
    released = grid.released.ravel()[cells]
    return Steps(of, cells, step, slot - before_slot, (kept & before_kept) | released)


def _step(step: Integers, rollover: Integers) -> Integers:
    return np.where((step < 0) & (rollover > 0), step + rollover, step)


def _after_openings(
    of: npt.NDArray[np.int32], slot: Integers, before_slot: Integers, has_before: Mask, openings: Openings
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The cells that are the first of their mounting, and the opening of each; where the cells at hand show it."""
    keys = of.astype(np.int64) << SLOT_BITS | slot
    at = np.searchsorted(keys, openings.series.astype(np.int64) << SLOT_BITS | openings.slot, side="right")
    opening = np.flatnonzero(at < len(keys))
    cell = at[opening]
    good = (of[cell] == openings.series[opening]) & (slot[cell] < openings.until[opening])
    good &= ~has_before[cell] | (before_slot[cell] <= openings.slot[opening])
    return cell[good], opening[good]


def _shifted(array: npt.NDArray) -> npt.NDArray:  # type: ignore[type-arg]
    return np.concatenate((array[:1], array[:-1]))
