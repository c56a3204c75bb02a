"""From instants to slots: the place of a value within its local (Copenhagen) day. Pure numpy.

A slot is an hour of a UTC clock, counted from 1970-01-01T00:00Z, or for registers read daily a local day. The value
of a slot is the consumption in (start, end]: a stamp exactly on the hour closes the hour that ends there, any other
stamp lies within the hour that it is assigned to. So a reading at 02:30:27 is that of the hour from 02 to 03. It is off
by at most an hour, the sums over time stay exact, and regular and irregular stamps follow one rule.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forsyn.kernel.local_days import HOUR_SECONDS, transition_table

DAY_SECONDS = 86_400
EPOCH = date(1970, 1, 1)
FIRST_DAY = (date(1990, 1, 1) - EPOCH).days
END_DAY = (date(2100, 1, 1) - EPOCH).days
"""Values are kept for local days in [FIRST_DAY, END_DAY)."""

Integers = npt.NDArray[np.int64]


class Calendar(NamedTuple):
    """Days and hours of the local clock, as tables to index."""

    first_hour: int
    """The hour (slot) that day_of_hour begins with."""
    day_of_hour: npt.NDArray[np.int32]
    """Local day of each hour, in days since 1970-01-01."""
    day_starts: Integers
    """First hour of each day from FIRST_DAY to END_DAY (included, to end the last day)."""


@lru_cache(maxsize=1)
def calendar() -> Calendar:
    """The local calendar of FIRST_DAY to END_DAY."""
    table = transition_table()
    hours = np.arange((FIRST_DAY - 1) * 24, (END_DAY + 1) * 24, dtype=np.int64)
    jumps = np.array([jump.at_seconds for jump in table.transitions], np.int64)
    offsets = np.array(
        [table.first_offset_seconds, *(jump.offset_after_seconds for jump in table.transitions)], np.int64
    )
    seconds = hours * HOUR_SECONDS
    days = (seconds + offsets[np.searchsorted(jumps, seconds, side="right")]) // DAY_SECONDS
    starts = hours[np.searchsorted(days, np.arange(FIRST_DAY, END_DAY + 1))]
    return Calendar(int(hours[0]), days.astype(np.int32), starts)


def in_range(at: Integers) -> npt.NDArray[np.bool_]:
    """Whether instants (seconds, ends of intervals) fall in the days that values are kept for."""
    starts = calendar().day_starts
    return (at > starts[0] * HOUR_SECONDS) & (at <= starts[-1] * HOUR_SECONDS)


def local_days(at: Integers) -> npt.NDArray[np.int32]:
    """Local day of the interval that ends at each instant. They must be `in_range`."""
    table = calendar()
    return table.day_of_hour[(at - 1) // HOUR_SECONDS - table.first_hour]


def slots_of(at: Integers, hourly: npt.NDArray[np.bool_]) -> Integers:
    """The hour of each value or, where not hourly, its local day. They must be `in_range`."""
    hours = (at - 1) // HOUR_SECONDS
    return hours if hourly.all() else np.where(hourly, hours, local_days(at))


def first_slots(days: npt.NDArray[np.int32], hourly: npt.NDArray[np.bool_]) -> Integers:
    """The slot that each local day begins with."""
    return np.where(hourly, calendar().day_starts[days - FIRST_DAY], days)


def slot_counts(days: npt.NDArray[np.int32], hourly: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    """23, 24 or 25 hours, or 1 where not hourly."""
    starts = calendar().day_starts
    hours = starts[days - FIRST_DAY + 1] - starts[days - FIRST_DAY]
    return np.where(hourly, hours, 1).astype(np.int8)
