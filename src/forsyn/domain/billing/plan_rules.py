"""On-account plans: what a year is expected to use and cost, its instalments, and how far a customer may change them.

Pure. Dates are local and half-open, amounts whole watt hours or litres, money øre without VAT. What is only customary,
and no law, stands in `CUSTOM`: the utility's own figures go there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import unique
from fractions import Fraction
from typing import NamedTuple

from forsyn.domain.billing.basis_rules import Stretch, charged_units
from forsyn.kernel.charges.basis import Basis, Consumption, FactorValue, Quality
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.components import (
    AnyComponent,
    Factor,
    Incentive,
    Minimum,
    Split,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.days import share_of_year
from forsyn.kernel.charges.tariff import Commodity, Tariff, YearStart
from forsyn.kernel.charges.worded import Worded
from forsyn.kernel.deadlines import months_after, working_day_from
from forsyn.kernel.money import OERE_PER_KR, round_half_up
from forsyn.kernel.quantities import BaseUnit

MOST_INSTALMENTS = 12


@dataclass(frozen=True, slots=True)
class Norm:
    """What such a home uses in a year, for each unit of a factor."""

    factor: Factor
    base_units: int
    source: str


NORMS = {
    BaseUnit.WATT_HOURS: Norm(
        Factor.SQUARE_METRES, 139_231,
        "the standard house of 130 m² and 18.1 MWh a year, by which Danish heat prices are compared",
    ),
    BaseUnit.LITRES: Norm(
        Factor.DWELLINGS, 78_000,
        "about 37 m³ a person and 2.1 persons a dwelling (DANVA, Vand i tal); better by the utility's own",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Custom:
    """What a utility decides itself, with the customary figures."""

    weather_share: Decimal = Decimal("0.70")
    """Of heat, the part that follows the degree days; the rest is hot water and losses in pipes."""
    least_of_expected: Decimal = Decimal("0.70")
    most_of_expected: Decimal = Decimal("1.50")
    """Between which shares of what is expected a customer may choose what to pay on account."""
    least_days_known: int = 300
    """With fewer days of a year before, an expectation is made from the norm."""
    norms: Mapping[BaseUnit, Norm] = field(default_factory=lambda: NORMS)


CUSTOM = Custom()


@unique
class Refused(Worded):
    """Why a plan is not changed."""

    NO_PLAN = "there is no plan to change"
    NOTHING_LEFT = "every instalment has been billed already"
    WRONG_COUNT = "choose from 1 to {most} instalments"
    TOO_LITTLE = "it is less than what we expect allows: choose {least} or more"
    TOO_MUCH = "it is more than what we expect allows: choose {most} or less"


class CannotChange(Exception):
    """A change of a plan that is refused; `code` says why, with the limits in øre or as a number."""

    def __init__(self, code: Refused, **limits: int) -> None:
        super().__init__(code.value.format(**{"least": "", "most": ""} | limits))
        self.code, self.limits = code, limits


class Draft(NamedTuple):
    """An instalment: for [first, until), due on a day, without VAT."""

    first: date
    until: date
    due_date: date
    net_oere: int


@dataclass(frozen=True, slots=True)
class DegreeDays:
    """Degree days of the months of a year before: what they were, and what they normally are."""

    actual: Decimal
    normal: Decimal


@dataclass(frozen=True, slots=True)
class Expectation:
    """How much is expected in a plan's period, and from what."""

    amount: int
    expected_from: str
    """A value of plan_models.ExpectedFrom."""


# -- instalments ------------------------------------------------------------------------------------------------------


def number_of(period: Stretch, a_year: int) -> int:
    """How many of `a_year` instalments fall in a period: its share of the year, at most one for each month begun."""
    if a_year <= 0:
        return 0
    return max(1, min(round_half_up(a_year * share_of_year(YearStart(), *period)), len(_months(period))))


def split(period: Stretch, number: int, net_oere: int, *, due_from: date | None = None) -> list[Draft]:
    """A net as instalments that follow on each other and cover the period, whole kroner each but the last.

    Each is due on the first working day of its own days; none before `due_from`.
    """
    months = _months(period)
    number = min(number, len(months))
    if number < 1:
        return []
    each = net_oere // number // OERE_PER_KR * OERE_PER_KR
    edges = [months[place * len(months) // number] for place in range(number)] + [period.until]
    drafts = []
    for place in range(number):
        net = each if place < number - 1 else net_oere - each * (number - 1)
        due = working_day_from(max(edges[place], due_from or edges[place]))
        drafts.append(Draft(edges[place], edges[place + 1], due, net))
    return drafts


def _months(period: Stretch) -> list[date]:
    """The first days of the months, or parts of months, of a period."""
    found = [period.first]
    following = months_after(period.first.replace(day=1), 1)
    while following < period.until:
        found.append(following)
        following = months_after(following, 1)
    return found


# -- what is expected -------------------------------------------------------------------------------------------------


def expected(
    unit: BaseUnit,
    period: Stretch,
    *,
    last_year: Sequence[Consumption],
    degree_days: DegreeDays | None,
    factors: Sequence[FactorValue],
    custom: Custom = CUSTOM,
) -> Expectation | None:
    """What a home is expected to use in a period: as it did a year before, else as such a home does; None: unknown.

    Heat of a year before is brought to a normal year by the degree days (graddage), where these are known.
    """
    spans = [span for span in last_year if span.unit is unit]
    days = sum((span.until_date - span.from_date).days for span in spans)
    if days >= custom.least_days_known:
        amount = Fraction(sum(span.amount for span in spans), days) * (period.until - period.first).days
        if unit is BaseUnit.WATT_HOURS and degree_days is not None and degree_days.actual > 0:
            share = Fraction(custom.weather_share)
            amount *= 1 - share + share * Fraction(degree_days.normal) / Fraction(degree_days.actual)
            return Expectation(round_half_up(amount), "degree_days")
        return Expectation(round_half_up(amount), "last_year")
    norm = custom.norms.get(unit)
    size = _size(norm, factors) if norm is not None else None
    if norm is None or size is None:
        return None
    return Expectation(round_half_up(size * norm.base_units * share_of_year(YearStart(), *period)), "norm")


def _size(norm: Norm, factors: Sequence[FactorValue]) -> Fraction | None:
    """The latest size of a home; where nobody has written down how many dwellings there are, it is one."""
    sizes = sorted((value for value in factors if value.factor is norm.factor), key=lambda value: value.from_date)
    if sizes:
        return Fraction(sizes[-1].value)
    return Fraction(1) if norm.factor is Factor.DWELLINGS else None


def expected_basis(
    *, agreement: str, commodity: Commodity, tariff: Tariff, period: Stretch, vat_percent: Decimal,
    amounts: Mapping[BaseUnit, int], factors: Sequence[FactorValue],
) -> Basis:  # fmt: skip
    """The basis of what a period is expected to cost: fixed charges and the expected consumption.

    Without fees and incentives, whose temperatures nobody knows yet; split by days, since nothing is measured yet.
    """
    return Basis(
        agreement=agreement,
        agreement_from=period.first,
        from_date=period.first,
        until_date=period.until,
        commodity=commodity,
        tariff=_split_by_days(_without_incentives(tariff)),
        vat_percent=vat_percent,
        consumption=tuple(
            Consumption(period.first, period.until, amounts[unit], unit, Quality.ESTIMATED)
            for unit in charged_units(tariff)
            if unit in amounts
        ),
        factors=tuple(factors),
    )


def expected_net(basis: Basis) -> int:
    """What a basis comes to without VAT, never below zero. Raises CannotBill."""
    return max(0, calculate(basis).net_oere)


def _split_by_days(tariff: Tariff) -> Tariff:
    parts = (
        replace(part, split=Split.LINEAR) if isinstance(part, VariableCharge | SteppedCharge) else part
        for part in tariff.components
    )
    return replace(tariff, components=tuple(parts))


def _without_incentives(tariff: Tariff) -> Tariff:
    gone = {component.key for component in tariff.components if isinstance(component, Incentive)}
    if not gone:
        return tariff
    kept: list[AnyComponent] = []
    for component in tariff.components:
        if isinstance(component, Minimum) and gone & set(component.of):
            kept.append(replace(component, of=tuple(key for key in component.of if key not in gone)))
        elif component.key not in gone:
            kept.append(component)
    return replace(tariff, components=tuple(kept))


# -- a change by the customer -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """What of a plan may still be changed: days [first, until) that nothing has been billed of yet."""

    plan_id: int
    first: date
    until: date
    expected_net_oere: int
    """What we expect these days to cost."""
    now: tuple[Draft, ...]
    """The instalments as they stand."""
    least_net_oere: int
    most_net_oere: int
    most_instalments: int

    @property
    def now_net_oere(self) -> int:
        return sum(draft.net_oere for draft in self.now)


class Standing(NamedTuple):
    """An instalment of a plan, and whether it has been billed, or a run has a bill of it that may still be posted."""

    first: date
    until: date
    due_date: date
    net_oere: int
    is_billed: bool
    is_in_a_run: bool = False

    @property
    def is_taken(self) -> bool:
        return self.is_billed or self.is_in_a_run


def offer(
    *, plan_id: int, period: Stretch, expected_net_oere: int, instalments: Sequence[Standing], custom: Custom = CUSTOM
) -> Offer:
    """What may be changed of a plan. Raises CannotChange where everything was billed."""
    ordered = sorted(instalments)
    billed_until = max((each.until for each in ordered if each.is_taken), default=period.first)
    left = [each for each in ordered if each.first >= billed_until]
    if not left or billed_until >= period.until:
        raise CannotChange(Refused.NOTHING_LEFT)
    days, of_days = (period.until - billed_until).days, (period.until - period.first).days
    base = round_half_up(Fraction(expected_net_oere * days, of_days))
    return Offer(
        plan_id,
        billed_until,
        period.until,
        base,
        tuple(Draft(each.first, each.until, each.due_date, each.net_oere) for each in left),
        _whole_kroner(Fraction(custom.least_of_expected) * base, up=True),
        _whole_kroner(Fraction(custom.most_of_expected) * base, up=False),
        min(MOST_INSTALMENTS, len(_months(Stretch(billed_until, period.until)))),
    )


def _whole_kroner(oere: Fraction, *, up: bool) -> int:
    kroner = oere / OERE_PER_KR
    return (-(-kroner.numerator // kroner.denominator) if up else kroner.numerator // kroner.denominator) * OERE_PER_KR


def changed(offered: Offer, *, net_oere: int, number: int, day: date, within_limits: bool = True) -> list[Draft]:
    """The instalments of the days that are left, as somebody wants them on a day. Raises CannotChange.

    None is due before that day, nor the first earlier than it was. Staff may go beyond the limits.
    """
    if not 1 <= number <= offered.most_instalments:
        raise CannotChange(Refused.WRONG_COUNT, most=offered.most_instalments)
    if within_limits and net_oere < offered.least_net_oere:
        raise CannotChange(Refused.TOO_LITTLE, least=offered.least_net_oere)
    if net_oere < 0 or (within_limits and net_oere > offered.most_net_oere):
        raise CannotChange(Refused.TOO_MUCH, most=offered.most_net_oere)
    first_due = min(draft.due_date for draft in offered.now)
    return split(Stretch(offered.first, offered.until), number, net_oere, due_from=max(first_due, day))
