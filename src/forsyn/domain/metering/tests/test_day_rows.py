"""Day rows keep their values through PostgreSQL's binary COPY form."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import numpy as np
import pytest
from django.db import connection
from psycopg import sql

from forsyn.domain.metering import queries
from forsyn.domain.metering.day_rows import COLUMNS, COPY_HEADER, COPY_TRAILER, MAX_SLOTS, DayRows, to_copy

pytestmark = pytest.mark.django_db


def _some_rows(count: int, *, seed: int, missing: float, openings: float, flagged: float) -> DayRows:
    random = np.random.default_rng(seed)
    rows = DayRows.blank(count)
    rows.meter_id[:] = np.arange(count)
    rows.register[:] = random.integers(1, 5, count)
    rows.day[:] = random.integers(17_600, 17_620, count)
    rows.version[:] = random.integers(1, 100, count)
    rows.delivery_id[:] = random.integers(1, 2**31 - 1, count)
    rows.has_opening[:] = random.random(count) < openings
    rows.opening[:] = np.where(rows.has_opening, random.integers(-5, 2**50, count), 0)
    rows.slots[:] = random.choice([1, 23, 24, 25], count)
    inside = np.arange(MAX_SLOTS) < rows.slots[:, None]
    rows.present[:] = inside & (random.random((count, MAX_SLOTS)) >= missing)
    rows.values[:] = np.where(rows.present, random.integers(-(2**31), 2**31, (count, MAX_SLOTS)), 0)
    rows.quality[:] = np.where(rows.present & (random.random((count, 1)) < flagged), 4, 0)
    rows.total[:] = rows.values.sum(axis=1, dtype=np.int64)
    return rows


@pytest.mark.parametrize(
    ("missing", "openings", "flagged"),
    [(0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.5, 0.0), (0.3, 0.0, 0.0), (0.3, 0.5, 0.5), (1.0, 1.0, 1.0)],
)
def test_rows_come_back_as_they_went_in(missing: float, openings: float, flagged: float) -> None:
    rows = _some_rows(300, seed=7, missing=missing, openings=openings, flagged=flagged)
    with connection.cursor() as cursor:
        cursor.execute("select metering_ensure_month(%s)", [date(2018, 3, 1)])
        with cursor.copy(f"copy metering_day ({', '.join(COLUMNS)}) from stdin (format binary)") as copy:
            copy.write(COPY_HEADER)
            for piece in to_copy(rows):
                copy.write(piece)
            copy.write(COPY_TRAILER)
    back = queries.read_rows(sql.SQL(f"select {', '.join(COLUMNS)} from metering_day order by meter_id").format())
    for field in fields(DayRows):
        np.testing.assert_array_equal(getattr(back, field.name), getattr(rows, field.name), err_msg=field.name)


def test_no_rows_are_no_rows() -> None:
    assert len(queries.read_rows(sql.SQL(f"select {', '.join(COLUMNS)} from metering_day").format())) == 0


def test_sql_sees_ordinary_arrays() -> None:
    rows = _some_rows(50, seed=8, missing=0.2, openings=0.5, flagged=0.5)
    with connection.cursor() as cursor:
        cursor.execute("select metering_ensure_month(%s)", [date(2018, 3, 1)])
        with cursor.copy(f"copy metering_day ({', '.join(COLUMNS)}) from stdin (format binary)") as copy:
            copy.write(COPY_HEADER + b"".join(to_copy(rows)) + COPY_TRAILER)
        cursor.execute(
            "select count(*) from metering_day"
            " where total <> (select coalesce(sum(value), 0) from unnest(values) as value)"
            "    or cardinality(values) not in (1, 23, 24, 25)"
        )
        assert cursor.fetchone() == (0,)
