"""What fitters write down when they put meters up and take them down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction
from psycopg import sql

from forsyn.domain.metering.array_reads import integers, read_columns
from forsyn.domain.metering.day_writer import DayWriter
from forsyn.domain.metering.importing import NotPossible, one_at_a_time
from forsyn.domain.metering.merging import differenced_again
from forsyn.domain.metering.rules import NO_LIMIT, Series
from forsyn.domain.metering.slots import EPOCH
from forsyn.domain.metering.stored_rows import Taken, openings_of, stored_rows
from forsyn.domain.metering.wanted_days import Wanted


class FittersReading(NamedTuple):
    """Base units that a register (by its number) showed when its meter was put up or taken down; None: not written."""

    mounting_id: int
    register: int
    opening: int | None
    closing: int | None = None


@transaction.atomic
def record_mounting_readings(*, readings: Sequence[FittersReading], now: datetime) -> int:
    """Note what fitters wrote, set-based, and count the first stored hours of those mountings from there.

    A reading replaces what was noted before; None leaves it. An opening from which the first stored reading cannot be
    reached (backward, or too fast) is noted but not counted from, and neither is one of a time whose hours have become
    days. Return how many day rows changed; the old versions
    are kept. Raises NotPossible while an import runs, or for a reading below zero.
    """
    if any(value is not None and value < 0 for reading in readings for value in (reading.opening, reading.closing)):
        raise NotPossible("A meter cannot show less than zero. Correct the reading.")
    one_at_a_time()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into metering_mounting_reading as noted (mounting_id, register, opening, closing)"
            " select * from unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[])"
            " on conflict (mounting_id, register) do update"
            "    set opening = coalesce(excluded.opening, noted.opening),"
            "        closing = coalesce(excluded.closing, noted.closing)",
            [list(column) for column in zip(*readings, strict=True)] if readings else [[], [], [], []],
        )
    return _count_again(sorted({reading.mounting_id for reading in readings}), now)


_FIRST_DAYS = """
    select mounting.meter_id, register.number, (register.resolution = 'hour')::integer, coalesce(register.rollover, 0),
           coalesce(register.max_per_hour, {no_limit})::bigint, d.day - {epoch}
      from metering_mounting as mounting
      join metering_mounting_reading as reading on reading.mounting_id = mounting.id and reading.opening is not null
      join metering_register as register on register.meter_id = mounting.meter_id and register.number = reading.register
      cross join lateral (
        select day from metering_day as d
         where d.meter_id = mounting.meter_id and d.register = register.number and d.day <@ mounting.period
           and d.day >= lower(mounting.period)
         order by day limit 1) as d
     where mounting.id = any({mountings}::bigint[]) and register.values = 'cumulative'
       and d.day >= coalesce((select closed_before from metering_thinning
                               where level = case register.resolution when 'hour' then 'hours' else 'days' end),
                             '-infinity')
     order by 1, 2, 6"""


def _count_again(mounting_ids: Iterable[int], now: datetime) -> int:
    changed = 0
    for meter_id, register, hourly, rollover, max_per_hour, day in _first_days(list(mounting_ids)):
        series = Series(
            meter_id.astype(np.int32), register.astype(np.int16), np.ones(len(day), np.bool_), hourly == 1, rollover,
            max_per_hour,
        )  # fmt: skip
        index = np.arange(len(day), dtype=np.int32)
        wanted = Wanted(index, day.astype(np.int32), day.astype(np.int32))
        stored = stored_rows(series, wanted, Taken(within=True, before=True, after=False))
        rows = differenced_again(series, stored._replace(openings=openings_of(series, index)))
        with DayWriter() as writer:
            writer.replace(rows, now=now)
        changed += len(rows)
    return changed


def _first_days(mounting_ids: list[int]) -> Iterator[list[np.ndarray[tuple[int], np.dtype[np.int64]]]]:
    """The first stored day of each counter in each mounting, so that no counter comes twice at once."""
    columns = read_columns(
        sql.SQL(_FIRST_DAYS).format(
            no_limit=sql.Literal(NO_LIMIT),
            epoch=sql.SQL("{}::date").format(sql.Literal(EPOCH)),
            mountings=integers(np.array(mounting_ids, np.int64)),
        ),
        ("i4", "i2", "i4", "i8", "i8", "i4"),
    )
    keys = columns[0] << 16 | columns[1]
    nth = np.arange(len(keys)) - np.searchsorted(keys, keys)
    for number in range(int(nth.max(initial=-1)) + 1):
        yield [column[nth == number] for column in columns]
