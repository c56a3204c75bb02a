"""Takes the values of one delivery in: screens, merges, writes, sets aside and counts. Called by the actions only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

import numpy as np
import numpy.typing as npt
from django.db import connection

from forsyn.domain.metering import slots
from forsyn.domain.metering.day_rows import COPY_HEADER, COPY_TRAILER
from forsyn.domain.metering.day_writer import DayWriter
from forsyn.domain.metering.grid import Openings, overtaken
from forsyn.domain.metering.merging import StepTooLargeError, merge
from forsyn.domain.metering.quarantine_packing import COLUMNS, SetAside, packed
from forsyn.domain.metering.rules import INT4_MAX, SAFE_INSTANT, Outcome, Reason, Series, Values, screen
from forsyn.domain.metering.slots import EPOCH
from forsyn.domain.metering.spool import Chunk
from forsyn.domain.metering.stored_rows import (
    Resolved,
    Taken,
    days_taken,
    mountings_of,
    openings_of,
    stored_rows,
)
from forsyn.domain.metering.thinning_queries import Closed, closed
from forsyn.domain.metering.wanted_days import Wanted

SLICE_VALUES = 750_000
SLICE_ROWS = 150_000
"""Day rows are matrices of 25 columns while they are merged: about 1.5 kB a row."""
ITEMS_AT_ONCE = 500
HELD_BACK = 2_000_000
"""So many quarantined values are held in memory before they are written."""

# PostgreSQL refuses COPY into a table with row policies, so items come by way of a temporary one.
_COLUMNS = ", ".join(COLUMNS)
STAGE_ITEMS = (
    f"create temp table staged_quarantine on commit drop as select {_COLUMNS} from metering_quarantine with no data"  # noqa: S608 - constant names only
)
COPY_ITEMS = f"copy staged_quarantine ({_COLUMNS}) from stdin (format binary)"
INSERT_ITEMS = f"insert into metering_quarantine ({_COLUMNS}) select {_COLUMNS} from staged_quarantine"  # noqa: S608 - constant names only

Codes = npt.NDArray[np.uint8]


@dataclass
class Counts:
    """How many values of a delivery went where, and the instants of the first and last that are stored."""

    new: int = 0
    completed: int = 0
    corrected: int = 0
    identical: int = 0
    quarantined: int = 0
    first_at: int | None = None
    last_at: int | None = None

    @property
    def stored(self) -> int:
        return self.new + self.completed + self.corrected

    @property
    def delivered(self) -> int:
        return self.stored + self.identical + self.quarantined

    def add(self, outcome: Codes, at: npt.NDArray[np.int64]) -> None:
        numbers = np.bincount(outcome, minlength=len(Outcome)).tolist()
        self.new += numbers[Outcome.NEW]
        self.completed += numbers[Outcome.COMPLETED]
        self.corrected += numbers[Outcome.CORRECTED]
        self.identical += numbers[Outcome.IDENTICAL]
        believed = at if not numbers[Outcome.QUARANTINED] else at[outcome != Outcome.QUARANTINED]
        if len(believed):
            first, last = int(believed.min()), int(believed.max())
            self.first_at = first if self.first_at is None else min(self.first_at, first)
            self.last_at = last if self.last_at is None else max(self.last_at, last)


@dataclass
class Intake:
    """One delivery on its way in; `meter_numbers` and `register_codes` are what its indexes mean."""

    delivery_id: int
    now: datetime
    meter_numbers: Sequence[str]
    register_codes: Sequence[str]
    writer: DayWriter
    yields: bool = False
    """Whether values give way to those of later deliveries; else what comes later by the clock corrects."""
    counts: Counts = field(default_factory=Counts)
    reasons: dict[int, int] = field(default_factory=dict)
    closed: Closed = field(default_factory=closed)
    """The days whose hours have become days: values of them are set aside, whatever else is right about them."""
    _aside: list[SetAside] = field(default_factory=list)
    _held: int = 0
    _openings: Openings = field(default_factory=Openings.none)
    _known: dict[tuple[int, int], Taken] = field(default_factory=dict)

    def take_in(self, chunk: Chunk, resolved: Resolved, *, released: bool = False) -> None:
        """Store what can be believed of a chunk of whole meters; set the rest aside. Raises StepTooLargeError."""
        place = resolved.place[chunk.meter, chunk.register]
        if place.size and place.min() < 0:
            lost = place < 0
            self.set_aside(chunk.take(lost), (-place[lost]).astype(np.uint8))
            chunk, place = chunk.take(~lost), place[~lost]
        if not len(place):
            return
        values = Values(place, chunk.at, chunk.value)
        if (old := self._too_old(resolved.series, values)) is not None:
            self.set_aside(chunk.take(old), np.full(np.count_nonzero(old), Reason.TOO_OLD.code, np.uint8))
            chunk, values = chunk.take(~old), values.take(~old)
        if not len(values):
            return
        if not released:
            chunk, values = self._screen(chunk, resolved.series, values)
        elif (np.abs(values.value[~resolved.series.cumulative[values.series]]) > INT4_MAX).any():
            raise StepTooLargeError
        self.writer.flush()
        self._openings = openings_of(resolved.series, np.unique(values.series))
        order = _order(values)
        if order is not None:
            chunk, values = chunk.take(order), values.take(order)
        for part in _slices(values):
            self._merge(chunk, resolved.series, values, part, released=released)

    def set_aside(self, chunk: Chunk, reason: Codes, texts: dict[int, tuple[str, str]] | None = None) -> None:
        """Put values in quarantine; with `texts` at once, since those are large."""
        aside = SetAside(chunk.meter, chunk.register, reason, chunk.at, chunk.value, chunk.line)
        for code, count in enumerate(np.bincount(reason).tolist()):
            if count:
                self.reasons[code] = self.reasons.get(code, 0) + count
        self.counts.quarantined += len(reason)
        if texts is not None:
            self._write_aside(aside, texts)
            return
        self._aside.append(aside)
        self._held += len(reason)
        if self._held > HELD_BACK:
            self.flush()

    def flush(self) -> None:
        """Write all that is held back."""
        self.writer.flush()
        if self._aside:
            aside = SetAside(*(np.concatenate(arrays) for arrays in zip(*self._aside, strict=True)))
            self._aside, self._held = [], 0
            self._write_aside(aside, None)

    def _write_aside(self, aside: SetAside, texts: dict[int, tuple[str, str]] | None) -> None:
        self.writer.flush()
        with connection.cursor() as cursor:
            cursor.execute(STAGE_ITEMS)
            with cursor.copy(COPY_ITEMS) as copy:
                copy.write(COPY_HEADER)
                items = packed(
                    aside,
                    delivery_id=self.delivery_id,
                    meter_numbers=self.meter_numbers,
                    register_codes=self.register_codes,
                    texts=texts,
                )
                while piece := b"".join(islice(items, ITEMS_AT_ONCE)):
                    copy.write(piece)
                copy.write(COPY_TRAILER)
            cursor.execute(INSERT_ITEMS)
            cursor.execute("drop table staged_quarantine")

    def _too_old(self, series: Series, values: Values) -> npt.NDArray[np.bool_] | None:
        """The values of closed days; None where there are none, as in nearly all deliveries."""
        of_hours, of_days = ((each - EPOCH).days if each else slots.FIRST_DAY for each in self.closed)
        if not len(values) or values.at.min() > (max(of_hours, of_days) + 1) * slots.DAY_SECONDS:
            return None
        first = np.where(series.hourly[values.series], of_hours, of_days)
        in_range = slots.in_range(values.at)
        days = slots.local_days(np.where(in_range, values.at, SAFE_INSTANT))
        old: npt.NDArray[np.bool_] = in_range & (days < first)
        return old if old.any() else None

    def _screen(self, chunk: Chunk, series: Series, values: Values) -> tuple[Chunk, Values]:
        self.writer.flush()
        used = np.zeros(len(series), np.bool_)
        used[values.series] = True
        mountings = mountings_of(np.unique(series.meter_id[used]))
        reasons = screen(series, values, mountings, now_seconds=int(self.now.timestamp()))
        bad = reasons != 0
        if not bad.any():
            return chunk, values
        self.set_aside(chunk.take(bad), reasons[bad])
        return chunk.take(~bad), values.take(~bad)

    def _merge(self, chunk: Chunk, series: Series, values: Values, part: slice, *, released: bool) -> None:
        some = values.take(part)
        used, local = np.unique(some.series, return_inverse=True)
        some = Values(local.astype(np.int32), some.at, some.value)
        few = series.take(used)
        wanted = _wanted(some)
        taken = self._taken(int(wanted.first.min()), int(wanted.last.max()))
        stored = stored_rows(few, wanted, taken)._replace(openings=self._openings.of(used))
        piece = Chunk(*(array[part] for array in chunk))
        late = overtaken(few, some, stored.rows, stored.series, self.delivery_id) if self.yields else None
        if late is not None and late.any():
            self.set_aside(piece.take(late), np.full(np.count_nonzero(late), Reason.DUPLICATE_IN_HOUR.code, np.uint8))
            piece, some = piece.take(~late), some.take(~late)
        if not len(some):
            return
        merged = merge(few, some, stored, delivery_id=self.delivery_id, released=released)
        self.counts.add(merged.outcome, some.at)
        refused = np.flatnonzero(merged.outcome == Outcome.QUARANTINED)
        if len(refused):
            self.set_aside(piece.take(refused), merged.reason[refused])
        self.writer.replace(merged.changed, now=self.now)
        self.writer.add(merged.new)

    def _taken(self, first: int, last: int) -> Taken:
        """What earlier deliveries have of these days; asked once for each span, since the lock keeps others out."""
        if (first, last) not in self._known:
            self.writer.flush()
            self._known[first, last] = days_taken(EPOCH + timedelta(days=first), EPOCH + timedelta(days=last))
        taken = self._known[first, last]
        if any(taken):
            self.writer.flush()
        return taken


def _order(values: Values) -> npt.NDArray[np.intp] | None:
    """The order by series and time that keeps the file's order otherwise; None where it is so already."""
    keys = values.series.astype(np.int64) << 36 | (values.at - slots.FIRST_DAY * 86_400)
    if (keys[1:] >= keys[:-1]).all():
        return None
    order = np.argsort(keys)
    ordered = keys[order]
    return np.argsort(keys, kind="stable") if (ordered[1:] == ordered[:-1]).any() else order


def _slices(values: Values) -> list[slice]:
    """Runs of whole series with about SLICE_VALUES values, and not much more than SLICE_ROWS day rows."""
    day = slots.local_days(values.at)
    series_begins = np.ones(len(values), np.bool_)
    series_begins[1:] = values.series[1:] != values.series[:-1]
    rows = np.cumsum(series_begins | np.concatenate(([True], day[1:] != day[:-1])))
    begins = np.flatnonzero(series_begins)
    size = np.maximum(begins // SLICE_VALUES, (rows[begins] - 1) // SLICE_ROWS)
    bounds = begins[np.concatenate(([True], size[1:] != size[:-1]))] if len(begins) else begins
    return [slice(int(a), int(b)) for a, b in zip(bounds, np.append(bounds[1:], len(values)), strict=True)]


def _wanted(values: Values) -> Wanted:
    """First and last day of each series; values are in order."""
    begins = np.flatnonzero(np.concatenate(([True], values.series[1:] != values.series[:-1])))
    ends = np.append(begins[1:], len(values)) - 1
    return Wanted(values.series[begins], slots.local_days(values.at[begins]), slots.local_days(values.at[ends]))
