"""Writes day rows. Called by the actions only, inside their transaction."""

from __future__ import annotations

from datetime import date, datetime
from types import TracebackType
from typing import Any, Self

import numpy as np
from django.db import connection
from psycopg import sql
from psycopg.copy import Copy, QueuedLibpqWriter

from forsyn.domain.metering.array_reads import integers
from forsyn.domain.metering.day_rows import COLUMNS, COPY_HEADER, COPY_TRAILER, DayRows, to_copy
from forsyn.domain.metering.wanted_days import months_around

COPY_DAYS = f"copy metering_day_store ({', '.join(COLUMNS)}) from stdin (format binary)"


class DayWriter:
    """Keeps one COPY open as long as only new rows come, and sends in a thread while the next ones are computed.

    Any other statement on the connection must be preceded by `flush`.
    """

    def __init__(self) -> None:
        self._months: set[date] = set()
        self._context: Any = None
        self._copy: Copy[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._context is None:
            return
        context, self._context = self._context, None
        if kind is None and self._copy is not None:
            self._copy.write(COPY_TRAILER)
        context.__exit__(kind, error, trace)

    def flush(self) -> None:
        """End the COPY under way; rows are then seen by other statements."""
        self.__exit__(None, None, None)

    def add(self, rows: DayRows) -> None:
        """Write rows whose keys are not there yet."""
        if not len(rows):
            return
        self._ensure_months(rows)
        if self._context is None:
            cursor = connection.connection.cursor()
            self._context = cursor.copy(COPY_DAYS, writer=QueuedLibpqWriter(cursor))
            self._copy = self._context.__enter__()
            self._copy.write(COPY_HEADER)
        for piece in to_copy(rows):
            self._copy.write(piece)  # type: ignore[union-attr]

    def replace(self, rows: DayRows, *, now: datetime) -> None:
        """Write rows whose keys are there; the old ones are kept as superseded."""
        if not len(rows):
            return
        self.flush()
        statement = sql.SQL(
            "with superseded as ("
            "  delete from metering_day as d using"
            "    unnest({meters}::integer[], {registers}::smallint[], {days}::integer[], {deliveries}::integer[])"
            "    as wanted (meter_id, register, day, by_delivery)"
            "   where d.meter_id = wanted.meter_id and d.register = wanted.register"
            "     and d.day = date '1970-01-01' + wanted.day and {months}"
            "  returning d.*, wanted.by_delivery)"
            " insert into metering_day_superseded (meter_id, day, delivery_id, register, version, total, opening,"
            "        values, quality, superseded_at, superseded_by)"
            " select meter_id, day, delivery_id, register, version, total, opening, values, quality, {now}, by_delivery"
            "   from superseded"
        ).format(
            meters=integers(rows.meter_id),
            registers=integers(rows.register),
            days=integers(rows.day),
            months=months_around(int(rows.day.min()), int(rows.day.max())),
            now=sql.Literal(now),
            deliveries=integers(rows.delivery_id),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement)
            if cursor.rowcount != len(rows):
                raise RuntimeError(f"{len(rows)} day rows were to be replaced, but {cursor.rowcount} were there")
        self.add(rows)

    def _ensure_months(self, rows: DayRows) -> None:
        days = np.unique(rows.day).astype("datetime64[D]").astype("datetime64[M]")
        missing = set(np.unique(days).astype("datetime64[D]").tolist()) - self._months
        if missing:
            self.flush()
            with connection.cursor() as cursor:
                cursor.execute(
                    "select metering_ensure_month(month) from unnest(%s::date[]) as month", [sorted(missing)]
                )
            self._months |= missing
