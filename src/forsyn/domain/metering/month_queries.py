"""Consumption by month, whether it is kept by days or, when it is older, by months. Whole base units; local dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg import sql

from forsyn.domain.metering.array_reads import read_columns
from forsyn.domain.metering.rules import MISSING

Dates = npt.NDArray[np.datetime64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MonthTotals:
    """One element for each month of the years asked for."""

    months: Dates
    total: Integers
    days_present: Integers
    days_complete: Integers


@dataclass(frozen=True, slots=True, eq=False)
class MeterMonthTotals:
    """One element for each meter and register with values in the month."""

    meter_id: npt.NDArray[np.int32]
    register: npt.NDArray[np.int16]
    total: Integers


@dataclass(frozen=True, slots=True)
class MonthPart:
    """A month, or the part of one in which the same people and the same meter were there: [first, until).

    Of a part with two meters (on the day of a swap both hang there) the sum.
    """

    first: date
    until: date
    total: int
    days: int
    """Days on which anything was delivered."""
    quality: int
    """Bits of `rules.Quality`, MISSING and END_MISSING."""
    carried: int | None
    """Of the total, what the first reading brought of a gap before the part; None where nothing."""


def month_totals(*, installation_id: int, register_code: str, years: Iterable[int]) -> MonthTotals:
    """Consumption of each month, from the first to the last of the years. 1 query."""
    first, last = min(years := list(years)), max(years)
    months = np.arange(f"{first}-01", f"{last + 1}-01", dtype="datetime64[M]")
    counts = [np.zeros(len(months), np.int64) for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(
            _MONTH_TOTALS,
            {
                "installation": installation_id,
                "code": register_code,
                "first_year": first,
                "first": date(first, 1, 1),
                "last": date(last, 12, 31),
            },
        )
        for position, *numbers in cursor.fetchall():
            for column, number in zip(counts, numbers, strict=True):
                column[position] = number
    return MonthTotals(months, *counts)


_REGISTERS = """
      from metering_mounting as mounting
      join metering_register as register on register.meter_id = mounting.meter_id and register.code = %(code)s"""
_COMPLETE = f"array_position(d.values, null) is null and coalesce(d.quality[1], 0) & {MISSING:d} = 0"
# Days of two meters that hung there at once are one day; months know only how many days each meter had.
_MONTH_TOTALS = f"""
    select ((extract(year from month) - %(first_year)s) * 12 + extract(month from month) - 1)::int as position,
           sum(total)::bigint, least(sum(days), days_in_month), least(sum(complete), days_in_month)
      from (
        select date_trunc('month', d.day) as month, sum(d.total) as total, count(distinct d.day) as days,
               count(distinct d.day) filter (where {_COMPLETE}) as complete
        {_REGISTERS}
          join metering_day as d on d.meter_id = mounting.meter_id and d.register = register.number
         where mounting.installation_id = %(installation)s and d.day <@ mounting.period
           and d.day between %(first)s and %(last)s
         group by 1
        union all
        select date_trunc('month', d.first_day), d.total, d.days, d.complete_days
        {_REGISTERS}
          join metering_month as d on d.meter_id = mounting.meter_id and d.register = register.number
         where mounting.installation_id = %(installation)s and d.first_day <@ mounting.period
           and d.first_day between %(first)s and %(last)s) as part
     cross join lateral (
        select extract(day from month + interval '1 month' - interval '1 day')) as calendar (days_in_month)
     group by month, days_in_month"""  # noqa: S608 - constants of this file


def month_parts(*, installation_id: int, register_code: str, first_date: date, last_date: date) -> list[MonthPart]:
    """What is kept by months only: the parts with days from a date to another, the earliest first. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select d.first_day, d.until_day, sum(d.total)::bigint, max(d.days)::int, bit_or(d.quality)::int,"
            f"       sum(d.carried)::bigint {_REGISTERS}"
            "  join metering_month as d on d.meter_id = mounting.meter_id and d.register = register.number"
            " where mounting.installation_id = %(installation)s and d.first_day <@ mounting.period"
            "   and d.first_day between %(earliest)s and %(last)s and d.until_day > %(first)s"
            " group by 1, 2 order by 1, 2",
            {
                "installation": installation_id,
                "code": register_code,
                "earliest": first_date - timedelta(days=30),
                "first": first_date,
                "last": last_date,
            },
        )
        return [MonthPart(*row) for row in cursor.fetchall()]


def all_meters_month_totals(month: date) -> MeterMonthTotals:
    """Sum of each register of each meter in the month that holds the date, in no particular order."""
    first = month.replace(day=1)
    until = (first + timedelta(days=31)).replace(day=1)
    meter_id, register, total = read_columns(
        sql.SQL(
            "select meter_id, register, sum(total)::bigint from ("
            "  select meter_id, register, total from metering_day where day >= {first} and day < {until} union all"
            "  select meter_id, register, total from metering_month where first_day >= {first} and first_day < {until})"
            " as part group by meter_id, register"
        ).format(first=sql.Literal(first), until=sql.Literal(until)),
        ("i4", "i2", "i8"),
    )
    return MeterMonthTotals(meter_id.astype(np.int32), register.astype(np.int16), total)
