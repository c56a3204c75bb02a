"""Reads of the live PostgreSQL catalog: what tables and columns there really are, and what they say of themselves."""

from __future__ import annotations

from django.db import connection

# Partitions are their parent's; system schemas and indexes hold nothing that a policy speaks of.
_COLUMNS = """
    select relation.relname, attribute.attname, format_type(attribute.atttypid, attribute.atttypmod),
           col_description(relation.oid, attribute.attnum)
      from pg_class as relation
      join pg_namespace as namespace on namespace.oid = relation.relnamespace
      join pg_attribute as attribute on attribute.attrelid = relation.oid
     where namespace.nspname not in ('pg_catalog', 'information_schema')
       and namespace.nspname not like 'pg\\_toast%%' and namespace.nspname not like 'pg\\_temp%%'
       and relation.relkind in ('r', 'p', 'v', 'm', 'f')
       and not relation.relispartition
       and attribute.attnum > 0
       and not attribute.attisdropped
       and not exists (select 1 from pg_depend
                        where classid = 'pg_class'::regclass and objid = relation.oid and deptype = 'e')
     order by relation.relname, attribute.attnum
"""


def catalog_columns() -> list[tuple[str, str, str, str | None]]:
    """Every column of every table and view: table, column, type, comment."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS.replace("%%", "%"))
        return list(cursor.fetchall())
