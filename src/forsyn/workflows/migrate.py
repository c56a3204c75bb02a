"""Bring the database to this program's version: tables and accounts, what purposes may do, declarations on columns."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.management import call_command
from django.db import connections

from forsyn.domain.ledger.actions import ensure_accounts
from forsyn.domain.safeguards.actions import OWNER, write_column_comments
from forsyn.domain.safeguards.actions_enforcement import mark_functions
from forsyn.policy.enforcement import Step
from forsyn.workflows.declarations import column_comments
from forsyn.workflows.enforcement import apply_enforcement, check_roles


@dataclass(frozen=True)
class Migrated:
    """What a migration did."""

    applied: list[str]
    comments_written: int
    enforced: list[Step]
    """What was changed so that the database enforces the policy."""


def migrate(*, take_over: bool = False) -> Migrated:
    """Run as the owner role; running it twice changes nothing. Raises NotEnforced where the roles do not do."""
    check_roles()
    before = _applied()
    call_command("migrate", database=OWNER, verbosity=0, interactive=False)
    ensure_accounts(using=OWNER)
    written = write_column_comments(comments=column_comments())
    applied = _applied() - before
    if applied:
        mark_functions()
    enforced = apply_enforcement(take_over=take_over)
    return Migrated(applied=sorted(applied), comments_written=written, enforced=enforced)


def _applied() -> set[str]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute("select to_regclass('public.django_migrations') is not null")
        if not cursor.fetchone()[0]:
            return set()
        cursor.execute("select app || '.' || name from django_migrations")
        return {name for (name,) in cursor.fetchall()}
