"""Whom letters to many customers are addressed to, by sets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection

from forsyn.policy.vocabulary import Language


@dataclass(frozen=True, slots=True)
class AddresseeView:
    """A customer as an envelope and a salutation need it; ``email`` and ``cvr`` are empty where there is none.

    The address is where the customer is supplied on the day, else where it was last.
    """

    id: int
    number: str
    is_company: bool
    name: str
    cvr: str
    language: Language
    email: str
    street: str
    """With house number, floor and door."""
    postal_code: str
    city: str


_ADDRESSEES = """
    select customer.id, customer.number, customer.kind = 'company', coalesce(named.name, ''),
           coalesce(customer.cvr, ''), customer.language, coalesce(mail.value, ''),
           coalesce(home.street || ' ' || home.house_number || case when home.unit = '' then '' else ', ' end
                    || home.unit, ''),
           coalesce(home.postal_code, ''), coalesce(home.city, '')
      from customers_customer as customer
      left join lateral (
           select name from customers_customer_name as known where known.customer_id = customer.id
            order by (upper(period) is null or upper(period) > %(today)s) desc,
                     case when upper(period) is null or upper(period) > %(today)s then lower(period) end,
                     lower(period) desc limit 1) as named on true
      left join customers_contact_point as mail
        on mail.customer_id = customer.id and mail.kind = 'email' and mail.period @> %(today)s::date
      left join lateral (
           select address.*, concat_ws(' ', case when floor ~ '^[0-9]+$' then floor || '.' else nullif(floor, '') end,
                                       nullif(door, '')) as unit
             from customers_agreement_holder as holder
             join customers_agreement as agreement on agreement.id = holder.agreement_id
             join customers_supply_point as place on place.id = agreement.supply_point_id
             join customers_address as address on address.id = place.address_id
            where holder.customer_id = customer.id
            order by agreement.period @> %(today)s::date desc, lower(agreement.period) desc, agreement.id
            limit 1) as home on true
     where customer.id = any(%(customers)s)"""


def addressees(*, customer_ids: Collection[int], today: date) -> dict[int, AddresseeView]:
    """Customers by their ids, as of a day; whom the purpose does not see is left out. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSEES, {"customers": list(customer_ids), "today": today})
        return {row[0]: AddresseeView(*row[:5], Language(row[5]), *row[6:]) for row in cursor.fetchall()}
