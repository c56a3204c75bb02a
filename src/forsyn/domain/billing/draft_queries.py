"""Runs that nobody took up: reads."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

STALE = "state in ('draft', 'previewed', 'approved') and greatest(made_at, previewed_at, approved_at) < %(before)s"
"""Not in the books, and untouched since."""


def count_stale(*, before: datetime) -> int:
    """How many runs nobody has touched since. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from billing_run where {STALE}", {"before": before})  # noqa: S608 - ours
        return int(cursor.fetchone()[0])
