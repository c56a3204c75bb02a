"""What the demo's meters measure. Pure numpy: a value follows from its meter and its hour alone, so that any stretch of
days gives the same numbers however it is cut.

Heat follows the cold outside (degree days with base 17 °C), with a peak in the morning and in the evening; water
follows the people: little at night, more at weekends, nearly nothing on holiday.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from forsyn.kernel.local_days import HOUR_SECONDS, day_start_seconds, day_starts_seconds
from forsyn.workflows.demo_town import MeterPlan

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BASE_TEMPERATURE = 17.0
_HEAT_BY_HOUR = np.array(
    [0.82, 0.8, 0.8, 0.82, 0.9, 1.1, 1.35, 1.4, 1.2, 1.0, 0.92, 0.9, 0.9, 0.9, 0.92, 1.0, 1.12, 1.22, 1.25, 1.2, 1.12,
     1.0, 0.92, 0.86]
)  # fmt: skip
_WATER_BY_HOUR = np.array(
    [0.1, 0.05, 0.04, 0.04, 0.1, 0.5, 1.9, 2.2, 1.4, 0.9, 0.8, 0.8, 0.9, 0.8, 0.7, 0.8, 1.1, 1.7, 2.0, 1.7, 1.3, 1.1,
     0.8, 0.4]
)  # fmt: skip


_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Hours:
    """The hours of some local days, oldest first."""

    start: Integers
    """Seconds since the epoch, UTC, at which each hour begins."""
    day: Integers
    """Which of the days it belongs to: 0, 1, ..."""
    clock: Integers
    """What a clock on the wall shows: 0 to 23."""
    ordinal: Integers
    """Of each day: its number since 0001-01-01."""
    bounds: Integers
    """First hour of each day, and the end."""

    @classmethod
    def of(cls, first: date, end: date) -> Hours:
        """The hours of [first, end)."""
        starts = np.array(day_starts_seconds(first, end), np.int64)
        start = np.arange(starts[0], starts[-1], HOUR_SECONDS, dtype=np.int64)
        day = np.searchsorted(starts, start, side="right") - 1
        bounds = np.searchsorted(start, starts)
        elapsed = (start - starts[day]) // HOUR_SECONDS
        length = np.diff(bounds)[day]
        clock = np.where(length == 24, elapsed, np.where(elapsed < 2 + (length == 25), elapsed, elapsed + 24 - length))
        ordinal = np.arange(first.toordinal(), end.toordinal(), dtype=np.int64)
        return cls(start, day, clock, ordinal, bounds)


def outdoor_temperature(hours: Hours) -> Floats:
    """Degrees Celsius in each hour: the season, the time of day, and weather that changes over days."""
    at = hours.start / 86_400.0
    season = 8.6 - 8.4 * np.cos(2 * np.pi * (at - 23.0) / 365.2425)
    of_day = 1.8 * np.sin(2 * np.pi * (hours.clock - 9) / 24)
    return season + of_day + 3.2 * _weather(at / 5.0, 1) + 2.0 * _weather(at / 1.7, 2)


def heat_watt_hours(meters: Sequence[MeterPlan], hours: Hours) -> Integers:
    """What each meter (row) measures in each hour (column)."""
    cold = np.maximum(BASE_TEMPERATURE - outdoor_temperature(hours), 0.0) * _HEAT_BY_HOUR[hours.clock]
    seeds = np.array([meter.seed for meter in meters], np.int64)[:, None]
    size = np.array([meter.size for meter in meters], np.float64)[:, None]
    base = np.array([meter.base for meter in meters], np.float64)[:, None]
    home = 1.0 - 0.35 * _away(seeds, hours.ordinal)[:, hours.day]
    tapped = base * home * _WATER_BY_HOUR[hours.clock] / _WATER_BY_HOUR.sum()
    noise = 0.85 + 0.3 * _uniform(seeds, hours.start // HOUR_SECONDS)
    return np.asarray((size * cold * home + tapped) * noise, np.int64)


def water_counters(meters: Sequence[MeterPlan], first: date, end: date) -> tuple[Hours, Integers]:
    """What each meter's counter (row) shows at the end of each hour of [first, end), in litres.

    A counter starts with ``base`` on the day from which its meter is read: that of mounting, or COUNTED_FROM.
    """
    hours = Hours.of(first, end)
    before = [_litres_before(meter, first) for meter in meters]
    daily = np.stack([_daily_litres(meter, first, end) for meter in meters])
    seeds = np.array([meter.seed for meter in meters], np.int64)[:, None]
    weights = _WATER_BY_HOUR[hours.clock] * (_uniform(seeds + 7, hours.start // HOUR_SECONDS) ** 2 + 0.02)
    running = np.cumsum(weights, axis=1)
    start_of_day = np.concatenate([np.zeros((len(meters), 1)), running], axis=1)[:, hours.bounds]
    share = (running - start_of_day[:, :-1][:, hours.day]) / np.diff(start_of_day, axis=1)[:, hours.day]
    within = np.floor(daily[:, hours.day] * share + 1e-6).astype(np.int64) + _leaked_today(meters, hours)
    whole = np.cumsum(daily + _leaks(meters, hours), axis=1)
    at_midnight = np.concatenate([np.zeros((len(meters), 1), np.int64), whole], axis=1)[:, :-1]
    opening = np.array([meter.base for meter in meters], np.int64) + np.array(before, np.int64)
    return hours, opening[:, None] + at_midnight[:, hours.day] + within


COUNTED_FROM = date(2020, 1, 1)
"""Counters of meters that hang longer show ``base`` on this day; any town's readings begin on it or later."""


def _litres_before(meter: MeterPlan, first: date) -> int:
    begin = max(meter.mounted_from, COUNTED_FROM)
    if first <= begin:
        return 0
    leaked = 0
    if meter.leak:
        leak_first, leak_end, litres = meter.leak
        seconds = day_start_seconds(min(leak_end, max(first, leak_first))) - day_start_seconds(leak_first)
        leaked = litres * seconds // HOUR_SECONDS
    return int(_daily_litres(meter, begin, first).sum()) + leaked


def _daily_litres(meter: MeterPlan, first: date, end: date) -> Integers:
    """Used on each day of [first, end) without leaks; nothing before the meter hung there."""
    days = np.arange(first.toordinal(), end.toordinal(), dtype=np.int64)
    seed = np.array([[meter.seed]], np.int64)
    at_home = 1.0 - 0.97 * _away(seed, days)[0]
    weekend = np.where((days - 1) % 7 >= 5, 1.2, 1.0)
    used = meter.size * weekend * at_home * (0.6 + 0.8 * _uniform(seed + 3, days)[0])
    return np.where(days >= meter.mounted_from.toordinal(), used, 0).astype(np.int64)


def _leaks(meters: Sequence[MeterPlan], hours: Hours) -> Integers:
    """Litres leaked on each day."""
    lengths = np.diff(hours.bounds)
    return np.stack([_leak_rate(meter, hours) * lengths for meter in meters])


def _leaked_today(meters: Sequence[MeterPlan], hours: Hours) -> Integers:
    """Litres leaked since midnight at the end of each hour."""
    elapsed = np.arange(len(hours.start)) - hours.bounds[hours.day] + 1
    return np.stack([_leak_rate(meter, hours)[hours.day] * elapsed for meter in meters])


def _leak_rate(meter: MeterPlan, hours: Hours) -> Integers:
    if meter.leak is None:
        return np.zeros(len(hours.ordinal), np.int64)
    first, end, litres = meter.leak
    return np.where((hours.ordinal >= first.toordinal()) & (hours.ordinal < end.toordinal()), litres, 0)


def _away(seeds: Integers, days: Integers) -> Floats:
    """1 on days when nobody is home: two weeks each summer, at times a weekend, else 0."""
    calendar = (days - _EPOCH_ORDINAL).astype("datetime64[D]")
    year_day = (calendar - calendar.astype("datetime64[Y]")).astype(np.int64)
    summer = 170 + (seeds * 37) % 55
    holiday = (year_day >= summer) & (year_day < summer + 14)
    week = (days - 1) // 7
    trip = (_uniform(seeds + 5, week) < 0.06) & ((days - 1) % 7 >= 5)
    return (holiday | trip).astype(np.float64)


def _weather(at: Floats, salt: int) -> Floats:
    """Smooth noise between -1 and 1 with one knot a unit."""
    knot = np.floor(at)
    part = at - knot
    smooth = part * part * (3 - 2 * part)
    seed = np.array([[salt * 1_000_003]], np.int64)
    left = _uniform(seed, knot.astype(np.int64))[0]
    right = _uniform(seed, knot.astype(np.int64) + 1)[0]
    return np.asarray(2 * (left + (right - left) * smooth) - 1, np.float64)


def _uniform(seeds: Integers, numbers: Integers) -> Floats:
    """Evenly spread in [0, 1), one for each seed (row) and number (column); SplitMix64's mixing (Steele 2014)."""
    with np.errstate(over="ignore"):
        mixed = seeds.astype(np.uint64) * np.uint64(0xD1342543DE82EF95) + numbers.astype(np.uint64) * np.uint64(
            0x9E3779B97F4A7C15
        )
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) / 2.0**53
