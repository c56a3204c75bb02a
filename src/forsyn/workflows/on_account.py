"""On-account plans: made for everybody before a year begins, and changed by the customers themselves.

Bills of instalments that are due are a run's (`billing_runs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from itertools import islice

from forsyn.domain.billing import actions_plans
from forsyn.domain.billing.actions_plans import MonthOfDegreeDays, PlansMade, ToPlan
from forsyn.domain.billing.models import ExpectedFrom
from forsyn.domain.billing.plan_queries import agreements_without_plan, offer_of
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


def change_own_plan(
    *, agreement_id: int, day: date, net_oere: int, instalments: int, account_id: int, now: datetime
) -> int:
    """A customer's change of the plan of a day, within the limits; the new plan's id. Raises plan_rules.CannotChange.

    Whether it is the customer's own is asked as self-service; the plan is then made anew as settlement.
    """
    with purpose(P.SELF_SERVICE, actor=account_id):
        offer_of(agreement_id=agreement_id, day=day)
    with purpose(P.SETTLEMENT, actor=account_id):
        return actions_plans.change_plan(
            agreement_id=agreement_id, day=day, net_oere=net_oere, instalments=instalments,
            by=ExpectedFrom.CUSTOMER, now=now,
        )  # fmt: skip


def record_degree_days(*, months: Iterable[MonthOfDegreeDays], actor: int | None) -> int:
    """Note degree days of months; return how many."""
    with purpose(P.SETTLEMENT, actor=actor):
        return actions_plans.record_degree_days(months=list(months))
