"""After a night: take dead versions of rows out of tables and indexes, and forget what statistics say of them.

A deleted row lies in its table, and its words in the indexes, until VACUUM; and the planner's statistics hold samples
of columns until ANALYZE, of an emptied table for good. Works as the owner of the tables.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connections
from psycopg import sql

from forsyn.domain.safeguards.actions import OWNER

_LEAVES = """
    select relation.relname::text
      from unnest(%(tables)s::text[]) as named (name)
     cross join lateral (
        select to_regclass('public.' || named.name) as relid
         where not exists (select from pg_partition_tree(to_regclass('public.' || named.name)))
        union all
        select leaf.relid from pg_partition_tree(to_regclass('public.' || named.name)) as leaf
         where leaf.isleaf and pg_stat_get_dead_tuples(leaf.relid) > 0) as part
      join pg_class as relation on relation.oid = part.relid
     order by 1
"""
# Of a table without rows ANALYZE writes nothing, and the old samples stay. Indexes on expressions have some, too.
_FORGET = """
    select pg_clear_attribute_stats('public', relation.relname, attribute.attname, false)
      from pg_class as relation
      join pg_attribute as attribute
        on attribute.attrelid = relation.oid and attribute.attnum > 0 and not attribute.attisdropped
     where relation.oid = %(table)s::regclass
        or relation.oid in (select indexrelid from pg_index where indrelid = %(table)s::regclass)
"""
KEEPS_STATISTICS_FROM = 180000
"""PostgreSQL 18 can forget them; before, an emptied table's samples stay until it has rows again."""


def clear_dead_rows(*, tables: Collection[str]) -> int:
    """VACUUM and ANALYZE the tables, of partitions those that something was deleted from; return how many.

    Reads and writes go on meanwhile: no table is cut short, which would lock it.
    """
    connection = connections[OWNER]
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, {"tables": sorted(tables)})
        leaves = [name for (name,) in cursor.fetchall()]
        for name in leaves:
            cursor.execute(
                sql.SQL("vacuum (analyze, index_cleanup on, truncate off) {}").format(sql.Identifier("public", name))
            )
            cursor.execute(sql.SQL("select not exists (select from {})").format(sql.Identifier("public", name)))
            if cursor.fetchone()[0] and _version() >= KEEPS_STATISTICS_FROM:
                cursor.execute(_FORGET, {"table": f"public.{name}"})
    return len(leaves)


def _version() -> int:
    with connections[OWNER].cursor() as cursor:
        cursor.execute("select current_setting('server_version_num')::integer")
        return int(cursor.fetchone()[0])
