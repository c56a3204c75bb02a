"""What happened to a customer, newest first, told by the register's own history: it arranges what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from forsyn.domain.customers.queries import AgreementView, Contact, Name


class EventKind(StrEnum):
    """What an event is about; a timeline is filtered by it."""

    AGREEMENT = "agreement"
    NAME = "name"
    CONTACT = "contact"
    ACCESS = "access"
    METER = "meter"


class Happening(StrEnum):
    """What happened."""

    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"
    WILL_MOVE_IN = "will_move_in"
    WILL_MOVE_OUT = "will_move_out"
    NAME_RECORDED = "name_recorded"
    NAME_CHANGED = "name_changed"
    CONTACT_RECORDED = "contact_recorded"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_REMOVED = "contact_removed"
    ACCESS_GRANTED = "access_granted"
    ACCESS_ENDED = "access_ended"
    METER_MOUNTED = "meter_mounted"
    METER_TAKEN_DOWN = "meter_taken_down"
    METER_REPLACED = "meter_replaced"


@dataclass(frozen=True)
class Event:
    """One happening on a local date.

    subject: about what (an address, a contact's kind, an installation's number); before, after: what it was and became.
    """

    on: date
    kind: EventKind
    happening: Happening
    subject: str = ""
    before: str = ""
    after: str = ""
    source: str = ""
    commodities: tuple[str, ...] = ()
    supply_point_id: int | None = None
    meter_id: int | None = None


@dataclass(frozen=True)
class Access:
    """An account that may see the customer in the portal."""

    account_name: str
    account_email: str
    is_active: bool
    first: date
    until: date | None


def newest_first(*parts: Iterable[Event]) -> list[Event]:
    """All events in one order; those of one day by kind, then by subject."""
    order = list(EventKind)
    together = sorted(
        (event for part in parts for event in part), key=lambda event: (order.index(event.kind), event.subject)
    )
    return sorted(together, key=lambda event: event.on, reverse=True)


def name_events(names: Sequence[Name]) -> Iterable[Event]:
    """From the names, newest first as queries.name_history gives them."""
    oldest_first = sorted(names, key=lambda name: name.period.first)
    before = ""
    for name in oldest_first:
        happening = Happening.NAME_CHANGED if before else Happening.NAME_RECORDED
        yield Event(name.period.first, EventKind.NAME, happening, before=before, after=name.name, source=name.source)
        before = name.name


def contact_events(contacts: Sequence[Contact]) -> Iterable[Event]:
    """From the contact points of all kinds; a value that ends where the next begins is one change, not two."""
    for kind in sorted({contact.kind for contact in contacts}):
        versions = sorted((each for each in contacts if each.kind == kind), key=lambda each: each.period.first)
        yield from _contact_changes(kind, versions)


def _contact_changes(kind: str, versions: Sequence[Contact]) -> Iterable[Event]:
    before, ended = "", None
    for contact in versions:
        if ended is not None and ended != contact.period.first:
            yield Event(ended, EventKind.CONTACT, Happening.CONTACT_REMOVED, kind, before=before)
            before = ""
        happening = Happening.CONTACT_CHANGED if before else Happening.CONTACT_RECORDED
        yield Event(
            contact.period.first, EventKind.CONTACT, happening, kind, before, contact.value, source=contact.source
        )
        before, ended = contact.value, contact.period.until
    if ended is not None:
        yield Event(ended, EventKind.CONTACT, Happening.CONTACT_REMOVED, kind, before=before)


def agreement_events(agreements: Sequence[AgreementView], today: date) -> Iterable[Event]:
    """Moving in and out: the agreements of one place that begin, or end, on the same day are one event."""
    together: dict[tuple[date, Happening, int], list[AgreementView]] = {}
    for agreement in agreements:
        first, until = agreement.period.first, agreement.period.until
        moved_in = Happening.MOVED_IN if first <= today else Happening.WILL_MOVE_IN
        together.setdefault((first, moved_in, agreement.place.id), []).append(agreement)
        if until is not None:
            last = until - timedelta(days=1)
            moved_out = Happening.MOVED_OUT if last < today else Happening.WILL_MOVE_OUT
            together.setdefault((last, moved_out, agreement.place.id), []).append(agreement)
    for (on, happening, place_id), ended in together.items():
        yield Event(
            on,
            EventKind.AGREEMENT,
            happening,
            f"{ended[0].place.first_line}, {ended[0].place.postal_line}",
            commodities=tuple(sorted({agreement.commodity for agreement in ended})),
            supply_point_id=place_id,
        )


def access_events(accesses: Sequence[Access], today: date) -> Iterable[Event]:
    """Who was let into the portal, and who no longer is."""
    for access in accesses:
        who = f"{access.account_name} ({access.account_email})"
        yield Event(access.first, EventKind.ACCESS, Happening.ACCESS_GRANTED, who)
        if access.until is not None and access.until <= today:
            yield Event(access.until, EventKind.ACCESS, Happening.ACCESS_ENDED, who)
