"""One year against the year before, like for like: the same dates, measured in both years.

A day that was not, or not fully, measured in one of the years is left out of both, and so is 29 February. Only where a
later reading brought the consumption of the missing days does the whole run of days count, as one block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from forsyn.kernel.calendar import DAY, same_day_a_year_before

ENOUGH_DAYS = 0.5
"""With less than this part of the days measured in both years, a percentage would mislead."""


@dataclass(frozen=True, slots=True)
class DayAmount:
    """What was used on a local day, in base units; None: nothing was measured."""

    amount: int | None
    complete: bool = True
    """No hour is missing."""
    carries: bool = False
    """A reading came after a gap, and so brought what was used since the last reading before."""
    ends_measured: bool = True
    """The last hour is there, so no gap reaches into the next day."""
    without_hours: bool = False
    """Its hours were too old to be kept."""
    sum_since: date | None = None
    """Days from this one on were too old to be kept one by one: the amount of their sum stands at its last day."""
    sum_goes_on: bool = False
    """Such a day before the last; its amount is 0, or None for as many days as nothing was measured on."""

    @property
    def whole(self) -> bool:
        """Nothing of the day is lost: each hour was measured, or brought by a later reading of the day."""
        return self.complete or (self.carries and self.ends_measured)


Series = Mapping[date, DayAmount]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both years' consumption on the days that can be compared, in base units."""

    this_year: int
    last_year: int
    days: int
    days_asked: int
    leap_day_left_out: bool = False
    has_last_year: bool = True
    """Something was measured on one of last year's days."""

    @property
    def left_out(self) -> int:
        """Days that could not be compared, besides 29 February."""
        return self.days_asked - self.days - self.leap_day_left_out

    @property
    def change(self) -> float | None:
        """The change as a fraction of last year, 0.08 is 8 % more; None where it would mean nothing."""
        if self.last_year <= 0 or self.days < ENOUGH_DAYS * self.days_asked:
            return None
        return self.this_year / self.last_year - 1


def like_for_like(this_year: Series, last_year: Series, days: Iterable[date]) -> Comparison:
    """Compare consecutive days of this year with the same dates of the last."""
    asked = list(days)
    partners = {day: before for day in asked if (before := same_day_a_year_before(day)) is not None}
    back = {before: day for day, before in partners.items()}
    now = list(_settled_blocks(this_year, asked))
    then = [[back[day] for day in block] for block in _settled_blocks(last_year, list(back))]
    matched = _matched(now, then)
    return Comparison(
        this_year=sum(_amount(this_year, day) for day in matched),
        last_year=sum(_amount(last_year, partners[day]) for day in matched),
        days=len(matched),
        days_asked=len(asked),
        leap_day_left_out=len(partners) < len(asked),
        has_last_year=any(before in last_year for before in back),
    )


def cuts_a_sum(series: Series, days: list[date]) -> bool:
    """Whether consecutive days hold only a part of days that are known by their sum alone."""
    if not days:
        return False
    first, last = series.get(days[0]), series.get(days[-1])
    begun_before = first is not None and first.sum_since is not None and first.sum_since < days[0]
    return begun_before or (last is not None and last.sum_goes_on)


def settled_days(series: Series, days: list[date]) -> set[date]:
    """Those of consecutive days whose consumption is known, by themselves or together with their neighbours."""
    return {day for block in _settled_blocks(series, days) for day in block}


def _amount(series: Series, day: date) -> int:
    found = series.get(day)
    return (found.amount or 0) if found else 0


def _settled_blocks(series: Series, days: list[date]) -> Iterator[list[date]]:
    """Runs of days whose joint consumption is known: mostly single days, longer where a reading closed a gap."""
    waiting: list[date] = []
    for day in days:
        found = series.get(day)
        if found is None or found.amount is None or found.sum_goes_on:
            waiting.append(day)
        elif found.sum_since is not None:
            block = _days_of_sum([*waiting, day], found)
            waiting = [] if found.ends_measured else block
            if found.complete and found.ends_measured and block:
                yield block
        elif found.carries:
            # a gap that began before these days is closed by a value that belongs partly to other days
            block = [*waiting, day] if waiting or _began_today(series, day, found) else []
            waiting = [] if found.ends_measured else block
            if found.ends_measured and block:
                yield block
        elif found.complete:
            waiting = []
            yield [day]
        else:
            waiting = [] if found.ends_measured else [day]


def _days_of_sum(days: list[date], found: DayAmount) -> list[date]:
    """The days whose consumption the sum at the last of some days is, with the gap that it closed; empty if cut off."""
    since = found.sum_since
    if since is None or days[0] > since:
        return []
    if found.carries:
        return days if days[0] < since else []
    return [day for day in days if day >= since]


def _began_today(series: Series, day: date, found: DayAmount) -> bool:
    """Whether the gap that a day's reading closed began on that day, too."""
    before = series.get(day - DAY)
    return not found.complete and before is not None and before.ends_measured


def _matched(now: list[list[date]], then: list[list[date]]) -> set[date]:
    """The days that lie whole blocks deep in both years."""
    # a block of one day is never broken
    blocks = [frozenset(block) for block in (*now, *then) if len(block) > 1]
    days = {day for block in now for day in block} & {day for block in then for day in block}
    while broken := [block for block in blocks if block & days and not block <= days]:
        days -= frozenset().union(*broken)
    return days
