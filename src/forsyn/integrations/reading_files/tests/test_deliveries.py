"""What good deliveries give, and what single bad rows become."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forsyn.integrations.reading_files.batch import Problem
from forsyn.integrations.reading_files.byte_stream import Limits
from forsyn.integrations.reading_files.profile import (
    Encoding,
    FileFormat,
    Resolution,
    StampMeans,
    ValueColumn,
)
from forsyn.integrations.reading_files.profile_file import shipped_profiles
from forsyn.integrations.reading_files.tests.deliveries import HEADER, a_profile, cumulative, read
from forsyn.integrations.reading_files.transport import open_delivery
from forsyn.kernel.local_days import day_start_seconds
from forsyn.kernel.quantities import unit_named

ROW = "M1;2018-01-03 01:00;1.5\n"
AT = int(datetime(2018, 1, 3, 0, tzinfo=UTC).timestamp())


def written(folder: Path, content: str | bytes, name: str = "delivery.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_an_interval_is_told_by_its_end(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + ROW)
    (value,) = read(path, a_profile()).values
    assert (value.line, value.meter, value.register, value.at, value.value) == (2, "M1", "energy", AT, 1_500)
    (value,) = read(path, a_profile(stamp_means=StampMeans.INTERVAL_START)).values
    assert value.at == AT + 3_600


def test_meter_numbers_keep_their_leading_zeros(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + ROW.replace("M1", " 00123 "))
    assert read(path, a_profile()).values[0].meter == "00123"


@pytest.mark.parametrize(("day", "hours"), [(date(2018, 3, 25), 23), (date(2018, 10, 28), 25), (date(2018, 1, 3), 24)])
@pytest.mark.parametrize("means", [StampMeans.INTERVAL_START, StampMeans.INTERVAL_END])
def test_a_day_ends_at_local_midnight(tmp_path: Path, day: date, hours: int, means: StampMeans) -> None:
    stamp = day if means is StampMeans.INTERVAL_START else day + timedelta(days=1)
    path = written(tmp_path, HEADER + f"M1;{stamp};3\nM1;{stamp} 12:00;3\n")
    value, noon = read(path, a_profile(resolution=Resolution.DAY, stamp_means=means)).values
    assert value.at == day_start_seconds(day) + hours * 3_600
    assert noon.problem is Problem.STAMP_OFF_GRID


def test_a_daily_instant_must_be_a_danish_midnight(tmp_path: Path) -> None:
    profile = a_profile(resolution=Resolution.DAY, carries_zone=True, time_zone="UTC")
    path = written(tmp_path, HEADER + "M1;2018-03-25T22:00:00Z;3\nM1;2018-03-25T23:00:00Z;3\n")
    end, off = read(path, profile).values
    assert end.at == day_start_seconds(date(2018, 3, 26))
    assert off.problem is Problem.STAMP_OFF_GRID


def test_single_bad_rows_become_problems_with_line_and_text(tmp_path: Path) -> None:
    rows = [
        ("M1;2018-01-03 01:00;1.5", Problem.NONE, None),
        ("M1;2018-01-03 02:00", Problem.ROW_MALFORMED, ("M1;2018-01-03 02:00", "")),
        ("M1;2018-01-03 03:00;1;5", Problem.ROW_MALFORMED, ("M1;2018-01-03 03:00;1;5", "")),
        (";2018-01-03 04:00;1", Problem.METER_MISSING, ("2018-01-03 04:00", "1")),
        ("M1;;1", Problem.STAMP_MISSING, ("", "1")),
        ("M1;yesterday;1", Problem.STAMP_UNREADABLE, ("yesterday", "1")),
        ("M1;2018-01-03 05:30;1", Problem.STAMP_OFF_GRID, ("2018-01-03 05:30", "1")),
        ("M1;2018-01-03 06:00;", Problem.VALUE_MISSING, ("2018-01-03 06:00", "")),
        ("M1;2018-01-03 07:00;x", Problem.VALUE_UNREADABLE, ("2018-01-03 07:00", "x")),
        ("M1;2018-01-03 08:00;inf", Problem.VALUE_NOT_FINITE, ("2018-01-03 08:00", "inf")),
        ("M1;2018-01-03 09:00;1e15", Problem.VALUE_TOO_LARGE, ("2018-01-03 09:00", "1e15")),
        ('M1;2018-01-03 10:00;"1.5"', Problem.NONE, None),
        (";;", Problem.METER_MISSING, ("", "")),
    ]
    path = written(tmp_path, HEADER + "".join(f"{text}\n" for text, _, _ in rows))
    values = read(path, a_profile()).values
    assert [(value.line, value.problem, value.raw) for value in values] == [
        (line, problem, raw) for line, (_, problem, raw) in enumerate(rows, 2)
    ]


def test_an_open_quote_spoils_its_own_line_only(tmp_path: Path) -> None:
    text = HEADER + ROW + 'M1;2018-01-03 02:00;"2\n' + ROW.replace("01:00", "03:00") * 3
    assert read(written(tmp_path, text), a_profile()).problems() == [0, Problem.ROW_MALFORMED, 0, 0, 0]


def test_a_quoted_delimiter_is_no_delimiter(tmp_path: Path) -> None:
    profile = a_profile(delimiter=",", decimal=",")
    path = written(tmp_path, 'meter,stamp,value\n"M1",2018-01-03 01:00,"1,5"\n')
    assert read(path, profile).values[0].value == 1_500


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n\n"])
def test_blank_lines_are_no_rows_but_are_counted_as_lines(tmp_path: Path, line_break: str, last: str) -> None:
    text = f"{HEADER}\n\n{ROW}\n{ROW}{ROW.strip()}{last}".replace("\n", line_break)
    for block_bytes in (10, 40, 2**20):
        result = read(written(tmp_path, text.encode()), a_profile(), Limits(block_bytes=block_bytes))
        assert [value.line for value in result.values] == [4, 6, 7]
        assert {value.value for value in result.values} == {1_500}


@pytest.mark.parametrize("block_bytes", [1, 7, 50, 300, 2**20])
def test_rows_add_up_however_the_file_is_cut(tmp_path: Path, block_bytes: int) -> None:
    hours = [f"M{number % 3};2018-01-{number // 24 + 1:02} {number % 24:02}:00;{number}\n" for number in range(100)]
    result = read(written(tmp_path, HEADER + "".join(hours)), a_profile(), Limits(block_bytes=block_bytes))
    assert [value.line for value in result.values] == list(range(2, 102))
    assert sum(value.value for value in result.values) == sum(range(100)) * 1_000


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        (Encoding.UTF_8, "utf-8"),
        (Encoding.UTF_8, "utf-8-sig"),
        (Encoding.LATIN_1, "latin-1"),
        (Encoding.WINDOWS_1252, "cp1252"),
        (Encoding.UTF_16, "utf-16"),
    ],
)
def test_files_are_read_in_their_encoding(tmp_path: Path, encoding: Encoding, codec: str) -> None:
    text = HEADER + ROW.replace("M1", "Måler-Ø1") * 100
    for block_bytes in (3, 100, 2**20):
        result = read(
            written(tmp_path, text.encode(codec)), a_profile(encoding=encoding), Limits(block_bytes=block_bytes)
        )
        assert {value.meter for value in result.values} == {"Måler-Ø1"}
        assert len(result.values) == 100


def test_a_file_without_header_is_read_by_column_numbers(tmp_path: Path) -> None:
    profile = a_profile(
        header=False, meter_number=2, stamp=1, values=(ValueColumn(3, "energy", unit_named("kWh")),), delimiter=","
    )
    (value,) = read(written(tmp_path, "2018-01-03 01:00,M1,1.5"), profile).values
    assert (value.line, value.meter, value.at, value.value) == (1, "M1", AT, 1_500)


def test_registers_and_units_of_each_row(tmp_path: Path) -> None:
    (generic,) = (profile for profile in shipped_profiles() if profile.key == "generic")
    rows = [
        ("energy;MWh;1,234567", "energy", 1_234_567, Problem.NONE),
        ("energy;kWh;2,5", "energy", 2_500, Problem.NONE),
        ("volume;l;7", "volume", 7, Problem.NONE),
        ("volume;m³;0,5", "volume", 500, Problem.NONE),
        ("volume;kWh;7", "volume", 0, Problem.UNIT_UNKNOWN),
        ("energy;;7", "energy", 0, Problem.UNIT_UNKNOWN),
        ("E8;m3;7", None, 0, Problem.REGISTER_UNKNOWN),
        (";m3;7", None, 0, Problem.REGISTER_UNKNOWN),
    ]
    text = "meter_number;register;unit;value;stamp\n"
    text += "".join(f"M1;{row};2018-01-03T01:00\n" for row, *_ in rows)
    values = read(written(tmp_path, text), generic).values
    assert [(value.register, value.value, value.problem) for value in values] == [tuple(row[1:]) for row in rows]


def test_a_wide_file_gives_one_value_for_each_column_of_each_row(tmp_path: Path) -> None:
    wide = (ValueColumn("heat", "energy", unit_named("GJ")), ValueColumn("flow", "volume", unit_named("m3")))
    text = "meter;stamp;heat;flow\nM1;2018-01-03 01:00;9;0.5\nM1;2018-01-03 02:00;1\nM1;2018-01-03 03:00;1;\n"
    result = read(written(tmp_path, text), cumulative(values=wide))
    found = sorted((value.line, value.register or "", value.value, value.problem) for value in result.values)
    assert found == [
        (2, "energy", 2_500_000, Problem.NONE),
        (2, "volume", 500, Problem.NONE),
        (3, "", 0, Problem.ROW_MALFORMED),
        (3, "", 0, Problem.ROW_MALFORMED),
        (4, "energy", 277_778, Problem.NONE),
        (4, "volume", 0, Problem.VALUE_MISSING),
    ]
    assert result.rounded_count == 1
    assert result.rounding_base_units == pytest.approx(2 / 9)


PARQUET = replace(a_profile(), format=FileFormat.PARQUET)


def parquet(folder: Path, **columns: pa.Array) -> Path:
    path = folder / "delivery.parquet"
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize(
    "meters",
    [
        pa.array(["7", None, " 7 ", ""]),
        pa.array(["7", None, "7", ""], pa.large_string()),
        pa.array(["7", None, "7", ""]).dictionary_encode(),
    ],
    ids=["text", "large text", "dictionary"],
)
def test_parquet_meters_are_numbered_once(tmp_path: Path, meters: pa.Array) -> None:
    stamps = pa.array([datetime(2018, 1, 3, 1)] * 4, pa.timestamp("us"))  # noqa: DTZ001
    path = parquet(tmp_path, meter=meters, stamp=stamps, value=pa.array([1.5, 2, 3, 4]))
    values = read(path, PARQUET).values
    assert [value.meter for value in values] == ["7", None, "7", None]
    assert [value.line for value in values] == [1, 2, 3, 4]
    assert values[1].problem is Problem.METER_MISSING
    assert values[1].raw == ("2018-01-03T01:00:00.000000", "2.0")


@pytest.mark.parametrize("kind", [pa.float32(), pa.float64(), pa.int64(), pa.decimal128(25, 6), pa.string()])
def test_parquet_values_of_every_type_are_read(tmp_path: Path, kind: pa.DataType) -> None:
    stamps = pa.array(["2018-01-03 01:00"] * 3)
    value = pa.array([1, None, 40]).cast(kind)
    path = parquet(tmp_path, meter=pa.array([7, 7, 7]), stamp=stamps, value=value)
    values = read(path, PARQUET).values
    assert [value.value for value in values] == [1_000, 0, 40_000]
    assert values[1].problem is Problem.VALUE_MISSING
    assert {value.at for value in values} == {AT}


def test_facts_and_progress_are_told(tmp_path: Path) -> None:
    text = (HEADER + ROW * 1_000).encode()
    path = written(tmp_path, gzip.compress(text), "delivery.csv.gz")
    with open_delivery(path, profile=a_profile(), limits=Limits(block_bytes=5_000)) as delivery:
        facts = delivery.facts()
        done = [(delivery.values_done, delivery.bytes_done) for _ in delivery.batches()]
    assert (facts.name, facts.size_bytes, facts.profile_key) == (path.name, path.stat().st_size, "trial")
    assert len(facts.sha256) == 64
    assert facts.values_total is None
    assert len(done) > 3
    assert done == sorted(done)
    assert done[-1][0] == 1_000
    assert delivery.bytes_done == facts.size_bytes


def test_parquet_tells_its_total_and_streams_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forsyn.integrations.reading_files.transport.PARQUET_BATCH_ROWS", 64)
    count = 1_000
    stamps = pa.array((np.arange(count) * 3_600_000).astype("datetime64[ms]"))
    path = parquet(tmp_path, meter=pa.array(np.arange(count) % 9), stamp=stamps, value=pa.array(np.ones(count)))
    with open_delivery(path, profile=PARQUET) as delivery:
        assert delivery.facts().values_total == count
    result = read(path, PARQUET)
    assert result.batches == 16
    assert [value.line for value in result.values] == list(range(1, count + 1))
    assert {value.meter for value in result.values} == {str(number) for number in range(9)}


def test_profiles_are_shipped_for_automatic_choice(tmp_path: Path) -> None:
    text = "user key;datetime;meter reading;diff\nW1;01/03/2016 00:30:27;2e+05;0\n"
    (value,) = read(written(tmp_path, text)).values
    assert (value.register, value.value) == ("volume", 200_000)
    assert value.at == int(datetime(2016, 2, 29, 23, 30, 27, tzinfo=UTC).timestamp())
