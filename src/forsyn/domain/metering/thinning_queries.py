"""How far thinning has come, what is next, and what it would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection

from forsyn.domain.metering import thinning_sql as sql
from forsyn.domain.metering.models import Level, Thinning

EVERY_METER = 2**31 - 1
FIRST_DAY = date(1990, 1, 1)
"""No values are kept of earlier days."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Days of one month, [first, until), of the meters above `after` up to `last`; with `meters`, of these alone."""

    first: date
    until: date
    after: int
    last: int
    meters: tuple[int, ...] | None = None

    def parameters(self, spared: Sequence[int]) -> dict[str, Any]:
        """For the statements of `thinning_sql`."""
        return {
            "first": self.first,
            "until": self.until,
            "after": self.after,
            "last": self.last,
            "meters": None if self.meters is None else list(self.meters),
            "spared": list(spared),
        }

    def of_month(self, month: date) -> Chunk:
        """The same of a month alone."""
        return replace(self, first=month, until=_next_month(month))


class Closed(NamedTuple):
    """Before these local days no values are stored any more; None: there is no such day yet."""

    hours: date | None
    """Of registers that are read hour by hour."""
    days: date | None
    """Of those that are read once a day."""


@dataclass(frozen=True, slots=True)
class ToThin:
    """What thinning would do now."""

    days: int
    versions: int
    quarantined: int


def closed() -> Closed:
    """Which days are closed. 1 query."""
    found = dict(Thinning.objects.values_list("level", "closed_before"))
    return Closed(found.get(Level.HOURS), found.get(Level.DAYS))


def count_to_thin(*, level: Level, before: date, spared: Sequence[int] = ()) -> ToThin:
    """What `thin_to_days` (level hours) or `thin_to_months` (level days), called to their end, would change.

    2 queries and 4 more where something was spared before. Reads each month that is not done yet once.
    """
    hours = level == Level.HOURS
    until = before if hours else before.replace(day=1)
    state = Thinning.objects.get(level=level)
    chunks = []
    if state.done_before is None or state.done_before < until:
        chunks.append(Chunk(state.done_before or FIRST_DAY, until, -1, EVERY_METER))
    if (again := spared_chunk(level=level)) is not None:
        chunks.append(again)
    totals = [0, 0]
    with connection.cursor() as cursor:
        for chunk in chunks:
            for place, table in enumerate(("metering_day", "metering_day_superseded")):
                cursor.execute(sql.count(table, hours=hours), chunk.parameters(spared))
                totals[place] += cursor.fetchone()[0]
        quarantined = 0
        if hours:
            cursor.execute(sql.COUNT_DECIDED, {"before": before, "spared": list(spared)})
            quarantined = cursor.fetchone()[0]
    return ToThin(*totals, quarantined)


def next_chunk(*, level: Level, meters: int, until: date) -> Chunk | None:
    """The chunk after what is done; None where all days before `until` are. 2 queries."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DAYS, {"level": level, "until": until})
        row = cursor.fetchone()
        if row is None:
            return None
        first, end, after = row
        cursor.execute(_LAST_METER, {"after": after, "meters": meters})
        last = cursor.fetchone()[0]
    return Chunk(first, end, after, EVERY_METER if last is None else last)


# The months are read from the catalog: of a day there is no index, and no row says which day is the first.
_MONTHS = """
    select substring(pg_get_expr(leaf.relpartbound, leaf.oid) from 'FROM \\(''(.{10})')::date as first
      from pg_inherits join pg_class as leaf on leaf.oid = inhrelid
     where inhparent = 'public.metering_day_store'::regclass"""
_NEXT_DAYS = f"""
    select greatest(thinning.done_before, month.first), least(month.first + interval '1 month', %(until)s::date)::date,
           case when thinning.done_meter > 0 then thinning.done_meter else -1 end
      from metering_thinning as thinning cross join ({_MONTHS}) as month
     where thinning.level = %(level)s and greatest(thinning.done_before, month.first) < %(until)s
       and (thinning.done_before is null or month.first + interval '1 month' > thinning.done_before)
     order by month.first limit 1"""  # noqa: S608 - constants of this file
_LAST_METER = """
    select case when count(*) = %(meters)s then max(id) end
      from (select id from metering_meter where id > %(after)s order by id limit %(meters)s) as next"""


def spared_chunk(*, level: Level) -> Chunk | None:
    """The days that are done at a level, of the meters of which something was spared; None where nothing was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select thinning.done_before, array_agg(spared.id) from metering_spared as spared"
            " join metering_thinning as thinning on thinning.level = %(level)s and thinning.done_before is not null"
            " where case %(level)s when 'hours' then spared.hours else spared.days end group by 1",
            {"level": level},
        )
        row = cursor.fetchone()
    return None if row is None else Chunk(FIRST_DAY, row[0], -1, EVERY_METER, tuple(row[1]))


def months_between(first: date, until: date) -> Iterator[date]:
    """The months, by their first days, that have a table of day rows and begin in [first, until)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select first from ({_MONTHS}) as month where first >= %s and first < %s order by 1",  # noqa: S608 - constants
            [first, until],
        )
        yield from [row[0] for row in cursor.fetchall()]


def _next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
