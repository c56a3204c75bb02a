"""What was used, this year against last, in words; pure.

Only months that are known in both years are compared. Degree days (graddage) tell how cold it was: the part of last
year's use that follows them is scaled to this year's weather before the two are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from forsyn.kernel.charges.work import plain
from forsyn.kernel.money import decimal_of
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_numbers import NO_BREAK, number_text
from forsyn.workflows.bill_parts import DegreeDays, Month
from forsyn.workflows.bill_words import Words

_SHOWN = {BaseUnit.WATT_HOURS: ("MWh", 1_000_000, 2), BaseUnit.LITRES: ("m³", 1000, 1)}
"""Unit, base units of one, decimals."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Base units used in all known months, in those compared, and in those a year before."""

    used: int
    compared: int
    before: int
    months: int
    all_months: int

    def change_percent(self, factor: Fraction = Fraction(1)) -> int | None:
        """How much more, in whole percent of last year's use times a factor; None where nothing was used then."""
        expected = self.before * factor
        return round((self.compared - expected) * 100 / expected) if expected else None


def comparison(months: tuple[Month, ...]) -> Comparison:
    """What the months come to."""
    both = [(month.amount, month.before) for month in months if month.amount is not None and month.before is not None]
    return Comparison(
        used=sum(month.amount or 0 for month in months),
        compared=sum(now for now, _ in both),
        before=sum(before for _, before in both),
        months=len(both),
        all_months=len(months),
    )


def unit_shown(unit: BaseUnit) -> str:
    """What base units are shown in: MWh, m³."""
    return _SHOWN[unit][0]


def use_text(
    base_units: int, unit: BaseUnit, language: Language, *, with_unit: bool = True, exact: bool = False
) -> str:
    """18,100,000 Wh as 18,1 MWh; ``exact``: with all its decimals."""
    name, size, decimals = _SHOWN[unit]
    number = number_text(plain(decimal_of(Fraction(base_units, size), 6 if exact else decimals)), language)
    return f"{number}{NO_BREAK}{name}" if with_unit else number


def comparison_sentences(
    months: tuple[Month, ...], unit: BaseUnit, degree_days: DegreeDays | None, told: Words
) -> list[str]:
    """Two or three sentences; none where nothing is known."""
    found = comparison(months)
    if not any(month.amount is not None for month in months):
        return []
    sentences = [_used(found, unit, told)]
    if 0 < found.months < found.all_months:
        key = "compared_month" if found.months == 1 else "compared_months"
        sentences.append(told.of("page", key).format(count=found.months))
    if degree_days is not None and found.months and found.before:
        sentences += _weather(found, degree_days, told)
    return sentences


def _used(found: Comparison, unit: BaseUnit, told: Words) -> str:
    percent = found.change_percent()
    key = "used" if not found.months else "used_no_before" if percent is None else f"used_{_way(percent)}"
    if key == "used_no_before" and not found.compared:
        key = "used_same"
    return told.of("page", key).format(
        amount=use_text(found.used, unit, told.language),
        difference=use_text(abs(found.compared - found.before), unit, told.language),
        percent=abs(percent or 0),
    )


def _way(percent: int) -> str:
    return "more" if percent > 0 else "less" if percent < 0 else "same"


def _weather(found: Comparison, days: DegreeDays, told: Words) -> list[str]:
    """How cold it was, and what use would have been in the same weather."""
    if days.before <= 0:
        return []
    ratio = Fraction(days.now) / Fraction(days.before)
    follows = Fraction(days.dependent_percent) / 100
    cold = round((ratio - 1) * 100)
    weather = "colder" if cold > 0 else "warmer" if cold < 0 else "weather_same"
    sentences = [told.of("page", weather).format(percent=abs(cold))]
    percent = found.change_percent(1 - follows + follows * ratio)
    if percent is not None and cold:
        sentences.append(told.of("page", f"corrected_{_way(percent)}").format(percent=abs(percent)))
    return sentences


def highest(months: tuple[Month, ...]) -> int:
    """The most that was used in any month of either year, in base units; 0 where nothing is known."""
    return max((amount for month in months for amount in (month.amount, month.before) if amount), default=0)


def axis_step(most: Fraction) -> Decimal:
    """A round number such that three to six of them reach the highest bar: 1, 2 or 5 times a power of ten.

    ``most`` is above 0.
    """
    step = Decimal(1)
    while step * 5 > most:
        step /= 10
    while True:
        for factor in (1, 2, 5):
            if step * factor * 5 >= most:
                return step * factor
        step *= 10
