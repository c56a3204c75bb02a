"""Which installation and which period a consumption page is about, and the addresses of the pages around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.urls import reverse

from forsyn.domain.customers.queries import InstallationView
from forsyn.interfaces.portal.amounts import MEASURES, Level, Measure, Scale
from forsyn.interfaces.portal.readings import Source
from forsyn.interfaces.portal.slots import Ownership
from forsyn.kernel.calendar import day_period, month_period, year_period
from forsyn.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class Where:
    """A place and a time: all years, one year, one month or one day of an installation."""

    installation: InstallationView
    today: date
    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def measure(self) -> Measure:
        return MEASURES[self.installation.commodity]

    @property
    def level(self) -> Level:
        """How long one slot of the page is."""
        if self.year is None:
            return Level.YEARS
        if self.month is None:
            return Level.MONTHS
        return Level.DAYS if self.day is None else Level.HOURS

    @property
    def scale(self) -> Scale:
        """The unit of the page's slots."""
        return self.measure.scales[self.level]

    @property
    def total_scale(self) -> Scale:
        """The unit of the page's total: that of a slot one level up."""
        above = {Level.HOURS: Level.DAYS, Level.DAYS: Level.MONTHS}
        return self.measure.scales[above.get(self.level, Level.YEARS)]

    @property
    def period(self) -> Period:
        """The days of the page. Raises ValueError where the calendar has no such day."""
        if self.year is None:
            first = self.installation.agreement_periods[0].first
            return Period(date(first.year, 1, 1), date(max(self.last_day.year, first.year) + 1, 1, 1))
        if self.month is None:
            return year_period(self.year)
        if self.day is None:
            return month_period(self.year, self.month)
        return day_period(date(self.year, self.month, self.day))

    @property
    def ownership(self) -> Ownership:
        return Ownership(self.installation.agreement_periods, self.today)

    @property
    def source(self) -> Source:
        return Source(self.installation.id, self.measure.register_code, self.ownership)

    @property
    def last_day(self) -> date:
        """The last day so far of the customer's own periods."""
        untils = [period.until for period in self.installation.agreement_periods]
        ends = [date.max if until is None else until - timedelta(days=1) for until in untils]
        return min(self.today, max(ends))

    @property
    def is_current(self) -> bool:
        """Whether the period is not over."""
        return self.period.until is None or self.today < self.period.until

    def exists(self) -> bool:
        """Whether the calendar has the period, and some of its days are the customer's own and not to come."""
        try:
            period = self.period
        except (ValueError, OverflowError):
            return False
        if self.level is Level.YEARS:
            return True
        begun = Period(date.min, self.today + timedelta(days=1))
        seen = period.clip(begun)
        return seen is not None and any(own.overlaps(seen) for own in self.installation.agreement_periods)

    # -- addresses --------------------------------------------------------------------------------------------

    def address(self, name: str = "consumption") -> str:
        """The page's own address, or that of its CSV file (`name="csv"`)."""
        parts = [part for part in (self.year, self.month, self.day) if part is not None]
        return reverse(f"portal:{name}", args=[self.installation.id, *parts])

    def at(self, first: date, level: Level) -> Where:
        """The page whose slots have the level, and that holds a day."""
        year = None if level is Level.YEARS else first.year
        month = first.month if level in {Level.DAYS, Level.HOURS} else None
        return replace(self, year=year, month=month, day=first.day if level is Level.HOURS else None)

    def below(self, first: date) -> Where:
        """The page of the slot that begins on a day."""
        deeper = {Level.YEARS: Level.MONTHS, Level.MONTHS: Level.DAYS}
        return self.at(first, deeper.get(self.level, Level.HOURS))

    def before(self) -> Where | None:
        """The period before this one, where there is something of the customer's own to see."""
        return self._neighbour(self.period.first - timedelta(days=1))

    def after(self) -> Where | None:
        """The period after this one, likewise."""
        return self._neighbour(self.period.until) if self.period.until else None

    def of(self, installation: InstallationView) -> Where:
        """The same period of another installation, or where that has none, its latest month's year."""
        same = replace(self, installation=installation)
        return same if same.exists() else start(installation, self.today)

    def _neighbour(self, day: date) -> Where | None:
        if self.level is Level.YEARS:
            return None
        found = self.at(day, self.level)
        return found if found.exists() else None


def start(installation: InstallationView, today: date) -> Where:
    """Where a look at an installation begins: the latest year that is the customer's own."""
    here = Where(installation, today)
    return here.at(here.last_day, Level.MONTHS)
