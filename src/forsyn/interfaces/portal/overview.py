"""The front page: what was used in the last thirty days at the customer's present address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from forsyn.domain.customers.queries import InstallationView, Place
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.amounts import MEASURES, Level
from forsyn.interfaces.portal.comparison import Series
from forsyn.interfaces.portal.slots import compare, total
from forsyn.interfaces.portal.where import Where, start
from forsyn.kernel.calendar import a_year_before
from forsyn.kernel.periods import Period

RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Recent:
    """One commodity's last thirty days."""

    title: str | Promise
    amount: str
    summary: str
    latest: str
    href: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The front page's figures; `place` is None for a customer who has no running agreement."""

    place: Place | None
    recent: tuple[Recent, ...]
    other_places: int
    former_only: bool
    """There were agreements, but none runs now."""
    not_begun: date | None
    """The first agreement begins on this coming day."""

    @property
    def welcome(self) -> str:
        """For a customer who has not moved in yet."""
        date_text = wording.long_date(self.not_begun) if self.not_begun else ""
        return _("Din aftale begynder %(date)s. Derefter kan du følge dit forbrug her.") % {"date": date_text}


def overview(installations: Sequence[InstallationView], today: date) -> Overview:
    """Figures of the first running place: at most two installations, 2 queries each."""
    running = [one for one in installations if any(today in period for period in one.agreement_periods)]
    coming = [period.first for one in installations for period in one.agreement_periods if period.first > today]
    place = running[0].place if running else None
    here = [one for one in running if place and one.place.id == place.id and one.commodity in MEASURES]
    ordered = sorted(here, key=lambda one: list(MEASURES).index(one.commodity))[: len(MEASURES)]
    return Overview(
        place=place,
        recent=tuple(_recent(start(one, today)) for one in ordered),
        other_places=len({one.place.id for one in installations}) - (place is not None),
        former_only=bool(installations) and not running and not coming,
        not_begun=min(coming) if coming and not running else None,
    )


def _recent(where: Where) -> Recent:
    period = Period(where.today - RECENT, where.today)
    before = a_year_before(period)
    this = where.source.days(period)
    last = where.source.days(before) if before else {}
    scale = where.measure.scales[Level.MONTHS]
    amount = total(this, this)
    return Recent(
        title=wording.upper_first(str(where.measure.name)),
        amount="" if amount is None else scale.text(amount),
        summary=wording.summary(compare(period, this, last, where.ownership), where.measure, scale, current=True),
        latest=_latest(where, this),
        href=where.address() if where.exists() else reverse("portal:consumption_start"),
    )


def _latest(where: Where, series: Series) -> str:
    whole = [day for day, found in series.items() if found.complete]
    amount = total(series, [max(whole)]) if whole else None
    if amount is None:
        return ""
    values = {"day": wording.day_name(max(whole)), "amount": where.measure.scales[Level.DAYS].text(amount)}
    return _("Seneste hele dag, %(day)s: %(amount)s") % values
