"""Holds as the privacy desk handles them: the rows, with whose they are and who answers for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forsyn.domain.customers.introductions import Introduction, introductions
from forsyn.domain.safeguards.holds_models import Hold
from forsyn.domain.safeguards.holds_queries import listed_holds
from forsyn.domain.safeguards.holds_rules import is_overdue
from forsyn.workflows.privacy_choices import colleague_names

PAST = 50
"""So many of those that are over are shown."""


@dataclass(frozen=True)
class HoldLine:
    """A hold. ``is_overdue``: its review has come; ``has_ended``: its end has, and the next night says so."""

    row: Hold
    customer: Introduction
    owner: str
    reviewed_by: str
    released_by: str
    is_overdue: bool
    has_ended: bool


@dataclass(frozen=True)
class Holds:
    """Those that hold, the next review first, and those that were over last."""

    live: list[HoldLine]
    past: list[HoldLine]

    @property
    def overdue(self) -> int:
        """How many wait for a review."""
        return sum(line.is_overdue for line in self.live)


def holds(*, today: date) -> Holds:
    """All holds that are not released, and the last that were. 5 queries."""
    live, past = list(listed_holds()), list(listed_holds(released=True)[:PAST])
    lines = _lines([*live, *past], today)
    return Holds(lines[: len(live)], lines[len(live) :])


def hold_line(*, hold_id: int, today: date) -> HoldLine:
    """One; raises Hold.DoesNotExist. 4 queries."""
    return _lines([Hold.objects.get(pk=hold_id)], today)[0]


def _lines(rows: list[Hold], today: date) -> list[HoldLine]:
    customers = introductions(customer_ids={row.customer_id for row in rows}, today=today)
    names = colleague_names(key for row in rows for key in (row.owner_id, row.reviewed_by_id, row.released_by_id))
    return [
        HoldLine(
            row,
            customers[row.customer_id],
            names.get(row.owner_id, ""),
            names.get(row.reviewed_by_id, ""),
            names.get(row.released_by_id, ""),
            is_overdue=row.released_at is None
            and is_overdue(review_date=row.review_date, end_date=row.end_date, today=today),
            has_ended=row.end_date <= today,
        )
        for row in rows
    ]
