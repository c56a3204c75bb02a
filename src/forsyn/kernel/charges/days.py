"""Days and years of a bill: shares of the year, tariff years, and what holds on which days. Days are dates only."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Generic, TypeVar

from forsyn.kernel.charges.tariff import YearStart
from forsyn.kernel.charges.tariff_checks import Dated

Entry = TypeVar("Entry", bound=Dated)


@dataclass(frozen=True, slots=True)
class Held(Generic[Entry]):
    """Days [first, until) on which an entry holds; none: a gap."""

    first: date
    until: date
    entry: Entry | None


def held(entries: Iterable[Entry], first: date, until: date) -> list[Held[Entry]]:
    """The days of [first, until) in order, cut where another entry begins to hold, with gaps named as such.

    Entries do not overlap each other.
    """
    found: list[Held[Entry]] = []
    reached = first
    for entry in sorted(entries, key=lambda entry: entry.from_date):
        begin = max(entry.from_date, first)
        end = until if entry.until_date is None else min(entry.until_date, until)
        if end <= begin:
            continue
        if begin > reached:
            found.append(Held(reached, begin, None))
        found.append(Held(begin, end, entry))
        reached = end
    if reached < until:
        found.append(Held(reached, until, None))
    return found


def days_by_year(first: date, until: date) -> list[tuple[int, int, int]]:
    """(year, days of it in [first, until), days that it has) of each calendar year."""
    found = []
    for year in range(first.year, until.year + 1):
        begin, end = max(first, date(year, 1, 1)), min(until, date(year + 1, 1, 1))
        if begin < end:
            found.append((year, (end - begin).days, 366 if isleap(year) else 365))
    return found


@lru_cache(maxsize=4096)
def share_of_year(first: date, until: date) -> Fraction:
    """What [first, until) is of a year: each day is 1/365 or 1/366 of its own calendar year."""
    return sum((Fraction(days, of) for _, days, of in days_by_year(first, until)), Fraction(0))


def year_of(start: YearStart, day: date) -> tuple[date, date]:
    """The tariff's year [first, until) that a day lies in."""
    first = date(day.year, start.month, start.day)
    if first > day:
        return date(day.year - 1, start.month, start.day), first
    return first, date(day.year + 1, start.month, start.day)
