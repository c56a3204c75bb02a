"""Dated prices within a tariff's components: taken out as series, changed, and put back. Pure.

A component has one series, or one for each part: a meter size ("4", "6.3", in m³/h) or a step ("1", "2"). A step that
is a share of the first one has no series of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import TypeVar

from forsyn.kernel.charges.components import (
    AnyComponent,
    Discount,
    Factor,
    FixedCharge,
    Incentive,
    Percent,
    Price,
    SteppedCharge,
)
from forsyn.kernel.charges.incentive import IncentiveTerms
from forsyn.kernel.charges.work import plain

Entry = Price | Percent | IncentiveTerms
Value = Decimal | IncentiveTerms
"""What an entry says, without its days."""
AnyEntry = TypeVar("AnyEntry", bound=Entry)
_NO_DAY = date.min


def series_of(component: AnyComponent) -> dict[str, tuple[Entry, ...]]:
    """A component's dated entries in order of their first day, by part ("" where it has none)."""
    match component:
        case FixedCharge(factor=Factor.METER_SIZE):
            parts: dict[str, list[Entry]] = {}
            for price in sorted(component.prices, key=lambda price: (price.meter_size or 0, price.from_date)):
                parts.setdefault(plain(price.meter_size or Decimal(0)), []).append(price)
            return {part: tuple(entries) for part, entries in parts.items()}
        case SteppedCharge():
            return {str(number): _ordered(step.prices) for number, step in enumerate(component.steps, 1) if step.prices}
        case Incentive():
            return {"": _ordered(component.terms)}
        case Discount():
            return {"": _ordered(component.percents)}
        case _:
            return {"": _ordered(component.prices)}


def with_series(component: AnyComponent, part: str, entries: Sequence[Entry]) -> AnyComponent:
    """The component with one of its series replaced; it stays of the same kind."""
    prices = tuple(entry for entry in entries if isinstance(entry, Price))
    match component:
        case FixedCharge(factor=Factor.METER_SIZE):
            size = Decimal(part)
            others = tuple(price for price in component.prices if price.meter_size != size)
            sized = sorted((*others, *prices), key=lambda price: (price.meter_size or 0, price.from_date))
            return replace(component, prices=tuple(sized))
        case SteppedCharge():
            steps = tuple(
                replace(step, prices=prices) if str(number) == part else step
                for number, step in enumerate(component.steps, 1)
            )
            return replace(component, steps=steps)
        case Incentive():
            return replace(component, terms=tuple(entry for entry in entries if isinstance(entry, IncentiveTerms)))
        case Discount():
            return replace(component, percents=tuple(entry for entry in entries if isinstance(entry, Percent)))
        case _:
            return replace(component, prices=prices)


def may_have(component: AnyComponent, part: str) -> bool:
    """Whether the component has this part, or can get it: a new meter size can, a step cannot."""
    if isinstance(component, FixedCharge) and component.factor is Factor.METER_SIZE:
        return part in series_of(component) or _is_new_size(part)
    return part in series_of(component)


def entry_like(component: AnyComponent, part: str, from_date: date, until_date: date | None, value: Decimal) -> Entry:
    """A price, or a percentage for a discount, with its meter size where the component is charged by size."""
    if isinstance(component, Discount):
        return Percent(from_date, until_date, value)
    by_size = isinstance(component, FixedCharge) and component.factor is Factor.METER_SIZE
    return Price(from_date, until_date, value, Decimal(part) if by_size else None)


def value_of(entry: Entry) -> Value:
    """What an entry says, whichever days it holds on."""
    match entry:
        case Price():
            return entry.kr_per_unit
        case Percent():
            return entry.percent
        case _:
            return replace(entry, from_date=_NO_DAY, until_date=None)


def entry_on(entries: Iterable[AnyEntry], day: date) -> AnyEntry | None:
    """What holds on a day."""
    return next(
        (entry for entry in entries if entry.from_date <= day and (entry.until_date is None or day < entry.until_date)),
        None,
    )


def laid_over(entries: Sequence[Entry], new: Entry) -> tuple[Entry, ...]:
    """The series with a new entry over what held on its days; without an end it holds until the next one begins.

    What is cut goes on where the new entry ends. Neighbours that say the same become one.
    """
    ordered = _ordered(entries)
    until = new.until_date or next((entry.from_date for entry in ordered if entry.from_date > new.from_date), None)
    pieces = [replace(new, until_date=until)]
    for entry in ordered:
        if entry.from_date < new.from_date:
            pieces.append(replace(entry, until_date=_earlier(entry.until_date, new.from_date)))
        if until is not None and (entry.until_date is None or entry.until_date > until):
            pieces.append(replace(entry, from_date=max(entry.from_date, until)))
    return merged(pieces)


def merged(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The same series in order, with neighbours that say the same made one."""
    found: list[Entry] = []
    for entry in _ordered(entries):
        if found and found[-1].until_date == entry.from_date and value_of(found[-1]) == value_of(entry):
            found[-1] = replace(found[-1], until_date=entry.until_date)
        else:
            found.append(entry)
    return tuple(found)


def gaps(entries: Sequence[Entry]) -> list[tuple[date, date]]:
    """Days between the first and the last on which nothing holds."""
    return [
        (entry.until_date, following.from_date)
        for entry, following in pairwise(_ordered(entries))
        if entry.until_date is not None and entry.until_date < following.from_date
    ]


def _ordered(entries: Iterable[AnyEntry]) -> tuple[AnyEntry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.from_date))


def _earlier(until: date | None, day: date) -> date:
    return day if until is None else min(until, day)


def _is_new_size(part: str) -> bool:
    try:
        size = Decimal(part)
    except InvalidOperation:
        return False
    return size.is_finite() and size > 0 and plain(size) == part
