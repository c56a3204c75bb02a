"""After an old backup was put back: everybody on the log of erasures is erased anew.

The log tells persons only as keyed hashes; they are found by hashing the number of every customer there is. Each is
erased in a transaction of its own, as the rules of today say; nothing is lost by doing it twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from forsyn.domain.customers.models import Customer
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.erasure import Outcome
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.erasure import ErasurePlan, do_erasure, plan_erasure
from forsyn.workflows.erasure_situation import subject_of


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many erasures the log has, how many of these persons are in the database, and how many had come back."""

    entries: int
    found: int
    erased: int


def customers_on_log() -> list[int]:
    """The customers that are on the log and in the database. 1 query. Raises LogBroken."""
    log = settings.ERASURE_LOG
    hashes = {entry.person for entry in log.entries()}
    if not hashes:
        return []
    numbers = Customer.objects.order_by("pk").values_list("pk", "number").iterator()
    return [pk for pk, number in numbers if log.hashed(number) in hashes]


def came_back(*, today: date, now: datetime, limit: int | None = None) -> Iterator[int]:
    """The customers on the log of whom there is something again that erasure takes. Under rights of persons."""
    for customer_id in customers_on_log()[:limit]:
        if has_more_to_erase(plan_erasure(customer_ids=[customer_id], today=today, now=now, actor=None)):
            yield customer_id


def replay(*, actor: int | None, today: date, now: datetime) -> Replayed:
    """Erase anew whoever is on the log, one transaction each: broken off, it is merely run again."""
    with purpose(P.PRIVACY_RIGHTS, actor=actor):
        waiting = customers_on_log()
    erased = 0
    for customer_id in waiting:
        with transaction.atomic(), purpose(P.PRIVACY_RIGHTS, actor=actor):
            subject = subject_of(customer_ids=[customer_id])
            done = do_erasure(current_policy(), subject, today=today, now=now, actor=actor)
            erased += has_more_to_erase(done)
    return Replayed(len(settings.ERASURE_LOG.entries()), len(waiting), erased)


def has_more_to_erase(plan: ErasurePlan) -> bool:
    """Whether a plan takes anything. What only lost its columns once more is nothing."""
    return any(line.outcome is Outcome.ERASED or line.outcome is Outcome.THINNED for line in plan.lines)
