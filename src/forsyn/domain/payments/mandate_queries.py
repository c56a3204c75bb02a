"""Who pays by Betalingsservice, by sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection

_COLLECTED = """
    select bill.id from billing_bill as bill
      left join payments_collection as collection on collection.bill_id = bill.id
     where bill.id = any(%(bills)s) and bill.to_pay_oere > 0
       and (collection.state in ('sent', 'paid')
            or collection.id is null and bill.due_date >= %(from)s and exists (
               select from payments_mandate as mandate
                where mandate.customer_id = bill.customer_id and mandate.period @> bill.due_date))"""


def collected_bills(*, bill_ids: Sequence[int], from_date: date) -> frozenset[int]:
    """Of these bills, those that Betalingsservice collects, or still can where they are due from a day on. 1 query.

    What came back unpaid is not among them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COLLECTED, {"bills": list(bill_ids), "from": from_date})
        return frozenset(row[0] for row in cursor.fetchall())
