"""Whatever a profile says, values written by it are read back as they were."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.reading_files.batch import Problem
from forsyn.integrations.reading_files.byte_stream import Limits
from forsyn.integrations.reading_files.profile import Encoding, FileFormat, Profile, StampMeans, ValueColumn, ValuesAre
from forsyn.integrations.reading_files.tests.deliveries import read
from forsyn.kernel.quantities import UNITS, from_base_units

HOUR = timedelta(hours=1)
# Whole days around both jumps of the Danish clock, and an ordinary one; every day is whole, so that order tells.
FIRST_HOURS = [datetime(2018, 3, 24, 12, tzinfo=UTC), datetime(2018, 10, 27, 12, tzinfo=UTC)]
FIRST_HOURS.append(datetime(2017, 12, 31, 12, tzinfo=UTC))
STAMP_FORMATS = ["iso", "%d/%m/%Y %H:%M:%S", "%Y%m%d%H%M", "%d.%m.%Y %H:%M"]
# Without GJ and MJ: their base units have no finite decimal.
DECIMAL_UNITS = [unit for unit in UNITS.values() if unit.per_unit.denominator == 1]


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    carries_zone = draw(st.booleans())
    stamp_format = "iso" if carries_zone else draw(st.sampled_from(STAMP_FORMATS))
    means = draw(st.sampled_from(StampMeans))
    unit = draw(st.sampled_from(DECIMAL_UNITS))
    decimal = draw(st.sampled_from(".,"))
    named = draw(st.booleans())
    names: list[Any] = ["måler", "tid", "værdi"] if named else [2, 3, 1]
    return Profile(
        key="trial",
        title="Trial",
        format=FileFormat.CSV,
        meter_number=names[0],
        stamp=names[1],
        values=(ValueColumn(names[2], "register", unit),),
        values_are=ValuesAre.CUMULATIVE if means is StampMeans.INSTANT else ValuesAre.INTERVAL,
        stamp_means=means,
        stamp_format=stamp_format,
        time_zone=draw(st.sampled_from(["Europe/Copenhagen", "UTC", "Europe/Madrid", "Atlantic/Faroe"])),
        carries_zone=carries_zone,
        decimal=decimal,
        delimiter=draw(st.sampled_from([";", "\t", "|"])),
        encoding=draw(st.sampled_from(Encoding)),
        header=named,
    )


def stamp_text(at: datetime, profile: Profile) -> str:
    shown = at - HOUR if profile.stamp_means is StampMeans.INTERVAL_START else at
    local = shown.astimezone(ZoneInfo(profile.time_zone))
    if profile.carries_zone:
        return local.isoformat(sep=" ")
    return local.strftime("%Y-%m-%d %H:%M" if profile.stamp_format == "iso" else profile.stamp_format)


def value_text(base_units: int, profile: Profile) -> str:
    amount = from_base_units(base_units, profile.values[0].unit)
    text = format(Decimal(amount.numerator) / Decimal(amount.denominator), "f")
    return text.replace(".", profile.decimal)


@settings(max_examples=60)
@given(
    profile=profiles(),
    first=st.sampled_from(FIRST_HOURS),
    base_units=st.lists(st.integers(-(10**10), 10**12), min_size=30, max_size=30),
    meters=st.integers(1, 3),
    block_bytes=st.sampled_from([64, 500, 2**20]),
    compressed=st.booleans(),
)
def test_values_written_to_csv_are_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    profile: Profile,
    first: datetime,
    base_units: list[int],
    meters: int,
    block_bytes: int,
    compressed: bool,
) -> None:
    rows = [
        (f"{meter:03}", first + number * HOUR, value)
        for meter in range(meters)
        for number, value in enumerate(base_units)
    ]
    lines = [("værdi", "måler", "tid")] if profile.header else []
    lines += [(value_text(value, profile), meter, stamp_text(at, profile)) for meter, at, value in rows]
    content = "".join(profile.delimiter.join(line) + "\n" for line in lines).encode(profile.encoding.value)
    path = tmp_path_factory.mktemp("round") / ("trial.csv.gz" if compressed else "trial.csv")
    path.write_bytes(gzip.compress(content, 1) if compressed else content)

    result = read(path, profile, Limits(block_bytes=block_bytes))

    assert set(result.problems()) == {Problem.NONE}
    assert [(value.meter, value.at, value.value) for value in result.values] == [
        (meter, int(at.timestamp()), value) for meter, at, value in rows
    ]
    assert [value.line for value in result.values] == list(range(1 + profile.header, 1 + profile.header + len(rows)))
    assert (result.rounded_count, result.rounding_base_units) == (0, 0.0)


@settings(max_examples=40)
@given(
    base_units=st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=50),
    unit=st.sampled_from(list(UNITS.values())),
    kind=st.sampled_from([pa.float64(), pa.float32()]),
    stamp_unit=st.sampled_from(["s", "ms", "us", "ns"]),
    first=st.sampled_from(FIRST_HOURS),
)
def test_values_written_to_parquet_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, base_units: list[int], unit, kind: pa.DataType, stamp_unit: str, first
) -> None:
    path: Path = tmp_path_factory.mktemp("round") / "trial.parquet"
    instants = [first + number * HOUR for number in range(len(base_units))]
    amounts = pa.array([float(from_base_units(value, unit)) for value in base_units]).cast(kind)
    table = {"meter": pa.array([66] * len(base_units)), "value": amounts}
    table["stamp"] = pa.array(instants, pa.timestamp(stamp_unit, "UTC"))
    pq.write_table(pa.table(table), path)
    profile = Profile(
        key="trial",
        title="Trial",
        format=FileFormat.PARQUET,
        meter_number="meter",
        stamp="stamp",
        values=(ValueColumn("value", "register", unit),),
        values_are=ValuesAre.INTERVAL,
        stamp_means=StampMeans.INTERVAL_START,
        time_zone="UTC",
        carries_zone=True,
    )
    result = read(path, profile)
    assert [value.value for value in result.values] == base_units
    assert [value.at for value in result.values] == [int((at + HOUR).timestamp()) for at in instants]
    assert result.rounded_count == 0
