"""Staff access as the policy has it: which roles there are, how long they last, who decides; and what ends by itself.

The caller has entered `P.STAFF_ADMINISTRATION`. All refusals are `accounts.rules.AccessRefused`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from forsyn.domain.accounts import access_queries, actions, actions_access
from forsyn.domain.accounts.models import AccessRequest, StaffRole
from forsyn.domain.accounts.rules import (
    AccessRefused,
    Refusal,
    Term,
    after,
    check_employment,
    check_reason,
    check_term,
    review_date,
)
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.policy import Policy
from forsyn.policy.policy import StaffRole as DeclaredRole
from forsyn.policy.problems import Problem
from forsyn.policy.purposes import P
from forsyn.policy.staff_roles import grants_access
from forsyn.workflows.declarations import current_policy


@dataclass(frozen=True, slots=True)
class Ended:
    """What a night ended: roles that nobody reviewed, and accounts whose agreement ran out."""

    unreviewed_roles: int
    closed_accounts: int


@dataclass(frozen=True, slots=True)
class SignedAgreement:
    """A confidentiality agreement as it was handed in."""

    document: bytes
    name: str
    signed_date: date
    term: Term


def declared_role(key: str) -> DeclaredRole:
    """What the policy says of a role."""
    found = current_policy().staff_roles.get(key)
    if found is None:
        raise AccessRefused(Refusal.ROLE_UNKNOWN)
    return found


def deciding_roles() -> frozenset[str]:
    """The roles whose holders decide on others' access."""
    policy = current_policy()
    return frozenset(role for role in policy.staff_roles if grants_access(policy, role))


def roles_open_to(*, external: bool) -> list[DeclaredRole]:
    """The roles that somebody may ask for."""
    return [role for role in current_policy().staff_roles.values() if external or not role.external]


def longest_term(role: DeclaredRole, first_date: date) -> Term:
    """From a day on for as long as the policy grants the role."""
    return Term(first_date, after(first_date, role.longest))


def request_access(*, account_id: int, role: str, term: Term, reason: str, now: datetime, today: date) -> int:
    """Ask for a role for oneself; return the request's id."""
    return actions_access.request_access(
        account_id=account_id, role=declared_role(role), term=term, reason=reason, now=now, today=today
    )


def grant_request(
    *, asked: AccessRequest, decided_by_id: int, until_date: date, answer: str, now: datetime, today: date
) -> int:
    """Give what was asked for, until a date; what should have begun by now begins today. Return the id of the role."""
    return actions_access.grant_request(
        request_id=asked.pk,
        decided_by_id=decided_by_id,
        deciders=deciding_roles(),
        role=declared_role(asked.role),
        term=Term(max(asked.period.lower, today), until_date),
        answer=answer,
        now=now,
        today=today,
    )


def refuse_request(*, asked: AccessRequest, decided_by_id: int, answer: str, now: datetime, today: date) -> None:
    """Say no, and why."""
    actions_access.refuse_request(
        request_id=asked.pk,
        decided_by_id=decided_by_id,
        deciders=deciding_roles(),
        answer=answer,
        now=now,
        today=today,
    )


def review_role(*, given: StaffRole, reviewed_by_id: int, now: datetime, today: date) -> date:
    """Let a role go on; return the date of the next review."""
    return actions_access.review_role(
        role_id=given.pk,
        reviewed_by_id=reviewed_by_id,
        deciders=deciding_roles(),
        role=declared_role(given.role),
        now=now,
        today=today,
    )


def end_access(*, given: StaffRole, ended_by_id: int, reason: str, now: datetime, today: date) -> None:
    """End a role from today on."""
    actions_access.end_access(
        role_id=given.pk, ended_by_id=ended_by_id, deciders=deciding_roles(), reason=reason, now=now, today=today
    )


@transaction.atomic
def add_staff(
    *, email: str, name: str, roles: Iterable[str], reason: str, today: date, now: datetime, password: str | None = None
) -> int:
    """The operator's way to make somebody's account, with each role for as long as the policy grants it; return the id.

    Raises actions.NotPossible, Django's ValidationError and AccessRefused.
    """
    account_id = actions.create_staff(email=email, name=name, roles=(), first_date=today, now=now, password=password)
    _give(account_id, roles, reason, Term(today, date.max), external=False, now=now)
    return account_id


@transaction.atomic
def add_external(
    *,
    email: str,
    name: str,
    employer: str,
    agreement: SignedAgreement,
    roles: Iterable[str],
    reason: str,
    today: date,
    now: datetime,
    password: str | None = None,
) -> int:
    """As `add_staff`, for somebody whom another company employs: nothing lasts longer than the agreement."""
    account_id = actions.create_external(email=email, name=name, employer=employer, now=now, password=password)
    register_agreement(account_id=account_id, agreement=agreement, registered_by_id=None, today=today, now=now)
    _give(account_id, roles, reason, Term(today, agreement.term.until_date), external=True, now=now)
    return account_id


def register_agreement(
    *, account_id: int, agreement: SignedAgreement, registered_by_id: int | None, today: date, now: datetime
) -> int:
    """Put a confidentiality agreement on file; the account opens with one that holds today. Return the row's id."""
    return actions_access.register_agreement(
        account_id=account_id,
        document=agreement.document,
        document_name=agreement.name,
        signed_date=agreement.signed_date,
        term=agreement.term,
        registered_by_id=registered_by_id,
        now=now,
        today=today,
    )


def _give(account_id: int, roles: Iterable[str], reason: str, within: Term, *, external: bool, now: datetime) -> None:
    """Roles from the first day of ``within``, for as long as the policy grants each, and no longer than ``within``."""
    first = within.first_date
    told = check_reason(reason)
    for role in [declared_role(key) for key in dict.fromkeys(roles)]:
        check_employment(role, external=external)
        term = Term(first, min(within.until_date, longest_term(role, first).until_date))
        check_term(role, term, today=first)
        actions.give_role(
            account_id=account_id,
            role=role.key,
            first_date=first,
            until_date=term.until_date,
            review_date=review_date(role, term, since=first),
            reason=told,
            now=now,
        )


def end_overdue(*, today: date, now: datetime) -> Ended:
    """Close what time has ended, once a day: roles without review, outside people without an agreement, sessions."""
    unreviewed = actions_access.end_unreviewed(now=now, today=today)
    closed = actions_access.close_expired(today=today)
    with purpose(P.SECURITY, actor=None):
        for account_id in closed:
            actions.end_sessions(account_id=account_id)
    return Ended(unreviewed, len(closed))


def undeclared_roles(policy: Policy, *, today: date) -> list[Problem]:
    """Roles that people have today or later, and that a policy does not declare: under it they open nothing."""
    with purpose(P.STAFF_ADMINISTRATION, actor=None):
        held = access_queries.roles_in_use(today=today)
    return [
        Problem(
            "accounts_staff_role",
            f"{times} {'person has' if times == 1 else 'people have'} the role {role!r}, which is not among "
            f"[staff_roles] of {policy.file}.",
            f"Declare [staff_roles.{role}], or end those roles: they let nobody see anything.",
        )
        for role, times in held.items()
        if role not in policy.staff_roles
    ]
