"""Days of somebody who is erased become months: the bills rest on the months, and no statute demands the days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from forsyn.domain.metering import thinning_sql as sql
from forsyn.domain.metering.importing import IMPORT_LOCK

Span = tuple[int, date, date]
"""A meter and days, half-open, in which it was one person's and nobody else's."""


def wait_for_deliveries() -> None:
    """Let no delivery be taken in until the transaction ends; waits for one as long as ``lock_timeout`` allows."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [IMPORT_LOCK])


@transaction.atomic
def days_to_months(*, spans: Sequence[Span]) -> tuple[int, int]:
    """Put the days of the spans together to months, parted where a span begins or ends; replaced versions go, too.

    Under retention, after `wait_for_deliveries`. Returns how many days and how many versions went. 2 queries.
    """
    if not spans:
        return 0, 0
    meters, firsts, untils = ([span[part] for span in spans] for part in range(3))
    given = {"meters": meters, "firsts": firsts, "untils": untils, "first": min(firsts), "until": max(untils)}
    with connection.cursor() as cursor:
        cursor.execute(sql.SPANS_TO_MONTHS, given)
        days, _ = cursor.fetchone()
        cursor.execute(sql.DELETE_SPANS, given)
        return days, cursor.rowcount
