"""All that the office knows about a customer, brought together for one page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forsyn.domain.customers import queries
from forsyn.domain.customers.staff_rows import portal_accesses
from forsyn.domain.customers.timeline import (
    Access,
    Event,
    EventKind,
    Happening,
    access_events,
    agreement_events,
    contact_events,
    name_events,
    newest_first,
)
from forsyn.domain.metering import inspection
from forsyn.domain.metering.inspection import MAIN_REGISTER, MonthAmount, MountingView, Span
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.periods import Period
from forsyn.policy.purposes import P

MONTHS = 13
"""The glance: this month so far, and the twelve before it."""


@dataclass(frozen=True)
class Glance:
    """An installation the customer has or had, its meters then, and its consumption of the last months.

    amounts: base units by month, oldest first; None where the customer had no agreement or nothing was measured.
    """

    installation: queries.InstallationView
    meters: tuple[MountingView, ...]
    months: tuple[date, ...]
    amounts: tuple[int | None, ...]
    is_metered: bool

    @property
    def rows(self) -> list[tuple[date, int | None]]:
        """Months with their amounts, the latest first."""
        return list(zip(self.months, self.amounts, strict=True))[::-1]

    @property
    def has_amounts(self) -> bool:
        """Whether there is anything to draw."""
        return any(amount is not None for amount in self.amounts)


@dataclass(frozen=True)
class CustomerFile:
    """One customer, as of today."""

    overview: queries.CustomerOverview
    names: list[queries.Name]
    contacts: list[queries.Contact]
    agreements: list[queries.AgreementView]
    glances: list[Glance]
    accesses: list[Access]
    events: list[Event]


def customer_file(*, customer_id: int, today: date, helper_id: int | None) -> CustomerFile:
    """Raises Customer.DoesNotExist. The number of queries does not depend on the customer.

    ``helper_id``: the account of somebody whose work it is, too, to help customers sign in; others see no accounts.
    """
    overview = queries.customer_overview(customer_id=customer_id, today=today)
    names = queries.name_history(customer_id=customer_id)
    contacts = queries.contact_history(customer_id=customer_id)
    agreements = queries.agreements_of(customer_id=customer_id, today=today)
    installations = queries.installations_of(customer_id=customer_id)
    accesses: list[Access] = []
    if helper_id is not None:
        with purpose(P.SIGN_IN, actor=helper_id):
            accesses = portal_accesses(customer_id=customer_id)
    mounted = inspection.mountings(installation_ids=[installation.id for installation in installations])
    events = newest_first(
        agreement_events(agreements, today),
        name_events(names),
        contact_events(contacts),
        access_events(accesses, today),
        _meter_events(installations, mounted, today),
    )
    return CustomerFile(
        overview, names, contacts, agreements, _glances(installations, mounted, today), accesses, events
    )


def _glances(
    installations: Sequence[queries.InstallationView], mounted: Sequence[MountingView], today: date
) -> list[Glance]:
    months = _last_months(today)
    spans = [
        Span(installation.id, MAIN_REGISTER[installation.commodity], period.first, period.until)  # type: ignore[index]
        for installation in installations
        if installation.commodity in MAIN_REGISTER
        for period in installation.agreement_periods
    ]
    amounts = inspection.months_within(spans=spans, first=months[0], until=today + timedelta(days=1))
    by_month: dict[tuple[int, date], MonthAmount] = {(row.installation_id, row.month): row for row in amounts}
    return [
        Glance(
            installation,
            tuple(mounting for mounting in mounted if _was_there(mounting, installation)),
            months,
            tuple(getattr(by_month.get((installation.id, month)), "total", None) for month in months),
            installation.commodity in MAIN_REGISTER,
        )
        for installation in installations
    ]


def _last_months(today: date) -> tuple[date, ...]:
    count = today.year * 12 + today.month - 1
    return tuple(date(number // 12, number % 12 + 1, 1) for number in range(count - MONTHS + 1, count + 1))


def _was_there(mounting: MountingView, installation: queries.InstallationView) -> bool:
    return mounting.installation_id == installation.id and any(
        mounting.period.overlaps(period) for period in installation.agreement_periods
    )


def _meter_events(
    installations: Sequence[queries.InstallationView], mounted: Sequence[MountingView], today: date
) -> Iterable[Event]:
    """Meters put up, taken down or replaced while the customer had the agreement."""
    for installation in installations:
        here = [mounting for mounting in mounted if mounting.installation_id == installation.id]
        ended = {mounting.period.until: mounting for mounting in here}
        begun = {mounting.period.first for mounting in here}
        for mounting in here:
            if _theirs(mounting.period.first, installation.agreement_periods, today):
                yield _put_up(mounting, ended.get(mounting.period.first), installation)
            until = mounting.period.until
            if until is not None and until not in begun and _theirs(until, installation.agreement_periods, today):
                yield _meter_event(until, Happening.METER_TAKEN_DOWN, mounting, installation, before=mounting)


def _theirs(day: date, periods: Sequence[Period], today: date) -> bool:
    return day <= today and any(day in period for period in periods)


def _put_up(mounting: MountingView, before: MountingView | None, installation: queries.InstallationView) -> Event:
    happening = Happening.METER_MOUNTED if before is None else Happening.METER_REPLACED
    return _meter_event(mounting.period.first, happening, mounting, installation, before=before, after=mounting)


def _meter_event(
    on: date,
    happening: Happening,
    mounting: MountingView,
    installation: queries.InstallationView,
    *,
    before: MountingView | None = None,
    after: MountingView | None = None,
) -> Event:
    return Event(
        on,
        EventKind.METER,
        happening,
        installation.number,
        before.meter_number if before else "",
        after.meter_number if after else "",
        commodities=(installation.commodity,),
        supply_point_id=installation.place.id,
        meter_id=mounting.meter_id,
    )
