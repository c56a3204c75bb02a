"""What was measured in a page's period: slots, total and comparison, before they are put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forsyn.interfaces.portal.amounts import Level
from forsyn.interfaces.portal.comparison import Comparison, DayAmount, Series, like_for_like
from forsyn.interfaces.portal.slots import HourAmount, Remark, Slot, State, compare, date_slots, hour_slots, total
from forsyn.interfaces.portal.where import Where
from forsyn.kernel.calendar import a_year_before, day_period, days_of, months_of, year_period
from forsyn.kernel.local_days import hours_in_day
from forsyn.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured in a page's period, before it is put into words."""

    slots: list[Slot]
    comparison: Comparison
    amount: int | None
    last_measured: date | None
    read_daily: bool = False
    """The meter is read once a day: there are no hours to show."""
    kept_as: Level | None = None
    """The slots are too old to be kept: DAYS where a day's hours are gone, MONTHS where a month's days are."""
    whole: Slot | None = None
    """Then the whole period as one slot; None where it is part of a longer one itself."""
    has_hours: bool = True
    """Some hours of the period are kept, as far as is known."""


def figures(where: Where) -> Figures:
    """Read what the page is about.

    2 queries for years and a year, 4 for a month, 2 for a day (6 where it has no hours); few more at a move.
    """
    if where.level is Level.HOURS:
        return _figures_of_a_day(where)
    period = where.period
    series = _series(where, period)
    if where.level is Level.YEARS:
        period = _since_first_value(period, series)
    periods = _slot_periods(where.level, period)
    slots = date_slots(periods, series, series, where.ownership)
    summed = any(slot.state is State.SUMMED for slot in slots)
    only_summed = summed and all(slot.state in {State.SUMMED, State.OUTSIDE} for slot in slots)
    return Figures(
        slots=[] if only_summed else slots,
        kept_as=Level.MONTHS if only_summed else None,
        whole=date_slots([period], series, series, where.ownership)[0] if only_summed else None,
        has_hours=any(_has_hours(found) for day, found in series.items() if day in period),
        comparison=compare(period, series, series, where.ownership),
        amount=total(series, where.ownership.days(period)),
        last_measured=max((day for day in series if day in period), default=None),
    )


def _series(where: Where, period: Period) -> Series:
    """The days of a period and of the same dates a year before."""
    before = a_year_before(period)
    if where.level is Level.DAYS:
        series = where.source.days(period)
        return series | where.source.days(before) if before else series
    return where.source.days(Period(before.first, period.until) if before else period)


def _since_first_value(period: Period, series: Series) -> Period:
    """All years, without those before the meter could be read from afar."""
    first = min(series, default=None)
    return Period(date(max(first.year if first else period.first.year, period.first.year), 1, 1), period.until)


def _slot_periods(level: Level, period: Period) -> list[Period]:
    if level is Level.MONTHS:
        return list(months_of(period.first.year))
    if level is Level.DAYS:
        return [day_period(day) for day in days_of(period)]
    last = period.until.year if period.until else period.first.year + 1
    return [year_period(year) for year in range(period.first.year, last)]


def _figures_of_a_day(where: Where) -> Figures:
    day = where.period.first
    before = a_year_before(where.period)
    this = where.source.hours(day, day).get(day, {})
    if not this and (found := _figures_of_an_old_day(where)):
        return found
    last = where.source.hours(before.first, before.first).get(before.first, {}) if before else {}
    read_daily = set(this) == {0} and where.source.days(where.period)[day].complete
    series = {day: _day_amount(day, this, daily=read_daily)}
    earlier: Series = {}
    if before and last:
        earlier = {before.first: _day_amount(before.first, last, daily=set(last) == {0})}
    elif before:
        earlier = where.source.days(before)
    settled = this and (series[day].complete or not where.ownership.awaits(day))
    return Figures(
        slots=[] if read_daily else hour_slots(day, this, last, where.ownership),
        comparison=like_for_like(series, earlier, [day] if settled else []),
        amount=series[day].amount,
        last_measured=day if this else None,
        read_daily=read_daily,
    )


def _figures_of_an_old_day(where: Where) -> Figures | None:
    """Of a day whose hours are not kept: its total beside that of a year before. None where it is not such a day."""
    period = where.period
    this = where.source.days(period)
    if not this or any(_has_hours(found) for found in this.values()):
        return None
    before = a_year_before(period)
    last = where.source.days(before) if before else {}
    (whole,) = date_slots([period], this, last, where.ownership)
    return Figures(
        slots=[],
        comparison=compare(period, this, last, where.ownership),
        amount=whole.amount,
        last_measured=period.first,
        kept_as=Level.MONTHS if whole.state is State.SUMMED else Level.DAYS,
        whole=None if whole.state is State.SUMMED else whole,
        has_hours=False,
    )


def _has_hours(found: DayAmount) -> bool:
    return not found.without_hours and found.sum_since is None


def _day_amount(day: date, hours: Mapping[int, HourAmount], *, daily: bool) -> DayAmount:
    if not hours:
        return DayAmount(None, complete=False)
    amount = sum(hour.amount or 0 for hour in hours.values())
    last = hours_in_day(day) - 1
    # a gap that began and was closed within the day leaves its total whole
    closed = {0, last} <= hours.keys() and any(Remark.CARRIED in hour.remarks for hour in hours.values())
    return DayAmount(amount, complete=daily or closed or len(hours) == last + 1, ends_measured=last in hours)
