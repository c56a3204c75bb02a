"""Reading consumption: day totals, hours and months of an installation. Whole numbers of the register's base unit.

An installation's consumption is the sum over the meters that hung there, each only within its mounting period, so a
meter swap never shows as a jump. Dates are local, and both first_date and last_date are included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg import sql

from forsyn.domain.metering.array_reads import read_rows
from forsyn.domain.metering.day_rows import COLUMNS, DayRows
from forsyn.domain.metering.delivery_queries import (
    MountedMeter,
    ReasonCount,
    deliveries,
    deliveries_waiting_for_meters,
    delivery,
    last_value_day,
    meter_numbers_present,
    meters_at,
    open_quarantine_values,
    quarantine_items,
    quarantine_summary,
    superseded,
)
from forsyn.domain.metering.month_queries import (
    MeterMonthTotals,
    MonthPart,
    MonthTotals,
    all_meters_month_totals,
    month_parts,
    month_totals,
)
from forsyn.domain.metering.rules import END_MISSING, MISSING
from forsyn.domain.metering.thinning_queries import closed
from forsyn.kernel.local_days import day_starts_seconds

__all__ = [
    "DayTotals",
    "Gap",
    "HourlyValues",
    "MeterMonthTotals",
    "MonthPart",
    "MonthTotals",
    "MountedMeter",
    "ReasonCount",
    "all_meters_month_totals",
    "day_totals",
    "deliveries",
    "deliveries_waiting_for_meters",
    "delivery",
    "gaps",
    "hourly_values",
    "last_value_day",
    "meter_hours",
    "meter_numbers_present",
    "meters_at",
    "month_parts",
    "month_totals",
    "open_quarantine_values",
    "quarantine_items",
    "quarantine_summary",
    "read_rows",
    "superseded",
]

Dates = npt.NDArray[np.datetime64]
Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

HOUR = 3600
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class DayTotals:
    """One element for each date asked for."""

    days: Dates
    total: Integers
    present: Mask
    """Whether anything was delivered for the day; total is 0 where not."""
    complete: Mask
    """Whether every hour of the day was."""
    quality: npt.NDArray[np.int16]
    """Bits of rules.Quality that any hour of the day has: 0 is measured throughout."""
    ends_measured: Mask
    """Whether the day's last hour was delivered: no gap reaches into the next day."""
    without_hours: Mask
    """Whether its hours were put together, for they were too old."""
    carried: Integers
    """Of the total of such a day, what its first reading brought of a gap before it."""


@dataclass(frozen=True, slots=True, eq=False)
class HourlyValues:
    """One element for each hour of the local days asked for, in order."""

    starts_at: Integers
    """Seconds since 1970-01-01T00:00Z at which the hour begins."""
    value: Integers
    """0 where not present."""
    present: Mask
    quality: npt.NDArray[np.int16]
    """Bits of rules.Quality: 0 is measured."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours without a value: [starts_at, ends_at), aware, UTC."""

    starts_at: datetime
    ends_at: datetime

    @property
    def hours(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // HOUR


_MOUNTED_DAYS = """
      from metering_mounting as mounting
      join metering_register as register on register.meter_id = mounting.meter_id and register.code = %(code)s
      join metering_day as d on d.meter_id = mounting.meter_id and d.register = register.number
     where mounting.installation_id = %(installation)s and d.day <@ mounting.period
       and d.day between %(first)s and %(last)s
"""

_THINNED = "cardinality(d.values) = 0"
_BITS = "coalesce((select bit_or(bits) from unnest(d.quality) as bits), 0)"
_DAY_COLUMNS = f"""
    sum(d.total)::bigint,
    bool_and(case when {_THINNED} then {_BITS} & {MISSING:d} = 0 else array_position(d.values, null) is null end),
    bit_or({_BITS}) & ~{MISSING | END_MISSING:d},
    bool_and(case when {_THINNED} then {_BITS} & {END_MISSING:d} = 0
                  else d.values[cardinality(d.values)] is not null end),
    bool_or({_THINNED}), coalesce(sum(d.carried), 0)::bigint"""


def day_totals(*, installation_id: int, register_code: str, first_date: date, last_date: date) -> DayTotals:
    """Consumption of each day that is kept as a day; older ones are in `month_parts`."""
    days = _days(first_date, last_date)
    kinds = (np.int64, np.bool_, np.bool_, np.int16, np.bool_, np.bool_, np.int64)
    out = DayTotals(days, *(np.zeros(len(days), kind) for kind in kinds))
    with connection.cursor() as cursor:
        cursor.execute(
            f"select d.day - %(first)s, {_DAY_COLUMNS} {_MOUNTED_DAYS} group by d.day",
            {"installation": installation_id, "code": register_code, "first": first_date, "last": last_date},
        )
        for position, total, complete, quality, ends_measured, without_hours, carried in cursor.fetchall():
            out.total[position], out.present[position], out.complete[position] = total, True, complete
            out.quality[position], out.ends_measured[position] = quality, ends_measured
            out.without_hours[position], out.carried[position] = without_hours, carried
    return out


def hourly_values(*, installation_id: int, register_code: str, first_date: date, last_date: date) -> HourlyValues:
    """Consumption of each hour, summed over the meters that hung there."""
    statement = sql.SQL(f"select {_columns('d')} {_MOUNTED_DAYS}".replace("%(", "{").replace(")s", "}")).format(
        installation=sql.Literal(installation_id),
        code=sql.Literal(register_code),
        first=sql.Literal(first_date),
        last=sql.Literal(last_date),
    )
    return _hours(read_rows(statement), first_date, last_date)


def meter_hours(*, meter_id: int, register: int, first_date: date, last_date: date) -> HourlyValues:
    """Consumption of each hour of one register of one meter, wherever it hung."""
    statement = sql.SQL(
        f"select {_columns('d')} from metering_day as d"  # noqa: S608 - constant names only
        " where meter_id = {} and register = {} and day between {} and {}"
    ).format(*map(sql.Literal, (meter_id, register, first_date, last_date)))
    return _hours(read_rows(statement), first_date, last_date)


def gaps(*, installation_id: int, register_code: str, first_date: date, last_date: date) -> list[Gap]:
    """The hours without a value, as runs, within the days on which a meter hung there and hours are kept.

    3 queries.
    """
    kept = closed().hours
    first_date = min(max(first_date, kept), last_date) if kept else first_date
    hours = hourly_values(
        installation_id=installation_id, register_code=register_code, first_date=first_date, last_date=last_date
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select range_agg(period * daterange(%s, %s, '[]')) from metering_mounting where installation_id = %s",
            [first_date, last_date, installation_id],
        )
        (mounted,) = cursor.fetchone()
    expected = np.zeros(len(hours.starts_at), np.bool_)
    for period in mounted or ():
        begin, end = day_starts_seconds(period.lower, period.upper)[:: (period.upper - period.lower).days]
        expected |= (hours.starts_at >= begin) & (hours.starts_at < end)
    return _runs(hours.starts_at, expected & ~hours.present)


def _runs(starts_at: Integers, missing: Mask) -> list[Gap]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], missing, [False])).astype(np.int8)))
    return [
        Gap(datetime.fromtimestamp(int(starts_at[a]), UTC), datetime.fromtimestamp(int(starts_at[b - 1]) + HOUR, UTC))
        for a, b in edges.reshape(-1, 2)
    ]


# -- rows as arrays ------------------------------------------------------------------------------------------------


def _columns(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in COLUMNS)


def _days(first_date: date, last_date: date) -> Dates:
    return np.arange(first_date, last_date + timedelta(days=1), dtype="datetime64[D]")


def _hours(rows: DayRows, first_date: date, last_date: date) -> HourlyValues:
    bounds = np.array(day_starts_seconds(first_date, last_date + timedelta(days=1)), np.int64)
    starts_at = np.arange(bounds[0], bounds[-1], HOUR, dtype=np.int64)
    out = HourlyValues(
        starts_at,
        np.zeros(len(starts_at), np.int64),
        np.zeros(len(starts_at), np.bool_),
        np.zeros(len(starts_at), np.int16),
    )
    day_begins = (bounds[rows.day - (first_date - EPOCH).days] - bounds[0]) // HOUR
    row, slot = np.nonzero(rows.present)
    position = day_begins[row] + slot
    np.add.at(out.value, position, rows.values[row, slot])
    out.present[position] = True
    np.bitwise_or.at(out.quality, position, rows.quality[row, slot])
    return out
