"""Who asks to be erased, and how things stand with that person today."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from forsyn.domain.customers.models import PortalAccess
from forsyn.domain.safeguards.choices_models import LIVE_RESTRICTION, Restriction, RestrictionGround
from forsyn.domain.safeguards.holds_queries import live_holds
from forsyn.domain.safeguards.kept_plans import rows_by_kept_plan
from forsyn.domain.sensitive.models import OPEN, HandOver
from forsyn.policy.erasure import HeldBy, Situation
from forsyn.policy.policy import Policy
from forsyn.workflows.declarations import all_bindings

ROOTS = {"customers_customer": "customers", "accounts_account": "accounts"}


@dataclass(frozen=True, slots=True)
class Subject:
    """A person: the customer numbers, and the accounts that act for nobody else."""

    customers: tuple[int, ...]
    accounts: tuple[int, ...]

    @property
    def parameters(self) -> dict[str, list[int]]:
        """As the statements of `policy.reach` want them."""
        return {"customers": list(self.customers), "accounts": list(self.accounts)}


def subject_of(*, customer_ids: Collection[int]) -> Subject:
    """The person of some customer numbers; of the accounts, those that never acted for anybody else. 2 queries."""
    customers = tuple(sorted(set(customer_ids)))
    mine = PortalAccess.objects.filter(customer_id__in=customers).values("account_id")
    seen: dict[int, set[int]] = {}
    for account_id, customer_id in PortalAccess.objects.filter(account_id__in=mine).values_list(
        "account_id", "customer_id"
    ):
        seen.setdefault(account_id, set()).add(customer_id)
    own = sorted(account for account, acts_for in seen.items() if acts_for <= set(customers))
    return Subject(customers, tuple(own))


def situation_of(policy: Policy, subject: Subject, *, today: date) -> Situation:
    """Events of the person, holds, restrictions and claims. 4 queries. Under rights of persons."""
    days = _event_days(subject)
    held = live_holds(today=today, customer_ids=subject.customers)
    restricted = Restriction.objects.filter(LIVE_RESTRICTION, customer_id__in=subject.customers)
    grounds = dict(restricted.values_list("customer_id", "ground"))
    return Situation(
        agreement_runs=_runs(days, today),
        event_days=days,
        holds=tuple(HeldBy(hold.categories, hold.ground, hold.end_date) for hold in held),
        claim_open=HandOver.objects.filter(OPEN, customer_id__in=subject.customers).exists(),
        wants_kept=any(ground != RestrictionGround.KEPT for ground in grounds.values()),
        restricted=frozenset(grounds),
    )


def _runs(days: dict[tuple[str, str], date | None], today: date) -> bool:
    ended = days.get(("customers_customer", "agreement_end"), date.min)
    return ended is None or ended >= today


def _event_days(subject: Subject) -> dict[tuple[str, str], date | None]:
    """The latest day of each event; None where it has not come. 1 query."""
    parts, events = [], list(all_bindings().person_events.items())
    by_text = list(dict.fromkeys((root, text) for (root, _), text in events))
    for number, (root, text) in enumerate(by_text):
        chosen = f"any(%({ROOTS[root]})s::bigint[])"
        parts.append(
            f"select {number} as event, max(told.day) as day, bool_or(told.day = 'infinity') as never"
            f" from ({text}) as told where told.person = {chosen}"
        )
    statement = (
        "select event, case when never then null else day end, day is null"
        f" from ({' union all '.join(parts)}) as told_of"
    )
    rows = rows_by_kept_plan(statement, subject.parameters)
    told = {by_text[number]: (day, nobody) for number, day, nobody in rows}
    found: dict[tuple[str, str], date | None] = {}
    for (root, event), text in events:
        day, nobody = told[root, text]
        if not nobody or isinstance(day, date | datetime):
            found[root, event] = day
    return found
