"""Reads of the customer register, for pages and workflows. Each function is a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, QuerySet

from forsyn.domain.customers.models import (
    Address,
    Agreement,
    AgreementHolder,
    ContactPoint,
    Customer,
    CustomerName,
    Installation,
    PortalAccess,
    SupplyPoint,
)
from forsyn.kernel.periods import Period


@dataclass(frozen=True)
class Contact:
    """A way to reach a customer, in a period; source is a policy.vocabulary.Source's value."""

    kind: str
    value: str
    period: Period
    source: str
    recorded_at: datetime


@dataclass(frozen=True)
class Name:
    """A customer's name in a period."""

    name: str
    period: Period
    source: str
    recorded_at: datetime


@dataclass(frozen=True)
class CustomerOverview:
    """A customer as of a day."""

    id: int
    number: str
    kind: str
    name: str
    birth_date: date | None
    cvr: str | None
    language: str
    source: str
    recorded_at: datetime
    contacts: tuple[Contact, ...]
    """Those that hold on the day, e-mail and mobile first."""

    def contact(self, kind: str) -> str | None:
        """The value of one kind, or None."""
        return next((contact.value for contact in self.contacts if contact.kind == kind), None)


@dataclass(frozen=True)
class Place:
    """A supply point with its address."""

    id: int
    number: str
    housing_kind: str
    property_number: str
    bfe_number: int | None
    address: Address

    @property
    def first_line(self) -> str:
        return self.address.first_line

    @property
    def postal_line(self) -> str:
        return f"{self.address.postal_code} {self.address.city}"


@dataclass(frozen=True)
class Holder:
    """A party to an agreement, with the name of the day asked for."""

    customer_id: int
    number: str
    name: str
    is_primary: bool


@dataclass(frozen=True)
class AgreementView:
    """An agreement with its place and all its holders."""

    id: int
    number: str
    commodity: str
    relation: str
    period: Period
    place: Place
    holders: tuple[Holder, ...]


@dataclass(frozen=True)
class InstallationView:
    """An installation, with the periods in which the customer had an agreement for its commodity there."""

    id: int
    number: str
    commodity: str
    period: Period
    place: Place
    agreement_periods: tuple[Period, ...]


@dataclass(frozen=True)
class CustomerChoice:
    """One customer that an account may see."""

    id: int
    number: str
    name: str


_KIND_ORDER = {kind: order for order, kind in enumerate(("email", "mobile", "landline", "work_phone"))}
_LATEST = date(9999, 12, 31)


def customer_overview(*, customer_id: int, today: date) -> CustomerOverview:
    """The customer as of today; raises Customer.DoesNotExist. 3 queries."""
    customer = Customer.objects.prefetch_related(
        "names", Prefetch("contact_points", ContactPoint.objects.filter(period__contains=today))
    ).get(pk=customer_id)
    contacts = [_contact(row) for row in customer.contact_points.all()]
    return CustomerOverview(
        id=customer.pk,
        number=customer.number,
        kind=customer.kind,
        name=name_on(customer.names.all(), today),
        birth_date=customer.birth_date,
        cvr=customer.cvr,
        language=customer.language,
        source=customer.source,
        recorded_at=customer.recorded_at,
        contacts=tuple(sorted(contacts, key=lambda contact: _KIND_ORDER[contact.kind])),
    )


def recorded_at_of(*, number: str) -> datetime | None:
    """When the customer with that number was recorded; None where there is none. 1 query."""
    return Customer.objects.filter(number=number).values_list("recorded_at", flat=True).first()


def customer_ids(*, numbers: Iterable[str]) -> dict[str, int]:
    """Customer number -> id, for those that are there. 1 query."""
    return dict(Customer.objects.filter(number__in=set(numbers)).values_list("number", "id"))


def name_history(*, customer_id: int) -> list[Name]:
    """All names, newest first. 1 query."""
    rows = CustomerName.objects.filter(customer_id=customer_id).order_by("-period")
    return [Name(row.name, period(row.period), row.source, row.recorded_at) for row in rows]


def contact_history(*, customer_id: int) -> list[Contact]:
    """All contact points, newest first. 1 query."""
    rows = ContactPoint.objects.filter(customer_id=customer_id).order_by("-period", "kind")
    return [_contact(row) for row in rows]


def agreements_of(*, customer_id: int, today: date) -> list[AgreementView]:
    """All agreements the customer is or was party to, running ones first, then the latest. 3 queries."""
    rows = _agreements().filter(holders__customer_id=customer_id)
    return sorted((_agreement(row, today) for row in rows), key=_running_first)


def agreements_at(*, supply_point_id: int, today: date) -> list[AgreementView]:
    """All agreements at a supply point, running ones first, then the latest. 3 queries."""
    rows = _agreements().filter(supply_point_id=supply_point_id)
    return sorted((_agreement(row, today) for row in rows), key=_running_first)


def agreements_with_ids(*, ids: Sequence[int], today: date) -> list[AgreementView]:
    """Agreements in the order of the ids. 3 queries."""
    rows = {row.pk: row for row in _agreements().filter(pk__in=ids)}
    return [_agreement(rows[key], today) for key in ids if key in rows]


def installations_of(*, customer_id: int) -> list[InstallationView]:
    """The installations behind the customer's agreements, each with the customer's own periods. 2 queries."""
    periods: dict[tuple[int, str], list[Period]] = defaultdict(list)
    held = Agreement.objects.filter(holders__customer_id=customer_id).order_by("period")
    for agreement in held.only("supply_point_id", "commodity", "period"):
        periods[agreement.supply_point_id, agreement.commodity].append(period(agreement.period))
    rows = Installation.objects.filter(supply_point_id__in={point for point, _ in periods})
    views = []
    for row in rows.select_related("supply_point__address").order_by("commodity", "number"):
        own = [clip for each in periods[row.supply_point_id, row.commodity] if (clip := each.clip(period(row.period)))]
        if own:
            views.append(_installation(row, tuple(own)))
    return sorted(views, key=lambda view: (-(view.agreement_periods[-1].until or _LATEST).toordinal(), view.number))


def installation_of(*, customer_id: int, installation_id: int) -> InstallationView | None:
    """One of the customer's installations; None when it is not, and never was, theirs. 2 queries."""
    return next((view for view in installations_of(customer_id=customer_id) if view.id == installation_id), None)


def installations_at(*, supply_point_id: int) -> list[InstallationView]:
    """A supply point's installations, without anyone's periods. 1 query."""
    rows = Installation.objects.filter(supply_point_id=supply_point_id).select_related("supply_point__address")
    return [_installation(row, ()) for row in rows.order_by("commodity", "number")]


def customers_of_account(*, account_id: int, today: date) -> list[CustomerChoice]:
    """The customers that an account may see today, by number. 2 queries."""
    rows = (
        PortalAccess.objects.filter(account_id=account_id, period__contains=today)
        .select_related("customer")
        .prefetch_related("customer__names")
        .order_by("customer__number")
    )
    return [
        CustomerChoice(row.customer_id, row.customer.number, name_on(row.customer.names.all(), today)) for row in rows
    ]


def name_on(names: Iterable[CustomerName], day: date) -> str:
    """The name that holds on a day, else the one nearest after, else the last."""
    ordered = sorted(names, key=lambda row: row.period.lower)
    fitting = [row for row in ordered if row.period.upper is None or day < row.period.upper]
    return (fitting or ordered[-1:])[0].name if ordered else ""


def _agreements() -> QuerySet[Agreement]:
    holders = AgreementHolder.objects.select_related("customer").order_by("-is_primary", "customer__number")
    return Agreement.objects.select_related("supply_point__address").prefetch_related(
        Prefetch("holders", holders), "holders__customer__names"
    )


def _running_first(view: AgreementView) -> tuple[int, int, str]:
    until = view.period.until or _LATEST
    return (-until.toordinal(), -view.period.first.toordinal(), view.number)


def _agreement(row: Agreement, today: date) -> AgreementView:
    return AgreementView(
        row.pk,
        row.number,
        row.commodity,
        row.relation,
        period(row.period),
        place(row.supply_point),
        holders_of(row, today),
    )


def _installation(row: Installation, periods: tuple[Period, ...]) -> InstallationView:
    return InstallationView(row.pk, row.number, row.commodity, period(row.period), place(row.supply_point), periods)


def place(row: SupplyPoint) -> Place:
    """A supply point row, its address loaded, as a Place."""
    return Place(row.pk, row.number, row.housing_kind, row.property_number, row.bfe_number, row.address)


def holders_of(row: Agreement, today: date) -> tuple[Holder, ...]:
    """The parties to an agreement row, the holders and their names loaded, as today's `Holder`s."""
    return tuple(
        Holder(each.customer_id, each.customer.number, name_on(each.customer.names.all(), today), each.is_primary)
        for each in row.holders.all()
    )


def _contact(row: ContactPoint) -> Contact:
    return Contact(row.kind, row.value, period(row.period), row.source, row.recorded_at)


def period(value: object) -> Period:
    """A row's date range, which has a lower bound, as a Period."""
    return Period(value.lower, value.upper)  # type: ignore[attr-defined]
