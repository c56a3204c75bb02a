"""Reads of the live PostgreSQL catalog: what tables and columns there really are, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.db import connections
from psycopg import sql

from forsyn.policy.catalog import Catalog, CatalogColumn, CatalogTable

# Partitions are their parent's; system schemas, and what extensions bring, hold nothing that a policy speaks of.
_COLUMNS = """
    select relation.relname, relation.relkind::text, attribute.attname,
           format_type(attribute.atttypid, attribute.atttypmod), col_description(relation.oid, attribute.attnum)
      from pg_class as relation
      join pg_namespace as namespace on namespace.oid = relation.relnamespace
      join pg_attribute as attribute on attribute.attrelid = relation.oid
     where namespace.nspname not in ('pg_catalog', 'information_schema')
       and namespace.nspname not like 'pg\\_toast%' and namespace.nspname not like 'pg\\_temp%'
       and relation.relkind in ('r', 'p', 'v', 'm', 'f')
       and not relation.relispartition
       and attribute.attnum > 0
       and not attribute.attisdropped
       and not exists (select 1 from pg_depend
                        where classid = 'pg_class'::regclass and objid = relation.oid and deptype = 'e')
     order by relation.relname, attribute.attnum
"""


def live_catalog(*, using: str = "default") -> Catalog:
    """Every table and view of the database with its columns and their comments. 1 query."""
    with connections[using].cursor() as cursor:
        cursor.execute(_COLUMNS)
        rows = cursor.fetchall()
    tables = {}
    for (name, kind), columns in groupby(rows, key=lambda row: row[:2]):
        described = {column: CatalogColumn(type_, comment) for _, _, column, type_, comment in columns}
        tables[name] = CatalogTable(described, is_view=kind in {"v", "m"}, is_partitioned=kind == "p")
    return Catalog(tables)


# An empty text, list, document or period says nothing of anyone. The limit ends the reading where there are values; a
# table without rows costs nothing; an empty column of a table in use is read through (0.4 s a million rows).
_WITH_A_VALUE = """
    select {number}, count(*)
      from (select from {table} where {column}::text not in ('', '{{}}', '[]', 'empty') limit {at_most}) as found
"""


def rows_with_a_value(
    *, columns: Sequence[tuple[str, str]], at_most: int, using: str = "default"
) -> dict[tuple[str, str], int]:
    """How many rows have a value in each of these columns, counted up to ``at_most``; empty columns are left out.

    ``columns`` are pairs of table and column that exist. 1 query; none for no columns.
    """
    if not columns:
        return {}
    asked = [
        sql.SQL(_WITH_A_VALUE).format(
            number=sql.Literal(number),
            table=sql.Identifier(table),
            column=sql.Identifier(column),
            at_most=sql.Literal(at_most),
        )
        for number, (table, column) in enumerate(columns)
    ]
    with connections[using].cursor() as cursor:
        cursor.execute(sql.SQL(" union all ").join(asked))
        return {columns[number]: count for number, count in cursor.fetchall() if count}
