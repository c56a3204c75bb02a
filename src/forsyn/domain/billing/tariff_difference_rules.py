"""What is different between two versions of a tariff, as plain rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from forsyn.domain.billing.tariff_series_rules import Entry, Value, entry_on, series_of, value_of
from forsyn.kernel.charges.components import (
    AnyComponent,
    Discount,
    FixedCharge,
    Incentive,
    Minimum,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.charges.work import plain


class What(StrEnum):
    """What a row of differences is about."""

    ADDED = "added"
    REMOVED = "removed"
    PRICE = "price"
    """A price, a percentage or an incentive's terms, in the days given."""
    STEP = "step"
    """Where a step begins, or its share; for all time."""
    OTHER = "other"
    """Anything else about a component, such as its account; for all time."""
    YEAR_START = "year_start"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is different in [from_date, until_date); no first day means for all time.

    `before` and `after` are None where nothing held; texts where they are no prices. `part`: see
    `tariff_series_rules`, or the name of what is different.
    """

    component: str
    what: What
    part: str
    before: Value | str | None
    after: Value | str | None
    from_date: date | None = None
    until_date: date | None = None


def differences(before: Tariff, after: Tariff) -> list[Difference]:
    """Every difference that a bill could show, in the order of the components; nothing where prices only moved."""
    found = list(_of_tariff(before, after))
    former = {component.key: component for component in before.components}
    for component in after.components:
        earlier = former.pop(component.key, None)
        if earlier is None:
            found.append(Difference(component.key, What.ADDED, "", None, type(component).__name__, _begins(component)))
        else:
            found += _of_component(earlier, component)
    found += [Difference(key, What.REMOVED, "", type(gone).__name__, None) for key, gone in former.items()]
    return found


def first_change(found: Iterable[Difference]) -> date | None:
    """The first day on which something becomes different; None where nothing has a day."""
    return min((each.from_date for each in found if each.from_date is not None), default=None)


def _of_tariff(before: Tariff, after: Tariff) -> Iterator[Difference]:
    if before.year_start != after.year_start:
        earlier, later = (f"{start.day}.{start.month}." for start in (before.year_start, after.year_start))
        yield Difference("", What.YEAR_START, "", earlier, later)
    orders = [[component.key for component in tariff.components] for tariff in (before, after)]
    kept = [[key for key in order if key in orders[0] and key in orders[1]] for order in orders]
    if kept[0] != kept[1]:
        yield Difference("", What.ORDER, "", ", ".join(kept[0]), ", ".join(kept[1]))


def _of_component(before: AnyComponent, after: AnyComponent) -> Iterator[Difference]:
    key = after.key
    for name, (earlier, later) in _undated(before, after).items():
        yield Difference(key, What.OTHER, name, earlier, later)
    if isinstance(before, SteppedCharge) and isinstance(after, SteppedCharge):
        yield from _of_steps(before, after)
    earlier_series, later_series = series_of(before), series_of(after)
    for part in dict.fromkeys([*earlier_series, *later_series]):
        yield from _of_series(key, part, earlier_series.get(part, ()), later_series.get(part, ()))


def _undated(before: AnyComponent, after: AnyComponent) -> dict[str, tuple[str, str]]:
    """Names of what is said once for all time, where it is different, with both texts."""
    texts = [_said_once(component) for component in (before, after)]
    names = dict.fromkeys([*texts[0], *texts[1]])
    pairs = {name: (texts[0].get(name, ""), texts[1].get(name, "")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _said_once(component: AnyComponent) -> dict[str, str]:
    found = {
        "kind": type(component).__name__,
        "text_key": component.text_key,
        "account": component.account,
        "vat": component.vat.value,
    }
    match component:
        case FixedCharge():
            found["factor"] = component.factor.value
        case VariableCharge():
            found |= {"unit": component.unit.value, "split": component.split.value, "is_tax": str(component.is_tax)}
        case SteppedCharge():
            found |= {"unit": component.unit.value, "split": component.split.value}
        case Incentive() | Discount() | Minimum():
            found["of"] = ", ".join(component.of)
    return found


def _of_steps(before: SteppedCharge, after: SteppedCharge) -> Iterator[Difference]:
    texts = [[_step_text(step.above, step.share) for step in component.steps] for component in (before, after)]
    for number in range(max(len(texts[0]), len(texts[1]))):
        earlier, later = (each[number] if number < len(each) else None for each in texts)
        if earlier != later:
            yield Difference(after.key, What.STEP, str(number + 1), earlier, later)


def _step_text(above: Decimal, share: Decimal | None) -> str:
    return plain(above) if share is None else f"{plain(above)}: {plain(share * 100)} %"


def _of_series(key: str, part: str, before: Sequence[Entry], after: Sequence[Entry]) -> Iterator[Difference]:
    """Stretches of days in which the value is different, as long as both stay what they are."""
    days = sorted({day for entry in (*before, *after) for day in (entry.from_date, entry.until_date) if day})
    open_end: date | None = None
    row: Difference | None = None
    for first, until in [*pairwise(days), (days[-1], open_end)] if days else []:
        earlier, later = (_value_on(series, first) for series in (before, after))
        if row is not None and (earlier, later) == (row.before, row.after):
            row = Difference(key, What.PRICE, part, earlier, later, row.from_date, until)
            continue
        if row is not None:
            yield row
        row = Difference(key, What.PRICE, part, earlier, later, first, until) if earlier != later else None
    if row is not None:
        yield row


def _value_on(series: Sequence[Entry], day: date) -> Value | None:
    entry = entry_on(series, day)
    return None if entry is None else value_of(entry)


def _begins(component: AnyComponent) -> date | None:
    return min((entry.from_date for entries in series_of(component).values() for entry in entries), default=None)
