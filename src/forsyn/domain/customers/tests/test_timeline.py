"""A customer's history becomes happenings, newest first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.customers.models import Address
from forsyn.domain.customers.queries import AgreementView, Contact, Name, Place
from forsyn.domain.customers.timeline import (
    Access,
    Event,
    Happening,
    access_events,
    agreement_events,
    contact_events,
    name_events,
    newest_first,
)
from forsyn.kernel.periods import Period

RECORDED = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = date(2026, 11, 2)


def mobile(value: str, first: date, until: date | None) -> Contact:
    return Contact("mobile", value, Period(first, until), "person", RECORDED)


def told(events: object) -> list[tuple[date, Happening]]:
    return [(event.on, event.happening) for event in events]  # type: ignore[attr-defined]


def test_a_value_that_follows_another_is_one_change() -> None:
    events = list(
        contact_events(
            [mobile("2", date(2026, 5, 1), None), mobile("1", date(2026, 1, 1), date(2026, 5, 1))],
        )
    )
    assert told(events) == [
        (date(2026, 1, 1), Happening.CONTACT_RECORDED),
        (date(2026, 5, 1), Happening.CONTACT_CHANGED),
    ]
    assert (events[1].before, events[1].after) == ("1", "2")


def test_a_value_that_comes_later_was_first_removed() -> None:
    events = contact_events(
        [mobile("1", date(2026, 1, 1), date(2026, 2, 1)), mobile("2", date(2026, 5, 1), date(2026, 6, 1))]
    )
    assert told(events) == [
        (date(2026, 1, 1), Happening.CONTACT_RECORDED),
        (date(2026, 2, 1), Happening.CONTACT_REMOVED),
        (date(2026, 5, 1), Happening.CONTACT_RECORDED),
        (date(2026, 6, 1), Happening.CONTACT_REMOVED),
    ]


def test_a_new_name_says_the_old_one() -> None:
    names = [
        Name("Ny", Period(date(2026, 3, 1)), "person", RECORDED),
        Name("Gammel", Period(date(2020, 1, 1), date(2026, 3, 1)), "person", RECORDED),
    ]
    first, change = name_events(names)
    assert (first.happening, first.after) == (Happening.NAME_RECORDED, "Gammel")
    assert (change.happening, change.before, change.after) == (Happening.NAME_CHANGED, "Gammel", "Ny")


def agreement(commodity: str, first: date, until: date | None) -> AgreementView:
    place = Place(7, "5001", "house", "", None, Address(street="Vej", house_number="1", postal_code="9999", city="By"))
    return AgreementView(1, commodity, commodity, "owner", Period(first, until), place, ())


def test_agreements_of_one_place_and_day_are_one_move() -> None:
    moves = list(
        agreement_events(
            [agreement("heat", date(2020, 1, 1), TODAY), agreement("water", date(2020, 1, 1), TODAY)], TODAY
        )
    )
    assert told(moves) == [
        (date(2020, 1, 1), Happening.MOVED_IN),
        (TODAY - timedelta(days=1), Happening.MOVED_OUT),
    ]
    assert moves[0].commodities == ("heat", "water")


def test_who_still_lives_there_on_the_last_day_will_move_out() -> None:
    ends_tomorrow = agreement("heat", TODAY + timedelta(days=1), TODAY + timedelta(days=30))
    assert [event.happening for event in agreement_events([ends_tomorrow], TODAY)] == [
        Happening.WILL_MOVE_IN,
        Happening.WILL_MOVE_OUT,
    ]
    last_day_today = agreement("heat", date(2020, 1, 1), TODAY + timedelta(days=1))
    assert told(agreement_events([last_day_today], TODAY))[-1] == (TODAY, Happening.WILL_MOVE_OUT)


def test_access_that_ends_later_has_not_ended() -> None:
    later = Access("A", "a@b.example", True, date(2026, 1, 1), TODAY + timedelta(days=1))
    assert [event.happening for event in access_events([later], TODAY)] == [Happening.ACCESS_GRANTED]


@given(
    st.lists(st.tuples(st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.integers(1, 400)), min_size=1, max_size=8).map(
        lambda pairs: sorted(pairs)
    )
)
def test_no_value_of_a_contact_is_lost_or_told_twice(pairs: list[tuple[date, int]]) -> None:
    contacts, free = [], date(2019, 1, 1)
    for number, (first, days) in enumerate(pairs):
        first = max(first, free)
        free = first + timedelta(days=days)
        contacts.append(mobile(str(number), first, free))
    events = newest_first(contact_events(contacts))
    assert [event.on for event in events] == sorted((event.on for event in events), reverse=True)
    came: list[Event] = [event for event in events if event.after]
    assert sorted(event.after for event in came) == sorted(contact.value for contact in contacts)
    removed = [event for event in events if event.happening is Happening.CONTACT_REMOVED]
    changed = [event for event in events if event.happening is Happening.CONTACT_CHANGED]
    assert len(removed) + len(changed) == len(contacts), "each value ends once: removed, or changed to another"
