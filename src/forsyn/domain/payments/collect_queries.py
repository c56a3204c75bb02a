"""What Betalingsservice may be asked to collect."""

from __future__ import annotations

from datetime import date

from django.db import connection

from forsyn.domain.customers.models import CustomerName
from forsyn.domain.payments.collect_rules import Collectable

_TO_COLLECT = """
select bill.id, bill.number, bill.customer_id, customer.number, mandate.id, mandate.agreement_number, bill.due_date,
       open.remaining_oere
  from public.billing_bill as bill
  join public.customers_customer as customer on customer.id = bill.customer_id
  join public.payments_mandate as mandate on mandate.customer_id = bill.customer_id and mandate.period @> bill.due_date
  join public.ledger_open_item as open on open.voucher_id = bill.voucher_id and open.remaining_oere > 0
 where bill.state = 'released' and bill.due_date >= %s and bill.to_pay_oere > 0
   and not exists (select from public.payments_collection as collection where collection.bill_id = bill.id)
 order by bill.number
"""


def to_collect(*, from_date: date) -> list[Collectable]:
    """Released bills due from a day on, of customers who pay by Betalingsservice, that were not sent. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_COLLECT, [from_date])
        return [Collectable(*row) for row in cursor.fetchall()]


def taken_days(*, customer_ids: list[int], from_date: date) -> set[tuple[int, date]]:
    """The days on which something is collected from these customers already. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select customer_id, due_date from public.payments_collection"
            " where customer_id = any(%s) and due_date >= %s",
            [customer_ids, from_date],
        )
        return set(cursor.fetchall())


def names(*, customer_ids: list[int]) -> dict[int, str]:
    """What customers are called now. 1 query."""
    rows = CustomerName.objects.filter(customer_id__in=customer_ids, period__upper_inf=True)
    return dict(rows.values_list("customer_id", "name"))
