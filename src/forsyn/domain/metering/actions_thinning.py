"""Hours that are too old become their day, days that are too old their month. Why so: `docs/decisions/thinning.md`.

Both work in chunks, of the days of one month and of some meters; each call is one transaction and one chunk, and is to
be called until it says that no more is left. Where a run was broken off the next call goes on: `metering_thinning`
holds how far it came. Nothing of the customers in `spared` is touched; it is looked at again each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from forsyn.domain.metering import thinning_sql as sql
from forsyn.domain.metering.importing import IMPORT_LOCK
from forsyn.domain.metering.models import Level, Thinning
from forsyn.domain.metering.thinning_queries import (
    EVERY_METER,
    Chunk,
    months_between,
    next_chunk,
    spared_chunk,
)

METERS_AT_ONCE = 5_000
"""About half a million day rows of a month with three registers a meter: some seconds of work."""
DAY_TABLES = ("metering_day", "metering_day_superseded")


@dataclass(frozen=True, slots=True)
class Thinned:
    """What one call did."""

    days: int
    """Days that lost their hours, or that became months."""
    versions: int
    """The same of versions that had been replaced before."""
    months: int
    """Months, or parts of months, that days became."""
    quarantined: int
    """Decided items of quarantine that were deleted."""
    more: bool
    """Whether to call again."""

    def __add__(self, other: Thinned) -> Thinned:
        return Thinned(
            self.days + other.days,
            self.versions + other.versions,
            self.months + other.months,
            self.quarantined + other.quarantined,
            other.more,
        )


NOTHING = Thinned(0, 0, 0, 0, more=True)


@transaction.atomic
def thin_to_days(*, before: date, spared: Sequence[int] = (), meters: int = METERS_AT_ONCE) -> Thinned:
    """Take the hours from the days before a local date; each day keeps its opening, total and quality.

    From then on no value of these days is stored any more: a correction waits in quarantine as ``too_old``. Waits for a
    delivery that is being taken in. The last call also deletes the items of quarantine that are decided and as old.
    """
    chunk = _begin(Level.HOURS, before, meters)
    if chunk is not None:
        done = _thin(chunk, spared)
        _done(Level.HOURS, chunk)
        return Thinned(*done, 0, 0, more=True)
    return Thinned(*_thin_again(spared), 0, _delete_decided(before, spared), more=False)


@transaction.atomic
def thin_to_months(*, before: date, spared: Sequence[int] = (), meters: int = METERS_AT_ONCE) -> Thinned:
    """Put the days of months that ended before a local date together to months, parted where somebody moved.

    The days go, with their versions that were replaced. Waits for a delivery that is being taken in.
    """
    chunk = _begin(Level.DAYS, before.replace(day=1), meters)
    if chunk is not None:
        days, months, versions = _to_months(chunk, spared)
        _done(Level.DAYS, chunk)
        return Thinned(days, versions, months, 0, more=True)
    days, months, versions = _to_months_again(spared)
    return Thinned(days, versions, months, 0, more=False)


def _begin(level: Level, before: date, meters: int) -> Chunk | None:
    """The next chunk; None where all days before the date are done. Nobody else thins until the transaction ends."""
    state = Thinning.objects.select_for_update().get(level=level)
    under_way = state.done_meter > 0
    if not under_way and (state.closed_before is None or state.closed_before < before):
        # Who takes a delivery in reads the date under this lock: no value of an earlier day comes after it is set.
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        state.closed_before = before
        Thinning.objects.filter(level=level).update(closed_before=before)
    return next_chunk(level=level, meters=meters, until=state.closed_before if under_way else before)


def _done(level: Level, chunk: Chunk) -> None:
    if chunk.last < EVERY_METER:
        Thinning.objects.filter(level=level).update(done_before=chunk.first, done_meter=chunk.last)
    else:
        Thinning.objects.filter(level=level).update(done_before=chunk.until, done_meter=0)


def _thin(chunk: Chunk, spared: Sequence[int]) -> list[int]:
    """Days and versions that lost their hours."""
    parameters = chunk.parameters(spared)
    with connection.cursor() as cursor:
        if spared:
            cursor.execute(sql.note_spared(hours=True), parameters)
        counts = []
        for table in DAY_TABLES:
            cursor.execute(sql.thin(table), parameters)
            counts.append(cursor.rowcount)
    return counts


def _to_months(chunk: Chunk, spared: Sequence[int]) -> tuple[int, int, int]:
    """Days, the months that they became, and versions of them that went."""
    parameters = chunk.parameters(spared)
    with connection.cursor() as cursor:
        if spared:
            cursor.execute(sql.note_spared(hours=False), parameters)
        cursor.execute(sql.TO_MONTHS, parameters)
        days, months = cursor.fetchone()
        cursor.execute(sql.delete("metering_day_superseded"), parameters)
        return days, months, cursor.rowcount


# -- what was spared ------------------------------------------------------------------------------------------------


def _thin_again(spared: Sequence[int]) -> list[int]:
    """Take the hours from what was spared earlier and is not now."""
    chunk = spared_chunk(level=Level.HOURS)
    if chunk is None:
        return [0, 0]
    counts = _thin(chunk, spared)
    _forget(chunk, hours=True)
    return counts


def _to_months_again(spared: Sequence[int]) -> tuple[int, int, int]:
    chunk = spared_chunk(level=Level.DAYS)
    days = months = versions = 0
    if chunk is None:
        return days, months, versions
    for month in months_between(chunk.first, chunk.until):
        more = _to_months(chunk.of_month(month), spared)
        days, months, versions = days + more[0], months + more[1], versions + more[2]
    _forget(chunk, hours=False)
    return days, months, versions


def _forget(chunk: Chunk, *, hours: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.forget_spared(hours=hours), {"until": chunk.until})


def _delete_decided(before: date, spared: Sequence[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.DELETE_DECIDED, {"before": before, "spared": list(spared)})
        return cursor.rowcount
