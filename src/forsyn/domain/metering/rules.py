"""Which delivered values are believed, and what becomes of them. Pure: numpy, no clock, no database.

The order of questions for each value: could it be read; is the meter known, with that register; is the time possible;
did the meter hang anywhere then; is the value possible by itself; does it agree with its neighbours (plausibility.py).
The first no decides the reason for which it is set aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from forsyn.domain.metering import slots

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

INT4_MAX = 2**31 - 1
NO_LIMIT = INT4_MAX
"""Base units an hour where a register has no limit of its own: what a stored hour can hold."""
SAFE_INSTANT = slots.FIRST_DAY * 86_400 + 7_200
"""An instant that has a local day, to stand in for those that have not."""
FUTURE_SECONDS = 86_400
"""How far a meter's clock may be ahead of the delivery."""


class Reason(StrEnum):
    """Why a value is set aside. The first group is what the reader of files reports."""

    VALUE_MISSING = "value_missing"
    VALUE_UNREADABLE = "value_unreadable"
    VALUE_NOT_FINITE = "value_not_finite"
    VALUE_TOO_LARGE = "value_too_large"
    STAMP_UNREADABLE = "stamp_unreadable"
    STAMP_MISSING = "stamp_missing"
    LOCAL_HOUR_AMBIGUOUS = "local_hour_ambiguous"
    LOCAL_HOUR_NONEXISTENT = "local_hour_nonexistent"
    METER_MISSING = "meter_missing"
    UNIT_UNKNOWN = "unit_unknown"
    ROW_MALFORMED = "row_malformed"
    REGISTER_UNKNOWN = "register_unknown"
    STAMP_OFF_GRID = "stamp_off_grid"

    METER_UNKNOWN = "meter_unknown"
    METER_AMBIGUOUS = "meter_ambiguous"
    REGISTER_DIFFERS = "register_differs"
    STAMP_OUT_OF_RANGE = "stamp_out_of_range"
    STAMP_IN_FUTURE = "stamp_in_future"
    NOT_MOUNTED = "not_mounted"
    IMPOSSIBLE_VALUE = "impossible_value"
    BACKWARD_STEP = "backward_step"
    DUPLICATE_IN_HOUR = "duplicate_in_hour"
    TOO_OLD = "too_old"
    """Of a time whose hours have become days: what was billed from is not changed any more."""

    @property
    def code(self) -> int:
        """Its number in arrays; 0 is no reason."""
        return REASONS.index(self) + 1


REASONS = tuple(Reason)
ABOUT_THE_METER = frozenset(
    {Reason.METER_UNKNOWN, Reason.METER_AMBIGUOUS, Reason.REGISTER_UNKNOWN, Reason.REGISTER_DIFFERS, Reason.NOT_MOUNTED}
)
"""Reasons that hold for all values of a meter at once: they are one item of quarantine, not one a day."""
RETRIED = frozenset({Reason.METER_UNKNOWN, Reason.METER_AMBIGUOUS, Reason.REGISTER_UNKNOWN})
"""Reasons that a release cannot overrule: it asks again whether there is a place for the values by now."""


class Outcome(IntEnum):
    """What became of a delivered value."""

    QUARANTINED = 0
    NEW = 1
    COMPLETED = 2
    """The day was stored already, without this value."""
    CORRECTED = 3
    IDENTICAL = 4


class Quality(IntFlag):
    """How a stored value came about; 0 is measured."""

    FIRST_READING = 1
    """The first reading of a register: consumption 0, it only sets where the count begins."""
    AFTER_GAP = 2
    """It carries the consumption of the hours without reading before it."""
    RELEASED = 4
    """Staff let it in against the rules."""


MISSING = 8
"""Beside `Quality`, of a day without its hours or a month: some was not measured, nor brought by a later reading."""
END_MISSING = 16
"""Likewise: its last hour was not measured, so a gap reaches out of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One register of one meter each; all arrays have one element a series."""

    meter_id: npt.NDArray[np.int32]
    register: npt.NDArray[np.int16]
    cumulative: Mask
    hourly: Mask
    rollover: Integers
    """0 where the counter never comes round."""
    max_per_hour: Integers

    def __len__(self) -> int:
        return len(self.meter_id)

    def take(self, index: npt.NDArray[np.intp]) -> Self:
        return type(self)(
            self.meter_id[index],
            self.register[index],
            self.cumulative[index],
            self.hourly[index],
            self.rollover[index],
            self.max_per_hour[index],
        )

    @property
    def max_per_slot(self) -> Integers:
        """The plausible maximum in one slot: an hour, or a day of at most 25 hours."""
        return np.minimum(np.where(self.hourly, self.max_per_hour, self.max_per_hour * 25), NO_LIMIT)

    @property
    def max_value(self) -> Integers:
        """The largest value that can be right by itself."""
        of_counter = np.where(self.rollover > 0, self.rollover - 1, np.iinfo(np.int64).max)
        return np.where(self.cumulative, of_counter, self.max_per_slot)


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Delivered values of known series; all arrays have one element a value."""

    series: npt.NDArray[np.int32]
    """Index into a Series."""
    at: Integers
    """Seconds since 1970-01-01T00:00Z at which the value's interval ends."""
    value: Integers
    """Base units: consumption, or what the counter showed."""

    def __len__(self) -> int:
        return len(self.value)

    def take(self, index: npt.NDArray[np.intp] | Mask | slice) -> Self:
        return type(self)(self.series[index], self.at[index], self.value[index])


@dataclass(frozen=True, slots=True, eq=False)
class Mountings:
    """When meters hung anywhere, sorted by meter and first day; days since 1970-01-01, until is excluded."""

    meter_id: npt.NDArray[np.int32]
    first: npt.NDArray[np.int32]
    until: npt.NDArray[np.int32]


def mounted(mountings: Mountings, meter_id: npt.NDArray[np.int32], day: npt.NDArray[np.int32]) -> Mask:
    """Whether each meter hung somewhere on the day. A meter's mountings do not overlap."""
    if not len(mountings.meter_id):
        return np.zeros(len(day), np.bool_)
    keys = mountings.meter_id.astype(np.int64) << 20 | np.clip(mountings.first, 0, 2**20 - 1)
    before = np.searchsorted(keys, meter_id.astype(np.int64) << 20 | day, side="right") - 1
    found: Mask = (before >= 0) & (mountings.meter_id[before] == meter_id) & (day < mountings.until[before])
    return found


def _not_mounted(series: Series, of: npt.NDArray[np.int32], days: npt.NDArray[np.int32], mountings: Mountings) -> Mask:
    """Values of days on which their meter hung nowhere. Most meters hang all the time: those are told first."""
    first, last = (np.full(len(series), day, np.int32) for day in (days.min(), days.max()))
    at_first, at_last = mounted(mountings, series.meter_id, first), mounted(mountings, series.meter_id, last)
    starts = np.bincount(mountings.meter_id, minlength=int(series.meter_id.max(initial=0)) + 1)
    always = at_first & at_last & (starts[series.meter_id] == 1)
    result: Mask = ~always[of]
    doubtful = np.flatnonzero(result)
    result[doubtful] = ~mounted(mountings, series.meter_id[of[doubtful]], days[doubtful])
    return result


def screen(series: Series, values: Values, mountings: Mountings, *, now_seconds: int) -> npt.NDArray[np.uint8]:
    """Code of the reason for which each value cannot be stored whatever its neighbours say; 0 for none."""
    reasons = np.zeros(len(values), np.uint8)
    if not len(values):
        return reasons
    storable = slots.in_range(values.at)
    days = slots.local_days(values.at if storable.all() else np.where(storable, values.at, SAFE_INSTANT))
    checks = (
        (Reason.IMPOSSIBLE_VALUE, (values.value < 0) | (values.value > series.max_value[values.series])),
        (Reason.NOT_MOUNTED, _not_mounted(series, values.series, days, mountings)),
        (Reason.STAMP_IN_FUTURE, values.at > now_seconds + FUTURE_SECONDS),
        (Reason.STAMP_OUT_OF_RANGE, ~storable),
    )
    for reason, failed in checks:
        reasons[failed] = reason.code
    return reasons
