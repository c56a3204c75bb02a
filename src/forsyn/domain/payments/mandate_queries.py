"""Who pays by Betalingsservice, by sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection

_COLLECTED = """
    select bill.id from billing_bill as bill
      join payments_mandate as mandate on mandate.customer_id = bill.customer_id and mandate.period @> bill.due_date
     where bill.id = any(%(bills)s) and bill.to_pay_oere > 0
       and (bill.due_date >= %(from)s or exists (
            select from payments_collection as collection where collection.bill_id = bill.id))"""


def collected_bills(*, bill_ids: Sequence[int], from_date: date) -> frozenset[int]:
    """Of these bills, those that Betalingsservice collects, or still can where they are due from a day on. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_COLLECTED, {"bills": list(bill_ids), "from": from_date})
        return frozenset(row[0] for row in cursor.fetchall())
