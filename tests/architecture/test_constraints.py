"""What the database itself must refuse or find quickly, for every table there is and will be."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

OURS = "relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition"


def _names(statement: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {name for (name,) in cursor.fetchall()}


def test_no_period_is_empty() -> None:
    ranges = f"""select relname || '.' || attname from pg_attribute join pg_class on pg_class.oid = attrelid
                  where {OURS} and atttypid = 'daterange'::regtype and not attisdropped"""
    checked = f"""{ranges} and exists (select from pg_constraint
                   where conrelid = attrelid and contype = 'c' and attnum = any(conkey)
                     and pg_get_constraintdef(pg_constraint.oid) like '%isempty%')"""
    assert len(_names(ranges)) > 5
    assert _names(ranges) - _names(checked) == set()


def test_every_foreign_key_has_an_index() -> None:
    """Else each deletion of what it points to, and each look from there, reads the whole table."""
    unindexed = f"""select relname || ' ' || conname from pg_constraint join pg_class on pg_class.oid = conrelid
                     where contype = 'f' and {OURS}
                       and not exists (select from pg_index where indrelid = conrelid
                                          and (indkey::int2[])[0:array_length(conkey, 1) - 1] @> conkey)"""
    assert _names(unindexed) == set()
