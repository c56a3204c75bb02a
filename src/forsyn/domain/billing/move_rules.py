"""Moves: which days nobody measured, what they probably used, whether a reading can be right, when to settle.

Pure. Dates are local and half-open; amounts are whole watt hours or litres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from forsyn.domain.billing.basis_rules import Stretch, charged_units, left_to_meters
from forsyn.domain.customers.rules import NotPossible, danish_date
from forsyn.kernel.charges.basis import Basis, Consumption
from forsyn.kernel.money import round_half_up
from forsyn.kernel.quantities import BaseUnit

LEAST_DAYS_KNOWN = 14
"""From fewer days than this nothing is guessed about others."""
FAR_ABOVE = 5
"""So many times what is usual, a reading is asked about again."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many days after a move the final settlement must be out, in [from_date, until_date), and who says so."""

    from_date: date
    until_date: date | None
    days: int
    source: str
    is_certain: bool


FINAL_SETTLEMENT_LIMITS = (
    Limit(
        date(2021, 1, 1), None, 42,
        "The six weeks that hold for electricity (Directive (EU) 2019/944, art. 10(12)); no statute with a limit for"
        " heat or water was found, so this is the utility's own promise until somebody finds one",
        is_certain=False,
    ),
)  # fmt: skip


def settle_by(moved: date, limits: Sequence[Limit] = FINAL_SETTLEMENT_LIMITS) -> date | None:
    """The last day for the final settlement of somebody whose first day without agreement is `moved`."""
    for limit in limits:
        if limit.from_date <= moved and (limit.until_date is None or moved < limit.until_date):
            return moved + timedelta(days=limit.days)
    return None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Days of which nothing is known, and what they probably used; None where too little is known to say."""

    unit: BaseUnit
    first: date
    until: date
    probable: int | None

    @property
    def days(self) -> int:
        return (self.until - self.first).days


def unknown_days(basis: Basis) -> list[Unknown]:
    """The days of a bill that lack consumption, for each unit that is charged; the guess is what is usual a day."""
    found = []
    for unit in charged_units(basis.tariff):
        spans = [span for span in basis.consumption if span.unit is unit and span.until_date > basis.from_date]
        daily = usual_a_day(spans)
        for first, until in left_to_meters(Stretch(basis.from_date, basis.until_date), spans):
            probable = None if daily is None else round_half_up(daily * (until - first).days)
            found.append(Unknown(unit, first, until, probable))
    return found


def usual_a_day(spans: Iterable[Consumption]) -> Fraction | None:
    """What was used a day in the days that are known; None of too few."""
    known = list(spans)
    days = sum((span.until_date - span.from_date).days for span in known)
    return Fraction(sum(span.amount for span in known), days) if days >= LEAST_DAYS_KNOWN else None


def amount_by_reading(unknown: Unknown, *, shown: int, shown_day: date, reading: int, despite: bool = False) -> int:
    """What was used in days that nobody measured, by what a counter shows at their end. Raises NotPossible.

    ``shown`` is what it showed when `shown_day` ended. Far more than is usual is refused once; ``despite``: it is so.
    """
    if shown_day + timedelta(days=1) != unknown.first:
        raise NotPossible(
            f"Måleren er sidst aflæst den {danish_date(shown_day)}, og der mangler andre dage før flytningen. "
            "Læg først forbruget fast for dem."
        )
    used = reading - shown
    if used < 0:
        raise NotPossible(
            f"Måleren viste mere, da den sidst blev aflæst den {danish_date(shown_day)}. Se på tallet en gang til."
        )
    if unknown.probable is not None and used > FAR_ABOVE * max(unknown.probable, unknown.days) and not despite:
        raise NotPossible(
            "Det er mere end fem gange så meget, som der plejer at blive brugt. Se på tallet en gang til, "
            "eller sæt kryds ved, at det er rigtigt."
        )
    return used


SLACK = {BaseUnit.LITRES: 1_000, BaseUnit.WATT_HOURS: 10_000}
"""Base units that a reading may be off: people read whole m³, and of some meters whole tens of kWh."""


def check_reading_on(day: date, *, unit: BaseUnit, reading: int, known_until: date, shown: int, day_total: int) -> None:
    """Refuse what somebody reads on `day` where it cannot be what the meter delivered. Raises NotPossible.

    ``shown`` is what had been counted when `known_until` began, ``day_total`` what of it on the day before. Where the
    values end as the day begins, it may show up to five times a day's use more.
    """
    if known_until < day:
        raise NotPossible(
            f"Måleren har sidst leveret tal for den {danish_date(known_until - timedelta(days=1))}, så aflæsningen kan "
            "ikke efterprøves. Gem indflytningen uden aflæsning, og noter tallet; når måleren har leveret igen, lægges "
            "forbruget fast på regningen."
        )
    lowest, highest = (shown - day_total, shown) if known_until > day else (shown, shown + FAR_ABOVE * day_total)
    if not lowest - SLACK[unit] <= reading <= highest + SLACK[unit]:
        raise NotPossible(
            f"Aflæsningen passer ikke med, hvad måleren har leveret for den {danish_date(day)}. Se på tallet og på "
            "målerens nummer en gang til. Passer begge dele, så gem uden aflæsning, og få måleren set efter."
        )
