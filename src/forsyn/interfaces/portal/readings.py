"""What the meter store knows of one installation, cut to the customer's own agreement periods.

Cut means: not only the dates. The first reading of an own period may close a gap that began before it; what it brought
belongs partly to whoever lived there before, so it is taken out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from forsyn.domain.metering import queries
from forsyn.domain.metering.rules import END_MISSING, MISSING, Quality
from forsyn.interfaces.portal.comparison import DayAmount
from forsyn.interfaces.portal.slots import HourAmount, Ownership, Remark
from forsyn.kernel.calendar import DAY
from forsyn.kernel.local_days import HOUR_SECONDS, day_start_seconds, day_starts_seconds, local_day
from forsyn.kernel.periods import Period

_REMARKS = {
    Quality.AFTER_GAP: Remark.CARRIED,
    Quality.RELEASED: Remark.RELEASED,
    Quality.FIRST_READING: Remark.FIRST_READING,
}


@dataclass(frozen=True, slots=True)
class Source:
    """One register of one installation, as one customer may see it."""

    installation_id: int
    register_code: str
    ownership: Ownership

    def days(self, period: Period) -> dict[date, DayAmount]:
        """The own days of a period that have values. 2 queries, 1 to 4 more where an own period begins with a gap.

        Days that are too old to be kept one by one stand for their sum (`DayAmount.sum_since`).
        """
        span = self._span(period)
        if span is None:
            return {}
        first, last = span
        totals = queries.day_totals(
            installation_id=self.installation_id, register_code=self.register_code, first_date=first, last_date=last
        )
        columns = (
            totals.days, totals.total, totals.complete, totals.quality, totals.ends_measured, totals.without_hours,
        )  # fmt: skip
        own = {
            day: DayAmount(total, complete, bool(quality & Quality.AFTER_GAP), ends_measured, without_hours)
            for day, total, complete, quality, ends_measured, without_hours in zip(
                *(column[totals.present].tolist() for column in columns), strict=True
            )
            if self.ownership.owns(day)
        }
        carried = dict(zip(totals.days.tolist(), totals.carried.tolist(), strict=True))
        for part in self._month_parts(first, last):
            own |= {day: amount for day, amount in days_of_sum(part).items() if first <= day <= last}
            carried[part.until - DAY] = part.carried or 0
        for period_held in self.ownership.periods:
            self._take_out_what_a_former_gap_brought(own, period_held, carried)
        return own

    def hours(self, first: date, last: date) -> dict[date, dict[int, HourAmount]]:
        """The hours of own days that have values, by day and index. Queries as for `hour_values`."""
        values = self.hour_values(first, last)
        if values is None:
            return {}
        starts = values.starts_at[values.present].tolist()
        found: dict[date, dict[int, HourAmount]] = {}
        amounts = zip(values.value[values.present].tolist(), values.quality[values.present].tolist(), strict=True)
        bounds = day_starts_seconds(first, last + DAY)
        for at, (amount, quality) in zip(starts, amounts, strict=True):
            number = bisect_right(bounds, at) - 1
            of_day = found.setdefault(first + number * DAY, {})
            of_day[(at - bounds[number]) // HOUR_SECONDS] = HourAmount(amount, remarks_of(quality))
        return found

    def hour_values(self, first: date, last: date) -> queries.HourlyValues | None:
        """Every hour from a day to another, present where it is the customer's own; None where no own day is.

        Hours before the first and after the last own day so far are left out. 1 query, 1 more where an own period
        begins with a gap.
        """
        span = self._span(Period(first, last + DAY))
        if span is None:
            return None
        values = queries.hourly_values(
            installation_id=self.installation_id,
            register_code=self.register_code,
            first_date=span[0],
            last_date=span[1],
        )
        own = np.zeros_like(values.present)
        for held in self.ownership.periods:
            since = np.searchsorted(values.starts_at, day_start_seconds(held.first))
            until = np.searchsorted(
                values.starts_at, day_start_seconds(min(held.until or span[1] + DAY, span[1] + DAY))
            )
            own[since:until] = values.present[since:until]
            self._drop_the_hour_that_closed_a_former_gap(values, own, held, int(since), int(until))
        values.present[:] = own
        return values

    def _span(self, period: Period) -> tuple[date, date] | None:
        """The first and last day of a period on which own values can be."""
        clips = [clip for own in self.ownership.periods if (clip := own.clip(period))]
        if not clips:
            return None
        until = min(max(clip.until or date.max for clip in clips), self.ownership.today + DAY)
        first = min(clip.first for clip in clips)
        return (first, until - DAY) if first < until else None

    def _month_parts(self, first: date, last: date) -> list[queries.MonthPart]:
        parts = queries.month_parts(
            installation_id=self.installation_id, register_code=self.register_code, first_date=first, last_date=last
        )
        return [part for part in parts if self.ownership.owns(part.first)]

    def _take_out_what_a_former_gap_brought(
        self, days: dict[date, DayAmount], held: Period, carried: Mapping[date, int]
    ) -> None:
        first = min((day for day in days if day in held and not days[day].sum_goes_on), default=None)
        if first is None or not days[first].carries:
            return
        found = days[first]
        if self._measured_before(found.sum_since or first, held):
            return
        if found.without_hours or found.sum_since:
            rest = (found.amount or 0) - carried[first]
            days[first] = replace(found, amount=rest or None, complete=False, carries=False)
            return
        hours = queries.hourly_values(
            installation_id=self.installation_id, register_code=self.register_code, first_date=first, last_date=first
        )
        index = int(hours.present.argmax())
        if hours.quality[index] & Quality.AFTER_GAP:
            rest = (days[first].amount or 0) - int(hours.value[index])
            days[first] = DayAmount(
                rest if hours.present.sum() > 1 else None, complete=False, ends_measured=days[first].ends_measured
            )

    def _drop_the_hour_that_closed_a_former_gap(
        self, values: queries.HourlyValues, own: npt.NDArray[np.bool_], held: Period, since: int, until: int
    ) -> None:
        if not own[since:until].any():
            return
        index = since + int(own[since:until].argmax())
        if values.quality[index] & Quality.AFTER_GAP:
            day = local_day(datetime.fromtimestamp(int(values.starts_at[index]), UTC))
            own[index] = self._measured_before(day, held)

    def _measured_before(self, day: date, held: Period) -> bool:
        """Whether anything was measured in the own period before a day."""
        if held.first >= day:
            return False
        before = queries.day_totals(
            installation_id=self.installation_id,
            register_code=self.register_code,
            first_date=held.first,
            last_date=day - timedelta(days=1),
        )
        return bool(before.present.any()) or bool(self._month_parts(held.first, day - timedelta(days=1)))


def days_of_sum(part: queries.MonthPart) -> dict[date, DayAmount]:
    """The days of a part of a month, of which only the sum is known."""
    last = part.until - DAY
    whole = not part.quality & MISSING
    days = [part.first + number * DAY for number in range((last - part.first).days)]
    missing = 0 if whole else len(days) + 1 - part.days
    series = {
        day: DayAmount(
            None if number < missing else 0, complete=False, ends_measured=False, sum_since=part.first, sum_goes_on=True
        )
        for number, day in enumerate(days)
    }
    series[last] = DayAmount(
        part.total,
        complete=whole,
        carries=part.carried is not None,
        ends_measured=not part.quality & END_MISSING,
        sum_since=part.first,
    )
    return series


def remarks_of(quality: int) -> frozenset[Remark]:
    """What a value's quality bits tell a reader."""
    if not quality:
        return NO_REMARKS
    return frozenset(remark for bit, remark in _REMARKS.items() if quality & bit)


NO_REMARKS: frozenset[Remark] = frozenset()
