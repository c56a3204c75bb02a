"""Price sheets as CSV: what is read, and what is refused with its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from forsyn.integrations.price_sheets.codec import (
    MOST_BYTES,
    NoNumber,
    SheetProblemCode,
    SheetRow,
    number_from,
    read_sheet,
    write_sheet,
)

HEAD = "key;from;until;kr_without_vat\n"
ROWS = some.builds(
    SheetRow,
    line=some.just(0),
    key=some.from_regex(r"[a-z][a-z_]{0,10}", fullmatch=True),
    part=some.sampled_from(["", "1", "2.5", "6.3"]),
    from_date=some.dates(date(2000, 1, 1), date(2100, 1, 1)),
    until_date=some.none() | some.dates(date(2000, 1, 1), date(2100, 1, 1)),
    kr=some.decimals(-1000, 100_000, places=2),
)


def problems(text: str) -> list[tuple[SheetProblemCode, int]]:
    return [(each.code, each.line) for each in read_sheet(text.encode()).problems]


@given(some.lists(ROWS, min_size=1, max_size=8))
def test_what_is_written_is_read_again(rows: list[SheetRow]) -> None:
    read = read_sheet(write_sheet(rows))
    assert read.problems == ()
    assert [(row.key, row.part, row.from_date, row.until_date, row.kr) for row in read.rows] == [
        (row.key, row.part, row.from_date, row.until_date, row.kr) for row in rows
    ]


@given(some.binary(max_size=300))
def test_nothing_makes_it_fail(content: bytes) -> None:
    sheet = read_sheet(content)
    assert sheet.rows or sheet.problems


@pytest.mark.parametrize("head", [HEAD, "Nøgle; FRA;indtil;kr.  uden moms\n", "nøgle;from;indtil;kr_without_vat\n"])
def test_danish_dates_and_decimals_are_read_under_danish_and_english_heads(head: str) -> None:
    sheet = read_sheet(f"{head}water;1.1.2027;;11,10\nmeter:2,5;2027-01-01;01-07-2027;1.234,50\n\n".encode())
    assert sheet.rows == (
        SheetRow(2, "water", "", date(2027, 1, 1), None, Decimal("11.10")),
        SheetRow(3, "meter", "2.5", date(2027, 1, 1), date(2027, 7, 1), Decimal("1234.50")),
    )


def test_a_sheet_is_written_with_danish_heads_and_problems_name_those_that_stand_there() -> None:
    assert write_sheet([]).decode("utf-8-sig") == "nøgle;fra;indtil;kr. uden moms\r\n"
    for head, called in ((HEAD, "from"), ("nøgle;fra;indtil;kr. uden moms\n", "fra")):
        (problem,) = read_sheet(f"{head}water;igår;;5\n".encode()).problems
        assert (problem.code, problem.column) == (SheetProblemCode.WRONG_DATE, called)


def test_columns_may_stand_in_any_order_and_older_encodings_are_read() -> None:
    sheet = read_sheet("kr_without_vat;key;until;from\n5;målerleje;;2027-01-01\n".encode("cp1252"))
    assert sheet.rows[0].key == "målerleje"


def test_every_problem_is_told_with_its_line() -> None:
    text = f"{HEAD}water;2027-02-30;;11,10\n;2027-01-01;igår;1.234\nwater;2027-01-01;;\na;b\nwater;2027-01-01;;5\n"
    assert problems(text) == [
        (SheetProblemCode.WRONG_DATE, 2),
        (SheetProblemCode.KEY_MISSING, 3),
        (SheetProblemCode.WRONG_DATE, 3),
        (SheetProblemCode.AMBIGUOUS_PRICE, 3),
        (SheetProblemCode.PRICE_MISSING, 4),
        (SheetProblemCode.WRONG_LENGTH, 5),
    ]
    assert len(read_sheet(text.encode()).rows) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", SheetProblemCode.EMPTY),
        (HEAD, SheetProblemCode.EMPTY),
        ("key;from;kr_without_vat\n", SheetProblemCode.COLUMN_MISSING),
        (f"price;{HEAD}", SheetProblemCode.COLUMN_UNKNOWN),
        (f"nøgle;{HEAD}", SheetProblemCode.COLUMN_MISSING),
        ("key\x00", SheetProblemCode.NOT_TEXT),
        ("x" * (MOST_BYTES + 1), SheetProblemCode.TOO_LARGE),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_as_a_whole(text: str, code: SheetProblemCode) -> None:
    assert code in [found for found, _ in problems(text)]


@pytest.mark.parametrize("text", ["", "abc", "1,2,3", "--5", "1e5", "NaN", "1.23.456,7", "1.234"])
def test_what_is_no_number_is_none(text: str) -> None:
    with pytest.raises(NoNumber):
        number_from(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", "5"), ("0,005", "0.005"), ("0.125", "0.125"), ("-12,5", "-12.5"), ("1 234,5", "1234.5"), ("12.50", "12.50")],
)
def test_numbers_are_read_in_danish_and_english(text: str, number: str) -> None:
    assert number_from(text) == Decimal(number)
