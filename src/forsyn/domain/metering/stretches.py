"""Stretches of days of a register, and what the store says of them. Pure; whole base units, local dates.

A stretch [first, until) lies within one mounting of the meter.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple


class Place(NamedTuple):
    """Where a commodity is measured, for [first, until); `key` is the caller's."""

    key: int
    supply_point_id: int
    commodity: str
    first: date
    until: date


class MountedRegister(NamedTuple):
    """A register of a meter that hung at a place in [first, until): the mounting, cut to the place's days."""

    key: int
    meter_id: int
    register: int
    code: str
    is_counter: bool
    """It delivers what a counter shows: a reading after a gap carries what was used in the gap."""
    first: date
    until: date
    mounted_first: date | None
    mounted_until: date | None


class Asked(NamedTuple):
    """Days [first, until) of one register, within a mounting."""

    meter_id: int
    register: int
    is_counter: bool
    first: date
    until: date
    mounted_first: date | None
    mounted_until: date | None


class Sums(NamedTuple):
    """What the days of a stretch add up to."""

    total: int
    days: int
    """Days on which anything was delivered."""
    first_day: date | None
    last_day: date | None
    with_gaps: int
    """Days with missing hours, of registers that deliver intervals."""
    begins_marked: bool
    """The stretch's first day has hours that came about otherwise than by plain measuring."""

    def is_plain(self, asked: Asked) -> bool:
        """Whether the total is all that was used: no gap reaches over an end, nor (of intervals) lies within."""
        if self.begins_marked or self.first_day != asked.first or self.last_day != asked.until - timedelta(days=1):
            return False
        return asked.is_counter or (self.with_gaps == 0 and self.days == (asked.until - asked.first).days)


class MarkedDay(NamedTuple):
    """A day row that says where a stretch begins, ends, or has a gap."""

    asked: int
    """Position of the stretch."""
    where: int
    """-1 the last row before the stretch, 0 within it, 1 the first after it."""
    day: date
    total: int
    follows: bool
    """The day before it has a row in the stretch, too."""
    up_to: int
    """Of the stretch's rows up to and with this one, the sum."""
    hours: int
    """How many hours the row has; 0 where they have become their day."""
    missing: int
    """How many of them are missing; of a day without hours 1 where any was."""
    carried: int | None
    """Of its total, what its first reading brought of a gap before it."""
    carried_hours: int
    """How many hours of this day had gone when that reading was taken; 24 where it is not known any more."""


class MonthRow(NamedTuple):
    """A month, or part of one, whose days are gone: [first, until) within the stretch."""

    asked: int
    first: date
    until: date
    total: int
    is_whole: bool
