"""The real files: what the shipped profiles make of them."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from forsyn.integrations.reading_files.batch import Problem
from forsyn.integrations.reading_files.tests.deliveries import read
from forsyn.integrations.reading_files.transport import open_delivery
from forsyn.kernel.quantities import in_base_units, unit_named

pytestmark = pytest.mark.real_data


def test_the_heat_of_a_month_adds_up(shared_data: Path) -> None:
    path = shared_data / "heat_hourly" / "heat_2018-07.parquet"
    with open_delivery(path) as delivery:
        batches = list(delivery.batches())
    table = pq.read_table(path)
    tenths = pc.round(pc.multiply(table["value"].cast("float64"), 10)).cast("int64")
    assert sum(len(batch) for batch in batches) == table.num_rows
    assert sum(int(batch.value.sum()) for batch in batches) == pc.sum(tenths).as_py() * 100
    assert not any(batch.problem.any() for batch in batches)
    assert sum(batch.rounded_count for batch in batches) == 0
    assert len(batches[-1].meter_numbers) == pc.count_distinct(table["meter_id"]).as_py()


def test_the_stamps_of_heat_are_ends_of_hours(shared_data: Path) -> None:
    """Meter 660 is published both as hourly use and as register: use(t) is register(t) - register(t - 1 h)."""
    register = {
        value.at: value.value
        for value in read(shared_data / "heat_temperatures" / "meter_660_2018.csv").values
        if value.register == "energy"
    }
    checked = 0
    with open_delivery(shared_data / "heat_hourly" / "heat_2018-03.parquet") as delivery:
        for batch in delivery.batches():
            rows = (
                np.flatnonzero(batch.meter == batch.meter_numbers.index("660")) if "660" in batch.meter_numbers else []
            )
            for at, used in zip(batch.at[rows].tolist(), batch.value[rows].tolist(), strict=True):
                if at in register and at - 3_600 in register:
                    assert abs(register[at] - register[at - 3_600] - used) <= 51
                    checked += 1
    assert checked > 700


def test_the_four_registers_of_one_meter(shared_data: Path) -> None:
    path = shared_data / "heat_temperatures" / "meter_660_2018.csv"
    result = read(path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(result.values) == 4 * len(rows)
    assert set(result.problems()) == {Problem.NONE}
    expected = [in_base_units(Decimal(row["volume_flow_m3"]), unit_named("m3"))[0] for row in rows]
    assert [value.value for value in result.values if value.register == "volume"] == expected


def test_the_dirt_of_water_is_told_and_nothing_lost(shared_data: Path) -> None:
    path = shared_data / "water_hourly" / "water_meters.csv.gz"
    with open_delivery(path) as delivery:
        batches = list(delivery.batches())
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert sum(len(batch) for batch in batches) == len(rows)
    assert sum(int(batch.value.sum()) for batch in batches) == sum(int(float(row["meter reading"])) for row in rows)
    problems = Counter(Problem(code) for batch in batches for code in batch.problem[batch.problem > 0].tolist())
    assert set(problems) == {Problem.LOCAL_HOUR_AMBIGUOUS}
    doubled = sum(row["datetime"].startswith("30/10/2016 02") for row in rows)
    assert problems.total() < doubled / 10
