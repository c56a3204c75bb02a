"""Reads of holds. Whom a hold or a live restriction spares is asked before anything of a person goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from forsyn.domain.safeguards.choices_models import LIVE_RESTRICTION, Restriction, RestrictionGround
from forsyn.domain.safeguards.holds_models import UNRELEASED, Hold
from forsyn.domain.safeguards.holds_rules import Held


def live_holds(*, today: date, customer_ids: Sequence[int] | None = None) -> tuple[Held, ...]:
    """The holds that count today, of these customers or of all. 1 query. A hold counts until the day of its end."""
    rows = Hold.objects.filter(UNRELEASED, end_date__gt=today)
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=list(customer_ids))
    return tuple(
        Held(pk, customer_id, None if categories is None else frozenset(categories), ground, end_date)
        for pk, customer_id, categories, ground, end_date in rows.order_by("customer_id", "pk").values_list(
            "pk", "customer_id", "categories", "ground", "end_date"
        )
    )


def restricted_customers() -> frozenset[int]:
    """Whose data are only stored: a live restriction (Art. 18) holds everything about them. 1 query.

    What is left of somebody erased is not: it goes as soon as its own time is over.
    """
    stored = Restriction.objects.filter(LIVE_RESTRICTION).exclude(ground=RestrictionGround.KEPT)
    return frozenset(stored.values_list("customer_id", flat=True))


def listed_holds(*, released: bool = False) -> QuerySet[Hold]:
    """Holds for a list: those that hold by their review date, or those that are over, newest first."""
    if released:
        return Hold.objects.exclude(UNRELEASED).order_by("-released_at", "-pk")
    return Hold.objects.filter(UNRELEASED).order_by("review_date", "pk")
