"""The steps of a night in their order, and what they would do: the preview of `forsyn.workflows.night`.

The night and its preview go by the same conditions (`forsyn.policy.night`); a preview counts where the night deletes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from forsyn.domain.billing.actions_drafts import give_up_stale
from forsyn.domain.metering.models import Level
from forsyn.domain.metering.thinning_queries import count_to_thin
from forsyn.domain.retention import queries
from forsyn.domain.retention.actions import NewStep
from forsyn.domain.retention.models import Work
from forsyn.domain.retention.rules import Spared, cutoffs, parameters
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.safeguards.queries import live_catalog
from forsyn.domain.sensitive.queries import count_unreviewed, withdrawn
from forsyn.domain.sensitive.rules import Kind
from forsyn.kernel.local_days import day_start
from forsyn.policy.ends import cutoff
from forsyn.policy.night import MaskStep, NightPlan, PersonStep, RowStep, plan_night
from forsyn.policy.policy import Policy, Retention
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Outcome
from forsyn.workflows.declarations import all_bindings
from forsyn.workflows.night_files import leftover_files

DELETED, MASKED, THINNED, DROPPED, TIDIED = "deleted", "masked", "thinned", "dropped", "tidied"
ROOTS = ("customers_customer", "accounts_account")
THINNING = {Work.HOURS: (Level.HOURS, Outcome.THIN_TO_DAYS), Work.DAYS: (Level.DAYS, Outcome.THIN_TO_MONTHS)}
CONSUMPTION, ACCESS_LOG, LOG_TABLE = "consumption", "access_log", "safeguards_access_log"
DRAFTS = "bill_drafts"
LOST_GROUND, UNREVIEWED = "consent or claim ended", "not reviewed in time"


@dataclass(frozen=True, slots=True)
class Item:
    """One step: a derived one of some table, or another piece of work."""

    work: Work
    table: str
    rules: str
    outcome: str
    derived: RowStep | PersonStep | MaskStep | None = None

    @property
    def root(self) -> str | None:
        """The table of the persons that the step goes by."""
        return None if isinstance(self.derived, RowStep) or self.derived is None else self.derived.root


@dataclass(frozen=True)
class NightBasis:
    """All that a night goes by. Made once a night; whom it spares is asked anew for each chunk."""

    policy: Policy
    plan: NightPlan
    items: tuple[Item, ...]
    today: date
    before: dict[str, date]
    key_types: dict[str, str]
    """The type of each table's ``id``, where it has one."""

    @property
    def sha256(self) -> str:
        """Of the rules and of the steps that follow: a night that was broken off goes on only under the same."""
        steps = [(item.work, item.table, item.rules, item.outcome) for item in self.items]
        return hashlib.sha256(repr((self.policy.retention, self.policy.events, steps)).encode()).hexdigest()

    def rule_that_thins(self, outcome: Outcome) -> Retention | None:
        """The rule under which values thin out so."""
        rules = (rule for rule in self.policy.retention_of(CONSUMPTION) if rule.then is outcome)
        return next(rules, None)

    def access_log_before(self) -> datetime | None:
        """The instant before which the access log is over; None where the policy says nothing of it."""
        rules = [rule for rule in self.policy.retention_of(ACCESS_LOG) if rule.then is Outcome.ERASE]
        days = [cutoff(self.policy, rule, self.today) for rule in rules]
        return day_start(min(days)) if days else None


def night_basis(policy: Policy, *, today: date) -> NightBasis:
    """Derive the steps from a policy, the bindings and the live database. 2 queries."""
    catalog = live_catalog()
    plan = plan_night(policy, all_bindings(), catalog, queries.foreign_keys())
    types = {name: table.columns["id"].type for name, table in catalog.tables.items() if "id" in table.columns}
    return NightBasis(policy, plan, tuple(_items(policy, plan)), today, cutoffs(policy, plan, today=today), types)


def drafts_before(policy: Policy, today: date) -> datetime | None:
    """The instant before which a billing run that nobody took up is over; None where the policy says nothing of it."""
    rules = [rule for rule in policy.retention_of(DRAFTS) if rule.then is Outcome.ERASE]
    return day_start(min(cutoff(policy, rule, today) for rule in rules)) if rules else None


def give_up_drafts(policy: Policy, today: date) -> None:
    """Discard billing runs that nobody took up in the time of their drafts; then their bills are over."""
    before = drafts_before(policy, today)
    if before is not None:
        give_up_stale(before=before)


def _items(policy: Policy, plan: NightPlan) -> Iterator[Item]:
    yield Item(Work.SENSITIVE, "sensitive", LOST_GROUND, DELETED)
    yield from (Item(Work.SENSITIVE, kind, UNREVIEWED, DELETED) for kind in Kind if policy.retention_of(kind))
    for row in plan.rows:
        work = Work.ROWS if row.table.ends else Work.REMNANTS
        yield Item(work, row.table.name, _keys(row.rules), DELETED, row)
    for root in ROOTS:
        yield from _items_of_persons(plan, root)
    for work, (_, outcome) in THINNING.items():
        rules = (rule for rule in policy.retention_of(CONSUMPTION) if rule.then is outcome)
        yield from (Item(work, "metering_day", rule.key, THINNED) for rule in rules)
    yield from (Item(Work.LOG, LOG_TABLE, rule.key, DROPPED) for rule in policy.retention_of(ACCESS_LOG))
    yield Item(Work.FILES, "", "", DELETED)
    yield Item(Work.DEAD, "", "", TIDIED)


def _items_of_persons(plan: NightPlan, root: str) -> Iterator[Item]:
    for step in plan.persons:
        if step.root == root:
            yield Item(Work.PERSONS, step.table.name, _keys(step.rules), DELETED, step)
    for masked in plan.masks:
        if masked.root == root:
            table = f"{masked.table.name}.{masked.column}"
            yield Item(Work.COLUMNS, table, _keys(masked.rules), MASKED, masked)


def _keys(rules: tuple[Retention, ...]) -> str:
    return ", ".join(rule.key for rule in rules)


def preview_night(policy: Policy, *, today: date, now: datetime) -> list[NewStep]:
    """What a night of that day would do now: one count a step. Nothing is changed."""
    basis = night_basis(policy, today=today)
    with purpose(P.RETENTION, actor=None), transaction.atomic():
        give_up_drafts(policy, today)
        found = preview(basis, now=now)
        transaction.set_rollback(True)
    return found


def preview(basis: NightBasis, *, now: datetime) -> list[NewStep]:
    """The steps with what each would do now. Under retention.

    Thinning is counted before the rows of persons are gone, so it may come to less.
    """
    spared = queries.whom_to_spare(basis.plan.holding, today=basis.today)
    given = parameters(basis.before, spared)
    given = queries.all_parameters(basis.plan, given, before=basis.before, spared=spared)
    return [
        NewStep(item.work, item.table, item.rules, item.outcome, count(basis, item, spared, given, now))
        for item in basis.items
    ]


def count(basis: NightBasis, item: Item, spared: Spared, given: dict[str, Any], now: datetime) -> int | None:
    """What one step would do now; None for work that counts nothing beforehand."""
    if item.derived is not None:
        return queries.count(item.derived, given)
    if item.work is Work.SENSITIVE and item.rules == LOST_GROUND:
        return len(withdrawn())
    if item.work is Work.SENSITIVE:
        return count_unreviewed(kind=Kind(item.table), today=basis.today, spared=spared.of_categories([item.table]))
    if item.work in THINNING:
        return _count_to_thin(basis, item.work, spared)
    if item.work is Work.LOG:
        return sum(rows for _, rows in months_to_end(basis, spared))
    if item.work is Work.FILES:
        return len(leftover_files(now=now))
    return None


def _count_to_thin(basis: NightBasis, work: Work, spared: Spared) -> int:
    level, outcome = THINNING[work]
    rule = basis.rule_that_thins(outcome)
    if rule is None:
        return 0
    before = cutoff(basis.policy, rule, basis.today)
    found = count_to_thin(level=level, before=before, spared=spared.of_categories([CONSUMPTION]))
    return found.days + found.versions + found.quarantined


def months_to_end(basis: NightBasis, spared: Spared) -> list[tuple[date, int]]:
    """Months of the access log that may go, with their rows: sealed, over, and about nobody who is held."""
    before = basis.access_log_before()
    if before is None:
        return []
    kept = queries.months_about(spared.of_categories([ACCESS_LOG]))
    months = queries.access_months_over(before=before)
    return [(month, rows) for month, rows, sealed in months if sealed and month not in kept]
