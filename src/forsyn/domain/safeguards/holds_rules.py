"""Rules of holds: what a hold must say, whom it spares, and when somebody must look at it again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from forsyn.policy.policy import Policy


class HoldRefused(ValueError):
    """A hold that cannot be made, reviewed or released; a Danish sentence for whoever asked."""


@dataclass(frozen=True, slots=True)
class Held:
    """One hold that counts on a day. ``categories`` None: all."""

    hold_id: int
    customer_id: int
    categories: frozenset[str] | None
    ground: str
    end_date: date

    def covers(self, categories: Collection[str]) -> bool:
        """Whether the hold keeps data of any of the categories."""
        return self.categories is None or not self.categories.isdisjoint(categories)


def check_hold(
    policy: Policy,
    *,
    categories: Collection[str] | None,
    ground: str,
    reason: str,
    end: date,
    review: date,
    today: date,
) -> None:
    """Refuse a hold that says too little, has no sensible end, or names what the policy does not know."""
    if not ground.strip():
        raise HoldRefused("Skriv grundlaget: den lov eller det krav, som oplysningerne skal gemmes for.")
    if not reason.strip():
        raise HoldRefused("Skriv, hvorfor netop denne kundes oplysninger skal gemmes.")
    if categories is not None:
        if not categories:
            raise HoldRefused("Vælg mindst én slags oplysninger, eller alle.")
        if unknown := sorted(set(categories) - policy.categories.keys()):
            raise HoldRefused(f"Politikken kender ikke {', '.join(unknown)}.")
    check_dates(end=end, review=review, today=today)


def check_dates(*, end: date, review: date, today: date) -> None:
    """Refuse an end or a review that has passed, and a review after the end."""
    if end <= today:
        raise HoldRefused("Slutdatoen skal ligge efter i dag. Et tilbagehold uden ende findes ikke.")
    if review <= today:
        raise HoldRefused("Datoen for gennemgang skal ligge efter i dag.")
    if review > end:
        raise HoldRefused("Gennemgangen skal ligge senest på slutdatoen.")


def is_overdue(*, review_date: date, end_date: date, today: date) -> bool:
    """Whether a hold that has not been released waits for a review: its date has come, and its end has not."""
    return review_date <= today < end_date
