"""Fixed and variable charges and discounts, reckoned exactly over any days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from forsyn.kernel.charges.bill import Explained, ExplainedStep
from forsyn.kernel.charges.components import (
    ConsumptionUnit,
    Discount,
    Factor,
    FixedCharge,
    Price,
    VariableCharge,
)
from forsyn.kernel.charges.days import days_by_year, held, share_of_year
from forsyn.kernel.charges.reasons import ReasonCode
from forsyn.kernel.charges.work import BASE_UNIT, PER_UNIT, Piece, Usage, Work, said
from forsyn.kernel.money import PRICE_DECIMALS, decimal_of, exactly

ONE = Decimal(1)
YEARLY_UNIT = {
    Factor.AGREEMENT: "year",
    Factor.SQUARE_METRES: "m2_year",
    Factor.METER_SIZE: "meter_year",
    Factor.DWELLINGS: "dwelling_year",
    Factor.KILOWATTS: "kw_year",
    Factor.CUBIC_METRES: "m3_year",
}


def pieces_of(work: Work, component: FixedCharge | VariableCharge, first: date, until: date) -> list[Piece]:
    """A charge over [first, until), cut where its price or factor changes."""
    known = work.pieces.get((component.key, first, until))
    if known is None:
        if isinstance(component, FixedCharge):
            known = _fixed_pieces(work, component, first, until)
        else:
            known = _variable_pieces(work, component, first, until)
        work.pieces[component.key, first, until] = known
    return known


def _fixed_pieces(work: Work, component: FixedCharge, first: date, until: date) -> list[Piece]:
    """Price a year x factor x share of the year."""
    found = []
    for begin, end, value in _factor_values(work, component, first, until):
        by_size = component.factor is Factor.METER_SIZE
        prices = [price for price in component.prices if price.meter_size == value] if by_size else component.prices
        if by_size and not prices:
            work.refuse(ReasonCode.MISSING_SIZE_PRICE, component.key, begin, end, str(value))
            continue
        for stretch, price in work.prices(component.key, prices, begin, end):
            found.append(_fixed_piece(work, component, stretch.first, stretch.until, value, price))
    return found


def _factor_values(work: Work, component: FixedCharge, first: date, until: date) -> list[tuple[date, date, Decimal]]:
    if component.factor is Factor.AGREEMENT:
        return [(first, until, ONE)]
    values = [value for value in work.basis.factors if value.factor is component.factor]
    found = []
    for stretch in held(values, first, until):
        if stretch.entry is None:
            work.refuse(ReasonCode.MISSING_FACTOR, component.key, stretch.first, stretch.until, component.factor.value)
        else:
            found.append((stretch.first, stretch.until, stretch.entry.value))
    return found


def _fixed_piece(work: Work, component: FixedCharge, first: date, until: date, value: Decimal, price: Price) -> Piece:
    start = work.basis.tariff.year_start
    by_size = component.factor is Factor.METER_SIZE
    quantity = share_of_year(start, first, until) * (1 if by_size else exactly(value))
    kr = quantity * exactly(price.kr_per_unit)
    unit = YEARLY_UNIT[component.factor]
    steps = [
        said(Explained.SHARE_OF_YEAR, days=days, of_days=of_days, year=year)
        for year, days, of_days in days_by_year(start, first, until)
    ]
    if component.factor is not Factor.AGREEMENT:
        steps.insert(0, said(Explained.FACTOR, value=value, factor=component.factor.value))
    steps.append(said(Explained.PRICED, quantity=quantity, unit=unit, price=price.kr_per_unit, kr=kr))
    return Piece(first, until, quantity, unit, price.kr_per_unit, kr, False, tuple(steps))


def _variable_pieces(work: Work, component: VariableCharge, first: date, until: date) -> list[Piece]:
    """Price a unit x consumption."""
    found = []
    unit = component.unit
    for stretch, price in work.prices(component.key, component.prices, first, until):
        usage = work.usage(component.key, BASE_UNIT[unit], component.split, stretch.first, stretch.until)
        quantity = usage.amount / PER_UNIT[unit]
        kr = quantity * exactly(price.kr_per_unit)
        steps = usage_explained(usage, unit, stretch.first, stretch.until)
        steps.append(said(Explained.PRICED, quantity=quantity, unit=unit.value, price=price.kr_per_unit, kr=kr))
        found.append(
            Piece(
                stretch.first,
                stretch.until,
                quantity,
                unit.value,
                price.kr_per_unit,
                kr,
                usage.is_estimated,
                tuple(steps),
            )
        )
    return found


def usage_explained(usage: Usage, unit: ConsumptionUnit, first: date, until: date) -> list[ExplainedStep]:
    """Where an amount comes from: what was read whole, and what was divided by days."""
    per_unit = PER_UNIT[unit]
    steps = [
        said(
            Explained.DIVIDED,
            amount=Fraction(span.amount, per_unit),
            unit=unit.value,
            first=span.from_date,
            until=span.until_date,
            quality=span.quality.value,
            days=days,
            of_days=(span.until_date - span.from_date).days,
            part=part / per_unit,
        )
        for span, days, part in usage.divided
    ]
    qualities = ", ".join(quality.value for quality in usage.qualities)
    amount = usage.amount / per_unit
    steps.append(
        said(Explained.CONSUMPTION, amount=amount, unit=unit.value, first=first, until=until, quality=qualities)
    )
    return steps


def discount_pieces(
    work: Work, component: Discount, of: Sequence[FixedCharge | VariableCharge], first: date, until: date
) -> list[Piece]:
    """A percentage off the exact charges named, cut where the percentage changes."""
    found = []
    for stretch in held(component.percents, first, until):
        if stretch.entry is None:
            work.refuse(ReasonCode.MISSING_PRICE, component.key, stretch.first, stretch.until)
            continue
        charges = [piece for each in of for piece in pieces_of(work, each, stretch.first, stretch.until)]
        base = sum((piece.kr for piece in charges), Fraction(0))
        percent = -Fraction(stretch.entry.percent)
        kr = base * percent / 100
        estimated = any(piece.is_estimated for piece in charges)
        steps = (said(Explained.PERCENT_OF, percent=percent, base=base, kr=kr),)
        found.append(Piece(stretch.first, stretch.until, percent, "percent", percent_price(base), kr, estimated, steps))
    return found


def percent_price(base_kr: Fraction) -> Decimal:
    """The price in kr of one percent of an amount, for lines that count in percent."""
    return decimal_price(base_kr / 100)


def decimal_price(kr: Fraction) -> Decimal:
    """A price that need not be exact, with as many decimals as prices have."""
    return decimal_of(kr, PRICE_DECIMALS)
