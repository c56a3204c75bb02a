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


def credits_used(*, origins: Collection[str]) -> frozenset[str]:
    """Of the vouchers of these origins, those that gave a customer something which has paid what was owed. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select voucher.origin from ledger_voucher as voucher"
            " join ledger_posting as posting on posting.voucher_id = voucher.id and posting.amount_oere < 0"
            " join ledger_account as account on account.id = posting.account_id and account.is_receivable"
            " where voucher.origin = any(%s) and not exists (select from ledger_open_item as item"
            " where item.posting_id = posting.id and item.remaining_oere = posting.amount_oere)",
            [list(origins)],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def customers_with_both(*, customer_ids: Collection[int]) -> list[int]:
    """Of these customers, those who owe something and have something with us that could pay it. 1 query."""
    if not customer_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select customer_id from ledger_open_item where customer_id = any(%s) group by customer_id"
            " having min(remaining_oere) < 0 and max(remaining_oere) > 0 order by customer_id",
            [sorted(set(customer_ids))],
        )
        return [row[0] for row in cursor.fetchall()]
