"""The Danish calendar: years, months and days as periods, the same a year before, hours on the wall clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from forsyn.kernel.local_days import COPENHAGEN, HOUR_SECONDS, day_start_seconds, hours_in_day
from forsyn.kernel.periods import Period

DAY = timedelta(days=1)


class Fold(Enum):
    """Which of the two hours of one name is meant on the day that summer time ends."""

    ONLY = 0
    SUMMER_TIME = 1
    STANDARD_TIME = 2


@dataclass(frozen=True, slots=True)
class LocalHour:
    """One hour of a local day: `index` counts the hours since midnight, `hour` is what the clock shows."""

    index: int
    hour: int
    fold: Fold
    starts_at_seconds: int


def year_period(year: int) -> Period:
    """[1 January, 1 January of the next year)."""
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


def month_period(year: int, month: int) -> Period:
    """[the 1st, the 1st of the next month). Raises ValueError where there is no such month."""
    return Period(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))


def day_period(day: date) -> Period:
    """One day."""
    return Period(day, day + DAY)


def months_of(year: int) -> tuple[Period, ...]:
    """The twelve months of a year."""
    return tuple(month_period(year, month) for month in range(1, 13))


def days_of(period: Period) -> Iterator[date]:
    """Every day of a period that ends."""
    if period.until is None:
        raise ValueError(f"a period without an end has no last day: from {period.first}")
    for number in range((period.until - period.first).days):
        yield period.first + number * DAY


def same_day_a_year_before(day: date) -> date | None:
    """The day of the same date a year before; 29 February has none."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return None


def a_year_before(period: Period) -> Period | None:
    """The period of the same dates a year before; one that is the leap day alone has none."""
    first = year_before(period.first)
    until = None if period.until is None else year_before(period.until)
    return None if first == until else Period(first, until)


def year_before(day: date) -> date:
    """The day of the same date a year before, as a bound of half-open days: 1 March for 29 February."""
    return same_day_a_year_before(day) or date(day.year - 1, 3, 1)


@lru_cache(maxsize=512)
def local_hours(day: date, zone: str = COPENHAGEN) -> tuple[LocalHour, ...]:
    """The 23, 24 or 25 hours of a local day, in the order in which they pass."""
    clock, start = ZoneInfo(zone), day_start_seconds(day, zone)
    shown = [datetime.fromtimestamp(start + index * HOUR_SECONDS, clock) for index in range(hours_in_day(day, zone))]
    names = [at.hour for at in shown]
    hours = []
    for index, at in enumerate(shown):
        twice = names.count(at.hour) == 2
        fold = (Fold.STANDARD_TIME if at.fold else Fold.SUMMER_TIME) if twice else Fold.ONLY
        hours.append(LocalHour(index, at.hour, fold, start + index * HOUR_SECONDS))
    return tuple(hours)
