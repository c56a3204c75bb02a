"""Who is reached at an e-mail address: what signing in by a code sent there may open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from forsyn.domain.customers.models import AgreementHolder, ContactPoint, Customer, PortalAccess
from forsyn.policy.vocabulary import Language


@dataclass(frozen=True)
class Reached:
    """A customer whose e-mail on file it is, and the language (da, en) of letters to them."""

    customer_id: int
    language: str


def reached_at(*, email: str, today: date) -> list[Reached]:
    """The customers with this e-mail on file today, whatever its case, by id. 1 query."""
    rows = _mailbox(email).filter(period__contains=today).order_by("customer_id")
    return [Reached(*row) for row in rows.values_list("customer_id", "customer__language")]


@dataclass(frozen=True)
class LettersTo:
    """Where and in which language a customer is written to; ``email`` is None where only a letter arrives."""

    email: str | None
    language: Language


def letters_to(*, customer_id: int, today: date) -> LettersTo:
    """As on file today; raises Customer.DoesNotExist. 2 queries."""
    language = Customer.objects.values_list("language", flat=True).get(pk=customer_id)
    rows = ContactPoint.objects.filter(customer_id=customer_id, kind="email", period__contains=today)
    return LettersTo(rows.values_list("value", flat=True).first(), Language(language))


def formerly_reached_at(*, email: str, account_id: int, today: date) -> list[int]:
    """Ids of customers that the account may see although the e-mail, once on file for them, no longer is. 1 query."""
    now = _mailbox(email).filter(period__contains=today).values("customer_id")
    return list(
        PortalAccess.objects.filter(account_id=account_id, period__contains=today)
        .filter(customer_id__in=_mailbox(email).values("customer_id"))
        .exclude(customer_id__in=now)
        .values_list("customer_id", flat=True)
    )


def held_together(*, customer_ids: list[int], today: date) -> list[frozenset[int]]:
    """For each agreement that runs today, which of these customers are party to it. 1 query."""
    holders: dict[int, set[int]] = defaultdict(set)
    rows = AgreementHolder.objects.filter(customer_id__in=customer_ids, agreement__period__contains=today).values_list(
        "agreement_id", "customer_id"
    )
    for agreement_id, customer_id in rows:
        holders[agreement_id].add(customer_id)
    return [frozenset(group) for group in holders.values()]


@dataclass(frozen=True)
class Reachable:
    """A customer with an e-mail on file."""

    number: str
    name: str
    email: str


def some_reachable(*, limit: int, today: date) -> list[Reachable]:
    """The first customers, by number, that have an e-mail on file. 1 query."""
    rows = ContactPoint.objects.filter(
        kind="email", period__contains=today, customer__names__period__contains=today
    ).order_by("customer__number")
    return [Reachable(*row) for row in rows.values_list("customer__number", "customer__names__name", "value")[:limit]]


def _mailbox(email: str) -> QuerySet[ContactPoint]:
    return ContactPoint.objects.filter(kind="email", search_key=email.lower())
