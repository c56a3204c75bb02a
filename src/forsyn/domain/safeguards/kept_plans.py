"""Statements whose plan the connection keeps: to plan a search through every table takes far longer than to find one
person's few rows by their indexes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection


def rows_by_kept_plan(statement: str, ids: Mapping[str, Sequence[int]]) -> list[tuple[Any, ...]]:
    """All rows of a statement with parameters that are arrays of ids, written ``%(name)s::bigint[]``.

    In the transaction, and under the purpose, that the caller is in. 1 query; the plan of each text is made once a
    connection, where the transaction has ``plan_cache_mode = force_generic_plan`` (PostgreSQL takes one array for ten
    persons, and would plan anew). Not for partitioned tables: a plan that is kept looks into every partition.
    """
    connection.ensure_connection()
    raw = connection.connection
    given = {name: f"{{{','.join(map(str, listed))}}}" for name, listed in ids.items()}  # else its type would vary
    threshold, raw.prepare_threshold = raw.prepare_threshold, 0
    try:
        with psycopg.Cursor(raw) as cursor:
            found = cursor.execute(statement, given, prepare=True).fetchall()
    finally:
        raw.prepare_threshold = threshold
    return found
