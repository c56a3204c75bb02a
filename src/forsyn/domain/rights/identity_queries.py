"""Where a code may go: to contact points of the request's customers that were on file before the request came."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from forsyn.domain.customers.models import ContactKind, ContactPoint
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
