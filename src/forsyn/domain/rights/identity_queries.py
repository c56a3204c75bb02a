"""Where a code may go: to contact points of the request's customers that were on file before the request came."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from forsyn.domain.customers.models import ContactKind, ContactPoint, Customer, CustomerName
from forsyn.domain.rights.models import Request, RequestCustomer

KINDS = (ContactKind.EMAIL,)
"""Kinds that the program can send a code to."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A contact point; ``masked`` is what may be shown of it (``a•••@nordby.example``)."""

    contact_point_id: int
    customer_id: int
    kind: str
    value: str = field(repr=False)
    language: str

    @property
    def masked(self) -> str:
        """The first letter and the domain."""
        name, _, domain = self.value.partition("@")
        return f"{name[:1]}•••@{domain}"


def destinations(*, request_id: int, today: date) -> list[Destination]:
    """Where a code for this request may go. 2 queries. Raises Request.DoesNotExist."""
    return [_read(row) for row in _on_file(Request.objects.get(pk=request_id), today)]


def destination(*, request: Request, contact_point_id: int, today: date) -> Destination | None:
    """One of them, or None. 1 query."""
    row = _on_file(request, today).filter(pk=contact_point_id).first()
    return None if row is None else _read(row)


def is_one_person(*, customer_ids: Collection[int]) -> bool:
    """Whether several customer numbers are one person's: one name, and no two dates of birth. 2 queries."""
    if len(set(customer_ids)) < 2:
        return True
    names = CustomerName.objects.filter(customer_id__in=customer_ids).values_list("customer_id", "name")
    by_customer: dict[int, set[str]] = {}
    for customer_id, name in names:
        by_customer.setdefault(customer_id, set()).add(" ".join(name.split()).casefold())
    dates = set(
        Customer.objects.filter(pk__in=customer_ids, birth_date__isnull=False).values_list("birth_date", flat=True)
    )
    shared = set.intersection(*by_customer.values()) if len(by_customer) == len(set(customer_ids)) else set()
    return bool(shared) and len(dates) < 2


def _on_file(request: Request, today: date) -> QuerySet[ContactPoint]:
    linked = RequestCustomer.objects.filter(request_id=request.pk).values("customer_id")
    return (
        ContactPoint.objects.filter(customer_id__in=linked, kind__in=KINDS, period__contains=today)
        .filter(recorded_at__lt=request.received_at)
        .select_related("customer")
        .order_by("customer_id", "pk")
    )


def _read(row: ContactPoint) -> Destination:
    return Destination(row.pk, row.customer_id, row.kind, row.value, row.customer.language)
