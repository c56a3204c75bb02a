"""Consumption of many meters over stretches of days, by sets: what bills are made of. Whole base units, local dates.

`Sums.is_plain` tells of which stretches the sum is all there is to know: nearly all. Of the others `marked_days` gives
the few rows that decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from forsyn.domain.metering.rules import MISSING
from forsyn.domain.metering.stretches import Asked, MarkedDay, MonthRow, MountedRegister, Place, Sums
from forsyn.domain.metering.thinning_sql import CARRIED, FIRST_PRESENT

NEIGHBOUR_DAYS = 400
"""How far before and after a stretch the next reading of a counter is looked for."""


_MOUNTED = """
    select place.key, mounting.meter_id, register.number, register.code, register.values = 'cumulative',
           greatest(place.first, lower(mounting.period)), least(place.until, upper(mounting.period)),
           lower(mounting.period), upper(mounting.period)
      from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::date[], %s::date[])
           as place (key, supply_point_id, commodity, first, until)
      join customers_installation as installation on installation.supply_point_id = place.supply_point_id
       and installation.commodity = place.commodity
      join metering_mounting as mounting on mounting.installation_id = installation.id
       and mounting.period && daterange(place.first, place.until)
      join metering_register as register on register.meter_id = mounting.meter_id and register.code = any(%s)
     order by place.key, lower(mounting.period), mounting.meter_id, register.number"""


def mounted_registers(places: Sequence[Place], codes: Iterable[str]) -> list[MountedRegister]:
    """The registers of these codes that hung at the places, in order of key and time. 1 query."""
    if not places:
        return []
    return [MountedRegister(*row) for row in _rows(_MOUNTED, [*_columns(places), list(codes)])]


_ASKED = """unnest(%s::int[], %s::smallint[], %s::bool[], %s::date[], %s::date[], %s::date[], %s::date[])
           with ordinality as s (meter_id, register, is_counter, first, until, mounted_first, mounted_until, n)"""
_GAPS = (
    f"(num_nulls(variadic d.values) > 0 or cardinality(d.values) = 0 and coalesce(d.quality[1], 0) & {MISSING:d} <> 0)"
)
# The lateral sum is an index range a stretch and month, whatever the planner expects of days it has no statistics of.
_SUMS = f"""
    select s.n, d.* from {_ASKED}
     cross join lateral (
        select sum(d.total)::bigint, count(*)::int, min(d.day), max(d.day),
               count(*) filter (where not s.is_counter and {_GAPS})::int,
               coalesce(bool_or(d.quality is not null and d.day = s.first), false)
          from metering_day as d
         where d.meter_id = s.meter_id and d.register = s.register and d.day >= s.first and d.day < s.until) as d
     order by s.n"""  # noqa: S608 - constants of this file


def sums(asked: Sequence[Asked]) -> list[Sums]:
    """The sums of each stretch, in the order asked. 1 query."""
    if not asked:
        return []
    return [Sums(row[1] or 0, *row[2:]) for row in _rows(_SUMS, _columns(asked))]


_SHOWN = f"""
    d.day, d.total, cardinality(d.values) as hours, case when {_GAPS} then
    greatest(num_nulls(variadic d.values), 1) else 0 end as missing, {CARRIED} as carried,
    case when cardinality(d.values) > 1 then {FIRST_PRESENT} else 24 end as carried_hours"""
_ONE_DAY = "d.meter_id = s.meter_id and d.register = s.register"
_MARKED = f"""
    with asked as materialized (select * from {_ASKED})
    select n, 0, day, total, before is not distinct from day - 1, up_to, hours, missing, carried, carried_hours
      from (
        select s.n, {_SHOWN}, sum(d.total) over (days)::bigint as up_to,
               lag(d.day) over (days) as before, lead(d.day) over (days) as after
          from asked as s
         cross join lateral (select * from metering_day as d
                              where {_ONE_DAY} and d.day >= s.first and d.day < s.until offset 0) as d
        window days as (partition by s.n order by d.day)) as dated
     where before is distinct from day - 1 or after is distinct from day + 1 or missing > 0
    union all
    select s.n, -1, d.day, d.total, false, 0, d.hours, d.missing, d.carried, d.carried_hours
      from asked as s
     cross join lateral (
        select {_SHOWN} from metering_day as d
         where {_ONE_DAY} and d.day < s.first and d.day >= greatest(s.mounted_first, s.first - {NEIGHBOUR_DAYS})
         order by d.day desc limit 1) as d
     where s.is_counter
    union all
    select s.n, 1, d.day, d.total, false, 0, d.hours, d.missing, d.carried, d.carried_hours
      from asked as s
     cross join lateral (
        select {_SHOWN} from metering_day as d
         where {_ONE_DAY} and d.day >= s.until and d.day < s.until + {NEIGHBOUR_DAYS}
           and d.day < coalesce(s.mounted_until, 'infinity')
         order by d.day limit 1) as d
     where s.is_counter
     order by 1, 3"""  # noqa: S608 - constants of this file


def marked_days(asked: Sequence[Asked]) -> list[MarkedDay]:
    """Where stretches begin, end and have gaps, by position and day; of counters the rows on both sides. 1 query."""
    if not asked:
        return []
    return [MarkedDay(row[0] - 1, *row[1:]) for row in _rows(_MARKED, _columns(asked))]


_MONTHS = f"""
    select s.n, d.first_day, d.until_day, d.total, d.quality & {MISSING:d} = 0 from {_ASKED}
      join metering_month as d on {_ONE_DAY} and d.first_day >= s.first and d.until_day <= s.until
     order by s.n, d.first_day"""  # noqa: S608 - constants of this file


def months_within(asked: Sequence[Asked]) -> list[MonthRow]:
    """What is kept by months only, of those that lie whole within a stretch. 1 query."""
    if not asked:
        return []
    return [MonthRow(row[0] - 1, *row[1:]) for row in _rows(_MONTHS, _columns(asked))]


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
