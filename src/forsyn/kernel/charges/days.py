"""Days and years of a bill: shares of the year, tariff years, and what holds on which days. Days are dates only."""

from __future__ import annotations

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


def days_by_year(start: YearStart, first: date, until: date) -> list[tuple[str, int, int]]:
    """(name, days of it in [first, until), days that it has) of each of the tariff's years: "2026", "2025/26"."""
    found = []
    reached = first
    while reached < until:
        begin, end = year_of(start, reached)
        name = str(begin.year) if end == date(end.year, 1, 1) else f"{begin.year}/{end.year % 100:02}"
        found.append((name, (min(end, until) - reached).days, (end - begin).days))
        reached = end
    return found


@lru_cache(maxsize=4096)
def share_of_year(start: YearStart, first: date, until: date) -> Fraction:
    """What [first, until) is of a year: each day is 1/365 or 1/366 of its own year of the tariff, which costs one."""
    return sum((Fraction(days, of) for _, days, of in days_by_year(start, first, until)), Fraction(0))


def year_of(start: YearStart, day: date) -> tuple[date, date]:
    """The tariff's year [first, until) that a day lies in."""
    first = date(day.year, start.month, start.day)
    if first > day:
        return date(day.year - 1, start.month, start.day), first
    return first, date(day.year + 1, start.month, start.day)
