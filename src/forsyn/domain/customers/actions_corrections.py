"""Carries corrections out (Art. 16): what was wrong is no longer there, not even as history.

Each is one transaction with the customer locked. Refusals are `rules.NotPossible`: one Danish sentence. What was wrong
is put on record by `actions_notices`; the workflow does both in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.customers import rules
from forsyn.domain.customers.actions_places import register_address
from forsyn.domain.customers.correction_rules import (
    OF_AGREEMENT,
    OF_CUSTOMER,
    OF_PLACE,
    Field,
    PlaceAddress,
    Stretch,
    agreement_period,
    correct_history,
)
from forsyn.domain.customers.models import (
    Address,
    Agreement,
    ContactPoint,
    Customer,
    CustomerName,
    Installation,
    SupplyPoint,
)
from forsyn.domain.customers.queries import period
from forsyn.domain.customers.rules import NotPossible, Version, danish_date
from forsyn.kernel.periods import Period
from forsyn.policy.vocabulary import Source


@transaction.atomic
def correct(
    *,
    customer_id: int,
    field: Field,
    subject_id: int | None,
    right: str,
    now: datetime,
    since_date: date | None = None,
    address: PlaceAddress | None = None,
    source: Source = Source.PERSON,
) -> None:
    """Let a datum be ``right`` (in its stored form; empty: there is none), and never have been otherwise.

    ``subject_id`` as in `corrections_queries.Held`; None with a name or contact means one that was missing, which then
    holds from ``since_date``. With a version, ``since_date`` is the first day on which it was wrong (else its first).
    ``address`` is the right one of a supply point. Raises NotPossible.
    """
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None:
        raise NotPossible("Kunden findes ikke længere.")
    if field in OF_CUSTOMER:
        _correct_customer(customer, field, right)
    elif field in OF_PLACE:
        _correct_place(_own_place(customer_id, subject_id), field, right, address)
    elif field in OF_AGREEMENT:
        _correct_agreement(_own_agreement(customer_id, subject_id), field, right)
    else:
        _correct_versions(customer, field, subject_id, right, since_date, source, now)


# -- what stands with the customer -----------------------------------------------------------------------------------


def _correct_customer(customer: Customer, field: Field, right: str) -> None:
    values: Mapping[Field, Any] = {
        Field.BIRTH_DATE: date.fromisoformat(right) if field is Field.BIRTH_DATE and right else None,
        Field.CVR: right or None,
        Field.LANGUAGE: right,
    }
    setattr(customer, field, values[field])
    customer.save(update_fields=[field.value])


# -- names and contacts ----------------------------------------------------------------------------------------------


def _correct_versions(
    customer: Customer,
    field: Field,
    version_id: int | None,
    right: str,
    since: date | None,
    source: Source,
    now: datetime,
) -> None:
    named = field is Field.NAME
    rows = customer.names.all() if named else customer.contact_points.filter(kind=field.value)
    model: type[CustomerName] | type[ContactPoint] = CustomerName if named else ContactPoint
    stored = {row.pk: row for row in rows}
    if version_id is not None and version_id not in stored:
        raise NotPossible("Oplysningen er blevet ændret i mellemtiden. Læs den, som den er nu, og begynd forfra.")
    history = [Version(row.pk, period(row.period), row.name if named else row.value) for row in stored.values()]
    plan = correct_history(history, version_id=version_id, right=right or None, since=since)
    model.objects.filter(pk__in=plan.remove).delete()
    for stretch in plan.rewrite:
        row = stored[stretch.id]
        changed = _named(stretch) if named else {"value": stretch.value}
        if changed["name" if named else "value"] != (row.name if named else row.value):
            changed |= {"source": source, "recorded_at": now}
        model.objects.filter(pk=row.pk).update(period=_range(stretch.period), **changed)
    model.objects.bulk_create(_new(customer, field, plan.insert, source, now))


def _new(
    customer: Customer, field: Field, stretches: Iterable[Stretch], source: Source, now: datetime
) -> list[CustomerName | ContactPoint]:
    model: Callable[..., CustomerName | ContactPoint] = CustomerName if field is Field.NAME else ContactPoint
    return [
        model(
            customer=customer,
            period=_range(stretch.period),
            source=source,
            recorded_at=now,
            **(_named(stretch) if field is Field.NAME else {"kind": field.value, "value": stretch.value}),
        )
        for stretch in stretches
    ]


def _named(stretch: Stretch) -> dict[str, Any]:
    sort, search = rules.name_keys(stretch.value)
    return {"name": stretch.value, "sort_key": sort, "search_key": search}


# -- places ------------------------------------------------------------------------------------------------------------


def _own_place(customer_id: int, supply_point_id: int | None) -> SupplyPoint:
    """A supply point at which the customer has or had an agreement."""
    own = Agreement.objects.filter(holders__customer_id=customer_id, supply_point_id=supply_point_id)
    if supply_point_id is None or not own.exists():
        raise NotPossible("Kunden har ingen aftale på det forsyningssted. Vælg et af kundens egne.")
    return SupplyPoint.objects.select_for_update().get(pk=supply_point_id)


def _correct_place(point: SupplyPoint, field: Field, right: str, address: PlaceAddress | None) -> None:
    if field is not Field.ADDRESS:
        setattr(point, field, right)
        point.save(update_fields=[field.value])
        return
    if address is None:
        raise NotPossible("Skriv den rigtige adresse med vej, husnummer, postnummer og by.")
    former = point.address_id
    point.address_id = register_address(
        street=address.street,
        house_number=address.house_number,
        floor=address.floor,
        door=address.door,
        postal_code=address.postal_code,
        city=address.city,
    )
    point.save(update_fields=["address_id"])
    if former != point.address_id:  # an address where nothing is supplied is about nobody, and was never right
        Address.objects.filter(pk=former, supply_points=None).delete()


# -- agreements ------------------------------------------------------------------------------------------------------


def _own_agreement(customer_id: int, agreement_id: int | None) -> Agreement:
    found = Agreement.objects.select_for_update(of=("self",)).filter(pk=agreement_id, holders__customer_id=customer_id)
    agreement = found.first()
    if agreement is None:
        raise NotPossible("Kunden er ikke part i den aftale. Vælg en af kundens egne.")
    return agreement


def _correct_agreement(agreement: Agreement, field: Field, right: str) -> None:
    if field is Field.RELATION:
        agreement.relation = right
        agreement.save(update_fields=["relation"])
        return
    wanted = agreement_period(right)
    _refuse_neighbours(agreement, wanted)
    _refuse_without_pipes(agreement, wanted)
    agreement.period = _range(wanted)
    agreement.save(update_fields=["period"])


def _refuse_neighbours(agreement: Agreement, wanted: Period) -> None:
    other = (
        Agreement.objects.filter(
            supply_point_id=agreement.supply_point_id, commodity=agreement.commodity, period__overlap=_range(wanted)
        )
        .exclude(pk=agreement.pk)
        .first()
    )
    if other is not None:
        until = f" til {danish_date(other.period.upper)}" if other.period.upper else ""
        raise NotPossible(
            f"Aftale {other.number} gælder på stedet fra {danish_date(other.period.lower)}{until}. "
            "Ret dens datoer først, så de to ikke overlapper."
        )


def _refuse_without_pipes(agreement: Agreement, wanted: Period) -> None:
    """What was measured is the customer's only while an installation was there."""
    pipes = Installation.objects.filter(supply_point_id=agreement.supply_point_id, commodity=agreement.commodity)
    first = min((row.period.lower for row in pipes), default=None)
    if first is not None and wanted.first < first:
        raise NotPossible(
            f"Der har først været en installation fra {danish_date(first)}, så aftalen kan ikke begynde før."
        )


def _range(days: Period) -> DateRange:
    return DateRange(days.first, days.until)
