"""What a connection to the database is like before anybody uses it, and is like again afterwards."""

from __future__ import annotations

from typing import Any

import psycopg

SESSION_DEFAULTS = "-c search_path=public,pg_temp -c TimeZone=UTC"
"""Temporary tables come last, so that none can stand in for a real one."""


def forget_everything(connection: psycopg.Connection[Any]) -> None:
    """Give a pooled connection back as new: no role, no setting, no temporary table of one request reaches the next."""
    connection.autocommit = True
    with connection.transaction(force_rollback=True):
        pass  # psycopg forgets the statements it has prepared; the next line drops them behind its back
    connection.execute("discard all")
