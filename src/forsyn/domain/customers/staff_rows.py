"""Rows for staff, as they recognise them: a fixed number of queries for any number of ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from forsyn.domain.customers.models import Agreement, AgreementHolder, Customer, Installation, PortalAccess, SupplyPoint
from forsyn.domain.customers.queries import Holder, Place, holders_of, name_on, period, place
from forsyn.domain.customers.timeline import Access


@dataclass(frozen=True)
class CustomerRow:
    """A customer with the places that they have an agreement for, else those that they had."""

    id: int
    number: str
    kind: str
    name: str
    cvr: str | None
    places: tuple[Place, ...]
    is_current: bool
    """Whether an agreement runs today."""


@dataclass(frozen=True)
class SupplyPointRow:
    """A supply point with its commodities and who is supplied there today."""

    place: Place
    commodities: tuple[str, ...]
    holders: tuple[Holder, ...]


@dataclass(frozen=True)
class InstallationRow:
    """An installation and its place."""

    id: int
    number: str
    commodity: str
    place: Place


def customer_rows(*, ids: Sequence[int], today: date) -> list[CustomerRow]:
    """In the order of the ids. 3 queries."""
    holdings = AgreementHolder.objects.select_related("agreement__supply_point__address")
    found = Customer.objects.filter(pk__in=ids).prefetch_related("names", Prefetch("holdings", holdings))
    rows = {customer.pk: _customer_row(customer, today) for customer in found}
    return [rows[key] for key in ids if key in rows]


def supply_point_rows(*, ids: Sequence[int], today: date, people: bool = True) -> list[SupplyPointRow]:
    """In the order of the ids; without `people` nobody is named. 5 queries, or 2."""
    running = Agreement.objects.filter(period__contains=today).prefetch_related(
        Prefetch("holders", AgreementHolder.objects.select_related("customer").order_by("-is_primary", "pk")),
        "holders__customer__names",
    )
    found = SupplyPoint.objects.filter(pk__in=ids).select_related("address")
    found = found.prefetch_related(Prefetch("installations", Installation.objects.order_by("number")))
    if people:
        found = found.prefetch_related(Prefetch("agreements", running))
    rows = {point.pk: _supply_point_row(point, today, people=people) for point in found}
    return [rows[key] for key in ids if key in rows]


def installation_rows(*, ids: Sequence[int]) -> list[InstallationRow]:
    """In the order of the ids. 1 query."""
    found = Installation.objects.filter(pk__in=ids).select_related("supply_point__address")
    rows = {row.pk: InstallationRow(row.pk, row.number, row.commodity, place(row.supply_point)) for row in found}
    return [rows[key] for key in ids if key in rows]


def supply_point(*, supply_point_id: int) -> Place | None:
    """One supply point, or None. 1 query."""
    found = SupplyPoint.objects.filter(pk=supply_point_id).select_related("address").first()
    return place(found) if found else None


def portal_accesses(*, customer_id: int) -> list[Access]:
    """The accounts that may see, or could see, the customer in the portal; the latest first. 1 query."""
    rows = PortalAccess.objects.filter(customer_id=customer_id).select_related("account").order_by("-period", "pk")
    return [
        Access(row.account.name, row.account.email, row.account.is_active, row.period.lower, row.period.upper)
        for row in rows
    ]


def _customer_row(customer: Customer, today: date) -> CustomerRow:
    agreements = [holding.agreement for holding in customer.holdings.all()]
    current = [agreement for agreement in agreements if today in period(agreement.period)]
    shown = sorted(current or agreements, key=lambda agreement: agreement.period.lower, reverse=True)
    places = {agreement.supply_point_id: place(agreement.supply_point) for agreement in shown}
    return CustomerRow(
        id=customer.pk,
        number=customer.number,
        kind=customer.kind,
        name=name_on(customer.names.all(), today),
        cvr=customer.cvr,
        places=tuple(places.values()),
        is_current=bool(current),
    )


def _supply_point_row(point: SupplyPoint, today: date, *, people: bool) -> SupplyPointRow:
    running = point.agreements.all() if people else ()
    holders = {holder.customer_id: holder for agreement in running for holder in holders_of(agreement, today)}
    commodities = dict.fromkeys(row.commodity for row in point.installations.all())
    return SupplyPointRow(place(point), tuple(commodities), tuple(holders.values()))
