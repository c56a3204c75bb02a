"""Drops the tables of months that have been emptied. Works as the owner of the tables."""

from __future__ import annotations

from django.db import OperationalError, connections, transaction
from psycopg import sql
from psycopg.errors import LockNotAvailable

from forsyn.domain.metering.month_tables import MonthTable
from forsyn.domain.safeguards.actions import OWNER

DROP_WAITS_MS = 200
"""A month can be dropped only where nobody reads any month: others queue behind it for so long at most."""


def drop_emptied(*, table: MonthTable) -> bool:
    """Drop the table of a month all of whose days have become months; False, and nothing done, where it is in use.

    Only an emptied month is dropped, of which no value is stored any more. Others wait no longer than the lock may.
    """
    name = sql.Identifier(table.name)
    try:
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            cursor.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(DROP_WAITS_MS)))
            cursor.execute(sql.SQL("lock table metering_day_store, {} in access exclusive mode").format(name))
            cursor.execute(sql.SQL("select exists (select from {})").format(name))
            if cursor.fetchone()[0]:
                return False
            cursor.execute(sql.SQL("drop table {}").format(name))
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return False
        raise
    return True
