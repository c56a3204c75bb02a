"""Who has not paid in time: by customer, with how much, since when, and what is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a customer should have paid by now, in øre.

    ``unused_oere`` is the customer's own money that pays nothing yet, ``collected_oere`` what Betalingsservice was
    asked for and has not answered. ``name`` is empty where the customer has none today.
    """

    customer_id: int
    number: str
    name: str
    overdue_oere: int
    unused_oere: int
    collected_oere: int
    items: int
    since_date: date


@dataclass(frozen=True, slots=True)
class OverdueList:
    """Some of those who owe, and how many and how much they all are."""

    rows: list[Overdue]
    customers: int
    overdue_oere: int


_OVERDUE = """
with owed as (
    select item.customer_id,
           coalesce(sum(item.remaining_oere) filter (where item.remaining_oere > 0), 0)::bigint as overdue_oere,
           coalesce(-sum(item.remaining_oere) filter (where item.remaining_oere < 0), 0)::bigint as unused_oere,
           coalesce(sum(item.remaining_oere) filter (where collection.id is not null), 0)::bigint as collected_oere,
           count(*) filter (where item.remaining_oere > 0) as items,
           min(item.due_date) filter (where item.remaining_oere > 0) as since_date
      from public.ledger_open_item as item
      left join public.billing_bill as bill on bill.voucher_id = item.voucher_id
      left join public.payments_collection as collection on collection.bill_id = bill.id and collection.state = 'sent'
     where (item.remaining_oere < 0 or item.due_date < %(today)s) and (bill.id is null or bill.state <> 'posted')
     group by item.customer_id
), late as (
    select * from owed where overdue_oere > unused_oere and since_date < %(before)s
)
select late.customer_id, customer.number, coalesce(name.name, ''), late.overdue_oere, late.unused_oere,
       late.collected_oere, late.items, late.since_date, count(*) over (), (sum(late.overdue_oere) over ())::bigint
  from late
  join public.customers_customer as customer on customer.id = late.customer_id
  left join public.customers_customer_name as name on name.customer_id = late.customer_id and name.period @> %(today)s
 order by late.since_date, late.overdue_oere desc, late.customer_id
offset %(offset)s limit %(count)s
"""


def overdue(*, today: date, days: int = 0, offset: int = 0, count: int | None = None) -> OverdueList:
    """Customers who should have paid something at least so many days ago, the longest first. 1 query.

    Whose own money with us would pay it all is left out, and bills count from their release on.
    """
    before = today - timedelta(days=max(days, 1)) + ONE_DAY
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, {"today": today, "before": before, "offset": offset, "count": count})
        rows = cursor.fetchall()
    customers, oere = (int(rows[0][8]), int(rows[0][9])) if rows else (0, 0)
    return OverdueList([Overdue(*row[:8]) for row in rows], customers, oere)
