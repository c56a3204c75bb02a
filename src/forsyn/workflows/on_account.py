"""On-account plans for everybody, made before a year begins, and the degree days that they follow.

Bills of instalments that are due are a run's (`billing_runs`); customers change their own plans in `own_plans`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from itertools import islice

from forsyn.domain.billing import actions_plans
from forsyn.domain.billing.actions_plans import MonthOfDegreeDays, PlansMade, ToPlan
from forsyn.domain.billing.plan_queries import agreements_without_plan
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P

PLANS_AT_ONCE = 1_000
Tell = Callable[[int, int], None]
"""Told how many agreements are done, of how many."""


def make_plans(
    *, commodity: str, first: date, until: date, today: date, now: datetime, actor: int | None,
    tell: Tell = lambda *_: None,
) -> PlansMade:  # fmt: skip
    """Make plans for [first, until) for all agreements that pay on account and have none; a chunk a transaction.

    Broken off, it goes on where it was when it is called again.
    """
    with purpose(P.SETTLEMENT, actor=actor):
        waiting = [ToPlan(*row) for row in agreements_without_plan(commodity=commodity, first=first, until=until)]
    plans = instalments = done = 0
    refused: list[actions_plans.NotPlanned] = []
    agreements = iter(waiting)
    while chunk := list(islice(agreements, PLANS_AT_ONCE)):
        with purpose(P.SETTLEMENT, actor=actor):
            made = actions_plans.make_plans(to_plan=chunk, today=today, now=now)
        plans, instalments, done = plans + made.plans, instalments + made.instalments, done + len(chunk)
        refused += made.refused
        tell(done, len(waiting))
    return PlansMade(plans, instalments, tuple(refused))


def record_degree_days(*, months: Iterable[MonthOfDegreeDays], actor: int | None) -> int:
    """Note degree days of months; return how many."""
    with purpose(P.SETTLEMENT, actor=actor):
        return actions_plans.record_degree_days(months=list(months))
