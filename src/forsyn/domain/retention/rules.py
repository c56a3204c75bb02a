"""Rules of the night: whom it spares where, what its steps are, and when it may begin."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from forsyn.domain.safeguards.holds_rules import Held
from forsyn.kernel.local_days import COPENHAGEN
from forsyn.policy.ends import cutoff
from forsyn.policy.night import NightPlan
from forsyn.policy.policy import Policy

LASTS_HOURS = 4
"""So many hours after its hour a night that was missed may still begin."""


@dataclass(frozen=True, slots=True)
class Spared:
    """Whom the night leaves alone, by table: customers who are held there or restricted, and their accounts."""

    customers: Mapping[str, frozenset[int]]
    accounts: Mapping[str, frozenset[int]]
    everybody: frozenset[int]
    """All customers with a hold or a restriction."""
    restricted: frozenset[int]
    holds: tuple[Held, ...]

    def of_categories(self, categories: Collection[str]) -> list[int]:
        """Customers whose data of any of the categories stay."""
        held = {held.customer_id for held in self.holds if held.covers(categories)}
        return sorted(held | self.restricted)


def spare(
    holding: Mapping[str, frozenset[str]],
    *,
    holds: Iterable[Held],
    restricted: Collection[int],
    accounts: Collection[tuple[int, int]],
) -> Spared:
    """Bring holds and restrictions to the tables. ``accounts``: pairs of an account and a customer it acts for.

    A restriction (Art. 18) holds everything; a hold what it names, and what leads to it.
    """
    holds, restricted = tuple(holds), frozenset(restricted)
    customers = {
        table: restricted | {held.customer_id for held in holds if held.covers(categories)}
        for table, categories in holding.items()
    }
    theirs = {
        table: frozenset(account for account, customer in accounts if customer in held)
        for table, held in customers.items()
    }
    return Spared(customers, theirs, restricted | {held.customer_id for held in holds}, restricted, holds)


def cutoffs(policy: Policy, plan: NightPlan, *, today: date) -> dict[str, date]:
    """By rule, the first event day that is still kept."""
    return {rule.key: cutoff(policy, rule, today) for rule in plan.rules}


def parameters(before: Mapping[str, date], spared: Spared) -> dict[str, Any]:
    """What the steps' conditions ask for, but the persons."""
    found: dict[str, Any] = {f"before_{rule}": day for rule, day in before.items()}
    for table, held in spared.customers.items():
        found[f"held_customers_{table}"] = sorted(held)
        found[f"held_accounts_{table}"] = sorted(spared.accounts[table])
    return found


def may_begin(*, now: datetime, hour: int, last_day: date | None) -> bool:
    """Whether the night of today is due: its local hour has come and is not long past, and no night was today."""
    local = now.astimezone(ZoneInfo(COPENHAGEN))
    if last_day is not None and last_day >= local.date():
        return False
    begins = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return begins <= local < begins + timedelta(hours=LASTS_HOURS)
