"""Who owes something, by sets."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection


def customers_owing(*, customer_ids: Collection[int]) -> frozenset[int]:
    """Of these customers, those with an open item that is not paid whole. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct customer_id from ledger_open_item where customer_id = any(%s) and remaining_oere > 0",
            [list(customer_ids)],
        )
        return frozenset(row[0] for row in cursor.fetchall())
