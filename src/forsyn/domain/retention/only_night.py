"""One night at a time: an advisory lock of the database, which ends with the process that holds it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
from django.db import Error as DatabaseFailure
from django.db import connections

LOCK = (1181705077, 1)


@contextlib.contextmanager
def only_night() -> Iterator[bool]:
    """Whether this process may work at the night until the block ends; on a connection of its own."""
    own = connections.create_connection("default")
    try:
        with own.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s, %s)", LOCK)
            mine = bool(cursor.fetchone()[0])
        yield mine
    finally:
        with contextlib.suppress(DatabaseFailure, psycopg.Error), own.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock_all()")
        own.close()
