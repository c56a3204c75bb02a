"""Movements that wait too long for somebody to decide: their payer's name and words are kept for nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Min

from forsyn.domain.payments.models import OPEN, Receipt

DECIDE_WITHIN = timedelta(days=30)
"""So long a movement may wait, from the day on which the bank booked it."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Movements that have waited longer; ``oldest_date`` is None where there are none."""

    count: int
    oldest_date: date | None


def undecided_too_long(*, today: date) -> Undecided:
    """How many movements have waited longer than `DECIDE_WITHIN`, and since when. 1 query."""
    waiting = Receipt.objects.filter(state__in=OPEN, booked_date__lt=today - DECIDE_WITHIN)
    found = waiting.aggregate(count=Count("id"), oldest_date=Min("booked_date"))
    return Undecided(**found)
