"""Erasure (Art. 17): a plan that can be read, and the deed: in one transaction, set by set, and read back.

The plan is made by doing it and undoing it, so that it says what would happen, row for row. The caller has entered
`P.PRIVACY_RIGHTS`; what deletes works under `P.RETENTION`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import OperationalError, transaction
from psycopg import errors

from forsyn.domain.customers.models import Customer
from forsyn.domain.metering.actions_erasure import days_to_months, forget_replaced, wait_for_deliveries
from forsyn.domain.retention.actions import check_keys
from forsyn.domain.retention.actions_erasing import (
    Erased,
    Found,
    Judged,
    Persons,
    begin_erasing,
    count_again,
    erase,
    find,
    left,
    note_erasures,
)
from forsyn.domain.retention.queries import foreign_keys
from forsyn.domain.safeguards.actions_choices import restrict, withdraw_consents
from forsyn.domain.safeguards.actions_waiting import withdraw_waiting
from forsyn.domain.safeguards.choices_models import LIVE_CONSENT, Channel, Consent
from forsyn.domain.safeguards.choices_models import RestrictionGround as Ground
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.safeguards.queries import live_catalog
from forsyn.domain.safeguards.receivers import waiting_mails
from forsyn.integrations.erasure_log.codec import Entry
from forsyn.policy.catalog import Catalog
from forsyn.policy.erasure import (
    Outcome,
    RowClass,
    Situation,
    keep_ways,
    months_rule,
    row_classes,
    verdict,
)
from forsyn.policy.night import ForeignKey
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import all_bindings, current_policy
from forsyn.workflows.erasure_plan import ErasurePlan, lines_of
from forsyn.workflows.erasure_situation import Subject, situation_of, subject_of

KEPT_REASON = "Slettet efter artikel 17. Det, der er tilbage, bliver kun gemt, fordi en lov eller et krav kræver det."
THINS = {"metering_day": days_to_months, "metering_day_superseded": forget_replaced}
MONTHS = "metering_month"
LOCK_SECONDS, STATEMENT_SECONDS = 3, 60


class ErasureRefused(RuntimeError):
    """It is not carried out; the message says why and what to do, in Danish."""


def plan_erasure(
    *, customer_ids: Collection[int], today: date, now: datetime, actor: int | None, policy: Policy | None = None
) -> ErasurePlan:
    """What a wish to be erased would do today. Nothing is changed: it is done, and undone. Raises ErasureRefused."""
    policy = policy or current_policy()
    subject = subject_of(customer_ids=customer_ids)
    with _not_beside_others(), transaction.atomic():
        begin_erasing(lock_seconds=LOCK_SECONDS, statement_seconds=STATEMENT_SECONDS)
        plan = do_erasure(policy, subject, today=today, now=now, actor=actor)
        transaction.set_rollback(True)
    return plan


def carry_out_erasure(
    *,
    customer_ids: Collection[int],
    fingerprint: str | None,
    today: date,
    now: datetime,
    actor: int | None,
    policy: Policy | None = None,
) -> ErasurePlan:
    """Erase, if the plan of now is the one that was read. Raises ErasureRefused.

    ``fingerprint`` of the plan; None where the caller has made and compared it since `hold_still`, in this transaction.
    The log outside the database is written before the transaction can commit: erased and not on the log cannot be.
    """
    policy = policy or current_policy()
    subject = subject_of(customer_ids=customer_ids)
    with _not_beside_others(), transaction.atomic():
        numbers = lock_subject(subject)
        plan = do_erasure(policy, subject, today=today, now=now, actor=actor)
        if fingerprint is not None and plan.fingerprint != fingerprint:
            raise ErasureRefused("Noget er ændret, siden planen blev lagt. Læg den om, og læs den, før der slettes.")
        if plan.gaps:
            raise ErasureRefused("Planen har huller: noget er ikke erklæret. Ret det i programmet først.")
        _note(numbers, now=now, policy=policy, actor=actor)
    return plan


def hold_still(*, customer_ids: Collection[int]) -> None:
    """Nobody erases or writes of the person until the caller's transaction ends. Raises ErasureRefused."""
    with _not_beside_others():
        lock_subject(subject_of(customer_ids=customer_ids))


@contextmanager
def _not_beside_others() -> Iterator[None]:
    """Whoever has what is to be erased in hand goes first: after a few seconds it is said, and nothing is erased."""
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.__cause__, errors.LockNotAvailable | errors.DeadlockDetected | errors.QueryCanceled):
            raise
        raise ErasureRefused(
            "Personens oplysninger er i brug lige nu, for eksempel af en indlæsning af målinger eller den natlige "
            "oprydning. Intet er slettet. Vent et par minutter, og prøv igen."
        ) from None


def lock_subject(subject: Subject) -> list[str]:
    """Their customer numbers. Nobody else erases these persons or writes of them until the transaction ends."""
    begin_erasing(lock_seconds=LOCK_SECONDS, statement_seconds=STATEMENT_SECONDS)
    locked = Customer.objects.select_for_update(no_key=False).filter(pk__in=subject.customers).order_by("pk")
    numbers = list(locked.values_list("number", flat=True))
    if len(numbers) != len(subject.customers):
        raise ErasureRefused("Kunden findes ikke længere.")
    return numbers


def _note(numbers: Sequence[str], *, now: datetime, policy: Policy, actor: int | None) -> None:
    """Write to the log outside the database, and in the database that it was carried out here.

    The log comes last: what is rolled back after it, is on the log and not in the database, and a replay does it.
    """
    log = settings.ERASURE_LOG
    entries = [Entry(now, log.hashed(number), policy.version) for number in numbers]
    with purpose(P.RETENTION, actor=actor):
        note_erasures(entries=[(entry.person, entry.at) for entry in entries], now=now)
    log.append(entries)


@dataclass(frozen=True, slots=True)
class _Basis:
    """What follows from declarations and the database's tables, which change with the program only."""

    policy: Policy
    catalog: Catalog
    keys: tuple[ForeignKey, ...]
    classes: tuple[RowClass, ...]


_bases: dict[int, _Basis] = {}


def _basis(policy: Policy) -> _Basis:
    """Made once a process and policy. 2 queries, then none."""
    known = _bases.get(id(policy))
    if known is None or known.policy is not policy:
        catalog = live_catalog()
        classes = tuple(row_classes(policy, all_bindings(), catalog))
        known = _bases[id(policy)] = _Basis(policy, catalog, foreign_keys(), classes)
    return known


def do_erasure(policy: Policy, subject: Subject, *, today: date, now: datetime, actor: int | None) -> ErasurePlan:
    """Erase within the caller's transaction, and read back; nothing is written to the log."""
    basis, persons = _basis(policy), subject.parameters
    situation = situation_of(policy, subject, today=today)
    consents = _withdraw(subject, now)
    unsent = _unsent(subject, situation)
    with purpose(P.RETENTION, actor=actor):
        taken_back = len(withdraw_waiting(disclosure_ids=unsent)) if unsent else 0
        thins = not situation.agreement_runs and months_rule(policy) is not None
        if thins:
            wait_for_deliveries()
        judged = [(rows, verdict(policy, rows, situation, today)) for rows in basis.classes]
        found = find(judged, persons)
        judged = keep_ways([(rows, seen) for rows, seen in judged if rows.name in found])
        thinned = _thin(policy, basis, judged, found) if thins else {}
        done = erase(judged, found, basis.keys, persons)
        _check(basis, judged, found, done, persons)
    lines = [
        line
        for rows, seen in judged
        for line in lines_of(rows, seen, done[rows.name], found[rows.name], thinned.get(rows.name, 0))
    ]
    kept = any(line.outcome in (Outcome.KEPT, Outcome.MASKED, Outcome.THINNED) for line in lines)
    restricts = kept and not situation.agreement_runs and _restrict(subject, situation, actor, now)
    accounts = sum(line.count for line in lines if line.table == "accounts_account" and line.outcome != Outcome.KEPT)
    return ErasurePlan(len(subject.customers), tuple(lines), consents, restricts, accounts, taken_back)


def _withdraw(subject: Subject, now: datetime) -> tuple[str, ...]:
    """A wish to be erased takes every yes back (Art. 17(1)(b))."""
    live = Consent.objects.filter(LIVE_CONSENT, customer_id__in=subject.customers).order_by("customer_id", "consent")
    by_customer: dict[int, list[str]] = {}
    for customer_id, consent in live.values_list("customer_id", "consent"):
        by_customer.setdefault(customer_id, []).append(consent)
    for customer_id, consents in by_customer.items():  # one person's few numbers
        withdraw_consents(customer_id=customer_id, consents=consents, channel=Channel.LETTER, now=now)
    return tuple(sorted({consent for consents in by_customer.values() for consent in consents}))


def _unsent(subject: Subject, situation: Situation) -> list[int]:
    """Mails to this person alone that have not left yet, but answers to what was asked: nobody needs them now."""
    if situation.agreement_runs or situation.wants_kept or situation.holds:
        return []
    return [
        mail.disclosure_id
        for customer_id in subject.customers  # one person's few numbers
        for mail in waiting_mails(customer_id=customer_id)
        if mail.work != P.PRIVACY_RIGHTS and set(mail.customer_ids) <= set(subject.customers)
    ]


def _thin(policy: Policy, basis: _Basis, judged: Judged, found: dict[str, Found]) -> dict[str, int]:
    """No statute demands days and hours: where the bills rest on the consumption, the months stay, and no more."""
    gone = {}
    for rows, seen in judged:
        of = found[rows.name]
        if rows.table.name in THINS and of.between and seen.rule in policy.retention and not seen.goes:
            gone[rows.name] = THINS[rows.table.name](spans=of.spans, between=of.between)
    for rows, _ in judged:
        if rows.table.name == MONTHS and gone:
            of = found[rows.name]
            now_there = count_again(rows, of)
            of.about, of.alone = of.about + now_there - of.alone, now_there
    return gone


def _check(
    basis: _Basis, judged: Judged, found: Mapping[str, Found], done: Mapping[str, Erased], persons: Persons
) -> None:
    """Read back: of what was to go there is nothing left but what something that stays refers to."""
    check_keys()
    gone = [(rows, seen) for rows, seen in judged if seen.goes and found[rows.name].alone]
    for name, count in left(gone, found, persons).items():
        if count > done[name].referred:
            raise ErasureRefused(f"Sletningen blev ikke fuldført i {name}; intet er slettet. Prøv igen.")


def _restrict(subject: Subject, situation: Situation, actor: int | None, now: datetime) -> bool:
    """What is kept is kept for its ground alone: no other purpose sees the person any more (Art. 18)."""
    staying = Customer.objects.filter(pk__in=set(subject.customers) - situation.restricted)
    for customer_id in staying.order_by("pk").values_list("pk", flat=True):  # one person's few numbers
        restrict(customer_id=customer_id, ground=Ground.KEPT, reason=KEPT_REASON, recorded_by_id=actor, now=now)
    return True
