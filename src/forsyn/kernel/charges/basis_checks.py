"""What makes a basis unusable before anything is reckoned of it: small checks, each naming all that it finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from forsyn.kernel.charges.basis import Basis, Consumption
from forsyn.kernel.charges.components import (
    Factor,
    Fee,
    Incentive,
    Minimum,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.days import year_of
from forsyn.kernel.charges.reasons import Reason, ReasonCode
from forsyn.kernel.charges.work import BASE_UNIT
from forsyn.kernel.local_days import FIRST_YEAR, LAST_YEAR
from forsyn.kernel.quantities import MAX_BASE_UNITS, BaseUnit

FREEZING, HOTTEST = -20, 200
"""No district heating of water is outside these; beyond them a mean temperature is an error."""
COUNTED = (SteppedCharge, Incentive, Minimum)


def first_day_needed(basis: Basis) -> date:
    """From when on consumption, factors and temperatures are needed: the counted year's first day, or the bill's."""
    if not any(isinstance(component, COUNTED) for component in basis.tariff.components):
        return basis.from_date
    return max(year_of(basis.tariff.year_start, basis.from_date)[0], basis.agreement_from)


def period_reasons(basis: Basis) -> list[Reason]:
    """Whether there is a period at all; nothing else can be checked without."""
    if basis.until_date <= basis.from_date:
        return [Reason(ReasonCode.EMPTY_PERIOD, first=basis.from_date, until=basis.until_date)]
    if basis.from_date.year < FIRST_YEAR or basis.until_date.year > LAST_YEAR:
        return [Reason(ReasonCode.ABSURD_PERIOD, first=basis.from_date, until=basis.until_date)]
    if basis.from_date < basis.agreement_from:
        begins = basis.agreement_from.isoformat()
        return [Reason(ReasonCode.BEFORE_AGREEMENT, first=basis.from_date, value=begins)]
    return []


def basis_reasons(basis: Basis) -> list[Reason]:
    """Everything else that is wrong with a basis with a period."""
    found = [*_terms_reasons(basis), *_factor_reasons(basis), *_temperature_reasons(basis), *_fee_reasons(basis)]
    needed = {
        BASE_UNIT[component.unit]
        for component in basis.tariff.components
        if isinstance(component, VariableCharge | SteppedCharge)
    }
    first = first_day_needed(basis)
    for unit in BaseUnit:
        spans = [span for span in basis.consumption if span.unit == unit]
        if unit in needed:
            found += _consumption_reasons(basis, unit, spans, first)
        else:
            found += [_about(ReasonCode.CONSUMPTION_OUTSIDE, span) for span in spans]
    return found


def _terms_reasons(basis: Basis) -> Iterator[Reason]:
    if basis.tariff.commodity != basis.commodity:
        yield Reason(ReasonCode.COMMODITY_DIFFERS, value=str(basis.commodity))
    if not (basis.vat_percent.is_finite() and 0 <= basis.vat_percent <= 100):
        yield Reason(ReasonCode.WRONG_VAT_PERCENT, value=str(basis.vat_percent))
    for oere in (basis.on_account.net_oere, basis.on_account.vat_oere):
        if oere < 0:
            yield Reason(ReasonCode.WRONG_ON_ACCOUNT, value=str(oere))


def _consumption_reasons(basis: Basis, unit: BaseUnit, spans: Sequence[Consumption], first: date) -> Iterator[Reason]:
    """Spans are in order of their first day."""
    reached = first
    for span in spans:
        yield from _span_reasons(basis, span, first)
        if span.from_date > reached:
            yield Reason(ReasonCode.MISSING_CONSUMPTION, "", reached, min(span.from_date, basis.until_date), unit.value)
        elif span.from_date < reached and reached > first:
            until = min(reached, span.until_date)
            if span.from_date < until:
                yield Reason(ReasonCode.OVERLAPPING_CONSUMPTION, "", span.from_date, until, unit.value)
        reached = max(reached, span.until_date)
    if reached < basis.until_date:
        yield Reason(ReasonCode.MISSING_CONSUMPTION, "", reached, basis.until_date, unit.value)


def _span_reasons(basis: Basis, span: Consumption, first: date) -> Iterator[Reason]:
    if span.until_date <= span.from_date:
        yield _about(ReasonCode.EMPTY_SPAN, span)
    if span.amount < 0:
        yield _about(ReasonCode.NEGATIVE_CONSUMPTION, span, f"{span.amount} {span.unit.value}")
    if span.amount > MAX_BASE_UNITS:
        yield _about(ReasonCode.ABSURD_CONSUMPTION, span, f"{span.amount} {span.unit.value}")
    # Only a tariff's year may begin between two readings: nobody reads on that day for the tariff's sake.
    may_reach_back = basis.agreement_from < first < basis.from_date
    before = span.until_date <= first if may_reach_back else span.from_date < first
    if before or span.until_date > basis.until_date:
        yield _about(ReasonCode.CONSUMPTION_OUTSIDE, span)
    elif span.from_date < basis.from_date < span.until_date:
        yield _about(ReasonCode.CONSUMPTION_ACROSS_START, span)


def _about(code: ReasonCode, span: Consumption, value: str = "") -> Reason:
    return Reason(code, "", span.from_date, span.until_date, value or span.unit.value)


def _factor_reasons(basis: Basis) -> Iterator[Reason]:
    for value in basis.factors:
        name = value.factor.value
        finite = value.value.is_finite()
        is_size = finite and (value.value > 0 or (value.factor is Factor.DWELLINGS and value.value == 0))
        empty = value.until_date is not None and value.until_date <= value.from_date
        if not is_size or empty:
            yield Reason(ReasonCode.WRONG_FACTOR, "", value.from_date, value.until_date, f"{name} {value.value}")
    for value, following in pairwise(basis.factors):
        if value.factor is not following.factor:
            continue
        if value.until_date is None or following.from_date < value.until_date:
            yield Reason(ReasonCode.OVERLAPPING_FACTORS, "", following.from_date, value.until_date, value.factor.value)


def _temperature_reasons(basis: Basis) -> Iterator[Reason]:
    for mean in basis.temperatures:
        flow, return_ = mean.flow_celsius, mean.return_celsius
        finite = flow.is_finite() and return_.is_finite()
        if not finite or not FREEZING <= return_ <= flow <= HOTTEST:
            value = f"flow {flow}, return {return_}"
            yield Reason(ReasonCode.WRONG_TEMPERATURES, "", mean.from_date, mean.until_date, value)
    for mean, following in pairwise(basis.temperatures):
        if (mean.from_date, mean.until_date) == (following.from_date, following.until_date):
            yield Reason(ReasonCode.TEMPERATURES_TWICE, "", mean.from_date, mean.until_date)


def _fee_reasons(basis: Basis) -> Iterator[Reason]:
    fees = {component.key for component in basis.tariff.components if isinstance(component, Fee)}
    for fee in basis.fees:
        if fee.component not in fees:
            yield Reason(ReasonCode.UNKNOWN_FEE, fee.component)
        if fee.count < 1:
            yield Reason(ReasonCode.WRONG_FEE_COUNT, fee.component, fee.on_date, value=str(fee.count))
        if not basis.from_date <= fee.on_date < basis.until_date:
            yield Reason(ReasonCode.FEE_OUTSIDE_PERIOD, fee.component, fee.on_date)
