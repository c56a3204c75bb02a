"""What makes a tariff impossible: small checks, each of which names everything that it finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Protocol

from forsyn.kernel.charges.components import (
    AnyComponent,
    ConsumptionUnit,
    Discount,
    Factor,
    Fee,
    FixedCharge,
    Incentive,
    Minimum,
    Percent,
    Price,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.incentive import Expected, FixedCooling, FixedReturn, IncentiveTerms
from forsyn.kernel.charges.reasons import Reason, ReasonCode
from forsyn.kernel.money import PRICE_DECIMALS

HUNDRED = Decimal(100)
TOO_DEAR = Decimal(10**9)
"""No unit of anything costs a billion kr: beyond it a price is an error."""


class Dated(Protocol):
    """Anything that holds from a day on, up to another or until further notice."""

    @property
    def from_date(self) -> date: ...
    @property
    def until_date(self) -> date | None: ...


def component_reasons(components: Sequence[AnyComponent]) -> list[Reason]:
    """Everything that is wrong with a tariff's components, alone and together."""
    if not components:
        return [Reason(ReasonCode.NO_COMPONENTS)]
    found = list(_key_reasons(components))
    for component in components:
        found += _own_reasons(component)
    return [*found, *_of_reasons(components), *_discount_reasons(components)]


def _key_reasons(components: Sequence[AnyComponent]) -> Iterator[Reason]:
    seen: set[str] = set()
    for component in components:
        if component.key in seen:
            yield Reason(ReasonCode.KEY_TWICE, component.key)
        seen.add(component.key)
        for name in ("key", "text_key", "account"):
            if not getattr(component, name):
                yield Reason(ReasonCode.EMPTY_KEY, component.key, value=name)


def _own_reasons(component: AnyComponent) -> Iterator[Reason]:
    key = component.key
    match component:
        case FixedCharge():
            yield from _fixed_reasons(component)
        case VariableCharge():
            yield from _unit_reasons(key, component.unit)
            yield from _price_reasons(key, component.prices)
        case SteppedCharge():
            yield from _unit_reasons(key, component.unit)
            yield from _step_reasons(component)
        case Incentive():
            yield from _dates_reasons(key, "term", component.terms)
            for terms in component.terms:
                yield from _terms_reasons(key, terms)
        case Discount():
            yield from _dates_reasons(key, "percentage", component.percents)
            yield from _percent_reasons(key, (entry.percent for entry in component.percents))
        case Minimum() | Fee():
            yield from _price_reasons(key, component.prices, may_be_negative=False)


def _unit_reasons(key: str, unit: ConsumptionUnit) -> Iterator[Reason]:
    if unit not in ConsumptionUnit:
        yield Reason(ReasonCode.WRONG_UNIT, key, value=str(unit))


def _fixed_reasons(component: FixedCharge) -> Iterator[Reason]:
    by_size: dict[Decimal | None, list[Price]] = {}
    for price in component.prices:
        by_size.setdefault(price.meter_size, []).append(price)
        if (price.meter_size is not None) != (component.factor is Factor.METER_SIZE) or (
            price.meter_size is not None and not (price.meter_size.is_finite() and price.meter_size > 0)
        ):
            yield Reason(ReasonCode.SIZE_NOT_CLEAR, component.key, value=str(price.meter_size))
    for prices in by_size.values() or [[]]:
        yield from _money_reasons(component.key, prices, may_be_negative=True)
        yield from _dates_reasons(component.key, "price", prices)


def _price_reasons(key: str, prices: Sequence[Price], *, may_be_negative: bool = True) -> Iterator[Reason]:
    yield from _dates_reasons(key, "price", prices)
    yield from _money_reasons(key, prices, may_be_negative=may_be_negative)
    for price in prices:
        if price.meter_size is not None:
            yield Reason(ReasonCode.SIZE_NOT_CLEAR, key, value=str(price.meter_size))


def _money_reasons(key: str, prices: Iterable[Price], *, may_be_negative: bool) -> Iterator[Reason]:
    for price in prices:
        kr = price.kr_per_unit
        if not (kr.is_finite() and abs(kr) < TOO_DEAR) or (Fraction(kr) * 10**PRICE_DECIMALS).denominator != 1:
            yield Reason(ReasonCode.WRONG_PRICE, key, value=str(kr))
        elif kr < 0 and not may_be_negative:
            yield Reason(ReasonCode.NEGATIVE_PRICE, key, value=str(kr))


def _dates_reasons(key: str, what: str, entries: Sequence[Dated]) -> Iterator[Reason]:
    if not entries:
        yield Reason(ReasonCode.NO_PRICES, key, value=what)
    ordered = sorted(entries, key=lambda entry: entry.from_date)
    for entry in ordered:
        if entry.until_date is not None and entry.until_date <= entry.from_date:
            yield Reason(ReasonCode.EMPTY_DATES, key, entry.from_date, entry.until_date, what)
    for entry, following in pairwise(ordered):
        if entry.until_date is None or following.from_date < entry.until_date:
            yield Reason(ReasonCode.PRICES_OVERLAP, key, following.from_date, value=what)


def _step_reasons(component: SteppedCharge) -> Iterator[Reason]:
    key, steps = component.key, component.steps
    above = [step.above for step in steps]
    finite = all(value.is_finite() for value in above)
    if not steps or not finite or above[0] != 0 or any(b <= a for a, b in pairwise(above)):
        yield Reason(ReasonCode.STEPS_NOT_RISING, key)
    for number, step in enumerate(steps):
        if (step.share is None) == (not step.prices) or (number == 0 and not step.prices):
            yield Reason(ReasonCode.STEP_NOT_CLEAR, key, value=str(step.above))
        if step.share is not None and not (step.share.is_finite() and step.share >= 0):
            yield Reason(ReasonCode.WRONG_SHARE, key, value=str(step.share))
        if step.prices:
            yield from _price_reasons(key, step.prices)


def _terms_reasons(key: str, terms: IncentiveTerms) -> Iterator[Reason]:
    percents = (
        terms.surcharge_percent,
        terms.bonus_percent,
        terms.surcharge_limit_percent,
        terms.bonus_limit_percent,
    )
    yield from _percent_reasons(key, (percent for percent in percents if percent is not None))
    for zone in (terms.surcharge_free_degrees, terms.bonus_free_degrees):
        if not (zone.is_finite() and zone >= 0):
            yield Reason(ReasonCode.WRONG_ZONE, key, value=str(zone))
    waived = terms.no_surcharge_at_return
    if waived is not None and not waived.is_finite():
        yield Reason(ReasonCode.WRONG_ZONE, key, value=str(waived))
    for expected in (terms.expected, terms.single_pipe_expected):
        if expected is not None and not _is_in_order(expected):
            yield Reason(ReasonCode.NO_EXPECTATION_ROWS, key)


def _is_in_order(expected: Expected) -> bool:
    match expected:
        case FixedReturn(celsius):
            return celsius.is_finite()
        case FixedCooling(degrees):
            return degrees.is_finite() and degrees > 0
    flows = [flow for flow, _ in expected.rows]
    finite = all(celsius.is_finite() for _, celsius in expected.rows)
    return bool(flows) and finite and all(a < b for a, b in pairwise(flows))


def _percent_reasons(key: str, percents: Iterable[Decimal]) -> Iterator[Reason]:
    for percent in percents:
        if not (percent.is_finite() and 0 <= percent <= HUNDRED):
            yield Reason(ReasonCode.WRONG_PERCENT, key, value=str(percent))


def _discount_reasons(components: Sequence[AnyComponent]) -> Iterator[Reason]:
    """Discounts of the same charge on the same day that come to more than the charge."""
    of_charge: defaultdict[str, list[Percent]] = defaultdict(list)
    for component in components:
        if isinstance(component, Discount):
            for key in component.of:
                of_charge[key] += (entry for entry in component.percents if entry.percent.is_finite())
    for key, entries in of_charge.items():
        for day in sorted({entry.from_date for entry in entries}):
            held = [entry for entry in entries if entry.from_date <= day and (entry.until_date or date.max) > day]
            percent = sum((entry.percent for entry in held), Decimal(0))
            if percent > HUNDRED and len(held) > 1:
                yield Reason(ReasonCode.DISCOUNTED_AWAY, key, day, value=str(percent))


def _of_reasons(components: Sequence[AnyComponent]) -> Iterator[Reason]:
    by_key = {component.key: component for component in components}
    for component in components:
        carriers: tuple[type, ...]
        match component:
            case Incentive():
                carriers = (VariableCharge,)
            case Discount():
                carriers = (FixedCharge, VariableCharge)
            case Minimum():
                carriers = (FixedCharge, VariableCharge, SteppedCharge, Incentive, Discount)
            case _:
                continue
        if not component.of and not isinstance(component, Minimum):
            yield Reason(ReasonCode.OF_NOTHING, component.key)
        for key in sorted({key for key in component.of if component.of.count(key) > 1}):
            yield Reason(ReasonCode.OF_TWICE, component.key, value=key)
        for key in component.of:
            carrier = by_key.get(key)
            if carrier is None or not isinstance(carrier, carriers):
                yield Reason(ReasonCode.OF_UNKNOWN, component.key, value=key)
            elif carrier.vat is not component.vat:
                yield Reason(ReasonCode.OF_OTHER_VAT, component.key, value=key)
