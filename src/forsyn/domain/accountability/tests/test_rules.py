"""The 72 hours and what remains to be done: they depend on nothing but the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.accountability.rules import (
    BreachRefused,
    Clock,
    Progress,
    Task,
    clock,
    notice_needed,
    numbers_in,
    tasks,
)

AWARE = datetime(2026, 10, 30, 22, 30, tzinfo=UTC)
LIMIT = AWARE + timedelta(hours=72)
RISKS = st.sampled_from([None, "none", "risk", "high"])
CAPACITIES = st.sampled_from(["controller", "processor"])
MOMENTS = st.integers(-100_000, 100_000).map(lambda minutes: AWARE + timedelta(minutes=minutes))


def _clock(now: datetime, *, risk: str | None = "risk", sent: datetime | None = None, capacity: str = "controller"):  # type: ignore[no-untyped-def]
    return clock(notify_by_at=LIMIT, risk=risk, capacity=capacity, first_sent_at=sent, now=now)


def test_the_hours_run_through_the_week_end() -> None:
    """Friday evening to Monday evening; the clock of the wall went back an hour in between where it does."""
    assert datetime(2026, 11, 2, 22, 30, tzinfo=UTC) == LIMIT
    assert _clock(LIMIT - timedelta(hours=25)) is Clock.RUNNING
    assert _clock(LIMIT - timedelta(hours=24)) is Clock.SOON
    assert _clock(LIMIT) is Clock.SOON
    assert _clock(LIMIT + timedelta(seconds=1)) is Clock.OVERDUE


def test_what_was_sent_stops_the_clock_and_late_stays_late() -> None:
    much_later = LIMIT + timedelta(days=300)
    assert _clock(much_later, sent=LIMIT) is Clock.NOTIFIED
    assert _clock(much_later, sent=LIMIT + timedelta(seconds=1)) is Clock.NOTIFIED_LATE


def test_only_a_found_absence_of_risk_spares_the_authority_and_never_the_controller_of_a_processor() -> None:
    late = LIMIT + timedelta(days=1)
    assert _clock(late, risk=None) is Clock.OVERDUE
    assert _clock(late, risk="none") is Clock.NOT_NEEDED
    assert _clock(late, risk="none", capacity="processor") is Clock.OVERDUE


@given(RISKS, CAPACITIES, MOMENTS, st.none() | MOMENTS)
def test_the_clock_waits_exactly_while_somebody_must_still_be_notified(
    risk: str | None, capacity: str, now: datetime, sent: datetime | None
) -> None:
    stands = _clock(now, risk=risk, capacity=capacity, sent=sent)
    assert stands.waits == (sent is None and notice_needed(risk=risk, capacity=capacity))


PROGRESS = st.builds(
    Progress,
    risk=RISKS,
    capacity=CAPACITIES,
    searched=st.booleans(),
    notified=st.booleans(),
    final_notified=st.booleans(),
    excepted=st.booleans(),
    letters_released=st.booleans(),
    untold=st.integers(0, 3),
    closed=st.booleans(),
)


@given(PROGRESS)
def test_there_is_always_a_next_task_until_it_is_closed(progress: Progress) -> None:
    found = tasks(progress)
    assert (found == ()) == progress.closed
    assert (Task.CLOSE in found) == (len(found) == 1 and found[0] is Task.CLOSE)


@given(PROGRESS)
def test_nobody_is_forgotten_at_a_high_risk(progress: Progress) -> None:
    untold = replace(progress, risk="high", capacity="controller", excepted=False, closed=False, untold=1)
    assert {Task.TELL, Task.PRINT} & set(tasks(untold))
    assert not {Task.TELL, Task.PRINT} & set(tasks(replace(untold, excepted=True)))


def test_a_pasted_list_of_numbers_is_read() -> None:
    assert numbers_in("1001, 1002;1003\n\t1001 '1004'") == ["1001", "1002", "1003", "1004"]
    with pytest.raises(BreachRefused, match="mindst ét nummer"):
        numbers_in(" ,;\n")
    with pytest.raises(BreachRefused, match="50001 numre"):
        numbers_in(" ".join(str(number) for number in range(50_001)))
