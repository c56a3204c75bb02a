"""What a chart and its table show: one slot for each year, month, day or hour, with its state said openly.

Missing is never zero: a slot without values says whether they are awaited, lost, or none of this customer's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from forsyn.interfaces.portal.comparison import (
    Comparison,
    DayAmount,
    Series,
    cuts_a_sum,
    like_for_like,
    settled_days,
)
from forsyn.kernel.calendar import Fold, LocalHour, a_year_before, day_period, days_of, local_hours
from forsyn.kernel.periods import Period

AWAITED_DAYS = 2
"""Values reach the utility on the following night: for today and yesterday, none is no gap yet."""


class State(Enum):
    """What is known of a slot."""

    MEASURED = "measured"
    PARTIAL = "partial"
    MISSING = "missing"
    AWAITED = "awaited"
    FUTURE = "future"
    SUMMED = "summed"
    """Too old to be kept by itself: it is part of a longer period's figure."""
    OUTSIDE = "outside"
    """Not in any of the customer's own agreement periods: never shown, whoever used it."""


class Remark(Enum):
    """What a reader should know about a figure."""

    SO_FAR = "so_far"
    BEGAN = "began"
    ENDED = "ended"
    GAP = "gap"
    CARRIED = "carried"
    RELEASED = "released"
    FIRST_READING = "first_reading"
    ESTIMATED = "estimated"
    LEAP_DAY = "leap_day"
    LAST_YEAR_GAP = "last_year_gap"


@dataclass(frozen=True, slots=True)
class Slot:
    """One bar and one table row. Amounts in base units; `change` is a fraction of last year."""

    period: Period
    state: State
    amount: int | None = None
    last_year: int | None = None
    change: float | None = None
    remarks: frozenset[Remark] = frozenset()
    missing_days: int = 0
    hour: LocalHour | None = None


@dataclass(frozen=True, slots=True)
class Ownership:
    """The customer's own periods at an installation, and today: together they say which days may have values."""

    periods: Sequence[Period]
    today: date

    def owns(self, day: date) -> bool:
        """Whether the day lies in one of the customer's own agreement periods."""
        return any(day in period for period in self.periods)

    def days(self, period: Period) -> list[date]:
        """The own days of a period, past, present and future."""
        return [day for own in self.periods if (clip := own.clip(period)) for day in days_of(clip)]

    def awaits(self, day: date) -> bool:
        """Whether the day is so recent that its values may still be on their way."""
        return day > self.today - timedelta(days=AWAITED_DAYS)


def date_slots(periods: Iterable[Period], this: Series, last: Series, ownership: Ownership) -> list[Slot]:
    """One slot for each period of days (a year, a month or a day)."""
    return [_date_slot(period, this, last, ownership) for period in periods]


def compare(period: Period, this: Series, last: Series, ownership: Ownership) -> Comparison:
    """A whole page's period against the year before, like for like."""
    return like_for_like(this, last, _comparable(ownership.days(period), this, ownership))


def total(series: Series, days: Iterable[date]) -> int | None:
    """The sum of what was measured; None where nothing was, or where only a longer period's sum is known."""
    days = list(days)
    if cuts_a_sum(series, days):
        return None
    amounts = [found.amount for day in days if (found := series.get(day)) and found.amount is not None]
    return sum(amounts) if amounts else None


def _date_slot(period: Period, this: Series, last: Series, ownership: Ownership) -> Slot:
    own = ownership.days(period)
    past = [day for day in own if day <= ownership.today]
    if cuts_a_sum(this, past):
        return Slot(period=period, state=State.SUMMED)
    comparable = _comparable(own, this, ownership)
    comparison = like_for_like(this, last, comparable)
    amount = total(this, past)
    settled = settled_days(this, past)
    unsettled = [day for day in past if not (day in settled or _is_whole(this.get(day)))]
    lost = [day for day in unsettled if not ownership.awaits(day)]
    state = _state(own, past, amount, lost, under_way=any(day in this for day in unsettled))
    last_year = _last_year(period, comparable, state, last)
    known = amount is not None and last_year is not None
    return Slot(
        period=period,
        state=state,
        amount=amount,
        last_year=last_year,
        change=comparison.change if known else None,
        remarks=frozenset(_remarks(period, past, lost, this, ownership, comparison if known else None)),
        missing_days=sum(_is_missing(this.get(day)) for day in lost),
    )


def _is_missing(found: DayAmount | None) -> bool:
    return found is None or found.amount is None


def _is_whole(found: DayAmount | None) -> bool:
    return found is not None and found.amount is not None and found.whole


def _comparable(own: list[date], this: Series, ownership: Ownership) -> list[date]:
    """The own days so far, without those whose values may still come."""

    def settled(day: date) -> bool:
        found = this.get(day)
        return not ownership.awaits(day) or (found is not None and found.amount is not None and found.whole)

    return [day for day in own if day <= ownership.today and settled(day)]


def _state(own: list[date], past: list[date], amount: int | None, lost: list[date], *, under_way: bool) -> State:
    if not own:
        return State.OUTSIDE
    if not past:
        return State.FUTURE
    if amount is None:
        return State.MISSING if lost else State.AWAITED
    return State.PARTIAL if lost or under_way else State.MEASURED


def _last_year(period: Period, comparable: list[date], state: State, last: Series) -> int | None:
    """Last year's whole period beside a whole or an empty one, else its part up to the same date."""
    before = a_year_before(period)
    if before is None or before.until is None:
        return None
    part = state in {State.MEASURED, State.PARTIAL} and comparable and comparable != list(days_of(period))
    if part:
        first, until = comparable[0], comparable[-1] + timedelta(days=1)
        before = a_year_before(Period(first, until))
    return None if before is None else total(last, days_of(before))


def _remarks(
    period: Period,
    past: list[date],
    lost: list[date],
    this: Series,
    ownership: Ownership,
    comparison: Comparison | None,
) -> Iterable[Remark]:
    found = [this[day] for day in past if day in this and this[day].amount is not None]
    if found and ownership.today in period:
        yield Remark.SO_FAR
    yield from _edges(period, ownership)
    if found and lost:
        yield Remark.GAP
    if any(day.carries for day in found):
        yield Remark.CARRIED
    if comparison is not None and comparison.leap_day_left_out:
        yield Remark.LEAP_DAY
    if comparison is not None and comparison.left_out and not lost:
        yield Remark.LAST_YEAR_GAP


def _edges(period: Period, ownership: Ownership) -> Iterable[Remark]:
    if any(own.first in period and own.first != period.first for own in ownership.periods):
        yield Remark.BEGAN
    if any(own.until and own.until in period and own.until != period.first for own in ownership.periods):
        yield Remark.ENDED


# -- the hours of a day ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HourAmount:
    """What was used in an hour, in base units; None: nothing was measured."""

    amount: int | None
    remarks: frozenset[Remark] = field(default=frozenset())


Hours = Mapping[int, HourAmount]
"""By index: hours since local midnight."""


def hour_slots(day: date, this: Hours, last: Hours, ownership: Ownership) -> list[Slot]:
    """One slot for each of the 23, 24 or 25 hours, beside the hour of the same name a year before."""
    before = a_year_before(day_period(day))
    names = {(hour.hour, hour.fold): hour.index for hour in local_hours(before.first)} if before else {}
    return [_hour_slot(day, hour, this, last.get(_same_hour(hour, names)), ownership) for hour in local_hours(day)]


def _same_hour(hour: LocalHour, names: Mapping[tuple[int, Fold], int]) -> int:
    """The index of the hour of the same name; a doubled hour's first stands for the only one, its second for none."""
    candidates = [hour.fold]
    if hour.fold is Fold.SUMMER_TIME:
        candidates.append(Fold.ONLY)
    if hour.fold is Fold.ONLY:
        candidates.append(Fold.SUMMER_TIME)
    return next((names[hour.hour, fold] for fold in candidates if (hour.hour, fold) in names), -1)


def _hour_slot(day: date, hour: LocalHour, this: Hours, before: HourAmount | None, ownership: Ownership) -> Slot:
    found = this.get(hour.index)
    amount = found.amount if found else None
    last_year = before.amount if before else None
    if not ownership.owns(day):
        state, amount = State.OUTSIDE, None
    elif amount is not None:
        state = State.MEASURED
    elif day > ownership.today:
        state = State.FUTURE
    else:
        state = State.AWAITED if ownership.awaits(day) else State.MISSING
    change = amount / last_year - 1 if amount is not None and last_year else None
    remarks = found.remarks if found and amount is not None else frozenset()
    return Slot(day_period(day), state, amount, last_year, change, remarks, 0, hour)
