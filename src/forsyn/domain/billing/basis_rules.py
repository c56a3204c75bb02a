"""What a basis needs of which days. Pure: dates are local and half-open, amounts whole watt hours or litres."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import unique
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from forsyn.kernel.charges.basis import Basis, BilledBefore, Consumption, FactorValue, MeanTemperatures
from forsyn.kernel.charges.basis_checks import COUNTED
from forsyn.kernel.charges.components import (
    Factor,
    FixedCharge,
    Incentive,
    Minimum,
    Price,
    Split,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.days import held, year_of
from forsyn.kernel.charges.reasons import Reason
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.charges.worded import Worded
from forsyn.kernel.charges.work import BASE_UNIT
from forsyn.kernel.money import decimal_of
from forsyn.kernel.periods import Period
from forsyn.kernel.quantities import BaseUnit

REGISTER_OF = {BaseUnit.WATT_HOURS: "energy", BaseUnit.LITRES: "volume"}
"""Which register of a meter counts what is charged."""
FLOW_REGISTER, RETURN_REGISTER = "E8", "E9"
"""Litres times flow, and times return temperature (EN 1434-3): over the litres they give the mean temperatures."""
VOLUME_REGISTER = REGISTER_OF[BaseUnit.LITRES]
LEAST_SHARE_OF_DAYS = Fraction(3, 4)
"""Of fewer days than this no mean temperature is told."""
TEMPERATURE_DECIMALS = 2
METERED_AS = {"waste_water": "water"}
"""What is measured in place of a commodity that has no meter: waste water is the water that was used."""


@unique
class NotReadyCode(Worded):
    """Why there is no basis at all. What a basis that is there lacks, the kernel says."""

    NO_TERMS = "agreement {agreement} has no terms from {first} to {until}: choose its tariff"
    NO_APPROVED_TARIFF = "the tariff of agreement {agreement} has no approved version: have one approved"
    NO_PRIMARY_HOLDER = "agreement {agreement} has no primary holder: choose who is billed"


@dataclass(frozen=True, slots=True)
class NotReady:
    """Why an agreement has no basis for some days; the same fields as a kernel `Reason`, `value` the agreement."""

    code: NotReadyCode
    first: date | None
    until: date | None
    value: str
    component: str = ""

    @property
    def sentence(self) -> str:
        """In English, for operators."""
        text = self.code.value.format(agreement=self.value, first=self.first, until=self.until)
        return f"{text[0].upper()}{text[1:]}."


AnyReason = Reason | NotReady


@dataclass(frozen=True, slots=True)
class Prepared:
    """One bill's worth of an agreement: days [from_date, until_date) under one tariff, with a basis or reasons."""

    agreement_id: int
    agreement: str
    customer_id: int | None
    from_date: date
    until_date: date
    tariff_version_id: int | None
    basis: Basis | None
    reasons: tuple[NotReady, ...] = ()

    @property
    def days(self) -> tuple[int, date, date]:
        """Agreement and days: what tells the bills of a run apart."""
        return self.agreement_id, self.from_date, self.until_date


class TermsIn(NamedTuple):
    """On which tariff an agreement is in [first, until); until None: until further notice."""

    tariff_id: int
    first: date
    until: date | None
    is_single_pipe: bool


class Part(NamedTuple):
    """The days [first, until) of an agreement on one tariff; `since` is its first day on it without a break."""

    first: date
    until: date
    since: date
    terms: TermsIn | None


class Stretch(NamedTuple):
    """Days [first, until)."""

    first: date
    until: date


def parts(asked: Stretch, agreement: Period, terms: Sequence[TermsIn]) -> list[Part]:
    """What of some days is an agreement's, one part for each tariff; days without terms are a part of their own.

    Terms do not overlap. Of the same tariff one after the other (a new number of instalments) they are one part.
    """
    first = max(asked.first, agreement.first)
    until = asked.until if agreement.until is None else min(asked.until, agreement.until)
    found: list[Part] = []
    reached = first
    for since, each in _joined(sorted(terms, key=lambda each: each.first)):
        begin, end = max(each.first, first), until if each.until is None else min(each.until, until)
        if begin >= end:
            continue
        if begin > reached:
            found.append(Part(reached, begin, reached, None))
        found.append(Part(begin, end, max(since, agreement.first), each))
        reached = end
    if reached < until:
        found.append(Part(reached, until, reached, None))
    return found


def _joined(terms: Sequence[TermsIn]) -> Iterator[tuple[date, TermsIn]]:
    waiting: TermsIn | None = None
    for each in terms:
        same = waiting is not None and (waiting.tariff_id, waiting.until, waiting.is_single_pipe) == (
            each.tariff_id, each.first, each.is_single_pipe,
        )  # fmt: skip
        if waiting is not None and same:
            waiting = waiting._replace(until=each.until)
            continue
        if waiting is not None:
            yield waiting.first, waiting
        waiting = each
    if waiting is not None:
        yield waiting.first, waiting


def counts_from(tariff: Tariff, part: Part) -> date:
    """From which day a basis is needed: the tariff year's first where something is counted, else the bill's."""
    if not any(isinstance(component, COUNTED) for component in tariff.components):
        return part.first
    return max(year_of(tariff.year_start, part.first)[0], part.since)


def charged_units(tariff: Tariff) -> list[BaseUnit]:
    """In which base units the tariff charges consumption."""
    charges = (each for each in tariff.components if isinstance(each, VariableCharge | SteppedCharge))
    return sorted({BASE_UNIT[component.unit] for component in charges})


def cut(tariff: Tariff, unit: BaseUnit, part: Part) -> list[Stretch]:
    """The stretches in which consumption is asked for: the days counted before the bill, and the bill's.

    Cut where the tariff's year begins, and where a price changes that demands measured consumption.
    """
    counted = counts_from(tariff, part)
    days = {counted, part.first, part.until}
    year = year_of(tariff.year_start, counted)
    while year[1] < part.until:
        days.add(year[1])
        year = year_of(tariff.year_start, year[1])
    for day in _measured_changes(tariff, unit):
        if counted < day < part.until:
            days.add(day)
    return [Stretch(*pair) for pair in pairwise(sorted(days))]


def _measured_changes(tariff: Tariff, unit: BaseUnit) -> Iterator[date]:
    for component in tariff.components:
        if not isinstance(component, VariableCharge | SteppedCharge) or component.split is not Split.MEASURED:
            continue
        if BASE_UNIT[component.unit] is unit:
            for price in _prices(component):
                yield price.from_date
                if price.until_date is not None:
                    yield price.until_date


def _prices(component: VariableCharge | SteppedCharge) -> Sequence[Price]:
    if isinstance(component, VariableCharge):
        return component.prices
    return [price for step in component.steps for price in step.prices]


def temperature_stretches(tariff: Tariff, part: Part) -> list[Stretch]:
    """Of which days the mean temperatures are asked: each incentive's terms in each tariff year of the bill."""
    found = set()
    incentives = [component for component in tariff.components if isinstance(component, Incentive)]
    first = counts_from(tariff, part)
    while incentives and first < part.until:
        year_until = year_of(tariff.year_start, first)[1]
        until = min(year_until, part.until)
        for component in incentives:
            found |= {Stretch(each.first, each.until) for each in held(component.terms, first, until) if each.entry}
        first = year_until
    return sorted(found)


# -- what staff settled -----------------------------------------------------------------------------------------------


def settled_in(stretch: Stretch, settled: Iterable[Consumption]) -> list[Consumption]:
    """What was settled of a stretch's days, in order. What reaches over its ends is divided by days, nothing lost."""
    found = []
    for each in sorted(settled, key=lambda each: each.from_date):
        begin, end = max(each.from_date, stretch.first), min(each.until_date, stretch.until)
        if begin < end:
            amount = _up_to(each, end) - _up_to(each, begin)
            found.append(Consumption(begin, end, amount, each.unit, each.quality))
    return found


def _up_to(settled: Consumption, day: date) -> int:
    days = (settled.until_date - settled.from_date).days
    return settled.amount * (day - settled.from_date).days // days


def left_to_meters(stretch: Stretch, settled: Iterable[Consumption]) -> list[Stretch]:
    """The days of a stretch that nobody settled."""
    found = []
    reached = stretch.first
    for each in settled_in(stretch, settled):
        if each.from_date > reached:
            found.append(Stretch(reached, each.from_date))
        reached = each.until_date
    return [*found, Stretch(reached, stretch.until)] if reached < stretch.until else found


# -- temperatures, factors, what was billed before -------------------------------------------------------------------


def mean_temperatures(
    stretch: Stretch, litres: tuple[int, int], flow: tuple[int, int], back: tuple[int, int]
) -> MeanTemperatures | None:
    """Mean flow and return of a stretch, weighted by volume: each given as its sum and the days that it is of.

    None where nothing flowed, the three are not of the same days, or too few days are known to say a mean.
    """
    days = (stretch.until - stretch.first).days
    same_days = litres[1] == flow[1] == back[1]
    if litres[0] <= 0 or not same_days or litres[1] < LEAST_SHARE_OF_DAYS * days:
        return None
    flow_celsius, return_celsius = (
        decimal_of(Fraction(degrees, litres[0]), TEMPERATURE_DECIMALS) for degrees, _ in (flow, back)
    )
    return MeanTemperatures(stretch.first, stretch.until, flow_celsius, return_celsius)


def factors_used(tariff: Tariff) -> frozenset[Factor]:
    """What a tariff's fixed charges count."""
    return frozenset(each.factor for each in tariff.components if isinstance(each, FixedCharge))


def undivided(values: Iterable[FactorValue]) -> list[FactorValue]:
    """Sizes as they hold, not as they were recorded: one that was changed and changed back is one, and one line."""
    found: list[FactorValue] = []
    for value in sorted(values, key=lambda value: (value.factor, value.from_date)):
        before = found[-1] if found else None
        if before is not None and (before.factor, before.until_date, before.value) == (
            value.factor, value.from_date, value.value,
        ):  # fmt: skip
            found[-1] = replace(before, until_date=value.until_date)
        else:
            found.append(value)
    return found


def billed_before(tariff: Tariff, part: Part, given: Sequence[BilledBefore] | None) -> tuple[BilledBefore, ...]:
    """What the bill just before gave, as this bill takes it; None: there is no such bill.

    A counted component that came into the tariff since was billed with nothing.
    """
    first = counts_from(tariff, part)
    if given is None or first >= part.first:
        return ()
    kept = [before for before in given if before.from_date == first]
    known = {before.component for before in kept}
    counted = (component for component in tariff.components if isinstance(component, COUNTED))
    new = [
        BilledBefore(component.key, first, _first_part(component, first, part.until), 0)
        for component in counted
        if component.key not in known
    ]
    return (*kept, *new)


def _first_part(component: SteppedCharge | Incentive | Minimum, first: date, until: date) -> str:
    """How the kernel names the first line of a counted component."""
    match component:
        case SteppedCharge():
            return "1"
        case Incentive():
            begins = (each.first for each in held(component.terms, first, until) if each.entry is not None)
            return next(begins, first).isoformat()
    return ""
