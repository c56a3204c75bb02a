"""Spot checks of who looks at whom: the log, the staff and the customers brought together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from random import SystemRandom
from zoneinfo import ZoneInfo

from forsyn.domain.accounts.models import Colleague
from forsyn.domain.customers.introductions import Introduction, introductions
from forsyn.domain.customers.likeness import neighbours
from forsyn.domain.safeguards import log_queries
from forsyn.domain.safeguards.actions_spot_checks import take
from forsyn.domain.safeguards.log_models import AccessEntry, SpotCheckItem
from forsyn.domain.safeguards.log_queries import Candidate
from forsyn.domain.safeguards.spot_check_rules import SAMPLE, Mark, Surroundings, draw, marks, plain_name
from forsyn.kernel.local_days import COPENHAGEN

ZONE = ZoneInfo(COPENHAGEN)
CHANCE = SystemRandom().random


def take_spot_check(
    *,
    from_at: datetime,
    until_at: datetime,
    made_by_id: int,
    now: datetime,
    size: int = SAMPLE,
    chance: Callable[[], float] = CHANCE,
) -> int:
    """Draw a sample of a period's looks, but not of one's own; return its id. Raises NotPossible if nobody looked."""
    looks = log_queries.candidates(from_at=from_at, until_at=until_at, but_not=made_by_id)
    known = _surroundings(looks, now.astimezone(ZONE).date())
    marked: list[tuple[Candidate, tuple[Mark, ...]]] = [
        (look, marks(look, look.looked_at.astimezone(ZONE), known)) for look in looks
    ]
    drawn = draw(marked, size=size, chance=chance)
    return take(from_at=from_at, until_at=until_at, candidates=len(looks), drawn=drawn, made_by_id=made_by_id, now=now)


def _surroundings(looks: list[Candidate], today: date) -> Surroundings:
    staff = dict(Colleague.objects.values_list("pk", "name"))
    ids = {look.customer_id for look in looks}
    actors = {plain_name(staff[look.actor_id]) for look in looks if look.actor_id in staff}
    named = introductions(customer_ids=ids, today=today)
    return Surroundings(
        staff=staff,
        customers={key: one.name for key, one in named.items()},
        neighbours=neighbours(names=actors, customer_ids=ids, today=today),
    )


@dataclass(frozen=True)
class LookLine:
    """A row of the log, with who looked and who was looked at. ``staff`` is empty for the program itself."""

    row: AccessEntry
    staff: str
    customer: Introduction | None


def look_lines(rows: list[AccessEntry], *, today: date) -> list[LookLine]:
    """Log rows with names. 3 queries."""
    customers = introductions(customer_ids={row.customer_id for row in rows if row.customer_id}, today=today)
    names = _names({row.actor_id for row in rows})
    return [LookLine(row, names.get(row.actor_id, ""), customers.get(row.customer_id or 0)) for row in rows]


@dataclass(frozen=True)
class ItemLine:
    """A look of a sample, with names. ``entry`` is None where the log no longer keeps it."""

    row: SpotCheckItem
    staff: str
    customer: Introduction | None
    entry: AccessEntry | None
    decided_by: str


def item_lines(*, spot_check_id: int, today: date) -> list[ItemLine]:
    """A sample's looks. 5 queries."""
    rows = log_queries.items_of(spot_check_id=spot_check_id)
    customers = introductions(customer_ids={row.customer_id for row in rows}, today=today)
    entries = log_queries.entries_of(entry_ids=[row.entry_id for row in rows])
    names = _names({key for row in rows for key in (row.actor_id, row.decided_by_id)})
    return [
        ItemLine(
            row,
            names.get(row.actor_id, ""),
            customers.get(row.customer_id),
            entries.get(row.entry_id),
            names.get(row.decided_by_id, ""),
        )
        for row in rows
    ]


def _names(account_ids: set[int | None]) -> dict[int | None, str]:
    return dict(Colleague.objects.filter(pk__in=account_ids - {None}).values_list("pk", "name"))
