"""Whatever a year of bills goes through, in any order, the customer pays what the year costs: to the øre, and once.

A walk bills quarters and instalments, is told of other consumption, corrects, undoes and releases as chance has it;
what is out of order is refused. Then all is brought up to date. More walks: `FORSYN_WALKS=200 pytest` this file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from django.db.models import QuerySet, Sum

from forsyn.domain.billing.actions_runs import approve_run
from forsyn.domain.billing.basis_queries import Wanted, prepared
from forsyn.domain.billing.models import Bill, BillKind
from forsyn.domain.billing.run_refusal_rules import RunRefused
from forsyn.domain.ledger.models import OpenItem, Posting
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.calculate import calculate
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import execute_run, preview_run, release_run, undo_run
from tests.billed_world import BilledWorld, a_run, billed, plan_of, settle, sha_of
from tests.world import World

QUARTERS = [date(2025, 1, 1), date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1)]
MOST_WATT_HOURS = 9_000_000
STEPS = 10


@dataclass
class Walk:
    """Anna's heat in 2025."""

    made: BilledWorld
    chance: Random
    at: datetime = datetime(2026, 1, 20, 9, tzinfo=UTC)
    runs: list[int] = field(default_factory=list)

    @property
    def agreement_id(self) -> int:
        return self.made.agreements["anna"]

    @property
    def standing(self) -> QuerySet[Bill]:
        found: QuerySet[Bill] = Bill.objects.filter(agreement_id=self.agreement_id, state__in=["posted", "released"])
        return found

    def now(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at

    def run(self, kind: BillKind, first: int = 0, until: int = 4) -> bool:
        """A run about her alone, posted where it has anything in it."""
        days = {"from_date": QUARTERS[first], "until_date": QUARTERS[until]}
        run_id = a_run(self.made.world, kind, agreement_id=self.agreement_id, now=self.now(), **days)
        if not preview_run(run_id=run_id, clock=self.now).bills:
            return False
        approver = self.made.world.clerk.pk
        with purpose(P.SETTLEMENT, actor=approver):
            approve_run(run_id=run_id, sha256=sha_of(run_id), approved_by_id=approver, now=self.now())
        execute_run(run_id=run_id, clock=self.now)
        self.runs.append(run_id)
        return True

    def instalment(self) -> None:
        quarter = self.chance.randrange(4)
        self.run(BillKind.ON_ACCOUNT, quarter, quarter + 1)

    def settlement(self, until: int | None = None) -> None:
        last = self.standing.filter(kind="interim").order_by("-period").first()
        first = QUARTERS.index(last.period.upper) if last else 0
        if first < 4:
            self.run(BillKind.INTERIM, first, until or self.chance.randint(first + 1, 4))

    def consumption(self, quarter: int | None = None) -> None:
        place = self.chance.randrange(4) if quarter is None else quarter
        used = self.chance.randrange(MOST_WATT_HOURS)
        settle(self.agreement_id, used, first=QUARTERS[place], until=QUARTERS[place + 1], now=self.now())

    def correction(self) -> bool:
        return self.run(BillKind.CORRECTION)

    def undoing(self) -> None:
        if self.runs:
            run_id = self.chance.choice(self.runs)
            undo_run(run_id=run_id, undone_by_id=self.made.world.billing.pk, reason="Fejl.", now=self.now())
            self.runs.remove(run_id)

    def release(self) -> None:
        if self.runs:
            release_run(run_id=self.chance.choice(self.runs), now=self.now())

    def go(self) -> None:
        steps: list[Callable[[], Any]] = [
            self.instalment, self.instalment, self.settlement, self.consumption, self.consumption, self.correction,
            self.undoing, self.release,
        ]  # fmt: skip
        for _ in range(STEPS):
            try:
                self.chance.choice(steps)()
            except RunRefused:
                continue  # out of order, as staff are told
        self.settlement(until=4)
        while self.correction():
            pass


def _sum(rows: QuerySet[Any], column: str) -> int:
    return int(rows.aggregate(total=Sum(column))["total"] or 0)


@pytest.mark.parametrize("seed", range(int(os.environ.get("FORSYN_WALKS", "2"))))
def test_a_year_costs_what_it_costs_whatever_it_goes_through(world: World, seed: int) -> None:
    chance = Random(seed)
    walk = Walk(billed(world, steps=seed % 2 == 0), chance)
    plan_of(walk.agreement_id, net_oere=chance.randrange(1, 300_000))
    for quarter, _ in enumerate(pairwise(QUARTERS)):
        walk.consumption(quarter)

    walk.go()

    with purpose(P.SETTLEMENT, actor=None):
        wanted = Wanted(walk.agreement_id, QUARTERS[0], QUARTERS[-1])
        (whole,) = prepared(wanted=[wanted], issue_date=QUARTERS[-1])
    assert whole.basis is not None
    settlements, ahead = walk.standing.exclude(kind="on_account"), walk.standing.filter(kind="on_account")
    assert abs(_sum(settlements, "net_oere") - calculate(whole.basis).net_oere) <= 2 * 3  # an øre a line and cut
    assert _sum(settlements, "on_account_net_oere") == _sum(ahead, "net_oere")
    postings = Posting.objects.filter(voucher__customer_id=world.anna.customer_id)
    owed = _sum(postings.filter(account__key="receivables"), "amount_oere")
    open_items = OpenItem.objects.filter(customer_id=world.anna.customer_id)
    assert owed == _sum(walk.standing, "to_pay_oere") == _sum(open_items, "remaining_oere")
    assert _sum(postings.filter(account__key="on_account_prepayments"), "amount_oere") == 0
