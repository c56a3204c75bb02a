"""Local days: which day and hour of the clock on the wall an instant falls in, and where that clock jumps.

A Danish day has 23, 24 or 25 hours (Directive 2000/84/EC: the clock moves at 01:00 UTC on the last Sundays of March
and October). Hours are counted from local midnight, 0..22, 0..23 or 0..24, so the doubled hour has two indexes.
Instants are aware datetimes; "seconds" are whole seconds since 1970-01-01T00:00Z, for arrays of them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

COPENHAGEN = "Europe/Copenhagen"
FIRST_YEAR = 1970
LAST_YEAR = 2100

HOUR_SECONDS = 3600
_SCAN_STEP_SECONDS = 86_400


class Transition(NamedTuple):
    """One jump of a zone's clock: from `at_seconds` (UTC) on, the offset east of UTC is `offset_after_seconds`.

    A larger offset after than before leaves a gap in local time (spring), a smaller one doubles some (autumn).
    """

    at_seconds: int
    offset_before_seconds: int
    offset_after_seconds: int


class TransitionTable(NamedTuple):
    """All jumps of a zone from FIRST_YEAR to LAST_YEAR in time order, and the offset before the first of them."""

    zone: str
    first_offset_seconds: int
    transitions: tuple[Transition, ...]


@lru_cache(maxsize=32)
def transition_table(zone: str = COPENHAGEN) -> TransitionTable:
    """The jumps of an IANA zone's clock, found through zoneinfo, exact to the second.

    Raises zoneinfo.ZoneInfoNotFoundError (a KeyError) or ValueError for a name that is no zone.
    """
    first = int(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp())
    clock = ZoneInfo(zone)
    first_offset = offset = _offset_seconds(clock, first)
    found: list[Transition] = []
    for later in range(first + _SCAN_STEP_SECONDS, end, _SCAN_STEP_SECONDS):
        offset_later = _offset_seconds(clock, later)
        if offset_later != offset:
            at = _jump_between(clock, later - _SCAN_STEP_SECONDS, later)
            found.append(Transition(at, offset, offset_later))
            offset = offset_later
    return TransitionTable(zone, first_offset, tuple(found))


def local_day(at: datetime, zone: str = COPENHAGEN) -> date:
    """The local date of an instant. The day of an interval is the day of its start, not of its end."""
    return _aware(at).astimezone(ZoneInfo(zone)).date()


def hour_index(at: datetime, zone: str = COPENHAGEN) -> int:
    """How many whole hours of its local day have passed at an instant: 0..22, 0..23 or 0..24."""
    return (_aware(at) - day_start(local_day(at, zone), zone)) // timedelta(hours=1)


def hours_in_day(day: date, zone: str = COPENHAGEN) -> int:
    """23, 24 or 25."""
    return (day_start_seconds(day + timedelta(days=1), zone) - day_start_seconds(day, zone)) // HOUR_SECONDS


def day_start(day: date, zone: str = COPENHAGEN) -> datetime:
    """The instant of local midnight that opens a day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_start_seconds(day: date, zone: str = COPENHAGEN) -> int:
    """The same as whole seconds since the epoch."""
    return int(day_start(day, zone).timestamp())


def day_starts_seconds(first_date: date, end_date: date, zone: str = COPENHAGEN) -> list[int]:
    """Start of every day in [first_date, end_date] *including* end_date's, so that n days give n + 1 bounds.

    Sorted: a bisection of an instant in it gives the number of the day, the difference to the bound the hour.
    """
    days = (end_date - first_date).days
    return [day_start_seconds(first_date + timedelta(days=number), zone) for number in range(days + 1)]


def _offset_seconds(clock: ZoneInfo, at_seconds: int) -> int:
    offset = datetime.fromtimestamp(at_seconds, clock).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _jump_between(clock: ZoneInfo, before: int, after: int) -> int:
    offset_before = _offset_seconds(clock, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset_seconds(clock, middle) == offset_before:
            before = middle
        else:
            after = middle
    return after


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone; an instant needs one (use UTC).")
    return at
