"""Delivered values and stored day rows become new day rows. Pure numpy.

Everything happens in matrices of (day row, slot of the day): delivered values are laid over the stored ones, counters
are differenced along the days of each series, and what comes out is compared with what was stored. A counter's day
row keeps its opening reading and the steps from there, so its readings can be had back exactly: reading = opening +
sum of the steps (modulo the rollover). Totals telescope: their sum over any days is the last reading minus the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forsyn.domain.metering import slots
from forsyn.domain.metering.day_rows import DayRows
from forsyn.domain.metering.doubts import doubt, suspects
from forsyn.domain.metering.grid import Grid, Stored, last_of_slot, lay, steps_of
from forsyn.domain.metering.rules import INT4_MAX, Outcome, Quality, Reason, Series, Values

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class StepTooLargeError(ValueError):
    """A released reading is further from its neighbours than a stored hour can hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """What becomes of each delivered value, and the day rows that must be written."""

    outcome: npt.NDArray[np.uint8]
    reason: npt.NDArray[np.uint8]
    """Code of the reason where the outcome is QUARANTINED."""
    new: DayRows
    changed: DayRows
    """Rows that replace the stored ones of the same key; their version is one higher."""


def merge(series: Series, values: Values, stored: Stored, *, delivery_id: int, released: bool = False) -> Merged:
    """Merge values, sorted by (series, at, line), with the stored rows of their series.

    For an interval register the stored rows are those of the delivered days; for a counter they reach from its first
    delivered day to the first row after its last delivered day. With `released`, no value is doubted; then
    StepTooLargeError is raised where a reading cannot be stored at all.
    """
    slot = slots.slots_of(values.at, series.hourly[values.series])
    grid, row, column = lay(series, values, slot, stored, released=released)
    doubtful = np.zeros(0, np.int32)
    if not released and series.cumulative.any():
        doubtful = suspects(grid, series, stored)
    if not len(doubtful):
        return _finish(grid, row, column, series, values, slot, stored, delivery_id)
    reasons = doubt(doubtful, series, values, slot, stored)
    good = np.flatnonzero(reasons == 0)
    part = values.take(good)
    grid, row, column = lay(series, part, slot[good], stored, released=False)
    merged = _finish(grid, row, column, series, part, slot[good], stored, delivery_id)
    outcome = np.zeros(len(values), np.uint8)
    outcome[good] = merged.outcome
    reasons[good] = merged.reason
    return Merged(outcome, reasons, merged.new, merged.changed)


def differenced_again(series: Series, stored: Stored) -> DayRows:
    """The stored rows that change because of what is known now of the counters' openings; values stay as delivered."""
    nothing = Values(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int64))
    grid, *_ = lay(series, nothing, nothing.at, stored, released=False)
    rows = _rows(grid, series, stored, 0)
    before = stored.rows.take(grid.stored)
    changed = _differ(rows, before)
    rows = replace(rows, delivery_id=before.delivery_id)
    return rows.take(changed)


def _finish(
    grid: Grid,
    row: npt.NDArray[np.intp],
    column: Integers,
    series: Series,
    values: Values,
    slot: Integers,
    stored: Stored,
    delivery_id: int,
) -> Merged:
    rows = _rows(grid, series, stored, delivery_id)
    outcome, reason = _outcomes(grid, values, stored.rows, row, column, last_of_slot(values, slot))
    if not len(stored.rows):
        return Merged(outcome, reason, rows, DayRows.empty())
    new = grid.stored < 0
    changed = np.flatnonzero(~new)
    changed = changed[_differ(rows.take(changed), stored.rows.take(grid.stored[changed]))]
    return Merged(outcome, reason, rows.take(new), rows.take(changed))


def _outcomes(
    grid: Grid,
    values: Values,
    stored: DayRows,
    row: npt.NDArray[np.intp],
    column: Integers,
    last: Mask,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    outcome = np.full(len(values), Outcome.NEW, np.uint8)
    reason = np.zeros(len(values), np.uint8)
    if len(stored):
        of = grid.stored[row]
        known = of >= 0
        there = known & stored.present[of, column]
        outcome[known] = Outcome.COMPLETED
        outcome[there] = np.where(grid.kept[row[there], column[there]], Outcome.IDENTICAL, Outcome.CORRECTED)
    earlier = np.flatnonzero(~last)
    same = values.value[earlier] == grid.level[row[earlier], column[earlier]]
    outcome[earlier] = np.where(same, Outcome.IDENTICAL, Outcome.QUARANTINED)
    reason[earlier] = np.where(same, 0, Reason.DUPLICATE_IN_HOUR.code)
    return outcome, reason


def _rows(grid: Grid, series: Series, stored: Stored, delivery_id: int) -> DayRows:
    width = grid.level.shape[1]
    quality = np.where(grid.released, np.int16(Quality.RELEASED), np.int16(0))
    values, opening = grid.level, np.zeros(len(grid.keys), np.int64)
    counter = series.cumulative[grid.series]
    if counter.any():
        steps = steps_of(grid, series, stored)
        of_counter = series.cumulative[steps.series]
        cells, step, elapsed = steps.cells[of_counter], steps.step[of_counter], steps.elapsed[of_counter]
        if step.size and np.abs(step).max() > INT4_MAX:
            raise StepTooLargeError
        quality.ravel()[cells[elapsed == 0]] |= Quality.FIRST_READING
        quality.ravel()[cells[elapsed > 1]] |= Quality.AFTER_GAP
        values = grid.level.copy()
        values.ravel()[cells] = step
        row = cells // width
        begins = np.ones(len(cells), np.bool_)
        begins[1:] = row[1:] != row[:-1]
        rollover = series.rollover[grid.series[row[begins]]]
        before = grid.level.ravel()[cells[begins]] - step[begins]
        opening[row[begins]] = np.where(rollover > 0, before % np.maximum(rollover, 1), before)
    values = np.where(grid.present, values, 0)
    known = grid.stored >= 0
    version = np.ones(len(grid.keys), np.int16)
    if len(stored.rows):
        version[known] = stored.rows.version[grid.stored[known]] + 1
    return DayRows(
        meter_id=series.meter_id[grid.series],
        register=series.register[grid.series],
        day=grid.day,
        version=version,
        delivery_id=np.full(len(grid.keys), delivery_id, np.int32),
        opening=opening,
        has_opening=counter,
        total=values.sum(axis=1),
        slots=grid.slots,
        values=values.astype(np.int32),
        present=grid.present,
        quality=quality,
    )


def _differ(rows: DayRows, stored: DayRows) -> Mask:
    width = rows.values.shape[1]
    same = (
        (rows.values == stored.values[:, :width])
        & (rows.present == stored.present[:, :width])
        & (rows.quality == stored.quality[:, :width])
    )
    return ~same.all(axis=1) | (rows.opening != stored.opening)
