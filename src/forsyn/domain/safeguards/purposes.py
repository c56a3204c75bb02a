"""The only way to people's data: a transaction in which the database works as the role of one purpose.

    with purpose(P.SETTLEMENT, actor=account_id):
        ...

The role lasts as long as the transaction and not a statement longer, so no pooled connection carries it to the next
request. Within another purpose, the inner one is a savepoint; at its end the outer role is back, whatever happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils.module_loading import import_string
from psycopg import errors

from forsyn.policy.policy import Purpose
from forsyn.policy.privileges import Matrix
from forsyn.policy.purposes import P
from forsyn.policy.roles import RoleNames


class PurposeViolation(RuntimeError):
    """Data were asked for that the purpose entered may not have; the message says what, and where it is declared."""


@dataclass(frozen=True, slots=True)
class PurposeRules:
    """What the purposes of this controller may do, and their roles' names."""

    matrix: Matrix
    names: RoleNames


@dataclass(frozen=True, slots=True)
class Entered:
    """The purpose that the program works under now, and who works: an account's id, or None for the program itself."""

    work: P
    purpose: Purpose
    actor: int | None


_entered: ContextVar[Entered | None] = ContextVar("entered_purpose", default=None)


@cache
def rules() -> PurposeRules:
    """The rules of this controller; settings.PURPOSE_RULES names the function that brings them together."""
    found: PurposeRules = import_string(settings.PURPOSE_RULES)()
    return found


def current() -> Entered | None:
    """The innermost purpose entered, or None."""
    return _entered.get()


@contextmanager
def purpose(work: P, *, actor: int | None) -> Iterator[Entered]:
    """Work under a purpose until the block ends: one transaction, as the purpose's role of the database.

    Raises PurposeViolation where the policy has no such purpose, and for what the database refuses to the purpose.
    """
    entered = Entered(work, _declared(work), actor)
    nested, outer = connection.in_atomic_block, _entered.get()
    _entered.set(entered)
    try:
        with transaction.atomic():
            before = _become(rules().names.of(entered.purpose.key), "" if actor is None else str(actor))
            yield entered
            if nested and not connection.needs_rollback:  # else the savepoint takes the role back with it
                _become(*before)
    except (ProgrammingError, errors.InsufficientPrivilege) as error:
        if not is_refusal(error):
            raise
        raise refusal(error, entered) from error
    finally:
        _entered.set(outer)  # not reset(): a response may be streamed, and end, in another context


def _become(role: str, actor: str) -> tuple[str, str]:
    """Take on a role and an actor until the transaction ends; return those before."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "select current_setting('role'), coalesce(current_setting('forsyn.actor', true), ''),"
                " set_config('role', %s, true), set_config('forsyn.actor', %s, true)",
                [role, actor],
            )
            former_role, former_actor, *_ = cursor.fetchone()
            return former_role, former_actor
    except DatabaseError as error:
        if isinstance(error.__cause__, errors.InvalidParameterValue | errors.InsufficientPrivilege):
            raise PurposeViolation(
                f"The database does not let the program become {role!r}. Run `forsyn policy apply`, which makes the "
                "purposes' roles; where the instance is new, `forsyn migrate`."
            ) from error
        raise


def _declared(work: P) -> Purpose:
    policy = rules().matrix.policy
    declared = policy.purpose_for(work) if work in tuple(P) else None
    if declared is None:
        raise PurposeViolation(
            f"{policy.file} has no purpose {str(work)!r}, and none of its purposes serves it. "
            f"What is done for it is no part of this policy: declare [purposes.{work}], or add it to serves of one."
        )
    return declared


def is_refusal(error: BaseException) -> bool:
    """Whether the database said that a role may not do something."""
    return isinstance(error, errors.InsufficientPrivilege) or isinstance(error.__cause__, errors.InsufficientPrivilege)


def refusal(error: BaseException, entered: Entered) -> PurposeViolation:
    """What the database refused, in words that lead to the declaration."""
    said = str(error).strip().splitlines()[0]
    policy = rules().matrix.policy
    return PurposeViolation(
        f"The purpose {entered.purpose.key!r} may not do that ({said}). Its categories stand at "
        f"{policy.where(entered.purpose, 'categories')}; who changes a table stands in its binding's changed_by."
    )
