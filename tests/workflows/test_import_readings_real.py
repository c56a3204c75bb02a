"""Real deliveries, where they are at hand: sums agree to the watt hour, and what is dirty is set aside and counted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.db import connection

from forsyn.domain.metering import queries
from forsyn.workflows.import_readings import import_readings
from forsyn.workflows.readings_meters import make_meters_for

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]
NOW = datetime(2019, 6, 1, 6, tzinfo=UTC)


def _file(shared_data: Path, name: str) -> Path:
    path = shared_data / name
    if not path.exists():
        pytest.skip(f"there is no {path}")
    return path


def _take_in(path: Path, **options: object) -> object:
    make_meters_for(paths=[path], profile=None, now=NOW, today=NOW.date())
    return import_readings(path=path, profile=None, now=NOW)


def _watt_hours(path: Path) -> int:
    """Each value as its shortest decimal, in whole watt hours, half to even; few distinct values make this quick."""
    values, counts = np.unique(pq.read_table(path, columns=["value"])["value"].to_numpy(), return_counts=True)
    exact = (Decimal(str(value)) * 1000 for value in values)
    rounded = [int(amount.quantize(Decimal(1), ROUND_HALF_EVEN)) for amount in exact]
    return sum(amount * count for amount, count in zip(rounded, counts.tolist(), strict=True))


def test_a_month_of_heat_is_stored_to_the_watt_hour(shared_data: Path) -> None:
    path = _file(shared_data, "heat_hourly/heat_2018-06.parquet")
    receipt = _take_in(path)
    assert receipt.delivered == pq.ParquetFile(path).metadata.num_rows == receipt.stored
    assert receipt.quarantined == receipt.identical == 0
    with connection.cursor() as cursor:
        cursor.execute("select sum(total), count(distinct meter_id), sum(cardinality(values)) from metering_day")
        total, meters, _ = cursor.fetchone()
    assert (total, meters) == (_watt_hours(path), 3021)
    june, july = (queries.all_meters_month_totals(date(2018, month, 1)) for month in (6, 7))
    assert june.total.sum() + july.total.sum() == total


def test_real_water_goes_in_and_its_dirt_is_set_aside(shared_data: Path) -> None:
    path = _file(shared_data, "water_hourly/water_meters.csv.gz")
    receipt = _take_in(path)
    assert receipt.delivered == 318_961
    assert receipt.delivered == receipt.stored + receipt.identical + receipt.quarantined
    assert 0.99 < receipt.stored / receipt.delivered < 1
    assert {"backward_step", "duplicate_in_hour"} <= {reason.value for reason in receipt.reasons}
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from metering_day, unnest(values) as step where step < 0")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "select count(*) from (select sum(total) as consumed, meter_id,"
            "         (array_agg(opening + total order by day desc))[1]"
            "         - (array_agg(opening order by day))[1] as counted"
            "    from metering_day group by meter_id) as meter where consumed <> counted"
        )
        assert cursor.fetchone() == (0,), "totals telescope"
    again = import_readings(path=path, profile=None, now=NOW)
    assert again.already
    assert again.identical == again.delivered == receipt.delivered
