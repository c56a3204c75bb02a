"""Charges that are counted from the first day of the tariff's year: steps, incentives, minimums.

What such a charge comes to from that day (or the agreement's first) up to the bill's last is reckoned anew in each
bill, and what was billed of it before is taken off. So the bills of a year add up to the charge of the year exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from forsyn.kernel.charges.bill import Explained, ExplainedStep, Explanation
from forsyn.kernel.charges.components import Incentive, Minimum, Price, SteppedCharge, VariableCharge
from forsyn.kernel.charges.days import held, share_of_year
from forsyn.kernel.charges.incentive import Assessment, FlowOutsideTable, IncentiveTerms, assess
from forsyn.kernel.charges.pieces import percent_price, pieces_of, usage_explained
from forsyn.kernel.charges.reasons import ReasonCode
from forsyn.kernel.charges.work import BASE_UNIT, PER_UNIT, Usage, Work, said
from forsyn.kernel.money import exactly

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class ToDate:
    """One part of a counted charge since the first day counted: exact quantity and kr."""

    part: str
    quantity: Fraction
    unit: str
    price_kr: Decimal | None
    """None where several prices went into it."""
    kr: Fraction
    is_estimated: bool
    explanation: Explanation


def steps_to_date(work: Work, component: SteppedCharge, first: date, until: date) -> list[ToDate]:
    """Each step's share of the consumption, priced as the consumption is spread over the prices' days."""
    per_unit, unit = PER_UNIT[component.unit], component.unit.value
    stretches = _between_changes(component, first, until)
    usages = [
        (begin, end, work.usage(component.key, BASE_UNIT[component.unit], component.split, begin, end))
        for begin, end in stretches
    ]
    total = sum((usage.amount for _, _, usage in usages), ZERO) / per_unit
    share = share_of_year(work.basis.tariff.year_start, first, until)
    tops: list[Fraction | None] = [share * exactly(step.above) for step in component.steps[1:]]
    read = [step for begin, end, usage in usages for step in usage_explained(usage, component.unit, begin, end)]
    read.append(said(Explained.CONSUMED, amount=total, unit=unit))
    estimated = any(usage.is_estimated for _, _, usage in usages)
    found = []
    for number, (step, top) in enumerate(zip(component.steps, [*tops, None], strict=True), start=1):
        low = share * exactly(step.above)
        quantity = max(ZERO, (total if top is None else min(total, top)) - low)
        steps = [*read, said(Explained.STEP, above=step.above, unit=unit, accrued=low, share=share, quantity=quantity)]
        prices = [_step_price(work, component, number - 1, begin, end) for begin, end in stretches]
        kr = _priced(usages, prices, total * per_unit, quantity, unit, steps)
        one_price = prices[0] if len(set(prices)) == 1 else None
        price_kr = None if one_price is None else _as_decimal(one_price)
        found.append(ToDate(str(number), quantity, unit, price_kr, kr, estimated, tuple(steps)))
    return found


def _between_changes(component: SteppedCharge, first: date, until: date) -> list[tuple[date, date]]:
    changes = {first, until}
    for step in component.steps:
        for price in step.prices:
            changes.update(day for day in (price.from_date, price.until_date) if day and first < day < until)
    days = sorted(changes)
    return list(pairwise(days))


def _step_price(work: Work, component: SteppedCharge, number: int, first: date, until: date) -> Fraction:
    step = component.steps[number]
    prices: Sequence[Price] = step.prices if step.share is None else component.steps[0].prices
    found = work.prices(component.key, prices, first, until)
    kr = exactly(found[0][1].kr_per_unit) if found else ZERO
    return kr if step.share is None else kr * Fraction(step.share)


def _priced(
    usages: Sequence[tuple[date, date, Usage]],
    prices: Sequence[Fraction],
    total: Fraction,
    quantity: Fraction,
    unit: str,
    steps: list[ExplainedStep],
) -> Fraction:
    """The kr of a step's quantity, spread over the stretches as the consumption (base units) is; says how."""
    if not total or not quantity:
        steps.append(said(Explained.PRICED, quantity=quantity, unit=unit, price=prices[0], kr=ZERO))
        return ZERO
    if len(set(prices)) == 1:
        kr = quantity * prices[0]
        steps.append(said(Explained.PRICED, quantity=quantity, unit=unit, price=prices[0], kr=kr))
        return kr
    whole = sum((usage.amount for _, _, usage in usages), ZERO)
    sum_kr = ZERO
    for (first, until, usage), price in zip(usages, prices, strict=True):
        here = quantity * usage.amount / whole
        kr = here * price
        sum_kr += kr
        steps.append(
            said(
                Explained.STEP_PRICED,
                part=usage.amount / whole * 100,
                unit=unit,
                first=first,
                until=until,
                quantity=here,
                price=price,
                kr=kr,
            )
        )
    return sum_kr


def _as_decimal(price: Fraction) -> Decimal | None:
    shown = percent_price(price * 100)
    return shown if Fraction(shown) == price else None


def incentive_to_date(
    work: Work, component: Incentive, of: Sequence[VariableCharge], first: date, until: date
) -> list[ToDate]:
    """The percentage of the exact variable charges, for each stretch of days with the same terms."""
    found = []
    for stretch in held(component.terms, first, until):
        if stretch.entry is None:
            work.refuse(ReasonCode.MISSING_PRICE, component.key, stretch.first, stretch.until)
            continue
        charges = [piece for each in of for piece in pieces_of(work, each, stretch.first, stretch.until)]
        base = sum((piece.kr for piece in charges), ZERO)
        used = any(piece.quantity for piece in charges)
        estimated = any(piece.is_estimated for piece in charges)
        percent, steps = ZERO, [said(Explained.NOTHING_USED)]
        if used:
            percent, steps = _percent(work, component, stretch.entry, stretch.first, stretch.until)
            steps += [piece.explanation[-1] for piece in charges]
        kr = base * percent / 100
        steps.append(said(Explained.PERCENT_OF, percent=percent, base=base, kr=kr))
        part = stretch.first.isoformat()
        found.append(ToDate(part, percent, "percent", percent_price(base), kr, estimated, tuple(steps)))
    return found


def _percent(
    work: Work, component: Incentive, terms: IncentiveTerms, first: date, until: date
) -> tuple[Fraction, list[ExplainedStep]]:
    if work.basis.is_single_pipe and terms.single_pipe_exempt:
        return ZERO, [said(Explained.EXEMPT)]
    means = [mean for mean in work.basis.temperatures if (mean.from_date, mean.until_date) == (first, until)]
    if not means:
        work.refuse(ReasonCode.MISSING_TEMPERATURES, component.key, first, until)
        return ZERO, []
    flow, return_ = means[0].flow_celsius, means[0].return_celsius
    try:
        found = assess(terms, flow, return_, single_pipe=work.basis.is_single_pipe)
    except FlowOutsideTable:
        work.refuse(ReasonCode.FLOW_OUTSIDE_TABLE, component.key, first, until, str(flow))
        return ZERO, []
    steps = [said(Explained.TEMPERATURES, flow=flow, return_=return_, first=first, until=until)]
    return found.percent, [*steps, *_assessed(found)]


def _assessed(found: Assessment) -> list[ExplainedStep]:
    expectation = Explained.EXPECTED_COOLING if found.by_cooling else Explained.EXPECTED_RETURN
    steps = [said(expectation, expected=found.expected, deviation=found.deviation)]
    if found.percent:
        says = Explained.LIMITED if found.is_limited else Explained.COUNTED
        return [*steps, said(says, counted=found.counted, rate=found.rate, percent=found.percent)]
    return [*steps, said(Explained.NOTHING_COUNTS)]


def minimum_to_date(
    work: Work, component: Minimum, charged: Callable[[date, date], Fraction], first: date, until: date
) -> list[ToDate]:
    """What is lacking of the minimum that has accrued, given what counts towards it."""
    prices = work.prices(component.key, component.prices, first, until)
    steps = []
    minimum = ZERO
    for stretch, price in prices:
        share = share_of_year(work.basis.tariff.year_start, stretch.first, stretch.until)
        kr = share * exactly(price.kr_per_unit)
        minimum += kr
        steps.append(said(Explained.PRICED, quantity=share, unit="year", price=price.kr_per_unit, kr=kr))
    so_far = charged(first, until)
    lacking = max(ZERO, minimum - so_far)
    steps.append(said(Explained.MINIMUM, minimum=minimum, charged=so_far, kr=lacking))
    return [ToDate("", Fraction(1), "minimum", None, lacking, False, tuple(steps))]
