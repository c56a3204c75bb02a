"""What a period of an agreement is expected to use and to cost: as a year before, else as such a home does.

Pure. Dates are local and half-open, amounts whole watt hours or litres, money øre without VAT. What is only customary,
and no law, stands in `CUSTOM`: the utility's own figures go there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from forsyn.domain.billing.basis_rules import Stretch, charged_units
from forsyn.kernel.calendar import year_before
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
from forsyn.kernel.money import round_half_up
from forsyn.kernel.quantities import BaseUnit


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
YEAR_DAYS = 365


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


def months_of(stretch: Stretch) -> list[date]:
    """The first day of each month that it has a day of."""
    return [
        date(month // 12, month % 12 + 1, 1)
        for month in range(_month(stretch.first), _month(stretch.until - timedelta(days=1)) + 1)
    ]


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def years_before(period: Stretch, *, today: date) -> list[Stretch]:
    """The days to expect a period's use from, the best first: the same a year before.

    A plan for the coming year is made before this one is over. Without its last months heat would come out too low: so
    the last twelve whole months; and where those are not known, as of a meter that is read once a year, the last year
    that is over.
    """
    same = Stretch(year_before(period.first), year_before(period.until))
    if same.until <= today or (period.until - period.first).days < YEAR_DAYS:
        return [same]
    over = today.replace(day=1)
    return [Stretch(year_before(over), over), Stretch(year_before(same.first), year_before(same.until))]


def is_known(unit: BaseUnit, spans: Sequence[Consumption], custom: Custom = CUSTOM) -> bool:
    """Whether enough days are known to expect a year's use from."""
    days = sum((span.until_date - span.from_date).days for span in spans if span.unit is unit)
    return days >= custom.least_days_known


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
    if is_known(unit, spans, custom):
        days = sum((span.until_date - span.from_date).days for span in spans)
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
