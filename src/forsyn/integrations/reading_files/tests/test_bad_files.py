"""Files that cannot be read as a whole: one sentence with what, where and the mend; never a traceback of a library."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.integrations.reading_files.batch import Problem
from forsyn.integrations.reading_files.byte_stream import Limits
from forsyn.integrations.reading_files.errors import ReadingFileError
from forsyn.integrations.reading_files.profile import Encoding, FileFormat, Profile
from forsyn.integrations.reading_files.tests.deliveries import HEADER, a_profile, read
from forsyn.integrations.reading_files.transport import open_delivery

ROW = "M1;2018-01-03 01:00;1.5\n"
PARQUET = replace(a_profile(), format=FileFormat.PARQUET)
NAIVE = pa.array([datetime(2018, 1, 3, 1)] * 3, pa.timestamp("us"))  # noqa: DTZ001
COLUMNS = {"meter": pa.array([1, 2, 3]), "stamp": NAIVE, "value": pa.array([1.0, 2.0, 3.0])}


def refused(path: Path, profile: Profile | None = None, limits: Limits | None = None) -> ReadingFileError:
    with pytest.raises(ReadingFileError) as caught:
        read(path, profile, limits)
    error = caught.value
    assert str(error) == f"{error.where}: {error.what}; {error.mend}."
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    assert "\n" not in str(error)
    return error


def file(folder: Path, content: str | bytes, name: str = "delivery.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parquet(folder: Path, **columns: pa.Array) -> Path:
    path = folder / "delivery.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def test_what_is_no_file_of_readings(tmp_path: Path) -> None:
    assert "it is a folder" in str(refused(tmp_path))
    assert "there is no such file" in str(refused(tmp_path / "nowhere.csv"))
    error = refused(file(tmp_path, "x", "readings.xlsx"))
    assert error.mend == "deliver one that ends in .parquet, .csv, .csv.gz, .csv.zst"


@pytest.mark.parametrize("name", ["delivery.csv", "delivery.csv.gz", "delivery.csv.zst", "delivery.parquet"])
def test_an_empty_file(tmp_path: Path, name: str) -> None:
    assert "it is empty (0 bytes)" in str(refused(file(tmp_path, "", name)))


def test_a_file_whose_content_is_empty_or_only_a_header(tmp_path: Path) -> None:
    assert "its content is empty" in str(refused(file(tmp_path, gzip.compress(b""), "delivery.csv.gz")))
    assert "it has no rows" in str(refused(file(tmp_path, HEADER), a_profile()))
    assert "it has no rows" in str(refused(file(tmp_path, HEADER.strip() + "\n\n"), a_profile()))
    nothing = {name: column.slice(0, 0) for name, column in COLUMNS.items()}
    assert "it has no rows" in str(refused(parquet(tmp_path, **nothing), PARQUET))


def test_a_truncated_or_damaged_parquet_file(tmp_path: Path) -> None:
    whole = parquet(tmp_path, **COLUMNS).read_bytes()
    for content in (whole[: len(whole) // 2], whole[:4], b"PAR1" + whole[-100:], b"meter;stamp;value\n"):
        error = refused(file(tmp_path, content, "delivery.parquet"), PARQUET)
        assert error.what == "it is not a whole Parquet file: truncated or damaged"


def test_a_parquet_file_damaged_in_the_middle_says_after_which_row(tmp_path: Path) -> None:
    path = tmp_path / "delivery.parquet"
    table = pa.table({name: pa.concat_arrays([column] * 20_000) for name, column in COLUMNS.items()})
    pq.write_table(table, path, row_group_size=20_000, compression="zstd", use_dictionary=False)
    start = pq.ParquetFile(path).metadata.row_group(2).column(2).data_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + 60] = b"\xa5" * 60
    path.write_bytes(bytes(content))
    error = refused(path, PARQUET)
    assert error.where.startswith("delivery.parquet, after row ")


def test_parquet_columns_that_are_not_there(tmp_path: Path) -> None:
    path = parquet(tmp_path, meter=COLUMNS["meter"], time=NAIVE, value=COLUMNS["value"])
    error = refused(path, PARQUET)
    assert error.what == 'the columns stamp of profile trial are not there, only "meter", "time", "value"'
    assert "no profile fits" in refused(path).what


@pytest.mark.parametrize(
    ("stamp", "changes", "what"),
    [
        (NAIVE, {"carries_zone": True, "time_zone": "UTC"}, "its stamps carry no time zone"),
        (NAIVE.cast(pa.timestamp("us", "UTC")), {}, "its stamps carry the time zone UTC, but profile trial says they"),
        (
            NAIVE.cast(pa.timestamp("us", "America/Nuuk")),
            {"carries_zone": True, "time_zone": "UTC"},
            "its stamps carry the time zone America/Nuuk, but profile trial says UTC",
        ),
        (pa.array([1.0, 2.0, 3.0]), {}, "it holds double, not stamps"),
    ],
)
def test_a_wrong_time_zone_column(tmp_path: Path, stamp: pa.Array, changes: dict, what: str) -> None:
    error = refused(parquet(tmp_path, **COLUMNS | {"stamp": stamp}), replace(PARQUET, **changes))
    assert error.what.startswith(what)
    assert error.where == 'delivery.parquet, column "stamp"'


def test_parquet_text_that_is_no_text(tmp_path: Path) -> None:
    spoilt = pa.array([b"a", b"\xff\xfe", b"c"], pa.binary()).view(pa.string())
    error = refused(parquet(tmp_path, **COLUMNS | {"meter": spoilt}), PARQUET)
    assert error.where == "delivery.parquet, after row 0"


def test_parquet_columns_of_the_wrong_type(tmp_path: Path) -> None:
    error = refused(parquet(tmp_path, **COLUMNS | {"meter": pa.array([1.0, 2.0, 3.0])}), PARQUET)
    assert "it holds double, which cannot name a meter" in error.what
    error = refused(parquet(tmp_path, **COLUMNS | {"value": NAIVE}), PARQUET)
    assert error.what == "it holds timestamp[us], not numbers"


def test_stamps_with_a_zone_in_text_where_none_is_expected_and_the_other_way_round(tmp_path: Path) -> None:
    zoned = file(tmp_path, HEADER + "M1;2018-01-03T01:00:00Z;1\n")
    assert refused(zoned, a_profile()).mend == "set [stamp] carries_zone = true"
    naive = file(tmp_path, HEADER + ROW)
    error = refused(naive, a_profile(carries_zone=True, time_zone="UTC"))
    assert error.what == "its stamps carry no time zone (2018-01-03 01:00), but profile trial says they do"
    assert error.where == 'delivery.csv, line 2, column "stamp"'


def test_stamps_in_another_format(tmp_path: Path) -> None:
    error = refused(file(tmp_path, HEADER + "M1;03/01/2018 01:00;1\n" * 10), a_profile())
    assert error.what == "no stamp has the form \"iso\", for example '03/01/2018 01:00'"


def test_decimal_commas_under_a_point_profile(tmp_path: Path) -> None:
    error = refused(file(tmp_path, HEADER + ROW.replace("1.5", "1,5") * 12 + ROW.replace("1.5", "2")), a_profile())
    assert error.what == "the decimal sign is ',' (1,5), but profile trial says '.'"
    assert error.mend == 'set [values] decimal = ","'


def test_decimal_points_under_a_comma_profile(tmp_path: Path) -> None:
    error = refused(file(tmp_path, HEADER + ROW), a_profile(decimal=","))
    assert error.mend == 'set [values] decimal = "."'


def test_thousands_separators(tmp_path: Path) -> None:
    error = refused(file(tmp_path, HEADER + ROW.replace("1.5", "1.234,5") * 10), a_profile(decimal=","))
    assert error.what == "its values have thousands separators (1.234,5)"


def test_one_odd_value_does_not_condemn_the_file(tmp_path: Path) -> None:
    result = read(file(tmp_path, HEADER + ROW * 20 + ROW.replace("1.5", "1,5")), a_profile())
    assert [problem for problem in result.problems() if problem] == [2]


def test_another_delimiter(tmp_path: Path) -> None:
    error = refused(file(tmp_path, (HEADER + ROW).replace(";", "|")), a_profile())
    assert 'the columns meter, stamp, value of profile trial are not there, only "meter|stamp|value"' in error.what
    assert '(now ";")' in error.mend
    error = refused(file(tmp_path, HEADER + ROW.replace(";", "|") * 10), a_profile())
    assert error.what.startswith("no row has the 3 columns of the first line, for example 'M1|2018")


def test_a_column_name_used_twice(tmp_path: Path) -> None:
    error = refused(file(tmp_path, "meter;stamp;value;value\nM1;2018-01-03 01:00;1;2\n"), a_profile())
    assert error.what == 'two columns are called "value"'


def test_utf_16_is_recognised_by_its_mark(tmp_path: Path) -> None:
    error = refused(file(tmp_path, (HEADER + ROW).encode("utf-16")), a_profile())
    assert error.what == "it is in UTF-16, as its first two bytes tell"
    assert 'encoding in the profile to "utf-16"' in error.mend


def test_latin_1_bytes_under_utf_8_name_line_and_byte(tmp_path: Path) -> None:
    content = (HEADER + ROW * 3).encode() + "Måler;2018-01-03 01:00;1\n".encode("latin-1")
    error = refused(file(tmp_path, content), a_profile())
    assert error.what == "byte 0xe5 is not UTF-8"
    assert error.where == f"delivery.csv, line 5 (byte {len(HEADER + ROW * 3) + 1})"
    assert '"windows-1252"' in error.mend


def test_bytes_that_the_named_encoding_does_not_know(tmp_path: Path) -> None:
    error = refused(file(tmp_path, HEADER.encode("utf-16") + b"\x00\xd8\x20"), a_profile(encoding=Encoding.UTF_16))
    assert error.what == "it is not in utf-16"


def test_zero_bytes(tmp_path: Path) -> None:
    error = refused(file(tmp_path, HEADER + ROW + ROW.replace("M1", "M\0")), a_profile())
    assert (error.what, error.where) == ("it holds a zero byte, so it is damaged or in UTF-16", "delivery.csv, line 3")


def test_compressed_files_that_are_not_or_not_whole(tmp_path: Path) -> None:
    assert "it is not a gzip file" in str(refused(file(tmp_path, HEADER + ROW, "delivery.csv.gz"), a_profile()))
    assert "it is not a Zstandard file" in str(refused(file(tmp_path, HEADER + ROW, "delivery.csv.zst"), a_profile()))
    rows = "".join(f"M{number};2018-01-03 01:00;{number}\n" for number in range(300_000))
    whole = gzip.compress((HEADER + rows).encode(), 1)
    error = refused(file(tmp_path, whole[: len(whole) // 2], "delivery.csv.gz"), a_profile())
    assert error.what == "the gzip file ends in the middle (truncated)"
    damaged = whole[: len(whole) // 2] + b"\xff" * 200 + whole[len(whole) // 2 :]
    error = refused(file(tmp_path, damaged, "delivery.csv.gz"), a_profile())
    assert error.what == "the gzip file is damaged"
    zstandard = pa.compress((HEADER + rows).encode(), "zstd", asbytes=True)
    error = refused(file(tmp_path, zstandard[:-1000], "delivery.csv.zst"), a_profile())
    assert error.where.startswith("delivery.csv.zst")


def test_a_line_that_never_ends(tmp_path: Path) -> None:
    text = HEADER + ROW * 2 + "M1;" + "9" * 3_000
    for block_bytes in (500, 2**20):
        error = refused(file(tmp_path, text), a_profile(), Limits(max_line_bytes=1_000, block_bytes=block_bytes))
        assert error.what == "the line is longer than 1,000 bytes"
        assert error.where == "delivery.csv, line 4"


def three_gigabytes(path: Path, start: bytes, piece: bytes) -> Path:
    """A gzip of more than 3 GB of content: one compressed member, many times over (RFC 1952, 2.2)."""
    member = gzip.compress(piece * (2**24 // len(piece)), 6)
    path.write_bytes(gzip.compress(start) + member * 193)
    return path


def test_a_line_of_three_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = three_gigabytes(tmp_path / "delivery.csv.gz", (HEADER + ROW).encode(), b"9")
    tracemalloc.start()
    try:
        error = refused(path, a_profile())
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.what == "the line is longer than 1,000,000 bytes"
    assert error.where == "delivery.csv.gz, line 3"
    assert peak_bytes < 64 * 2**20


def test_a_bomb_of_rows_is_refused_by_its_expansion(tmp_path: Path) -> None:
    path = three_gigabytes(tmp_path / "delivery.csv.gz", HEADER.encode(), ROW.encode())
    error = refused(path, a_profile())
    assert "times larger than the file, after" in error.what


def test_an_ordinary_delivery_expands_within_the_limit(tmp_path: Path) -> None:
    rows = "".join(f"M{number % 50};2018-01-03 {number % 24:02}:00;{number}\n" for number in range(5_000))
    path = file(tmp_path, gzip.compress((HEADER + rows).encode()), "delivery.csv.gz")
    assert len(read(path, a_profile(), Limits(expansion_free_bytes=0)).values) == 5_000


PIECES = [
    "M1",
    ";",
    ";;",
    "\n",
    "\r\n",
    "\n\n",
    '"',
    '""',
    "2018-10-28 02:00",
    "1.5",
    "1,5",
    "x",
    "\r",
    "å",
    " ",
    "\u2028",
]
lines = st.builds("M{};2018-10-28 0{}:00;{}\n".format, st.integers(0, 2), st.integers(0, 4), st.integers(0, 9))


@given(st.lists(st.sampled_from(PIECES) | lines, max_size=40).map("".join), st.sampled_from([1, 5, 50, 2**20]))
def test_whatever_the_lines_hold_they_add_up(
    tmp_path_factory: pytest.TempPathFactory, text: str, block_bytes: int
) -> None:
    path = file(tmp_path_factory.mktemp("any"), HEADER + text)
    rows = [line for line in text.split("\n") if line not in ("", "\r")]
    try:
        result = read(path, a_profile(), Limits(block_bytes=block_bytes))
    except ReadingFileError:
        return  # refused as a whole, in one sentence; any other exception fails the test
    assert len(result.values) == len(rows)


def test_a_long_meter_number_in_every_row_of_parquet_is_held_once(tmp_path: Path) -> None:
    count = 200_000
    meters = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array(["9" * 10_000]))
    path = tmp_path / "delivery.parquet"
    table = pa.table({"meter": meters, "stamp": pa.array([NAIVE[0]] * count), "value": pa.array(np.ones(count))})
    pq.write_table(table, path, store_schema=False)
    pool = pa.default_memory_pool()
    with open_delivery(path, profile=PARQUET) as delivery:
        batches = [(len(batch), pool.bytes_allocated()) for batch in delivery.batches()]
    assert sum(length for length, _ in batches) == count
    assert max(held for _, held in batches) < 100 * 2**20


def test_a_profile_for_another_format(tmp_path: Path) -> None:
    assert "it is a csv file, but profile trial is for parquet" in str(refused(file(tmp_path, HEADER + ROW), PARQUET))


def test_no_row_names_a_known_unit(tmp_path: Path) -> None:
    text = "meter;stamp;value;unit\n" + "M1;2018-01-03 01:00;1;Gcal\n" * 2
    error = refused(file(tmp_path, text), replace(a_profile(), unit="unit"))
    assert error.what == "no row has a register or unit that profile trial knows, but 'Gcal'"


def test_a_pipe_is_no_file_and_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "delivery.csv"
    os.mkfifo(pipe)
    assert refused(pipe).what == "it is a pipe or a device, not a file"


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_that_somebody_writes_to_while_it_is_read_is_refused(tmp_path: Path, ending: str) -> None:
    path = file(tmp_path, HEADER + ROW * 3) if ending == "csv" else parquet(tmp_path, **COLUMNS)
    with open_delivery(path, profile=a_profile() if ending == "csv" else PARQUET) as delivery:
        batches = delivery.batches()
        next(batches)
        with path.open("ab") as more:
            more.write(b"M2;2018-01-03 01:00;1.5\n")
        with pytest.raises(ReadingFileError, match="it was changed while it was read; wait until it is complete"):
            list(batches)


def test_a_file_of_which_no_row_is_whole_is_not_said_to_have_wrong_registers(tmp_path: Path) -> None:
    profile = replace(a_profile(), unit="unit")
    path = file(tmp_path, 'meter;stamp;value;unit\n"M1;2018-01-03 01:00;1;kWh\n')
    with open_delivery(path, profile=profile) as delivery:
        assert [batch.problem.tolist() for batch in delivery.batches()] == [[Problem.ROW_MALFORMED]]
