"""Changes to the customer register. Each is one transaction, and locks the customer or place that it changes.

Refusals are `rules.NotPossible` and `identifiers.InvalidIdentifier`: one Danish sentence for whoever asked.
Many at once: `actions_bulk`. Places are in `actions_places`, and known here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.accounts.models import Account
from forsyn.domain.customers import rules
from forsyn.domain.customers.actions_places import register_address as register_address
from forsyn.domain.customers.actions_places import register_installation as register_installation
from forsyn.domain.customers.actions_places import register_supply_point as register_supply_point
from forsyn.domain.customers.models import (
    Agreement,
    AgreementHolder,
    ContactPoint,
    Customer,
    CustomerName,
    PortalAccess,
    SupplyPoint,
)
from forsyn.domain.customers.rules import NotPossible, Version, danish_date
from forsyn.kernel import identifiers
from forsyn.kernel.periods import Period
from forsyn.policy.vocabulary import Source


@transaction.atomic
def register_customer(
    *,
    number: str,
    kind: str,
    name: str,
    source: Source,
    today: date,
    now: datetime,
    birth_date: date | None = None,
    cvr: str | None = None,
    language: str = "da",
    since: date | None = None,
    contacts: dict[str, str] | None = None,
) -> int:
    """Record a person or company, named so since ``since`` (else today); return its id.

    ``contacts`` maps kinds (ContactKind) to values.
    """
    number = rules.clean_number(number, "Kundenummeret")
    cvr = identifiers.cvr(cvr) if cvr else None
    rules.check_legal_form(kind=kind, birth_date=birth_date, cvr=cvr, today=today)
    if Customer.objects.filter(number=number).exists():
        raise NotPossible(f"Kundenummer {number} findes allerede. Vælg et andet, eller ret den kunde, der har det.")
    customer = Customer.objects.create(
        number=number,
        kind=kind,
        birth_date=birth_date,
        cvr=cvr,
        language=language,
        source=source,
        recorded_at=now,
    )
    first = min(since or today, today)
    _insert_name(customer, rules.clean_name(name), first, source, now)
    ContactPoint.objects.bulk_create(
        ContactPoint(
            customer=customer,
            kind=contact,
            value=rules.clean_contact(contact, value),
            period=DateRange(first, None),
            source=source,
            recorded_at=now,
        )
        for contact, value in (contacts or {}).items()
    )
    return customer.pk


@transaction.atomic
def change_name(*, customer_id: int, name: str, source: Source, today: date, now: datetime) -> bool:
    """Let the customer be called ``name`` from today on; return whether that is a change."""
    customer = _locked_customer(customer_id)
    name = rules.clean_name(name)
    plan = rules.plan_change(_versions(customer.names.all(), "name"), name, today)
    _carry_out(plan, CustomerName, today)
    if plan.insert:
        _insert_name(customer, name, today, source, now)
    return not plan.is_empty


@transaction.atomic
def change_contact_point(
    *, customer_id: int, kind: str, value: str | None, source: Source, today: date, now: datetime
) -> bool:
    """Let the customer be reached at ``value`` from today on (None: no longer); return whether it changed.

    What held before today stays as history. A second change on the same day replaces the first.
    """
    customer = _locked_customer(customer_id)
    clean = rules.clean_contact(kind, value) if value is not None else None
    plan = rules.plan_change(_versions(customer.contact_points.filter(kind=kind), "value"), clean, today)
    _carry_out(plan, ContactPoint, today)
    if plan.insert and clean is not None:
        ContactPoint.objects.create(
            customer=customer,
            kind=kind,
            value=clean,
            period=DateRange(today, None),
            source=source,
            recorded_at=now,
        )
    return not plan.is_empty


@transaction.atomic
def change_language(*, customer_id: int, language: str) -> None:
    """Speak Danish (da) or English (en) with the customer from now on."""
    if language not in {"da", "en"}:
        raise NotPossible("Sproget skal være dansk eller engelsk.")
    customer = _locked_customer(customer_id)
    customer.language = language
    customer.save(update_fields=["language"])


# -- agreements ------------------------------------------------------------------------------------


@transaction.atomic
def conclude_agreement(
    *,
    number: str,
    supply_point_id: int,
    commodity: str,
    relation: str,
    customer_ids: Sequence[int],
    first_date: date,
    source: Source,
    now: datetime,
    until_date: date | None = None,
) -> int:
    """Supply a commodity at a place to one or more customers, the first of them primary; return the id."""
    number = rules.clean_number(number, "Aftalenummeret")
    period = rules.check_period(first_date, until_date, f"Aftale {number}")
    if not customer_ids:
        raise NotPossible("En aftale skal have en kunde.")
    SupplyPoint.objects.select_for_update().get(pk=supply_point_id)
    if Agreement.objects.filter(number=number).exists():
        raise NotPossible(f"Aftale {number} findes allerede.")
    _refuse_overlap(supply_point_id, commodity, period)
    agreement = Agreement.objects.create(
        number=number,
        supply_point_id=supply_point_id,
        commodity=commodity,
        relation=relation,
        period=_range(period),
        source=source,
        recorded_at=now,
    )
    AgreementHolder.objects.bulk_create(
        AgreementHolder(agreement=agreement, customer_id=customer_id, is_primary=position == 0)
        for position, customer_id in enumerate(dict.fromkeys(customer_ids))
    )
    return agreement.pk


@transaction.atomic
def end_agreement(*, agreement_id: int, until_date: date) -> None:
    """End a running agreement; ``until_date`` is the first day that it no longer holds."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    if agreement.period.upper is not None:
        raise NotPossible(f"Aftale {agreement.number} er allerede afsluttet pr. {danish_date(agreement.period.upper)}.")
    agreement.period = _range(rules.check_period(agreement.period.lower, until_date, f"Aftale {agreement.number}"))
    agreement.save(update_fields=["period"])


@transaction.atomic
def add_holder(*, agreement_id: int, customer_id: int) -> None:
    """Make another customer party to an agreement; one who is already stays as they are."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    AgreementHolder.objects.get_or_create(
        agreement=agreement,
        customer_id=customer_id,
        defaults={"is_primary": not agreement.holders.filter(is_primary=True).exists()},
    )


@transaction.atomic
def grant_portal_access(*, account_id: int, customer_id: int, first_date: date, until_date: date | None = None) -> None:
    """Let an account see and act for a customer in the portal; access that is there stays as it is."""
    _locked_account(account_id)
    period = _range(rules.check_period(first_date, until_date, "Adgangen"))
    if not PortalAccess.objects.filter(account_id=account_id, customer_id=customer_id, period__overlap=period).exists():
        PortalAccess.objects.create(account_id=account_id, customer_id=customer_id, period=period)


@transaction.atomic
def end_portal_access(*, account_id: int, customer_id: int, until_date: date) -> None:
    """End an account's access to a customer; ``until_date`` is the first day without it."""
    _locked_account(account_id)
    running = PortalAccess.objects.filter(account_id=account_id, customer_id=customer_id, period__contains=until_date)
    for access in running:  # one at most: the periods of a pair exclude each other
        if access.period.lower == until_date:
            access.delete()
        else:
            access.period = DateRange(access.period.lower, until_date)
            access.save(update_fields=["period"])


# -- within ----------------------------------------------------------------------------------------


def _locked_account(account_id: int) -> None:
    """Two changes to what one account may see happen one after the other."""
    Account.objects.select_for_update().only("pk").get(pk=account_id)


def _locked_customer(customer_id: int) -> Customer:
    """Two changes to one customer happen one after the other."""
    return Customer.objects.select_for_update().get(pk=customer_id)


def _range(period: Period) -> DateRange:
    return DateRange(period.first, period.until)


def _versions(rows: Any, field: str) -> list[Version]:
    return [Version(row.pk, Period(row.period.lower, row.period.upper), getattr(row, field)) for row in rows]


def _carry_out(plan: rules.ChangePlan, model: type[CustomerName] | type[ContactPoint], day: date) -> None:
    if plan.remove is not None:
        model.objects.filter(pk=plan.remove).delete()
    for row in model.objects.filter(pk__in=[key for key in (plan.close, plan.reopen) if key is not None]):
        row.period = DateRange(row.period.lower, day if row.pk == plan.close else None)
        row.save(update_fields=["period"])


def _insert_name(customer: Customer, name: str, first: date, source: Source, now: datetime) -> None:
    sort, search = rules.name_keys(name)
    period = DateRange(first, None)
    CustomerName.objects.create(
        customer=customer, name=name, sort_key=sort, search_key=search, period=period, source=source, recorded_at=now
    )


def _refuse_overlap(supply_point_id: int, commodity: str, period: Period) -> None:
    other = Agreement.objects.filter(
        supply_point_id=supply_point_id, commodity=commodity, period__overlap=_range(period)
    ).first()
    if other is not None:
        until = f" til {danish_date(other.period.upper)}" if other.period.upper else ""
        raise NotPossible(
            f"Aftale {other.number} gælder her fra {danish_date(other.period.lower)}{until}. "
            "Afslut den først, eller vælg en anden dato."
        )
