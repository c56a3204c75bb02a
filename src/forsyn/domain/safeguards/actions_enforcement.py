"""Makes the database enforce the policy: carries out the steps of `forsyn.policy.enforcement`, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import ProgrammingError, connections, transaction
from psycopg import errors, sql

from forsyn.domain.safeguards.actions import OWNER
from forsyn.domain.safeguards.enforcement_queries import BELONGS_TO, POLICIES, owners_functions
from forsyn.policy.enforcement import Step
from forsyn.policy.row_sets import SCHEMA

ROUNDS = 4
"""Taking a privilege away may take more along than was meant; what it took is given anew in a further round."""


class NotEnforced(RuntimeError):
    """The database cannot be made to enforce the policy; the message says why and what to do."""


def carry_out(
    *, plan: Callable[[], Sequence[Step]], mark: Callable[[tuple[str, str], str], str], instance: str
) -> list[Step]:
    """Do the steps that ``plan`` gives until it gives none; return all that were done.

    ``mark`` gives the fingerprint of a row policy from its table and purpose and what PostgreSQL says of it.
    """
    done: list[Step] = []
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        # Roles belong to the whole server: two instances must not write them at the same time.
        cursor.execute("select pg_advisory_xact_lock(hashtext('forsyn enforcement'))")
        cursor.execute(f"create schema if not exists {SCHEMA}")
        for _ in range(ROUNDS):
            steps = plan()
            if not steps:
                cursor.execute(
                    sql.SQL("comment on schema {} is {}").format(
                        sql.Identifier(SCHEMA), sql.Literal(f"{BELONGS_TO}{instance}")
                    )
                )
                return done
            for step in steps:
                _do(cursor, step)
                if step.policy is not None:
                    _mark(cursor, step.policy, mark)
            done += steps
        raise NotEnforced(
            f"After {ROUNDS} rounds the database still differs from the policy: {plan()[0].does}. "
            "Somebody else may be changing it at the same time; run `forsyn policy apply` again."
        )


def mark_functions() -> int:
    """Let each function of the migrations carry a mark of what it is, so that a change by hand is seen."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        unmarked = [(name, fits) for name, carries, fits in owners_functions(using=OWNER) if carries != fits]
        for signature, mark in unmarked:
            # The signature is the catalog's own.
            cursor.execute(f"comment on function public.{signature} is '{mark}'")
    return len(unmarked)


def _do(cursor: object, step: Step) -> None:
    try:
        cursor.execute(step.statement)  # type: ignore[attr-defined]
    except ProgrammingError as error:
        if not isinstance(error.__cause__, errors.InsufficientPrivilege):
            raise
        raise NotEnforced(
            f"The owner of the tables may not {step.does} ({str(error).strip().splitlines()[0]}). "
            f"Let the server's administrator run: {step.statement}; then run `forsyn policy apply` again. "
            "Nothing was changed."
        ) from error


def _mark(cursor: object, policy: tuple[str, str], mark: Callable[[tuple[str, str], str], str]) -> None:
    table, name = policy
    cursor.execute(f"{POLICIES} and relname = %s and polname = %s", [table, name])  # type: ignore[attr-defined]
    *_, said = cursor.fetchone()  # type: ignore[attr-defined]
    cursor.execute(  # type: ignore[attr-defined]
        sql.SQL("comment on policy {} on {} is {}").format(
            sql.Identifier(name), sql.Identifier(table), sql.Literal(mark(policy, said))
        )
    )
