"""What a draft of a tariff would cost: which days it is reckoned for, and what comes of many bills together. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from forsyn.domain.billing.tariff_difference_rules import differences
from forsyn.domain.billing.tariff_series_rules import series_of, with_series
from forsyn.kernel.charges.days import year_of
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.money import decimal_of

FEWEST = 5
"""Of fewer agreements no sums are kept: they would tell of somebody."""
EDGES = (5, 10, 20)
"""Percent, up or down, at which the next band of changes begins."""
BANDS = ("lower_20", "lower_10", "lower_5", "lower_0", "same", "higher_0", "higher_5", "higher_10", "higher_20")
"""From "more than 20 % lower" by "no change" to "more than 20 % higher"; the number is where a band begins."""


@dataclass(frozen=True, slots=True)
class PreviewDays:
    """The tariff's year [first, until) that is previewed, and how many years back its consumption is from."""

    first: date
    until: date
    years_back: int

    @property
    def consumption_first(self) -> date:
        return moved_day(self.first, -self.years_back)

    @property
    def consumption_until(self) -> date:
        return moved_day(self.until, -self.years_back)


@dataclass(frozen=True, slots=True)
class Compared:
    """One agreement's year without VAT, by the version in force and by the draft, in øre; None where it would stop."""

    agreement: str
    before_oere: int | None
    after_oere: int | None
    reasons: tuple[str, ...] = ()
    """Keys of what stops the draft's bill."""

    @property
    def change_oere(self) -> int:
        return (self.after_oere or 0) - (self.before_oere or 0)


@dataclass(frozen=True, slots=True)
class Preview:
    """Many agreements together; nothing of a single one. Øre without VAT.

    `on_tariff` agreements are on it, `drawn` were reckoned with, `compared` have a bill by both. Sums are None where
    too few were compared.
    """

    compared_with: int | None
    first: date
    until: date
    consumption_first: date
    consumption_until: date
    on_tariff: int
    drawn: int
    compared: int
    before_oere: int | None
    after_oere: int | None
    bands: Mapping[str, int]
    stopped: int
    newly_stopped: int
    """Of these, how many the version in force would bill."""
    reasons: Mapping[str, int]

    @property
    def change_percent(self) -> Decimal | None:
        """How much more all of it together costs, in percent with one decimal."""
        if not self.before_oere or self.after_oere is None:
            return None
        return decimal_of(Fraction((self.after_oere - self.before_oere) * 100, self.before_oere), 1)


def preview_days(before: Tariff | None, after: Tariff, today: date) -> PreviewDays:
    """The first whole tariff year under the new prices, or the one that they fall in where they end with it.

    Its consumption is that of the same days of the latest year that is over.
    """
    day = _first_day(before, after, today)
    first, until = year_of(after.year_start, day)
    if first < day and before is not None and _still_differ(before, after, until):
        first, until = year_of(after.year_start, until)
    back = 0
    while moved_day(until, -back) > today:
        back += 1
    return PreviewDays(first, until, back)


def moved(tariff: Tariff, years: int) -> Tariff:
    """The tariff as if it had been decided so many years later or, below 0, earlier."""
    components = []
    for component in tariff.components:
        made = component
        for part, entries in series_of(component).items():
            days = [
                replace(
                    entry,
                    from_date=moved_day(entry.from_date, years),
                    until_date=None if entry.until_date is None else moved_day(entry.until_date, years),
                )
                for entry in entries
            ]
            made = with_series(made, part, [entry for entry in days if entry.from_date != entry.until_date])
        components.append(made)
    return replace(tariff, components=tuple(components))


def moved_day(day: date, years: int) -> date:
    """The same day of another year, within the years that there are; 29 February may become 1 March."""
    year = min(max(day.year + years, date.min.year), date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def band_of(before_oere: int, after_oere: int) -> str:
    """The band that a change belongs to; what was nothing before belongs to the highest or lowest."""
    if before_oere == after_oere:
        return "same"
    if before_oere <= 0:
        return BANDS[-1] if after_oere > before_oere else BANDS[0]
    percent = Fraction((after_oere - before_oere) * 100, before_oere)
    step = 1 + bisect_left(EDGES, abs(percent))
    return BANDS[BANDS.index("same") + (step if percent > 0 else -step)]


def tally(compared: Iterable[Compared], *, days: PreviewDays, compared_with: int | None, on_tariff: int) -> Preview:
    """All of them together."""
    all_of_them = list(compared)
    both = [
        (each.before_oere, each.after_oere)
        for each in all_of_them
        if each.before_oere is not None and each.after_oere is not None
    ]
    stopped = [each for each in all_of_them if each.after_oere is None]
    enough = len(both) >= FEWEST
    return Preview(
        compared_with=compared_with,
        first=days.first,
        until=days.until,
        consumption_first=days.consumption_first,
        consumption_until=days.consumption_until,
        on_tariff=on_tariff,
        drawn=len(all_of_them),
        compared=len(both),
        before_oere=sum(before for before, _ in both) if enough else None,
        after_oere=sum(after for _, after in both) if enough else None,
        bands=_counts((band_of(before, after) for before, after in both), BANDS) if enough else {},
        stopped=len(stopped),
        newly_stopped=sum(each.before_oere is not None for each in stopped),
        reasons=_counts(reason for each in stopped for reason in each.reasons),
    )


def changed_most(compared: Iterable[Compared], most: int) -> list[Compared]:
    """Those whose bill changes most in kr, up or down; none that does not change."""
    both = (each for each in compared if each.before_oere is not None and each.after_oere is not None)
    ordered = sorted(both, key=lambda each: (-abs(each.change_oere), each.agreement))
    return [each for each in ordered[:most] if each.change_oere]


def kept(preview: Preview) -> dict[str, Any]:
    """As JSON can carry it."""
    return {key: str(value) if isinstance(value, date) else value for key, value in asdict(preview).items()}


def preview_from(found: Mapping[str, Any]) -> Preview:
    """The preview that was kept."""
    days = {"first", "until", "consumption_first", "consumption_until"}
    values: dict[str, Any] = {
        name: date.fromisoformat(found[name]) if name in days else found[name] for name in Preview.__dataclass_fields__
    }
    return Preview(**values)


def _first_day(before: Tariff | None, after: Tariff, today: date) -> date:
    """From when on something is different, but not before the tariff's year that today is in."""
    this_year = year_of(after.year_start, today)[0]
    if before is None:
        entries = [entries for component in after.components for entries in series_of(component).values()]
        begins = max((series[0].from_date for series in entries if series), default=today)
        return max(begins, this_year)
    found = differences(before, after)
    ahead = [each.from_date or this_year for each in found if each.until_date is None or each.until_date > this_year]
    past = [each.from_date for each in found if each.from_date is not None]
    return max(min(ahead), this_year) if ahead else min(past, default=today)


def _still_differ(before: Tariff, after: Tariff, day: date) -> bool:
    return any(each.until_date is None or each.until_date > day for each in differences(before, after))


def _counts(found: Iterable[str], order: Iterable[str] = ()) -> dict[str, int]:
    counts = dict.fromkeys(order, 0)
    for each in found:
        counts[each] = counts.get(each, 0) + 1
    return counts if order else dict(sorted(counts.items(), key=lambda item: -item[1]))
