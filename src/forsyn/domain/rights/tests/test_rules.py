"""States, limits, numbers, and what people write."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.rights.rules import (
    CLOSED,
    MOVES,
    NEEDS,
    Clock,
    Due,
    RequestRefused,
    State,
    check_received,
    id_in,
    number_of,
    numbers_in,
)
from forsyn.domain.rights.words import (
    CPR_TAKEN_OUT,
    WordsOfRequest,
    clean_note,
    clean_seen,
    file_name,
    plain_text,
    without_cpr,
)
from forsyn.kernel.cpr_search import find_cpr
from forsyn.policy.vocabulary import Right

days = st.dates(date(2020, 1, 1), date(2060, 1, 1))
DAY = timedelta(days=1)


def test_from_everywhere_a_request_can_be_closed_and_nothing_follows_that() -> None:
    for state, following in MOVES.items():
        assert bool(following) is (state not in CLOSED)
        assert state in CLOSED or {State.REFUSED, State.WITHDRAWN} <= following


def test_every_right_says_what_it_needs() -> None:
    assert set(NEEDS) == set(Right)
    assert [right for right, needs in NEEDS.items() if not needs.identity] == [Right.COMPLAINT]


@given(days, st.integers(0, 90), st.booleans())
def test_a_request_is_in_time_then_soon_due_then_overdue(received: date, paused: int, extended: bool) -> None:
    clock = Clock(received, paused_days=paused, extended=extended)
    order = [Due.IN_TIME, Due.SOON, Due.OVERDUE]
    seen = [clock.due(received + n * DAY) for n in range(200)]
    assert [order.index(due) for due in seen] == sorted(order.index(due) for due in seen)
    assert clock.due(clock.deadline_date) is Due.SOON
    assert clock.due(clock.deadline_date + DAY) is Due.OVERDUE


@given(days, days)
def test_a_clock_that_stands_is_neither_late_nor_early(received: date, today: date) -> None:
    assert Clock(received, paused_since_date=received).due(today) is Due.STOPPED


@given(st.integers(1, 10**9 - 1), days)
def test_a_number_leads_back_to_its_request(request_id: int, received: date) -> None:
    number = number_of(request_id, received)
    assert id_in(f" {number.lower()} ") == (received.year, request_id)
    assert numbers_in(f"SV: Persondata ({number})") == [(received.year, request_id)]


@pytest.mark.parametrize(
    "typed", ["", "17", "P-2026", "K-2026-17", "P-2026-1e3", "P-2026-٣", "P-2026-" + "9" * 30, "P-0-1"]
)
def test_what_is_no_number_leads_nowhere(typed: str) -> None:
    assert id_in(typed) is None


@given(st.text())
def test_what_is_stored_holds_no_cpr_number_and_no_control_characters(text: str) -> None:
    cleaned, _ = WordsOfRequest(name=text, address=text, wish=text, subject=text, email=text, language=text).cleaned()
    for value in (cleaned.name, cleaned.address, cleaned.wish, cleaned.subject):
        assert find_cpr(value) == ()
        assert not any(ord(one) < 32 and one not in "\n\t" for one in value)
    assert "\n" not in cleaned.name + cleaned.subject + cleaned.email
    assert len(cleaned.name) <= 200
    assert len(cleaned.subject) <= 400
    assert len(cleaned.email) <= 254
    assert cleaned.language in ("da", "en")


def test_cpr_numbers_are_taken_out_and_counted() -> None:
    assert without_cpr("Mit nummer er 010190-1234, og hans 0202901234.") == (
        f"Mit nummer er {CPR_TAKEN_OUT}, og hans {CPR_TAKEN_OUT}.",
        2,
    )


def test_letters_that_turn_a_text_round_go() -> None:
    assert plain_text("Bo\u202egnp.exe\u2066\x00\x1b[2J", 100) == "Bognp.exe[2J"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        ("", "fil"),
        ("...", "fil"),
        ("C:\\x.pdf", "C_x.pdf"),
    ],
)
def test_names_of_files_lead_nowhere(given_name: str, kept: str) -> None:
    assert file_name(given_name) == kept


@given(st.text())
def test_any_name_of_a_file_is_made_usable(name: str) -> None:
    kept = file_name(name)
    assert 0 < len(kept) <= 200
    assert not set(kept) & set('\\/:*?"<>|\n\t\x00')


@pytest.mark.parametrize(
    "note", ["Pas nr. 123456789", "Kørekort 12 34 56 78", "pas 12-34-56", " ", "sygesikring 010190-1234"]
)
def test_numbers_of_papers_are_not_noted(note: str) -> None:
    with pytest.raises(RequestRefused):
        clean_seen(note)


def test_what_was_seen_is_noted_in_words() -> None:
    assert clean_seen(" Pas, udstedt 2024; foto og navn passer ") == "Pas, udstedt 2024; foto og navn passer"
    with pytest.raises(RequestRefused):
        clean_note("x" * 4001)


def test_a_request_is_received_neither_tomorrow_nor_long_ago() -> None:
    now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    check_received(received_at=now - 300 * DAY, now=now)
    for never in (now + timedelta(minutes=1), now - 2000 * DAY):
        with pytest.raises(RequestRefused):
            check_received(received_at=never, now=now)
