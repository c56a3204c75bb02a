"""The doubled hour of autumn: 28 October 2018, 02:00-03:00 came twice in Denmark (at 00:00 and 01:00 UTC)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.integrations.reading_files.batch import Problem
from forsyn.integrations.reading_files.byte_stream import Limits
from forsyn.integrations.reading_files.tests.deliveries import HEADER, a_profile, cumulative, read

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
MIDNIGHT = datetime(2018, 10, 27, 22, tzinfo=UTC)
TWO_O_CLOCK = int(datetime(2018, 10, 28, 0, tzinfo=UTC).timestamp())
HOUR = 3_600


def rows_of(meter: str, walls: list[str]) -> str:
    return "".join(f"{meter};2018-10-28 {wall};{number}\n" for number, wall in enumerate(walls))


def read_rows(folder: Path, rows: str, block_bytes: int = 2**20, profile=None):
    path = folder / "autumn.csv"
    path.write_text(HEADER + rows)
    return read(path, profile or a_profile(), Limits(block_bytes=block_bytes))


def test_the_first_is_summer_time_and_the_second_winter_time(tmp_path: Path) -> None:
    values = read_rows(tmp_path, rows_of("M1", ["01:00", "02:00", "02:00", "03:00"])).values
    assert [value.at - TWO_O_CLOCK for value in values] == [-HOUR, 0, HOUR, 2 * HOUR]
    assert {value.problem for value in values} == {Problem.NONE}


def test_a_delivery_that_runs_backwards_is_understood(tmp_path: Path) -> None:
    values = read_rows(tmp_path, rows_of("M1", ["03:00", "02:00", "02:00", "01:00"])).values
    assert [value.at - TWO_O_CLOCK for value in values] == [2 * HOUR, HOUR, 0, -HOUR]


def test_quarter_hours_step_back_once(tmp_path: Path) -> None:
    quarters = ["02:00", "02:15", "02:30", "02:45"] * 2
    values = read_rows(tmp_path, rows_of("M1", ["01:45", *quarters, "03:00"]), profile=cumulative()).values
    assert [value.at - TWO_O_CLOCK for value in values] == list(range(-900, 7_201, 900))


@pytest.mark.parametrize(
    "walls",
    [
        ["01:00", "02:00", "03:00"],
        ["01:00", "02:00", "02:00", "02:00", "03:00"],
        ["02:00", "02:00"],
        ["03:00", "02:00", "02:00", "03:00"],
        ["01:00", "02:00", "05:00", "02:00", "06:00"],
    ],
    ids=["one is missing", "three times", "nothing around it", "both ways", "torn apart"],
)
def test_what_order_does_not_tell_is_flagged_not_guessed(tmp_path: Path, walls: list[str]) -> None:
    values = read_rows(tmp_path, rows_of("M1", walls)).values
    assert len(values) == len(walls)
    for value, wall in zip(values, walls, strict=True):
        if wall == "02:00":
            assert (value.problem, value.at) == (Problem.LOCAL_HOUR_AMBIGUOUS, 0)
            assert value.raw == (f"2018-10-28 {wall}", str(value.line - 2))
        else:
            assert value.problem is Problem.NONE


def test_a_row_without_value_still_counts_for_the_order(tmp_path: Path) -> None:
    rows = "M1;2018-10-28 02:00;\nM1;2018-10-28 02:00;5\nM1;2018-10-28 03:00;6\n"
    first, second, _ = read_rows(tmp_path, rows).values
    assert (first.problem, first.at, first.raw) == (Problem.VALUE_MISSING, TWO_O_CLOCK, ("2018-10-28 02:00", ""))
    assert (second.problem, second.at, second.value) == (Problem.NONE, TWO_O_CLOCK + HOUR, 5_000)


def test_the_lost_hour_of_spring_does_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "spring.csv"
    path.write_text(HEADER + "M1;2018-03-25 01:00;1\nM1;2018-03-25 02:00;1\nM1;2018-03-25 03:00;1\n")
    values = read(path, a_profile()).values
    assert [value.problem for value in values] == [0, Problem.LOCAL_HOUR_NONEXISTENT, 0]
    assert values[2].at - values[0].at == HOUR


@given(
    meters=st.integers(1, 4),
    by_time=st.booleans(),
    block_bytes=st.integers(30, 400),
    step_minutes=st.sampled_from([15, 30, 60]),
    backwards=st.booleans(),
)
def test_however_rows_are_ordered_and_cut_into_blocks_the_instants_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    meters: int,
    by_time: bool,
    block_bytes: int,
    step_minutes: int,
    backwards: bool,
) -> None:
    step = timedelta(minutes=step_minutes)
    instants = [MIDNIGHT + number * step for number in range(int(timedelta(hours=5) / step))]
    if backwards:
        instants.reverse()
    rows = [(f"M{meter}", instant) for meter in range(meters) for instant in instants]
    if by_time:
        rows.sort(key=lambda row: instants.index(row[1]))
    text = "".join(f"{meter};{at.astimezone(COPENHAGEN):%Y-%m-%d %H:%M};1\n" for meter, at in rows)
    result = read_rows(tmp_path_factory.mktemp("autumn"), text, block_bytes, cumulative())
    assert [(value.meter, value.at) for value in result.values] == [(meter, int(at.timestamp())) for meter, at in rows]
    assert set(result.problems()) == {Problem.NONE}
