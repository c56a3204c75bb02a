"""Day rows are read from one table and copied into another, which are the same rows."""

from __future__ import annotations

import importlib
from datetime import date

import pytest
from django.db import connections, transaction

from forsyn.domain.metering.day_rows import COPY_HEADER, COPY_TRAILER, DayRows, to_copy
from forsyn.domain.metering.day_writer import COPY_DAYS

STORE = importlib.import_module("forsyn.domain.metering.migrations.0003_day_store")
MONTHS = (date(2018, 2, 1), date(2018, 3, 1))


def _fill(meters: int) -> None:
    with connections["owner"].cursor() as cursor:
        for month in MONTHS:
            cursor.execute("select metering_ensure_month(%s)", [month])
            rows = DayRows.blank(meters)
            rows.meter_id[:], rows.register[:], rows.version[:] = range(meters), 1, 1
            rows.day[:] = (month - date(1970, 1, 1)).days
            rows.slots[:], rows.present[:, :24], rows.total[:] = 24, True, 7
            with cursor.copy(COPY_DAYS) as copy:
                copy.write(COPY_HEADER + b"".join(to_copy(rows)) + COPY_TRAILER)


@pytest.mark.crash
def test_a_database_of_before_is_turned_round_without_reading_its_rows(own_database: dict[str, str]) -> None:
    _fill(meters=50)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("drop view metering_pseudonymous_day")
        cursor.execute(STORE.WITHOUT_ROOT)
        cursor.execute("select relname, pg_relation_filenode(oid) from pg_class where relname ~ '^metering_day_20'")
        files = dict(cursor.fetchall())
        told: list[str] = []
        connections["owner"].connection.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
        cursor.execute("set local client_min_messages = debug1")
        cursor.execute(STORE.UNDER_A_ROOT)
        cursor.execute("reset client_min_messages")
        assert [line for line in told if "implied by existing constraints" in line and "metering_day_store" in line]
        assert not [line for line in told if line.startswith("verifying table")]
        cursor.execute("select relname, pg_relation_filenode(oid) from pg_class where relname ~ '^metering_day_20'")
        assert dict(cursor.fetchall()) == files
        cursor.execute(
            "select count(*) filter (where not indisvalid), string_agg(indexrelid::regclass::text, ' ' order by 1)"
            "  from pg_index where indrelid in ('metering_day'::regclass, 'metering_day_store'::regclass)"
        )
        invalid, indexes = cursor.fetchone()
        assert invalid == 0
        assert len(indexes.split()) == 2
        cursor.execute("select count(*), sum(total) from metering_day")
        assert cursor.fetchone() == (100, 700)


@pytest.mark.crash
def test_a_question_reads_only_the_months_that_it_asks_for(own_database: dict[str, str]) -> None:
    _fill(meters=500)
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze metering_day")
        cursor.execute(
            "explain (costs off) select * from metering_day"
            " where meter_id = 7 and register = 1 and day between '2018-03-01' and '2018-03-31'"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "metering_day_2018_03_pkey" in plan
    assert "2018_02" not in plan
