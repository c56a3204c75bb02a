"""Who has a certain name, and who is supplied at the same place: for spot checks of who looks at whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection

# Names as they were written, in small letters and with single spaces; few are asked for, so the table is read once.
_NEIGHBOURS = """
    select distinct lower(regexp_replace(btrim(name.name), '\\s+', ' ', 'g')), other.customer_id
      from customers_customer_name as name
      join customers_agreement_holder as holder on holder.customer_id = name.customer_id
      join customers_agreement as agreement on agreement.id = holder.agreement_id
      join customers_agreement as beside on beside.supply_point_id = agreement.supply_point_id
       and beside.period && agreement.period
      join customers_agreement_holder as other on other.agreement_id = beside.id
     where lower(regexp_replace(btrim(name.name), '\\s+', ' ', 'g')) = any(%(names)s)
       and name.period @> %(today)s::date
       and other.customer_id = any(%(customers)s) and other.customer_id <> name.customer_id"""


def neighbours(*, names: Collection[str], customer_ids: Collection[int], today: date) -> frozenset[tuple[str, int]]:
    """(name, customer): a customer of that name, in small letters, is or was supplied where the other is. 1 query."""
    with connection.cursor() as cursor:
        parameters = {"names": list(names), "customers": list(customer_ids), "today": today}
        cursor.execute(_NEIGHBOURS, parameters)
        return frozenset(cursor.fetchall())
