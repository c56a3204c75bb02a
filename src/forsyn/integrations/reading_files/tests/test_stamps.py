"""Stamps as delivered, local time, and the days on which the clock moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.integrations.reading_files.batch import Problem
from forsyn.integrations.reading_files.local_clock import instants_of, local_of_instants
from forsyn.integrations.reading_files.stamp_layouts import layouts_of
from forsyn.integrations.reading_files.stamps import clock_of_texts, clock_of_timestamps

ZONES = ["Europe/Copenhagen", "UTC", "Europe/Madrid", "Atlantic/Faroe", "America/Nuuk"]
DANISH = "%d/%m/%Y %H:%M:%S"


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "stamp_format", "zoned", "clock"),
    [
        ("2018-03-25", "iso", False, "2018-03-25T00:00:00"),
        ("2018-03-25 02:15", "iso", False, "2018-03-25T02:15:00"),
        ("2018-03-25T02:15:59", "iso", False, "2018-03-25T02:15:59"),
        ("2018-03-25T02:15:59.123456", "iso", False, "2018-03-25T02:15:59"),
        ("2018-03-25T02:15:59Z", "iso", True, "2018-03-25T02:15:59"),
        ("2018-03-25T02:15+01:00", "iso", True, "2018-03-25T01:15:00"),
        ("2018-03-25 02:15:00-0230", "iso", True, "2018-03-25T04:45:00"),
        ("2018-03-25 02:15:00+02", "iso", True, "2018-03-25T00:15:00"),
        ("29/02/2016 23:59:59", DANISH, False, "2016-02-29T23:59:59"),
        (" 1/3/2016 4:05:06 ", DANISH, False, "2016-03-01T04:05:06"),
        ("20160301 0405", "%Y%m%d %H%M", False, "2016-03-01T04:05:00"),
    ],
)
def test_a_stamp_is_read_as_its_profile_says(text: str, stamp_format: str, zoned: bool, clock: str) -> None:
    read = clock_of_texts(pa.array([text]), stamp_format, zoned)
    assert (read.problem.tolist(), read.seconds.tolist()) == ([0], [seconds(clock)])


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2016 00:00:00",
        "29/02/2017 00:00:00",
        "00/01/2016 00:00:00",
        "01/13/2016 00:00:00",
        "01/01/2016 24:00:00",
        "01/01/2016 23:60:00",
        "01/01/2016 23:59:60",
        "01/01/0001 00:00:00",
        "01/01/2016T00:00:00",
        "2016-01-01 00:00:00",
        "01/01/2016 00:00:00Z",
        "i går",
        "01/01/20١6 00:00:00",
    ],
)
def test_a_stamp_that_is_none_is_unreadable_and_never_rolls_over(text: str) -> None:
    read = clock_of_texts(pa.array(["01/02/2016 00:00:00", text]), DANISH, False)
    assert read.problem.tolist() == [0, Problem.STAMP_UNREADABLE]


def test_an_empty_stamp_is_missing() -> None:
    read = clock_of_texts(pa.array(["", None, " "]), "iso", False)
    assert read.problem.tolist() == [Problem.STAMP_MISSING] * 3


@pytest.mark.parametrize("bad", ["%d/%m %H", "%Y-%m-%d %Y", "%Y-%m-%d %j", "%d-%m-%Y %z", "%Y-%m-%d %M", "%Y-%m-%d %"])
def test_a_stamp_format_that_cannot_be_read_has_no_layout(bad: str) -> None:
    assert layouts_of(bad, carries_zone=False) == ()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_are_read_in_every_resolution(unit: str) -> None:
    stamps = [datetime(2018, 1, 2, 23), None, datetime(1969, 1, 1)]  # noqa: DTZ001 - naive columns hold these
    read = clock_of_timestamps(pa.array(stamps, pa.timestamp(unit)))
    assert read.seconds.tolist()[0] == seconds("2018-01-02T23:00:00")
    assert read.problem.tolist() == [0, Problem.STAMP_MISSING, Problem.STAMP_UNREADABLE]


def test_a_part_of_a_second_is_noticed() -> None:
    read = clock_of_timestamps(pa.array([1_500, 2_000], pa.timestamp("ms")))
    assert read.seconds.tolist() == [1, 2]
    assert read.fraction is not None
    assert read.fraction.tolist() == [True, False]


moments = st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


@given(st.sampled_from(ZONES), st.lists(moments, min_size=1, max_size=20))
def test_local_time_leads_back_to_the_instant(zone: str, instants: list[datetime]) -> None:
    clock = ZoneInfo(zone)
    at = np.array([int(moment.timestamp()) for moment in instants], np.int64)
    local = local_of_instants(at, zone)
    shown = [moment.astimezone(clock).replace(tzinfo=UTC) for moment in instants]
    assert local.tolist() == [int(moment.timestamp()) for moment in shown]
    back = instants_of(local, zone)
    later = back.at + (0 if back.doubled_by is None else back.doubled_by)
    assert ((back.at == at) | (later == at)).all()
    assert back.nonexistent is None


@given(st.sampled_from(ZONES), st.lists(st.integers(0, 4_000_000_000), min_size=1, max_size=20))
def test_gaps_and_doubled_hours_are_those_of_the_zone(zone: str, local: list[int]) -> None:
    clock = ZoneInfo(zone)
    read = instants_of(np.array(local, np.int64), zone)
    for number, wall in enumerate(local):
        naive = datetime.fromtimestamp(wall, UTC).replace(tzinfo=clock)
        early, late = (naive.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        exists = early.astimezone(clock).replace(tzinfo=None) == naive.replace(tzinfo=None)
        assert exists == (read.nonexistent is None or not read.nonexistent[number])
        if exists:
            assert read.at[number] == int(early.timestamp())
            doubled = 0 if read.doubled_by is None else int(read.doubled_by[number])
            assert timedelta(seconds=doubled) == late - early
