"""What the meter store knows of one installation, cut to the customer's own agreement periods.

Cut means: not only the dates. The first reading of an own period may close a gap that began before it; what it brought
belongs partly to whoever lived there before, so it is taken out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from forsyn.domain.metering import queries
from forsyn.domain.metering.rules import Quality
from forsyn.interfaces.portal.comparison import DayAmount
from forsyn.interfaces.portal.slots import HourAmount, Ownership, Remark
from forsyn.kernel.calendar import DAY
from forsyn.kernel.local_days import day_starts_seconds
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
        """The own days of a period that have values. 1 query, 1 to 3 more where an own period begins with a gap."""
        span = self._span(period)
        if span is None:
            return {}
        first, last = span
        totals = queries.day_totals(
            installation_id=self.installation_id, register_code=self.register_code, first_date=first, last_date=last
        )
        columns = (totals.days, totals.total, totals.complete, totals.quality)
        own = {
            day: DayAmount(total, complete, carries=bool(quality & Quality.AFTER_GAP))
            for day, total, complete, quality in zip(
                *(column[totals.present].tolist() for column in columns), strict=True
            )
            if self.ownership.owns(day)
        }
        for period_held in self.ownership.periods:
            self._take_out_what_a_former_gap_brought(own, period_held)
        return own

    def hours(self, first: date, last: date) -> dict[date, dict[int, HourAmount]]:
        """The hours of own days that have values, by day and index. 1 query, 1 to 3 more as for `days`."""
        span = self._span(Period(first, last + DAY))
        if span is None:
            return {}
        first, last = span
        values = queries.hourly_values(
            installation_id=self.installation_id, register_code=self.register_code, first_date=first, last_date=last
        )
        bounds = day_starts_seconds(first, last + DAY)
        amounts = [
            HourAmount(value, _remarks(quality)) if present else None
            for value, present, quality in zip(
                values.value.tolist(), values.present.tolist(), values.quality.tolist(), strict=True
            )
        ]
        found: dict[date, dict[int, HourAmount]] = {}
        for number in range((last - first).days + 1):
            begin, end = ((bounds[number + shift] - bounds[0]) // 3600 for shift in (0, 1))
            of_day = {index: hour for index, hour in enumerate(amounts[begin:end]) if hour is not None}
            if of_day and self.ownership.owns(first + number * DAY):
                found[first + number * DAY] = of_day
        for period_held in self.ownership.periods:
            self._drop_the_hour_that_closed_a_former_gap(found, period_held)
        return found

    def _span(self, period: Period) -> tuple[date, date] | None:
        """The first and last day of a period on which own values can be."""
        clips = [clip for own in self.ownership.periods if (clip := own.clip(period))]
        if not clips:
            return None
        until = min(max(clip.until or date.max for clip in clips), self.ownership.today + DAY)
        first = min(clip.first for clip in clips)
        return (first, until - DAY) if first < until else None

    def _take_out_what_a_former_gap_brought(self, days: dict[date, DayAmount], held: Period) -> None:
        first = min((day for day in days if day in held), default=None)
        if first is None or not days[first].carries or self._measured_before(first, held):
            return
        hours = queries.hourly_values(
            installation_id=self.installation_id, register_code=self.register_code, first_date=first, last_date=first
        )
        index = int(hours.present.argmax())
        if hours.quality[index] & Quality.AFTER_GAP:
            rest = (days[first].amount or 0) - int(hours.value[index])
            days[first] = DayAmount(rest if hours.present.sum() > 1 else None, complete=False)

    def _drop_the_hour_that_closed_a_former_gap(self, days: dict[date, dict[int, HourAmount]], held: Period) -> None:
        first = min((day for day in days if day in held), default=None)
        if first is None:
            return
        index = min(days[first])
        if Remark.CARRIED in days[first][index].remarks and not self._measured_before(first, held):
            del days[first][index]

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
        return bool(before.present.any())


def _remarks(quality: int) -> frozenset[Remark]:
    if not quality:
        return _NONE
    return frozenset(remark for bit, remark in _REMARKS.items() if quality & bit)


_NONE: frozenset[Remark] = frozenset()


def last_measured(days: Iterable[date]) -> date | None:
    """The latest day with values."""
    return max(days, default=None)
