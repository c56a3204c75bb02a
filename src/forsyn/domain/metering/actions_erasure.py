"""Days of somebody who is erased become months: the bills rest on the months, and no statute demands the days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from forsyn.domain.metering import thinning_sql as sql
from forsyn.domain.metering.importing import IMPORT_LOCK

Span = tuple[int, date, date]
"""A meter and days, half-open, in which it was one person's and nobody else's."""


def wait_for_deliveries() -> None:
    """Let no delivery be taken in until the transaction ends; waits for one as long as ``lock_timeout`` allows."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [IMPORT_LOCK])


def days_to_months(*, spans: Sequence[Span], between: tuple[date, date]) -> int:
    """Put the days of the spans together to months, parted where a span begins or ends; return how many days went.

    ``between``: days around all that there are, by which the months' tables are chosen. Under retention, after
    `wait_for_deliveries`. 1 query.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.SPANS_TO_MONTHS, _given(spans, between))
        days, _ = cursor.fetchone()
        return int(days)


def forget_replaced(*, spans: Sequence[Span], between: tuple[date, date]) -> int:
    """Delete replaced versions of the days of the spans; return how many. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(sql.DELETE_SPANS, _given(spans, between))
        return int(cursor.rowcount)


def _given(spans: Sequence[Span], between: tuple[date, date]) -> dict[str, Any]:
    meters, firsts, untils = ([span[part] for span in spans] for part in range(3))
    return {"meters": meters, "firsts": firsts, "untils": untils, "first": between[0], "until": between[1]}
