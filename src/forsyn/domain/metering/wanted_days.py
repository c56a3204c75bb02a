"""Which days of which series a delivery touches, as SQL has it."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from psycopg import sql

from forsyn.domain.metering.array_reads import integers
from forsyn.domain.metering.rules import Series
from forsyn.domain.metering.slots import EPOCH

EPOCH_DATE = sql.SQL("date '1970-01-01'")


class Wanted(NamedTuple):
    """The days of each series that a delivery touches; days since 1970-01-01, both included."""

    series: npt.NDArray[np.int32]
    first: npt.NDArray[np.int32]
    last: npt.NDArray[np.int32]


def wanted_table(series: Series, wanted: Wanted) -> sql.Composed:
    return sql.SQL(
        "unnest({}::integer[], {}::smallint[], {}::integer[], {}::integer[])"
        " as wanted (meter_id, register, first, last)"
    ).format(
        integers(series.meter_id[wanted.series]),
        integers(series.register[wanted.series]),
        integers(wanted.first),
        integers(wanted.last),
    )


def months_around(first: int, last: int) -> sql.Composed:
    """Bounds for `d.day` that spare all other partitions.

    They are whole months on purpose: of a day that came after the last ANALYZE the planner expects no rows, and then
    joins in an order that takes minutes.
    """
    begin = (EPOCH + timedelta(days=first)).replace(day=1)
    until = ((EPOCH + timedelta(days=last)).replace(day=1) + timedelta(days=31)).replace(day=1)
    return sql.SQL("d.day >= {} and d.day < {}").format(sql.Literal(begin), sql.Literal(until))


def series_of(
    series: Series, meter_id: npt.NDArray[np.integer], register: npt.NDArray[np.integer]
) -> npt.NDArray[np.int32]:
    keys = series.meter_id.astype(np.int64) << 16 | series.register
    order = np.argsort(keys)
    wanted = meter_id.astype(np.int64) << 16 | register.astype(np.int64)
    return order[np.searchsorted(keys, wanted, sorter=order)].astype(np.int32)
