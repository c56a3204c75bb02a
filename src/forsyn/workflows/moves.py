"""Moving out: the agreements end, what nobody measured is settled, and the final bills are made ready.

All agreements of the customer at the place move together. Bills are made by runs of one agreement each, which somebody
else approves as any run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from forsyn.domain.billing import actions_runs, standing_queries
from forsyn.domain.billing.actions_plans import end_plans
from forsyn.domain.billing.actions_settling import charge_on_last_day, settle_consumption
from forsyn.domain.billing.basis_queries import Wanted, prepared
from forsyn.domain.billing.basis_rules import METERED_AS, Prepared
from forsyn.domain.billing.models import BillKind
from forsyn.domain.billing.move_queries import Moving, Shown, last_shown, moving_together, paid_ahead
from forsyn.domain.billing.move_rules import Unknown, amount_by_reading, settle_by, unknown_days
from forsyn.domain.customers import actions as customers
from forsyn.domain.customers.rules import NotPossible, danish_date
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.charges.tariff import Commodity
from forsyn.policy.purposes import P

PAYMENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class MovingPart:
    """One of the agreements that move, and what is known of its last days."""

    moving: Moving
    prepared: tuple[Prepared, ...]
    unknown: tuple[Unknown, ...]
    shown: Shown | None
    since: date
    """From when it is settled, or settled anew where it is billed beyond the last day."""

    @property
    def is_billed_beyond(self) -> bool:
        """The last day, or more, is billed; what is too much is given back by a correction."""
        return self.since < self.moving.billed_until

    @property
    def metered_as(self) -> str:
        """The commodity whose meter tells."""
        return METERED_AS.get(self.moving.commodity, self.moving.commodity)


@dataclass(frozen=True, slots=True)
class Told:
    """What the customer or staff say of a commodity's meter: what it shows, or that our guess holds."""

    reading: int | None
    """Base units that the counter shows; None: our guess."""
    despite: bool = False
    """It is right although it is far more than usual."""


@dataclass(frozen=True, slots=True)
class MovedOut:
    """The runs with the final bills, as drafts, and when they should be out."""

    run_ids: tuple[int, ...]
    settle_by: date | None


def look_at_move(*, agreement_id: int, until: date, today: date) -> list[MovingPart]:
    """What would be settled if the customer moved out and `until` were the first day of somebody else.

    The caller has entered settlement. Raises NotPossible where the day cannot be.
    """
    found = []
    for moving in moving_together(agreement_id=agreement_id, until=until):
        if moving.agreement_id != agreement_id and moving.until is not None and moving.until < until:
            continue  # it ended before, by itself
        _check_day(moving, until)
        since = _settled_since(moving, until)
        ready = tuple(prepared(wanted=[Wanted(moving.agreement_id, since, until)], issue_date=today))
        unknown = tuple(each for row in ready if row.basis is not None for each in unknown_days(row.basis))
        shown = last_shown(moving=moving, unit=unknown[0].unit, until=until) if unknown else None
        found.append(MovingPart(moving, ready, unknown, shown, since))
    return found


def _check_day(moving: Moving, until: date) -> None:
    if moving.until is not None and moving.until != until:
        last = danish_date(moving.until - timedelta(days=1))
        raise NotPossible(f"Aftale {moving.number} er allerede afsluttet. Sidste dag er {last}.")
    if until <= moving.first:
        raise NotPossible(f"Aftale {moving.number} begynder først den {danish_date(moving.first)}.")


def _settled_since(moving: Moving, until: date) -> date:
    """The first day that no settlement has billed; where `until` lies before, the first day of the bill to correct."""
    if until > moving.billed_until:
        return moving.billed_until
    standing = standing_queries.standing_bills(agreement_ids=[moving.agreement_id])
    begun = [bill.from_date for bill in standing if bill.from_date < until]
    if not begun:
        raise NotPossible(
            f"Aftale {moving.number} er allerede opgjort til og med "
            f"{danish_date(moving.billed_until - timedelta(days=1))}. Vælg en senere dag."
        )
    return max(begun)


def move_out(
    *, agreement_id: int, until: date, told: Mapping[str, Told], account_id: int | None, today: date, now: datetime
) -> MovedOut:
    """End a customer's agreements at a place on the day before `until`; all of it or nothing. Raises NotPossible.

    ``told`` by the commodity that is metered. Days that no meter covers and of which nothing is told stay unknown: they
    stop the bill until somebody settles them.
    """
    if told and until > today:
        raise NotPossible("Flyttedagen er ikke gået endnu. Gem flytningen nu, og gør forbruget op, når den er gået.")
    runs = []
    with transaction.atomic(), purpose(P.SETTLEMENT, actor=account_id):
        parts = look_at_move(agreement_id=agreement_id, until=until, today=today)
        ahead = paid_ahead(moving=[part.moving for part in parts])
        for part in parts:
            for unknown, amount, quality, reason in _settled(part, told.get(part.metered_as)):
                settle_consumption(
                    agreement_id=part.moving.agreement_id, first=unknown.first, until=unknown.until, amount=amount,
                    unit=unknown.unit, quality=quality, reason=reason, account_id=account_id, now=now,
                )  # fmt: skip
            if part.moving.until is None:
                customers.end_agreement(agreement_id=part.moving.agreement_id, until_date=until)
            end_plans(agreement_id=part.moving.agreement_id)
            charge_on_last_day(agreement_id=part.moving.agreement_id, until=until)
            if until != part.moving.billed_until or part.moving.agreement_id in ahead:  # else all is settled
                runs.append(_final_run(part, until, account_id, today, now))
    return MovedOut(tuple(runs), settle_by(until))


def _settled(part: MovingPart, told: Told | None) -> Sequence[tuple[Unknown, int, Quality, str]]:
    """What takes the place of days that nobody measured."""
    if told is None:
        return []
    if told.reading is None:
        guessed = [each for each in part.unknown if each.probable is not None]
        return [(each, each.probable or 0, Quality.ESTIMATED, "Skønnet ved flytning efter forbruget før.")
                for each in guessed]  # fmt: skip
    if not part.unknown:
        return []
    if part.shown is None or len(part.unknown) != 1:
        raise NotPossible(
            "Måleren tæller ikke op, eller der er flere huller. Læg forbruget fast på regningen i stedet."
        )
    (unknown,) = part.unknown
    amount = amount_by_reading(
        unknown, shown=part.shown.value, shown_day=part.shown.day, reading=told.reading, despite=told.despite
    )
    return [(unknown, amount, Quality.SELF_READ, "Aflæst ved flytning.")]


def _final_run(part: MovingPart, until: date, account_id: int | None, today: date, now: datetime) -> int:
    """A final bill; where days after the last were billed, what was billed is corrected instead."""
    moving, kind = part.moving, BillKind.CORRECTION if part.is_billed_beyond else BillKind.FINAL
    return actions_runs.make_run(
        kind=kind, commodity=Commodity(moving.commodity), from_date=part.since,
        until_date=max(until, moving.billed_until), issue_date=today, due_date=today + timedelta(days=PAYMENT_DAYS),
        made_by_id=account_id, now=now, agreement_id=moving.agreement_id, note="Flytning",
    )  # fmt: skip
