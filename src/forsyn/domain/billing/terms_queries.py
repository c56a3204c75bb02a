"""Reads of terms and sizes: what agreements have, and which have none, and so cannot be billed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef

from forsyn.domain.billing.terms_models import FactorOf, Terms
from forsyn.domain.customers.models import Agreement
from forsyn.kernel.charges.components import Factor


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


def count_without_terms(*, commodities: Collection[str], day: date) -> int:
    """How many agreements of these commodities hold on a day and have no terms then. 1 query."""
    terms = Terms.objects.filter(agreement_id=OuterRef("pk"), period__contains=day)
    held = Agreement.objects.filter(commodity__in=list(commodities), period__contains=day)
    return held.exclude(Exists(terms)).count()


@dataclass(frozen=True, slots=True)
class AgreementDays:
    """An agreement, and the days [first, until) that it holds."""

    id: int
    number: str
    commodity: str
    first: date
    until: date | None


def agreements_with(*, numbers: Collection[str]) -> list[AgreementDays]:
    """The agreements of these numbers. 1 query."""
    rows = Agreement.objects.filter(number__in=list(numbers)).values_list("id", "number", "commodity", "period")
    return [AgreementDays(key, number, commodity, days.lower, days.upper) for key, number, commodity, days in rows]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Terms, or a size, of an agreement in [first, until).

    ``says``: of terms the tariff's id, the instalments, whether it is a single-pipe plant; of a size the factor and
    the value.
    """

    id: int
    agreement_id: int
    first: date
    until: date | None
    says: tuple[object, ...]


def terms_recorded(*, agreement_ids: Collection[int]) -> list[Recorded]:
    """The terms of these agreements, of all time. 1 query."""
    rows = Terms.objects.filter(agreement_id__in=list(agreement_ids)).values_list(
        "id", "agreement_id", "period", "tariff_id", "instalments", "is_single_pipe"
    )
    return [Recorded(key, agreement_id, days.lower, days.upper, tuple(says)) for key, agreement_id, days, *says in rows]


def sizes_recorded(*, agreement_ids: Collection[int]) -> list[Recorded]:
    """The sizes of these agreements, of all time. 1 query."""
    rows = FactorOf.objects.filter(agreement_id__in=list(agreement_ids)).values_list(
        "id", "agreement_id", "period", "factor", "value"
    )
    return [
        Recorded(key, agreement_id, days.lower, days.upper, (Factor(factor), value))
        for key, agreement_id, days, factor, value in rows
    ]
