"""Which delivered readings of counters are set aside, given what is stored. Pure.

Whole chunks are looked at first, in arrays; only counters with a step that cannot be are gone through reading by
reading (plausibility.py).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forsyn.domain.metering import slots
from forsyn.domain.metering.grid import Grid, Stored, levels, steps_of
from forsyn.domain.metering.plausibility import Reading, believed
from forsyn.domain.metering.rules import INT4_MAX, NO_LIMIT, Reason, Series, Values

Integers = npt.NDArray[np.int64]

PASSES = 5
"""How often corrections are weighed anew before all of a counter's corrections are set aside."""


def suspects(grid: Grid, series: Series, stored: Stored) -> npt.NDArray[np.int32]:
    """The counters with a step that cannot be, other than between readings that are stored or released."""
    steps = steps_of(grid, series, stored)
    limit = np.minimum(series.max_per_slot[steps.series] * steps.elapsed, INT4_MAX)
    impossible = ((steps.step < 0) | (steps.step > limit)) & ~steps.trusted & (steps.elapsed > 0)
    return np.unique(steps.series[impossible & series.cumulative[steps.series]])


def doubt(
    counters: npt.NDArray[np.int32], series: Series, values: Values, slot: Integers, stored: Stored
) -> npt.NDArray[np.uint8]:
    """Codes of the reasons for which readings of these counters are set aside; 0 for all other values."""
    reasons = np.zeros(len(values), np.uint8)
    for counter in counters.tolist():
        begin, end = np.searchsorted(values.series, [counter, counter + 1])
        reasons[begin:end] = doubt_one(
            slot[begin:end].tolist(),
            values.value[begin:end].tolist(),
            _stored_readings(series, counter, stored),
            rollover=int(series.rollover[counter]),
            max_per_slot=int(series.max_per_slot[counter]),
        )
    return reasons


def _stored_readings(series: Series, counter: int, stored: Stored) -> dict[int, int]:
    """Slot -> reading of one counter, in order of time."""
    part = slice(*np.searchsorted(stored.series, [counter, counter + 1]))
    rows = stored.rows.take(part)
    first = slots.first_slots(rows.day, np.full(len(rows), series.hourly[counter]))
    row, column = np.nonzero(rows.present)
    reading = levels(series, stored.series[part], rows)[row, column]
    at = np.flatnonzero(stored.anchors.series == counter)
    known = dict(zip(stored.anchors.slot[at].tolist(), stored.anchors.reading[at].tolist(), strict=True))
    known.update(zip((first[row] + column).tolist(), reading.tolist(), strict=True))
    return known


def doubt_one(
    slot: list[int], value: list[int], known: dict[int, int], *, rollover: int, max_per_slot: int
) -> list[int]:
    """Codes (0: believed) of one counter's delivered readings, in order of time; `known` are the stored ones by slot.

    A delivered reading of a stored slot is a correction: it stands in for the stored one while the chain is sought.
    When it is set aside the stored one comes back, and the others are weighed anew beside it.
    """
    delivered: dict[int, list[int]] = {}
    for index, of in enumerate(slot):
        delivered.setdefault(of, []).append(index)
    back: set[int] = set()
    first: list[int] | None = None
    for attempt in range(PASSES + 1):
        trusted = {of: r for of, r in known.items() if of not in delivered or of in back or attempt == PASSES}
        reasons = _reasons(slot, value, trusted, rollover, max_per_slot)
        first = first or reasons
        refused = {of for of in delivered if of in known and all(reasons[index] for index in delivered[of])}
        if refused <= back:
            break
        back |= refused
    return [now and (before or now) for now, before in zip(reasons, first or reasons, strict=True)]


def _reasons(slot: list[int], value: list[int], trusted: dict[int, int], rollover: int, limit: int) -> list[int]:
    """Codes of one counter's readings when `trusted` readings are not in doubt."""
    merged = sorted(
        [(of, 0, -1, Reading(of, reading, True)) for of, reading in trusted.items()]
        + [(of, 1, i, Reading(of, v, False)) for i, (of, v) in enumerate(zip(slot, value, strict=True))]
    )
    readings = [reading for *_, reading in merged]
    accepted = believed(readings, rollover=rollover, max_per_slot=min(limit, NO_LIMIT))
    held = {reading.slot for reading, good in zip(readings, accepted, strict=True) if good and not reading.trusted}
    reasons = [0] * len(slot)
    last: Reading | None = None
    for (*_, index, reading), good in zip(merged, accepted, strict=True):
        too_far = last is not None and reading.value > last.value + min(limit * (reading.slot - last.slot), INT4_MAX)
        if good and (reading.trusted or not too_far):
            last = reading
        elif reading.slot in held and not good:
            reasons[index] = Reason.DUPLICATE_IN_HOUR.code
        else:
            reasons[index] = (Reason.IMPOSSIBLE_VALUE if too_far else Reason.BACKWARD_STEP).code
    return reasons
