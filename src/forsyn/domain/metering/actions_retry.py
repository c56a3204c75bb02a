"""Values set aside because of what was not registered: tried again once it may be, judged as if they had just come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction
from psycopg import sql

from forsyn.domain.metering import slots
from forsyn.domain.metering.actions_quarantine import add_counts, move_counts
from forsyn.domain.metering.array_reads import integers, read_columns
from forsyn.domain.metering.day_writer import DayWriter
from forsyn.domain.metering.importing import one_at_a_time
from forsyn.domain.metering.intake import Counts, Intake
from forsyn.domain.metering.models import QuarantineItem, QuarantineState
from forsyn.domain.metering.rules import ABOUT_THE_METER, Mask, Reason, mounted
from forsyn.domain.metering.spool import Chunk
from forsyn.domain.metering.stored_rows import RegisterExpected, Resolved, mountings_of, resolve

CHUNK_VALUES = 1_000_000
"""Values in memory at once, as far as whole meters allow."""
NOTE = "Prøvet igen af en operatør (forsyn import retry)."
"""Staff read it beside the item."""


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of a delivery's waiting values, in values."""

    delivery_id: int
    tried: int
    stored: int
    identical: int
    set_aside: int
    """Of those tried: in quarantine anew, for another reason or other days."""
    waiting: int
    """Still without a place: no such meter, register or mounting."""


class _Item(NamedTuple):
    id: int
    meter_number: str
    register_code: str
    reason: str
    values: int


_ITEMS = """
    select item.id, item.meter_number, item.register_code, item.reason, item.value_count
      from metering_quarantine as item
     where item.delivery_id = %(delivery)s and item.state = 'open' and item.reason = any(%(reasons)s)
       and item.register_code <> ''
       and exists (select from metering_meter as meter where meter.number = item.meter_number)
       and (item.reason <> 'not_mounted' or exists (
             select from metering_meter as meter join metering_mounting as mounting on mounting.meter_id = meter.id
              where meter.number = item.meter_number and mounting.period && daterange(
                    (item.first_at at time zone 'Europe/Copenhagen')::date - 1,
                    (item.last_at at time zone 'Europe/Copenhagen')::date, '[]')))
     order by item.meter_number, item.id for update of item"""


@transaction.atomic
def retry(
    *, delivery_id: int, registers: Mapping[str, RegisterExpected], now: datetime, dry_run: bool = False
) -> Retried:
    """Try a delivery's open values about unknown meters, registers and mountings again, with the usual doubts.

    `registers`: what the delivery's file said that its registers are. A value does not replace one that a later
    delivery brought for the same hour: it waits as a duplicate. Raises NotPossible while another import runs.
    """
    one_at_a_time()
    counts, tried, set_aside = Counts(), 0, 0
    for items in _chunks(_items(delivery_id)):
        part, done = _retry_chunk(delivery_id, items, registers, now)
        QuarantineItem.objects.filter(pk__in=[item.id for item in done]).update(
            state=QuarantineState.RELEASED, decided_at=now, note=NOTE
        )
        tried += sum(item.values for item in done)
        set_aside += part.quarantined
        add_counts(counts, part)
    move_counts(delivery_id, counts)
    waiting = _waiting(delivery_id)
    if dry_run:
        transaction.set_rollback(True)
    return Retried(delivery_id, tried, counts.stored, counts.identical, set_aside, waiting)


def _items(delivery_id: int) -> list[_Item]:
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, {"delivery": delivery_id, "reasons": sorted(ABOUT_THE_METER)})
        return [_Item(*row) for row in cursor.fetchall()]


def _waiting(delivery_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(value_count), 0)::bigint from metering_quarantine"
            " where delivery_id = %s and state = 'open' and reason = any(%s)",
            [delivery_id, sorted(ABOUT_THE_METER)],
        )
        found: int = cursor.fetchone()[0]
        return found


def _chunks(items: Sequence[_Item]) -> Iterator[list[_Item]]:
    """Items of whole meters, together about CHUNK_VALUES values."""
    chunk: list[_Item] = []
    held = 0
    for _, of_meter in groupby(items, key=lambda item: item.meter_number):
        more = list(of_meter)
        values = sum(item.values for item in more)
        if chunk and held + values > CHUNK_VALUES:
            yield chunk
            chunk, held = [], 0
        chunk += more
        held += values
    if chunk:
        yield chunk


def _retry_chunk(
    delivery_id: int, items: list[_Item], registers: Mapping[str, RegisterExpected], now: datetime
) -> tuple[Counts, list[_Item]]:
    """Counts of the values tried, and the items that they were."""
    numbers = sorted({item.meter_number for item in items})
    codes = sorted({item.register_code for item in items})
    meters, places = ({text: index for index, text in enumerate(texts)} for texts in (numbers, codes))
    resolved = resolve(numbers, codes, registers)
    items = [i for i in items if resolved.place[meters[i.meter_number], places[i.register_code]] >= 0]
    if not items:
        return Counts(), []
    of, chunk = _values(items, meters, places)
    chosen = _with_a_place(items, of, chunk, resolved)
    chunk = chunk.take(chosen[of])
    with DayWriter() as writer:
        intake = Intake(delivery_id, now, numbers, codes, writer, yields=True)
        intake.take_in(chunk, resolved)
        intake.flush()
    return intake.counts, [item for item, wanted in zip(items, chosen.tolist(), strict=True) if wanted]


def _values(
    items: list[_Item], meters: Mapping[str, int], places: Mapping[str, int]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Chunk]:
    """The item (its place in the list) of each value, and the values in the file's order."""
    of, at, value, line = read_columns(
        sql.SQL(
            "select (wanted.position - 1)::integer, v.at, v.value, v.line"
            "  from unnest({ids}::bigint[]) with ordinality as wanted (id, position)"
            "  join metering_quarantine as item on item.id = wanted.id"
            "  cross join lateral unnest(item.instants, item.values, item.lines) as v (at, value, line)"
        ).format(ids=integers(np.array([item.id for item in items], np.int64))),
        ("i4", "i8", "i8", "i8"),
    )
    order = np.argsort(line, kind="stable")
    of = of[order]
    meter = np.array([meters[item.meter_number] for item in items], np.int32)
    register = np.array([places[item.register_code] for item in items], np.int16)
    return of, Chunk(meter[of], register[of], at[order], value[order], line[order])


def _with_a_place(
    items: list[_Item], of: np.ndarray[tuple[int], np.dtype[np.int64]], chunk: Chunk, resolved: Resolved
) -> Mask:
    """The items that something has changed for: of those not mounted, the ones with a value on a day mounted now."""
    chosen = np.array([item.reason != Reason.NOT_MOUNTED for item in items])
    doubtful = ~chosen[of] & slots.in_range(chunk.at)
    if doubtful.any():
        meter_id = resolved.series.meter_id[resolved.place[chunk.meter[doubtful], chunk.register[doubtful]]]
        hung = mounted(mountings_of(np.unique(meter_id)), meter_id, slots.local_days(chunk.at[doubtful]))
        chosen[of[doubtful][hung]] = True
    return chosen
