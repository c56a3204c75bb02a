"""Reads of terms: which agreements have none, and so cannot be billed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection


@dataclass(frozen=True, slots=True)
class WithoutTerms:
    """An agreement that no terms were ever recorded for; `until` is half-open."""

    id: int
    number: str
    commodity: str
    first: date
    until: date | None
    housing_kind: str


_WITHOUT = """
select a.id, a.number, a.commodity, lower(a.period), upper(a.period), p.housing_kind
  from customers_agreement as a
  join customers_supply_point as p on p.id = a.supply_point_id
 where not exists (select from billing_terms as t where t.agreement_id = a.id)
 order by a.id
 limit %s
"""


def agreements_without_terms(*, most: int = 10_000) -> list[WithoutTerms]:
    """Agreements without any terms, in the order of their ids. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT, [most])
        return [WithoutTerms(*row) for row in cursor.fetchall()]
