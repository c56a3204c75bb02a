"""The months' tables of day rows, and putting closed months in order: each meter's days side by side, no room unused.

A month that fills day by day has a meter's thirty rows on thirty pages, an index split in its middle, and holes where
rows were replaced. PostgreSQL's CLUSTER writes it anew in the key's order. What needs it is seen from the statistics
and sizes that PostgreSQL keeps, so nothing has to be remembered. Works as the owner of the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import OperationalError, connections, transaction
from psycopg import sql
from psycopg.errors import LockNotAvailable

from forsyn.domain.metering.models import Level, Thinning
from forsyn.domain.safeguards.actions import OWNER

SCATTERED_BELOW = 0.9
"""Correlation of the rows' order on disk with the meters': 1 where each meter's rows lie side by side."""
ROOM_UNUSED_ABOVE = 1.08
"""Size against what the rows need."""
SMALL_PAGES = 64
"""Half a megabyte: below that nothing is to be gained."""


@dataclass(frozen=True, slots=True)
class MonthTable:
    """A month's table; sizes in bytes, heap and index together."""

    name: str
    month: date
    rows: int
    bytes: int
    needed_bytes: int
    """About what it would take if it were written anew."""
    scattered: bool
    """Whether the rows of one meter lie apart."""
    untidy: bool

    @property
    def gain_bytes(self) -> int:
        return max(self.bytes - self.needed_bytes, 0) if self.untidy else 0


_CLOSED = """
    select leaf.oid, leaf.relname, bound.first::date
      from pg_inherits join pg_class as leaf on leaf.oid = inhrelid
      cross join lateral substring(pg_get_expr(leaf.relpartbound, leaf.oid) from 'FROM \\(''(.{10})') as bound (first)
     where inhparent = 'metering_day_store'::regclass and bound.first::date < date_trunc('month', %(today)s::date)
     order by 3"""

_UNANALYZED = f"""
    select closed.relname from ({_CLOSED}) as closed (oid, relname, month)
      join pg_class as leaf on leaf.oid = closed.oid
      left join pg_stat_all_tables as activity on activity.relid = leaf.oid
     where leaf.reltuples < 0 or activity.n_mod_since_analyze > 0
        or not exists (select from pg_stats where tablename = closed.relname)"""  # noqa: S608 - constants of this file

# Bytes of a row: line pointer, header (longer with nulls), columns. Of an index entry: line pointer, header, key; leaf
# pages are filled to nine tenths.
_TABLES = f"""
    select closed.relname, month, greatest(leaf.reltuples, 0)::bigint as rows,
           pg_relation_size(leaf.oid) as heap, pg_relation_size(pk.indexrelid) as pk,
           ceil(greatest(leaf.reltuples, 0) * coalesce(width.row, 0) / 8168)::bigint * 8192 as heap_needed,
           ceil(greatest(leaf.reltuples, 0) * 28 / (8152 * 0.9) * 1.01 + 1)::bigint * 8192 as pk_needed,
           coalesce(width.correlation, 1) as correlation
      from ({_CLOSED}) as closed (oid, relname, month)
      join pg_class as leaf on leaf.oid = closed.oid
      join pg_index as pk on pk.indrelid = leaf.oid and pk.indisprimary
      cross join lateral (
        select 4 + 8 * ceil((case when bool_or(null_frac > 0) then 32 else 24 end
                             + sum(avg_width * (1 - null_frac))) / 8) as row,
               max(abs(correlation)) filter (where attname = 'meter_id') as correlation
          from pg_stats where tablename = closed.relname and schemaname = 'public') as width
     order by month"""  # noqa: S608 - constants of this file


def closed_months(*, today: date) -> list[MonthTable]:
    """The tables of the months before this one, after a look at those that have changed since the last (ANALYZE)."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(_UNANALYZED, {"today": today})
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("analyze {}").format(sql.Identifier(name)))
        cursor.execute(_TABLES, {"today": today})
        return [_month_table(*row) for row in cursor.fetchall()]


def _month_table(
    name: str, month: date, rows: int, heap: int, index: int, heap_needed: int, index_needed: int, correlation: float
) -> MonthTable:
    scattered = correlation < SCATTERED_BELOW
    roomy = heap > ROOM_UNUSED_ABOVE * heap_needed or index > ROOM_UNUSED_ABOVE * index_needed
    worth_it = heap >= SMALL_PAGES * 8192
    needed = min(heap, heap_needed) + min(index, index_needed)
    return MonthTable(name, month, rows, heap + index, needed, scattered, worth_it and (scattered or roomy))


def put_in_order(*, table: MonthTable, lock_timeout_ms: int) -> bool:
    """Write a month anew in order; False, and nothing done, where others use it for longer than the lock may wait.

    While it runs, nobody else can read or write that month. It needs room on the disk for another copy of it.
    """
    name = sql.Identifier(table.name)
    try:
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            cursor.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(lock_timeout_ms)))
            cursor.execute("set local maintenance_work_mem = '256MB'")
            key = sql.Identifier(_primary_key(table.name))
            cursor.execute(sql.SQL("cluster {} using {}").format(name, key))
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return False
        raise
    with connections[OWNER].cursor() as cursor:
        cursor.execute(sql.SQL("vacuum (analyze) {}").format(name))
    return True


def thinned_before() -> date | None:
    """The first day of the months whose days have not all become months; None where none have."""
    return Thinning.objects.using(OWNER).get(level=Level.DAYS).done_before


def _primary_key(table: str) -> str:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "select key.relname from pg_index join pg_class as key on key.oid = indexrelid"
            " where indrelid = %s::regclass and indisprimary",
            [table],
        )
        found: str = cursor.fetchone()[0]
        return found


def sizes(*, tables: Sequence[str]) -> dict[str, int]:
    """Bytes of tables with their indexes."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "select name, pg_relation_size(name::regclass) + pg_indexes_size(name::regclass)"
            "  from unnest(%s::text[]) as name",
            [list(tables)],
        )
        return dict(cursor.fetchall())
