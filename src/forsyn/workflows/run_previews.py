"""Reckons runs, and deletes the bills of discarded ones: what a page asks for, and a page cannot wait for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from forsyn.domain.billing.models import Run, RunState
from forsyn.domain.billing.run_refusal_rules import RunRefused
from forsyn.domain.billing.staff_bill_queries import discarded_with_bills
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import delete_bills, preview_run


def preview_waiting(*, clock: Callable[[], datetime]) -> str:
    """Reckon the draft that has waited longest; a sentence on what was done. Approves and posts nothing."""
    with purpose(P.SETTLEMENT, actor=None):
        drafts = Run.objects.filter(state=RunState.DRAFT).order_by("made_at", "pk")
        waiting = drafts.values_list("pk", flat=True).first()
    if waiting is None:
        return "No run waits to be reckoned."
    try:
        totals = preview_run(run_id=waiting, clock=clock)
    except RunRefused as refused:
        return str(refused)
    return f"Run {waiting}: {totals.bills} bills reckoned, {totals.stopped} stopped."


def clear_discarded() -> str:
    """Delete the bills of discarded runs; a sentence on what was done.

    Those of customers whom settlement does not see now go once it does.
    """
    with purpose(P.SETTLEMENT, actor=None):
        runs = discarded_with_bills()
    return " ".join(f"Run {run}: {delete_bills(run_id=run)} bills deleted." for run in runs)
