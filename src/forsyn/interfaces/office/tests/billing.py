"""Runs and a second billing clerk, for tests of the pages about bills."""

from __future__ import annotations

from datetime import date

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Account, Role
from forsyn.domain.billing.actions_runs import approve_run
from forsyn.domain.billing.models import BillKind
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import execute_run, preview_run, release_run
from tests.billed_world import BilledWorld, a_run, sha_of
from tests.world import BEGINNING, NOW


def a_second_billing_clerk() -> Account:
    """Who may approve what the first one made."""
    key = create_staff(
        email="rune@nordby.example",
        name="Rune Regning",
        roles=[Role.BILLING],
        first_date=BEGINNING,
        until_date=date(2099, 1, 1),
        now=NOW,
    )
    return Account.objects.get(pk=key)


def previewed(made: BilledWorld, kind: BillKind = BillKind.ANNUAL) -> int:
    """A run for the heat of 2025, reckoned."""
    run_id = a_run(made.world, kind)
    preview_run(run_id=run_id, clock=lambda: NOW)
    return run_id


def posted(made: BilledWorld, *, release: bool = True, kind: BillKind = BillKind.ANNUAL) -> int:
    """A run for the heat of 2025 in the books, and with its customers."""
    run_id = previewed(made, kind)
    with purpose(P.SETTLEMENT, actor=made.world.clerk.pk):
        approve_run(run_id=run_id, sha256=sha_of(run_id), approved_by_id=made.world.clerk.pk, now=NOW)
    execute_run(run_id=run_id, clock=lambda: NOW)
    if release:
        release_run(run_id=run_id, now=NOW)
    return run_id
