"""From what meters delivered to spans of consumption that are known. Pure: dates half-open, whole base units.

Interval registers: a day without values is unknown; of a day with some of its hours the others are estimated from
those, if at least half are there. Counters: a reading after a gap carries what was used in it. A gap within the
stretch costs nothing; one that reaches over an end of it by more than a day is divided by its hours, and estimated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from forsyn.domain.metering.stretches import Asked, MarkedDay, MonthRow, Sums
from forsyn.kernel.charges.basis import Quality

ONE_DAY = timedelta(days=1)
DAY_HOURS = 24
MEASURED, ESTIMATED = Quality.MEASURED, Quality.ESTIMATED


class Span(NamedTuple):
    """So much was used in [first, until)."""

    first: date
    until: date
    amount: int
    quality: Quality


@dataclass(frozen=True, slots=True)
class Metered:
    """What one meter says of the days [first, until) in which it hung there: in order, with holes where unknown."""

    first: date
    until: date
    spans: tuple[Span, ...]


def metered(asked: Asked, found: Sums, marked: Sequence[MarkedDay] = (), months: Sequence[MonthRow] = ()) -> Metered:
    """What one meter says of a stretch. `marked` and `months` are asked for only where the sums are not plain."""
    if found.is_plain(asked):
        whole = Span(asked.first, asked.until, found.total, MEASURED)
        return Metered(asked.first, asked.until, (whole,))
    spans = _of_counter(asked, marked) if asked.is_counter else _of_intervals(marked)
    of_months = (Span(row.first, row.until, row.total, MEASURED if row.is_whole else ESTIMATED) for row in months)
    return Metered(asked.first, asked.until, tuple(_joined([*of_months, *spans])))


def _of_intervals(marked: Sequence[MarkedDay]) -> Iterator[Span]:
    begin: date | None = None
    known = 0
    last: MarkedDay | None = None
    for day in marked:
        before = day.up_to - day.total
        if begin is not None and last is not None and not day.follows:
            yield Span(begin, last.day + ONE_DAY, last.up_to - known, MEASURED)
            begin = None
        if begin is None:
            begin, known = day.day, before
        if day.missing:
            yield Span(begin, day.day, before - known, MEASURED)
            yield from _estimated_day(day)
            begin, known = day.day + ONE_DAY, day.up_to
        last = day
    if begin is not None and last is not None:
        yield Span(begin, last.day + ONE_DAY, last.up_to - known, MEASURED)


def _estimated_day(day: MarkedDay) -> Iterator[Span]:
    """A day some of whose hours are missing; how many is no longer known of a day that has no hours."""
    there = day.hours - day.missing
    if day.hours == 0:
        yield Span(day.day, day.day + ONE_DAY, day.total, ESTIMATED)
    elif 2 * there >= day.hours:
        yield Span(day.day, day.day + ONE_DAY, round(day.total * day.hours / there), ESTIMATED)


def _of_counter(asked: Asked, marked: Sequence[MarkedDay]) -> Iterator[Span]:
    within = [day for day in marked if day.where == 0]
    before = next((day for day in marked if day.where < 0), None)
    after = next((day for day in marked if day.where > 0), None)
    last_before = before.day if before is not None else None
    reached = asked.first
    if within:
        first, last = within[0], within[-1]
        begin, opening = asked.first, first.total
        if first.carried is None:
            begin = first.day
        elif last_before is not None and last_before < asked.first - ONE_DAY:
            opening = first.total - _carried(first, last_before, until=asked.first)
            yield Span(asked.first, first.day + ONE_DAY, opening, ESTIMATED)
            begin, opening = first.day + ONE_DAY, 0
        elif last_before is None:
            yield Span(first.day, first.day + ONE_DAY, first.total, ESTIMATED)
            begin, opening = first.day + ONE_DAY, 0
        reached = last.day + ONE_DAY
        yield Span(begin, reached, opening + last.up_to - first.total, MEASURED)
        last_before = last.day
    if after is not None and after.carried is not None and last_before is not None:
        already = _carried(after, last_before, until=reached)
        yield Span(reached, asked.until, _carried(after, last_before, until=asked.until) - already, ESTIMATED)


def _carried(day: MarkedDay, last_before: date, *, until: date) -> int:
    """Of what a reading after a gap carries, the part that falls on the days before `until`, by hours."""
    carried, gap_first = day.carried or 0, last_before + ONE_DAY
    hours = (day.day - gap_first).days * DAY_HOURS + day.carried_hours
    gone = max((until - gap_first).days, 0) * DAY_HOURS
    return carried * min(gone, hours) // hours


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans in order, those of the same quality that follow on each other as one; empty ones are left out."""
    waiting: Span | None = None
    for span in sorted(span for span in spans if span.first < span.until):
        if waiting is not None and (waiting.until, waiting.quality) == (span.first, span.quality):
            waiting = waiting._replace(until=span.until, amount=waiting.amount + span.amount)
            continue
        if waiting is not None:
            yield waiting
        waiting = span
    if waiting is not None:
        yield waiting


# -- several meters ---------------------------------------------------------------------------------------------------


def together(meters: Sequence[Metered]) -> list[Span]:
    """What all meters of a place used: of each day the sum of those that hung there, unknown where one is unknown.

    Meters follow each other (a swap), hang beside each other, or both on the day of a swap. Where the days of two
    do not part alike, what is cut is divided by days and estimated, unless both sides are known and stay together.
    """
    if len(meters) == 1:
        return list(meters[0].spans)
    edges = sorted({day for meter in meters for day in _edges(meter)})
    pieces = [piece for piece in (_piece(meters, *pair) for pair in pairwise(edges)) if piece is not None]
    runs = list(_runs(pieces))
    cut = _cut_spans(meters, runs)
    estimated = (piece for piece in pieces if any(a < piece.until and piece.first < b for a, b in cut))
    doubtful = set(estimated)
    return list(_joined(piece._replace(quality=ESTIMATED) if piece in doubtful else piece for piece in pieces))


def _edges(meter: Metered) -> Iterator[date]:
    yield from (meter.first, meter.until)
    for span in meter.spans:
        yield from (span.first, span.until)


def _piece(meters: Sequence[Metered], first: date, until: date) -> Span | None:
    """The sum of all meters in days between two edges; None where one of them, or all, are unknown."""
    there = [meter for meter in meters if meter.first <= first and until <= meter.until]
    covering = [next((span for span in meter.spans if span.first <= first and until <= span.until), None)
                for meter in there]  # fmt: skip
    known = [span for span in covering if span is not None]
    if not there or len(known) < len(there):
        return None
    amount = sum(_share(span, until) - _share(span, first) for span in known)
    quality = ESTIMATED if any(span.quality is ESTIMATED for span in known) else MEASURED
    return Span(first, until, amount, quality)


def _share(span: Span, until: date) -> int:
    """Of a span, what falls before a day of it, by days."""
    return span.amount * (until - span.first).days // (span.until - span.first).days


def _runs(pieces: Sequence[Span]) -> Iterator[tuple[date, date]]:
    """First day and end of pieces that follow on each other with one quality: within these nothing is divided."""
    for run in _joined(pieces):
        yield run.first, run.until


def _cut_spans(meters: Sequence[Metered], runs: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """Measured spans that do not lie whole within one run."""
    return [
        (span.first, span.until)
        for meter in meters
        for span in meter.spans
        if span.quality is MEASURED and not any(a <= span.first and span.until <= b for a, b in runs)
    ]
