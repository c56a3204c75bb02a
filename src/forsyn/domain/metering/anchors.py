"""The last reading of a counter before some days, however old it is and whatever it is kept as."""

from __future__ import annotations

import numpy as np
from psycopg import sql

from forsyn.domain.metering.array_reads import read_columns
from forsyn.domain.metering.grid import Anchors
from forsyn.domain.metering.rules import Series
from forsyn.domain.metering.slots import first_slots
from forsyn.domain.metering.wanted_days import EPOCH_DATE, Wanted, months_around, series_of, wanted_table

# Of a day without its hours, or a month, the last reading is taken to be of the last hour.
_HOURS_OF = (
    "(extract(epoch from ({day} + 1)::timestamp at time zone 'Europe/Copenhagen'"
    " - {day}::timestamp at time zone 'Europe/Copenhagen') / 3600)::integer"
)
_ANCHOR = (
    "select d.meter_id, d.register, d.day - {epoch} as day, d.opening + d.total as reading,"  # noqa: S608 - constants
    "       coalesce(case when d.values[cardinality(d.values)] is not null then cardinality(d.values) end,"
    "                (select max(at) from generate_subscripts(d.values, 1) as at where d.values[at] is not null),"
    f"                {_HOURS_OF.replace('{day}', 'd.day')}) - 1 as at"
)
_MONTH_ANCHOR = (
    "select d.meter_id, d.register, d.until_day - 1 - {epoch} as day, d.closing as reading,"  # noqa: S608 - constants
    f" case when register.resolution = 'hour' then {_HOURS_OF.replace('{day}', '(d.until_day - 1)')} else 1 end - 1"
    "  from metering_month as d join metering_register as register"
    "    on register.meter_id = d.meter_id and register.number = d.register"
)
_ANCHOR_KINDS = ("i4", "i2", "i4", "i8", "i4")


def anchors_of(series: Series, wanted: Wanted) -> Anchors:
    """The last reading before the first wanted day: mostly of the day before, else looked for further back."""
    found = read_columns(
        sql.SQL(
            _ANCHOR + " from {wanted} cross join lateral ("  # noqa: S608 - constant text
            "  select * from metering_day as d where d.meter_id = wanted.meter_id and d.register = wanted.register"
            "     and d.day = {epoch} + wanted.first - 1 and {months} offset 0) as d"
        ).format(
            epoch=EPOCH_DATE,
            wanted=wanted_table(series, wanted),
            months=months_around(int(wanted.first.min()) - 1, int(wanted.first.max())),
        ),
        _ANCHOR_KINDS,
    )
    near = series_of(series, found[0], found[1])
    missing = ~np.isin(wanted.series, near)
    if missing.any():
        further = read_columns(
            sql.SQL(
                "select found.* from {wanted} cross join lateral ("  # noqa: S608 - constant text
                f" ({_ANCHOR} from metering_day as d where d.meter_id = wanted.meter_id"
                "     and d.register = wanted.register and d.day < {epoch} + wanted.first"
                "   order by d.day desc limit 1)"
                f" union all ({_MONTH_ANCHOR} where d.meter_id = wanted.meter_id"
                "     and d.register = wanted.register and d.first_day < {epoch} + wanted.first"
                "     and d.closing is not null order by d.first_day desc limit 1)"
                "   order by day desc limit 1) as found"
            ).format(epoch=EPOCH_DATE, wanted=wanted_table(series, Wanted(*(array[missing] for array in wanted)))),
            _ANCHOR_KINDS,
        )
        found = [np.concatenate(columns) for columns in zip(found, further, strict=True)]
    meter_id, register, day, reading, at = found
    of = series_of(series, meter_id, register)
    rollover = series.rollover[of]
    reading = np.where(rollover > 0, reading % np.maximum(rollover, 1), reading)
    slot = first_slots(day.astype(np.int32), series.hourly[of]) + at
    order = np.argsort(of)
    return Anchors(of[order], slot[order], reading[order])
