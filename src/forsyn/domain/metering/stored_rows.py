"""What the database knows of the meters in a delivery: their registers, mountings, and the day rows already there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg import sql

from forsyn.domain.metering.anchors import anchors_of
from forsyn.domain.metering.array_reads import integers, read_columns, read_rows
from forsyn.domain.metering.day_rows import COLUMNS, DayRows
from forsyn.domain.metering.grid import Anchors, Openings, Stored
from forsyn.domain.metering.rules import NO_LIMIT, Mountings, Reason, Series
from forsyn.domain.metering.slots import END_DAY, EPOCH, FIRST_DAY, first_slots
from forsyn.domain.metering.wanted_days import EPOCH_DATE, Wanted, months_around, series_of, wanted_table

MeterIds = npt.NDArray[np.int32]
FOREVER = 2**31 - 1


class RegisterExpected(NamedTuple):
    """What a file says that its values are; a register that is something else does not take them."""

    unit: str | None
    values: str | None
    resolution: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """Where a delivery's values belong."""

    series: Series
    place: npt.NDArray[np.int32]
    """(meter numbers, register codes): index into `series`, or minus the code of the reason why there is none."""


# -- meters, registers, mountings ----------------------------------------------------------------------------------

_REGISTERS = sql.SQL("""
    select (wanted.position - 1)::integer, coalesce(array_position({codes}, register.code::text), 0)::smallint,
           meter.id, coalesce(register.number, 0::smallint),
           (register.values is not distinct from 'cumulative')::integer,
           (register.resolution is not distinct from 'hour')::integer, coalesce(register.rollover, 0),
           coalesce(register.max_per_hour, {no_limit})::bigint,
           coalesce(({units})[array_position({codes}, register.code::text)] is null
               or (register.unit, register.values, register.resolution) = (
                   ({units})[array_position({codes}, register.code::text)],
                   ({kinds})[array_position({codes}, register.code::text)],
                   ({resolutions})[array_position({codes}, register.code::text)]), false)::integer
      from unnest({numbers}) with ordinality as wanted (number, position)
      join metering_meter as meter on meter.number = wanted.number
      left join metering_register as register on register.meter_id = meter.id and register.code = any({codes})
     order by meter.id, register.number
""")
_REGISTER_KINDS = ("i4", "i2", "i4", "i2", "i4", "i4", "i8", "i8", "i4")


def resolve(numbers: Sequence[str], codes: Sequence[str], expected: Mapping[str, RegisterExpected]) -> Resolved:
    """Find the register that each meter number and register code means, in one statement.

    Of codes that are not in `expected`, registers of any kind are taken.
    """
    known = [expected.get(code, RegisterExpected(None, None, None)) for code in codes]
    wanted, code, *columns = read_columns(
        _REGISTERS.format(
            codes=_texts(codes),
            numbers=_texts(numbers),
            units=_texts([of.unit for of in known]),
            kinds=_texts([of.values for of in known]),
            resolutions=_texts([of.resolution for of in known]),
            no_limit=sql.Literal(NO_LIMIT),
        ),
        _REGISTER_KINDS,
    )
    place = np.full((len(numbers), len(codes)), -Reason.METER_UNKNOWN.code, np.int32)
    place[wanted] = -Reason.REGISTER_UNKNOWN.code
    found = code > 0
    meter_id, register, cumulative, hourly, rollover, max_per_hour, as_expected = (array[found] for array in columns)
    wanted, code = wanted[found], code[found] - 1
    place[wanted, code] = np.where(as_expected == 1, np.arange(len(wanted)), -Reason.REGISTER_DIFFERS.code)
    cells, counts = np.unique(wanted * len(codes) + code, return_counts=True)
    place.ravel()[cells[counts > 1]] = -Reason.METER_AMBIGUOUS.code
    series = Series(
        meter_id=meter_id.astype(np.int32),
        register=register.astype(np.int16),
        cumulative=cumulative == 1,
        hourly=hourly == 1,
        rollover=rollover,
        max_per_hour=max_per_hour,
    )
    return Resolved(series, place)


def _texts(texts: Sequence[str | None]) -> sql.Composable:
    return sql.SQL("{}::text[]").format(
        sql.Literal([text and text.replace("\0", "\N{SYMBOL FOR NULL}") for text in texts])
    )


def mountings_of(meter_id: MeterIds) -> Mountings:
    """All mountings of the meters."""
    columns = read_columns(
        sql.SQL(
            "select meter_id, coalesce(lower(period) - {epoch}, 0), coalesce(upper(period) - {epoch}, {forever})"
            "  from metering_mounting where meter_id = any({meters}::integer[])"
            " order by meter_id, lower(period) nulls first"
        ).format(
            epoch=sql.SQL("{}::date").format(sql.Literal(EPOCH)),
            forever=sql.Literal(FOREVER),
            meters=integers(np.unique(meter_id)),
        ),
        ("i4", "i4", "i4"),
    )
    return Mountings(*(column.astype(np.int32) for column in columns))


def openings_of(series: Series, used: npt.NDArray[np.integer]) -> Openings:
    """What fitters wrote when they put up the meters of the counters among some series."""
    counters = used[series.cumulative[used]]
    if not len(counters):
        return Openings.none()
    epoch = sql.SQL("{}::date").format(sql.Literal(EPOCH))
    meter_id, register, first, until, reading = read_columns(
        sql.SQL(
            "select mounting.meter_id, reading.register, lower(mounting.period) - {epoch},"
            "       coalesce(upper(mounting.period) - {epoch}, {end}), reading.opening"
            "  from metering_mounting_reading as reading"
            "  join metering_mounting as mounting on mounting.id = reading.mounting_id"
            " where mounting.meter_id = any({meters}::integer[]) and reading.opening is not null"
            "   and not lower_inf(mounting.period)"
        ).format(epoch=epoch, end=sql.Literal(END_DAY), meters=integers(np.unique(series.meter_id[counters]))),
        ("i4", "i2", "i4", "i4", "i8"),
    )
    keys = series.meter_id[counters].astype(np.int64) << 16 | series.register[counters]
    known = np.isin(meter_id << 16 | register, keys)
    of = series_of(series, meter_id[known], register[known])
    hourly = series.hourly[of]
    days = (np.clip(day[known], FIRST_DAY, END_DAY).astype(np.int32) for day in (first, until))
    slot, end = (first_slots(day, hourly) for day in days)
    order = np.lexsort((slot, of))
    return Openings(of[order], slot[order] - 1, end[order], reading[known][order])


# -- day rows ------------------------------------------------------------------------------------------------------


class Taken(NamedTuple):
    """The local days that earlier deliveries have values of, as far as concerns a delivery."""

    within: bool
    before: bool
    after: bool


_DELIVERED_DAYS = """
    select coalesce(bool_or(first_day <= %(last)s and last_day >= %(first)s), false),
           coalesce(bool_or(first_day < %(first)s), false), coalesce(bool_or(last_day > %(last)s), false)
      from (select ((first_at - interval '1 second') at time zone 'Europe/Copenhagen')::date as first_day,
                   ((last_at - interval '1 second') at time zone 'Europe/Copenhagen')::date as last_day
              from metering_delivery where last_at is not null and stored + identical > 0) as delivery
"""


def days_taken(first: date, last: date) -> Taken:
    """The cheap question that spares the dear one: has any delivery values of these days, of earlier or later ones?"""
    with connection.cursor() as cursor:
        cursor.execute(_DELIVERED_DAYS, {"first": first, "last": last})
        return Taken(*cursor.fetchone())


def stored_rows(series: Series, wanted: Wanted, taken: Taken) -> Stored:
    """The rows that values of the wanted days must be merged with (see merging.merge)."""
    rows = [DayRows.empty()]
    if taken.within:
        rows.append(_rows_within(series, wanted))
    counters = _of_counters(series, wanted)
    if len(counters.series) and (taken.after or (taken.within and _differ(counters.last))):
        rows.append(_rows_after(series, counters))
    together = rows[-1] if len(rows) == 2 else _together(rows)
    of = series_of(series, together.meter_id, together.register)
    order = np.lexsort((together.day, of))
    earlier = len(counters.series) and (taken.before or (taken.within and _differ(counters.first)))
    anchors = anchors_of(series, counters) if earlier else Anchors.none()
    return Stored(together.take(order), of[order], anchors)


def _differ(days: npt.NDArray[np.int32]) -> bool:
    """Then what is within the days of one counter may be before or after those of another."""
    return bool((days != days[0]).any())


def _of_counters(series: Series, wanted: Wanted) -> Wanted:
    counters = series.cumulative[wanted.series]
    return wanted if counters.all() else Wanted(*(array[counters] for array in wanted))


def _select(statement: str, **parts: sql.Composable) -> DayRows:
    columns = sql.SQL(", ".join(f"d.{column}" for column in COLUMNS))
    return read_rows(sql.SQL(statement).format(columns=columns, epoch=EPOCH_DATE, **parts))


# Each series is probed by the primary key: OFFSET 0 keeps the planner from joining in another way.


def _rows_within(series: Series, wanted: Wanted) -> DayRows:
    return _select(
        "select {columns} from {wanted} cross join lateral ("
        "  select * from metering_day as d where d.meter_id = wanted.meter_id and d.register = wanted.register"
        "     and d.day between {epoch} + wanted.first and {epoch} + wanted.last and {months} offset 0) as d",
        wanted=wanted_table(series, wanted),
        months=months_around(int(wanted.first.min()), int(wanted.last.max())),
    )


def _rows_after(series: Series, wanted: Wanted) -> DayRows:
    return _select(
        "select {columns} from {wanted} cross join lateral ("
        "  select * from metering_day as later where later.meter_id = wanted.meter_id"
        "     and later.register = wanted.register and later.day > {epoch} + wanted.last"
        "   order by later.day limit 1) as d",
        wanted=wanted_table(series, wanted),
    )


def _together(rows: list[DayRows]) -> DayRows:
    columns = zip(*([getattr(part, name) for name in DayRows.__dataclass_fields__] for part in rows), strict=True)
    return DayRows(*(np.concatenate(arrays) for arrays in columns))
