"""After an old backup was put back: whoever was erased since then is erased anew.

The log tells persons only as keyed hashes; they are found by hashing the number of every customer there is. The
database knows which entries of the log it has carried out; a backup lacks the newest of them. Each person is erased in
a transaction of its own, as the rules of today say; nothing is lost by doing it twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from forsyn.domain.customers.models import Customer
from forsyn.domain.retention.actions_erasing import note_erasures
from forsyn.domain.retention.queries import erasures_carried_out
from forsyn.domain.safeguards.choices_models import LIVE_RESTRICTION, Restriction, RestrictionGround
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.codec import Entry
from forsyn.policy.erasure import Outcome
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.erasure import do_erasure, lock_subject, plan_erasure
from forsyn.workflows.erasure_plan import ErasurePlan
from forsyn.workflows.erasure_situation import subject_of


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many erasures the log has, how many of these persons are in the database, and how many had come back."""

    entries: int
    found: int
    erased: int


def entries_not_carried_out() -> list[Entry]:
    """Entries of the log that this database has not carried out. 1 query. Under retention, privacy rights or security.

    Raises LogBroken, OSError.
    """
    entries = settings.ERASURE_LOG.entries()
    if not entries:
        return []
    known = erasures_carried_out()
    return [entry for entry in entries if (entry.person, entry.at) not in known]


def customers_on_log() -> list[int]:
    """The customers that are on the log and in the database. 1 query. Raises LogBroken, OSError."""
    return _customers_of({entry.person for entry in settings.ERASURE_LOG.entries()})


def came_back(*, today: date, now: datetime, limit: int | None = None) -> Iterator[int]:
    """The customers on the log who are here as if they had not been erased. Under rights of persons.

    These are the ones of whom an entry was not carried out here, and those of whom only what a law demands should be
    left, and something else is here. What somebody whose agreement runs has given since then is no return.
    """
    missing = set(_customers_of({entry.person for entry in entries_not_carried_out()}))
    left = Restriction.objects.filter(LIVE_RESTRICTION, ground=RestrictionGround.KEPT)
    hidden = set(left.values_list("customer_id", flat=True))
    for customer_id in customers_on_log()[:limit]:
        if customer_id in missing or (
            customer_id in hidden
            and has_more_to_erase(plan_erasure(customer_ids=[customer_id], today=today, now=now, actor=None))
        ):
            yield customer_id


def replay(*, actor: int | None, today: date, now: datetime) -> Replayed:
    """Erase anew whoever came back, one transaction each: broken off, it is merely run again.

    Raises LogBroken, OSError, erasure.ErasureRefused.
    """
    with purpose(P.PRIVACY_RIGHTS, actor=actor):
        found, waiting = customers_on_log(), list(came_back(today=today, now=now))
    erased = 0
    for customer_id in waiting:
        with transaction.atomic(), purpose(P.PRIVACY_RIGHTS, actor=actor):
            subject = subject_of(customer_ids=[customer_id])
            persons = {settings.ERASURE_LOG.hashed(number) for number in lock_subject(subject)}
            done = do_erasure(current_policy(), subject, today=today, now=now, actor=actor)
            _note(persons, now=now)
            erased += has_more_to_erase(done)
    with purpose(P.RETENTION, actor=actor):  # whoever is not here at all needs no erasing
        note_erasures(entries=[(entry.person, entry.at) for entry in entries_not_carried_out()], now=now)
    return Replayed(len(settings.ERASURE_LOG.entries()), len(found), erased)


def take_back(*, number: str, now: datetime) -> int:
    """Take back erasures of a customer that were broken off before the commit; how many. Under rights of persons.

    What this database has carried out is never taken back. Raises LogBroken, OSError.
    """
    person = settings.ERASURE_LOG.hashed(number)
    broken_off = [entry for entry in entries_not_carried_out() if entry.person == person]
    settings.ERASURE_LOG.append(replace(entry, taken_back_at=now) for entry in broken_off)
    return len(broken_off)


def has_more_to_erase(plan: ErasurePlan) -> bool:
    """Whether a plan takes anything. What only lost its columns once more is nothing."""
    return any(line.outcome is Outcome.ERASED or line.outcome is Outcome.THINNED for line in plan.lines)


def _customers_of(hashes: set[str]) -> list[int]:
    if not hashes:
        return []
    hashed = settings.ERASURE_LOG.hasher()
    numbers = Customer.objects.order_by("pk").values_list("pk", "number").iterator()
    return [pk for pk, number in numbers if hashed(number) in hashes]


def _note(persons: set[str], *, now: datetime) -> None:
    """In the transaction that erased them: their entries are carried out here."""
    waiting = [(entry.person, entry.at) for entry in entries_not_carried_out() if entry.person in persons]
    with purpose(P.RETENTION, actor=None):
        note_erasures(entries=waiting, now=now)
