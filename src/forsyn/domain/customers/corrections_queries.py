"""Reads for corrections: what a customer can have corrected, what was, and who is still to be told of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from forsyn.domain.customers.correction_models import Correction, RecipientNotice
from forsyn.domain.customers.correction_rules import Field, PlaceAddress, written
from forsyn.domain.customers.models import (
    Address,
    Agreement,
    AgreementHolder,
    ContactPoint,
    Customer,
    CustomerName,
    HousingKind,
    Relation,
)
from forsyn.domain.customers.queries import period
from forsyn.kernel.periods import Period

CHOICES: Mapping[Field, Collection[str]] = {
    Field.HOUSING_KIND: HousingKind.values,
    Field.RELATION: Relation.values,
}
"""The values of fields that have a few."""


@dataclass(frozen=True, slots=True)
class Held:
    """A datum on file that can be contested. ``value`` as people read it, empty where there is none.

    ``subject_id`` is the version of a name or contact, the supply point or the agreement that it stands in; None for
    what stands with the customer. ``place`` names the supply point or agreement. ``period``: the days it holds for;
    ``stored_at``: since when it can have been given to others. ``shared_with``: how many other customers it is about.
    """

    field: Field
    subject_id: int | None
    value: str
    period: Period | None
    stored_at: datetime
    place: str = ""
    shared_with: int = 0


def held(*, customer_id: int) -> list[Held]:
    """Everything of a customer that can be corrected, in the order of the fields. 5 queries.

    Raises Customer.DoesNotExist.
    """
    customer = Customer.objects.get(pk=customer_id)
    found = [
        *_of_customer(customer),
        *(
            Held(Field.NAME, row.pk, row.name, period(row.period), row.recorded_at)
            for row in CustomerName.objects.filter(customer_id=customer_id).order_by("-period")
        ),
        *(
            Held(Field(row.kind), row.pk, row.value, period(row.period), row.recorded_at)
            for row in ContactPoint.objects.filter(customer_id=customer_id).order_by("-period")
        ),
        *_of_agreements(customer_id),
    ]
    order = list(Field)
    return sorted(found, key=lambda one: order.index(one.field))


def _of_customer(customer: Customer) -> Iterator[Held]:
    values = {
        Field.BIRTH_DATE: customer.birth_date.isoformat() if customer.birth_date else "",
        Field.CVR: customer.cvr or "",
        Field.LANGUAGE: customer.language,
    }
    for field, value in values.items():
        yield Held(field, None, value, None, customer.recorded_at)


def _of_agreements(customer_id: int) -> Iterator[Held]:
    """What stands in agreements, and at each supply point once. 2 queries."""
    agreements = list(
        Agreement.objects.filter(holders__customer_id=customer_id)
        .select_related("supply_point__address")
        .order_by("-period", "number")
    )
    parties = _parties({agreement.supply_point_id for agreement in agreements})
    for agreement in agreements:
        others = len({who for number, who in parties[agreement.supply_point_id] if number == agreement.pk}) - 1
        for field, value in (
            (Field.RELATION, agreement.relation),
            (Field.AGREEMENT_PERIOD, written(period(agreement.period))),
        ):
            yield Held(
                field, agreement.pk, value, period(agreement.period), agreement.recorded_at, agreement.number, others
            )
    for rows in _by_place(agreements).values():
        point = rows[0].supply_point
        stored = min(row.recorded_at for row in rows)
        others = len({who for _, who in parties[point.pk]}) - 1
        for field, value in (
            (Field.ADDRESS, str(place_address(point.address))),
            (Field.HOUSING_KIND, point.housing_kind),
            (Field.PROPERTY_NUMBER, point.property_number),
        ):
            yield Held(field, point.pk, value, None, stored, point.number, others)


def place_address(address: Address) -> PlaceAddress:
    """An address in the parts that it is typed in."""
    return PlaceAddress(
        address.street, address.house_number, address.postal_code, address.city, address.floor, address.door
    )


def _parties(supply_point_ids: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    rows = AgreementHolder.objects.filter(agreement__supply_point_id__in=set(supply_point_ids))
    for point, agreement, customer in rows.values_list("agreement__supply_point_id", "agreement_id", "customer_id"):
        found.setdefault(point, []).append((agreement, customer))
    return found


def _by_place(agreements: Iterable[Agreement]) -> dict[int, list[Agreement]]:
    places: dict[int, list[Agreement]] = {}
    for agreement in agreements:
        places.setdefault(agreement.supply_point_id, []).append(agreement)
    return places


# -- what was corrected, and who was told ---------------------------------------------------------------------------


def statements_of(*, customer_id: int) -> list[Correction]:
    """The person's own statements beside data that were found right (Art. 16), the latest first. 1 query."""
    rows = Correction.objects.filter(customer_id=customer_id).exclude(statement="").defer("document")
    return list(rows.order_by("-decided_at", "-pk"))


@dataclass(frozen=True, slots=True)
class ToldRecipient:
    """A recipient that was told, or is to be: what the person may ask for (Art. 19, second sentence)."""

    recipient: str
    cause: str
    categories: tuple[str, ...]
    made_at: datetime
    by_mail: bool
    settled_at: datetime | None
    note: str

    @property
    def is_open(self) -> bool:
        return not self.by_mail and self.settled_at is None


def recipients_told(*, customer_id: int, request_id: int | None = None) -> list[ToldRecipient]:
    """Whom we told of a correction, erasure or restriction, the latest first; of one request where it is given."""
    rows = RecipientNotice.objects.filter(customer_id=customer_id).order_by("-made_at", "-pk")
    if request_id is not None:
        rows = rows.filter(request_id=request_id)
    return [
        ToldRecipient(
            row.recipient,
            row.cause,
            tuple(row.categories),
            row.made_at,
            row.disclosure_id is not None,
            row.settled_at,
            row.note,
        )
        for row in rows
    ]


def open_notices() -> QuerySet[RecipientNotice]:
    """Recipients that a member of staff is still to tell another way than by mail, the oldest first."""
    return RecipientNotice.objects.filter(disclosure_id=None, settled_at=None).order_by("made_at", "pk")


def open_notice_count() -> int:
    """How many recipients wait to be told. 1 query."""
    return open_notices().count()
