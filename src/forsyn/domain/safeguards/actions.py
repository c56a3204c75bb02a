"""Changes to the database as a whole: the declarations on its columns, what the login role may do, and its emptying."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connections, transaction
from psycopg import sql

OWNER = "owner"


def write_column_comments(*, comments: Mapping[tuple[str, str], str]) -> int:
    """Put each column's declaration beside the column, so that any SQL tool shows it; return how many changed.

    ``comments`` maps (table, column) to the text.
    """
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(
            "select relation.relname, attribute.attname, relation.relkind,"
            "       col_description(relation.oid, attribute.attnum)"
            "  from pg_class as relation join pg_attribute as attribute on attribute.attrelid = relation.oid"
            " where relation.relnamespace = 'public'::regnamespace and relation.relkind in ('r', 'p', 'v', 'm')"
            "   and attribute.attnum > 0 and not attribute.attisdropped"
        )
        present = {(table, column): text for table, column, _, text in cursor.fetchall()}
        changed = {key: text for key, text in comments.items() if key in present and present[key] != text}
        for (table, column), text in changed.items():
            cursor.execute(
                sql.SQL("comment on column {}.{} is {}").format(
                    sql.Identifier(table), sql.Identifier(column), sql.Literal(text)
                )
            )
    return len(changed)


def drop_everything() -> None:
    """Drop all tables and rows of the database; `migrate` makes it anew. The caller makes sure that it is a demo's."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("drop schema if exists enforcement cascade")
        cursor.execute("drop schema public cascade")
        cursor.execute("create schema public")


def refresh_statistics() -> None:
    """Let PostgreSQL count anew what it plans by: after a first load it still takes each table for nearly empty.

    Autovacuum would do so within a minute or two; until then pages may take ten times as long.
    """
    with connections[OWNER].cursor() as cursor:
        cursor.execute("analyze")
