"""Finding by numbers, telephones and e-mails: what begins with the text typed, of every kind, in one statement."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from psycopg.sql import SQL, Composable, Identifier

from forsyn.domain.customers.search_terms import Hit, SearchTerms

# starts_with tells nothing of what it is given, so it finds its rows by index under row policies too; LIKE would not.
_NUMBERED = SQL(
    "(select {kind}, id, {reason}, number, number in (%(number)s, %(upper)s) from {table}"
    " where starts_with(number, %(number)s) or starts_with(number, %(upper)s) order by number limit 50)"
)
_CVR = SQL("select 'customer', id, 'cvr', cvr, true from customers_customer where cvr = %(cvr)s")
_PHONE = SQL(
    "(select 'customer', customer_id, case when period @> %(today)s::date then 'phone' else 'former_phone' end, value,"
    "        search_key = %(phone)s"
    "   from customers_contact_point where starts_with(search_key, %(phone)s) and kind <> 'email'"
    "  order by search_key limit 50)"
)
_EMAIL = SQL(
    "(select 'customer', customer_id, case when period @> %(today)s::date then 'email' else 'former_email' end, value,"
    "        search_key = %(email)s"
    "   from customers_contact_point where starts_with(search_key, %(email)s) and kind = 'email'"
    "  order by search_key limit 50)"
)
_NUMBERED_TABLES = (
    ("customer", "customers_customer"),
    ("agreement", "customers_agreement"),
    ("supply_point", "customers_supply_point"),
    ("installation", "customers_installation"),
)


_OF_PEOPLE = frozenset({"customer", "agreement"})


def by_numbers(terms: SearchTerms, today: date, *, people: bool) -> list[tuple[str, Hit]]:
    """What begins with the number typed, of every kind, in one statement: (kind, hit)."""
    parts: list[Composable] = []
    if terms.number:
        parts += [
            _NUMBERED.format(kind=kind, reason=f"{kind}_number", table=Identifier(table))
            for kind, table in _NUMBERED_TABLES
            if people or kind not in _OF_PEOPLE
        ]
    if people:
        parts += [part for part, text in ((_CVR, terms.cvr), (_PHONE, terms.phone), (_EMAIL, terms.email)) if text]
    if not parts:
        return []
    parameters: dict[str, Any] = {
        "today": today,
        "number": terms.number,
        "upper": terms.number.upper(),
        "cvr": terms.cvr,
        "phone": terms.phone,
        "email": terms.email,
    }
    with connection.cursor() as cursor:
        cursor.execute(SQL(" union all ").join(parts), parameters)
        return [(kind, Hit(number, reason, text, exact)) for kind, number, reason, text, exact in cursor.fetchall()]
