"""Erasure (Art. 17): a plan that can be read, and the deed: in one transaction, set by set, and read back.

The plan is made by doing it and undoing it, so that it says what would happen, row for row. The caller has entered
`P.PRIVACY_RIGHTS`; what deletes works under `P.RETENTION`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from forsyn.domain.customers.models import Customer
from forsyn.domain.metering.thinning_sql import BITS, CARRIED, HAS_HOURS
from forsyn.domain.retention.erasing import Erased, erase, find, left
from forsyn.domain.retention.queries import foreign_keys
from forsyn.domain.safeguards.actions_choices import restrict, withdraw_consents
from forsyn.domain.safeguards.choices_models import LIVE_CONSENT, LIVE_RESTRICTION, Channel, Consent, Restriction
from forsyn.domain.safeguards.choices_models import RestrictionGround as Ground
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.safeguards.queries import live_catalog
from forsyn.integrations.erasure_log.codec import Entry
from forsyn.policy.erasure import (
    REFERRED,
    SHARED,
    Outcome,
    RowClass,
    Verdict,
    hours_rule,
    row_classes,
    still_needed_by,
    verdict,
)
from forsyn.policy.policy import Policy, Text
from forsyn.policy.purposes import P
from forsyn.policy.reach import only_about
from forsyn.workflows.declarations import all_bindings, current_policy
from forsyn.workflows.erasure_situation import Subject, situation_of, subject_of

KEPT_REASON = "Slettet efter artikel 17. Det, der er tilbage, bliver kun gemt, fordi en lov eller et krav kræver det."
IMPORT_LOCK = 4
DAYS = ("metering_day", "metering_day_superseded")


class ErasureRefused(RuntimeError):
    """It is not carried out; the message says why and what to do, in Danish."""


@dataclass(frozen=True, slots=True)
class Line:
    """What happens to one class of rows. ``count`` rows; ``masked``: columns that are overwritten."""

    table: str
    kinds: tuple[str, ...]
    categories: tuple[str, ...]
    outcome: Outcome
    count: int
    ground: Text | None = None
    until: date | None = None
    rule: str = ""
    masked: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """Everything that would happen, as plain data. ``consents``: those that the wish withdraws."""

    customers: int
    lines: tuple[Line, ...]
    consents: tuple[str, ...]
    becomes_restricted: bool
    closes_accounts: int

    @property
    def gaps(self) -> tuple[Line, ...]:
        """What cannot be decided, since a declaration is missing."""
        return tuple(line for line in self.lines if line.outcome is Outcome.GAP)

    def as_json(self) -> dict[str, Any]:
        """As it is kept as evidence: dates in ISO 8601, grounds in both languages."""
        return {
            "customers": self.customers,
            "consents": list(self.consents),
            "becomes_restricted": self.becomes_restricted,
            "closes_accounts": self.closes_accounts,
            "gaps": [line.table for line in self.gaps],
            "lines": [_line_json(line) for line in self.lines],
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what the plan does, in hexadecimal: what stays as it is may have grown by a line meanwhile."""
        return hashlib.sha256(json.dumps(essence_of_erasure(self.as_json()), sort_keys=True).encode()).hexdigest()

    def counts(self) -> dict[str, int]:
        """Rows by outcome, without persons."""
        found = {str(outcome): 0 for outcome in Outcome}
        for line in self.lines:
            found[line.outcome] += line.count
        return {key: count for key, count in found.items() if count}


def essence_of_erasure(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan's JSON without what stays as it is: that grows as the request itself is worked on."""
    return dict(plan) | {"lines": [line for line in plan["lines"] if line["outcome"] != Outcome.KEPT]}


def plan_erasure(
    *, customer_ids: Collection[int], today: date, now: datetime, actor: int | None, policy: Policy | None = None
) -> ErasurePlan:
    """What a wish to be erased would do today. Nothing is changed: it is done, and undone."""
    policy = policy or current_policy()
    subject = subject_of(customer_ids=customer_ids)
    with transaction.atomic():
        plan = do_erasure(policy, subject, today=today, now=now, actor=actor)
        transaction.set_rollback(True)
    return plan


@transaction.atomic
def carry_out_erasure(
    *,
    customer_ids: Collection[int],
    fingerprint: str,
    today: date,
    now: datetime,
    actor: int | None,
    policy: Policy | None = None,
) -> ErasurePlan:
    """Erase, if the plan of now is the one that was read. Raises ErasureRefused.

    The log outside the database is written before the transaction can commit: erased and not on the log cannot be.
    """
    policy = policy or current_policy()
    subject = subject_of(customer_ids=customer_ids)
    _lock(subject)
    plan = do_erasure(policy, subject, today=today, now=now, actor=actor)
    if plan.fingerprint != fingerprint:
        raise ErasureRefused("Noget er ændret, siden planen blev lagt. Læg den om, og læs den, før der slettes.")
    if plan.gaps:
        raise ErasureRefused("Planen har huller: noget er ikke erklæret. Ret det i programmet først.")
    note_erasure(subject, now=now, policy=policy)
    return plan


def note_erasure(subject: Subject, *, now: datetime, policy: Policy) -> None:
    """Write to the log outside the database; a deed that is rolled back after this is merely done again by a replay."""
    log = settings.ERASURE_LOG
    numbers = Customer.objects.filter(pk__in=subject.customers).order_by("pk").values_list("number", flat=True)
    log.append(Entry(now, log.hashed(number), policy.version) for number in numbers)


def _lock(subject: Subject) -> None:
    """Nobody else erases this person, and nobody agrees with it, until the transaction ends."""
    locked = Customer.objects.select_for_update(no_key=False).filter(pk__in=subject.customers)
    if len(list(locked.values_list("pk", flat=True))) != len(subject.customers):
        raise ErasureRefused("Kunden findes ikke længere.")


def do_erasure(policy: Policy, subject: Subject, *, today: date, now: datetime, actor: int | None) -> ErasurePlan:
    """Erase within the caller's transaction, and read back; nothing is written to the log."""
    catalog, persons = live_catalog(), subject.parameters
    situation = situation_of(policy, subject, today=today)
    consents = _withdraw(subject, now)
    classes = list(row_classes(policy, all_bindings(), catalog))
    with purpose(P.RETENTION, actor=actor):
        found = find(classes, catalog, persons)
        judged = [(rows, verdict(policy, rows, situation, today)) for rows in classes if rows.name in found]
        thinned = {} if situation.agreement_runs else _thin(policy, judged, catalog, persons)
        done = erase(judged, catalog, foreign_keys(), persons)
        _check(judged, left([rows for rows, _ in judged], catalog, persons), done)
    lines = [
        line
        for rows, found_verdict in judged
        for line in _lines(policy, rows, found_verdict, done[rows.name], found[rows.name].about, thinned)
    ]
    kept = any(line.outcome in (Outcome.KEPT, Outcome.MASKED, Outcome.THINNED) for line in lines)
    restricts = kept and not situation.agreement_runs and _restrict(subject, actor, now)
    accounts = sum(line.count for line in lines if line.table == "accounts_account" and line.outcome != Outcome.KEPT)
    return ErasurePlan(len(subject.customers), tuple(lines), consents, restricts, accounts)


def _withdraw(subject: Subject, now: datetime) -> tuple[str, ...]:
    """A wish to be erased takes every yes back (Art. 17(1)(b))."""
    live = Consent.objects.filter(LIVE_CONSENT, customer_id__in=subject.customers).order_by("customer_id", "consent")
    by_customer: dict[int, list[str]] = {}
    for customer_id, consent in live.values_list("customer_id", "consent"):
        by_customer.setdefault(customer_id, []).append(consent)
    for customer_id, consents in by_customer.items():  # one person's few numbers
        withdraw_consents(customer_id=customer_id, consents=consents, channel=Channel.LETTER, now=now)
    return tuple(sorted({consent for consents in by_customer.values() for consent in consents}))


def _thin(
    policy: Policy, judged: Sequence[tuple[RowClass, Verdict]], catalog: Any, persons: Mapping[str, Any]
) -> dict[str, int]:
    """No statute demands the hours: of days that stay, they go."""
    if hours_rule(policy) is None:
        return {}
    done = {}
    for rows, found in judged:
        if rows.table.name in DAYS and not found.goes and found.rule not in ("", "hold"):
            bits, carried, has_hours = (part.replace("d.", "t0.") for part in (BITS, CARRIED, HAS_HOURS))
            assigned = (
                f"values = '{{}}', carried = {carried}, quality = case when t0.quality is null and"
                f" array_position(t0.values, null) is null then null else array[{bits}]::smallint[] end"
            )
            with connection.cursor() as cursor:
                cursor.execute(only_about(rows.table, catalog).update(assigned, has_hours), persons)
                done[rows.name] = cursor.rowcount
    return done


def _check(
    judged: Sequence[tuple[RowClass, Verdict]], remaining: Mapping[str, int], done: Mapping[str, Erased]
) -> None:
    """Read back: of what was to go there is nothing left but what something that stays refers to."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
    for rows, found in judged:
        if found.goes and remaining.get(rows.name, 0) > done[rows.name].referred:
            raise ErasureRefused(f"Sletningen blev ikke fuldført i {rows.table.name}; intet er slettet. Prøv igen.")


def _lines(
    policy: Policy, rows: RowClass, found: Verdict, done: Erased, about: int, thinned: Mapping[str, int]
) -> list[Line]:
    said = (rows.table.name, rows.kinds or (), rows.categories)
    needed = still_needed_by(policy, rows.categories)
    lines = []
    if done.deleted:
        lines.append(Line(*said, Outcome.ERASED, done.deleted, rule=found.rule))
    if found.is_gap:
        return [*lines, Line(*said, Outcome.GAP, done.kept, found.ground, rule=found.rule)]
    columns = tuple(rows.table.masked) if found.goes else found.masked
    ground = REFERRED if found.goes else found.ground
    hours = thinned.get(rows.name, 0)
    if hours:
        lines.append(Line(*said, Outcome.THINNED, hours, found.ground, found.until, found.rule, (), needed))
    if done.kept - hours > 0:
        outcome = Outcome.MASKED if columns else Outcome.KEPT
        lines.append(Line(*said, outcome, done.kept - hours, ground, found.until, found.rule, columns, needed))
    shared = about - done.deleted - done.kept
    if shared > 0:
        lines.append(Line(*said, Outcome.KEPT, shared, SHARED, needed_by=needed))
    return lines


def _restrict(subject: Subject, actor: int | None, now: datetime) -> bool:
    """What is kept is kept for its ground alone: no other purpose sees the person any more (Art. 18)."""
    if actor is None:
        return False
    restricted = set(
        Restriction.objects.filter(LIVE_RESTRICTION, customer_id__in=subject.customers).values_list(
            "customer_id", flat=True
        )
    )
    staying = Customer.objects.filter(pk__in=subject.customers).exclude(pk__in=restricted)
    for customer_id in staying.order_by("pk").values_list("pk", flat=True):  # one person's few numbers
        restrict(customer_id=customer_id, ground=Ground.KEPT, reason=KEPT_REASON, recorded_by_id=actor, now=now)
    return True


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "table": line.table,
        "kinds": list(line.kinds),
        "categories": list(line.categories),
        "outcome": str(line.outcome),
        "count": line.count,
        "ground": {"da": line.ground.da, "en": line.ground.en} if line.ground else None,
        "until": line.until.isoformat() if line.until else None,
        "rule": line.rule,
        "masked": list(line.masked),
        "needed_by": list(line.needed_by),
    }
