"""Packages: the same bytes each time, unpacked by anyone, opened by Danish Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.integrations.packages.codec import Entry, UnsafeName, cell, csv_line, safe_name, write_csv, write_zip

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc")))


@given(st.dictionaries(st.from_regex(r"[a-zæøå0-9]{1,8}(/[a-z]{1,8})?\.csv", fullmatch=True), st.binary(), max_size=5))
def test_what_goes_in_comes_out_and_twice_the_same(files: dict[str, bytes]) -> None:
    def made() -> bytes:
        return b"".join(write_zip((Entry(name, [content]) for name, content in files.items()), at=AT))

    with ZipFile(io.BytesIO(made())) as package:
        assert {name: package.read(name) for name in package.namelist()} == files
        assert all(info.date_time == (2026, 11, 2, 10, 0, 0) for info in package.infolist())
    assert made() == made()


def test_no_more_than_a_piece_waits_in_memory() -> None:
    taken = 0

    def long() -> Iterator[bytes]:
        nonlocal taken
        for number in range(200):
            taken = number
            yield bytes(range(256)) * 400

    pieces = write_zip([Entry("long.bin", long())], at=AT)
    next(pieces)
    assert taken < 199


@pytest.mark.parametrize("name", ["../etc/passwd", "/absolute", "a//b", "a\\b", ".", ""])
def test_no_file_leaves_the_folder_that_it_is_unpacked_into(name: str) -> None:
    with pytest.raises(UnsafeName):
        b"".join(write_zip([Entry(name, [b""])], at=AT))


@given(st.lists(st.lists(PLAIN, min_size=2, max_size=2)))
def test_a_table_comes_back_as_it_was_but_for_formulas(rows: list[list[str]]) -> None:
    content = b"".join(write_csv(["a", "b"], rows))
    assert content.startswith(b"\xef\xbb\xbfa;b\r\n")
    back = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert back == [["a", "b"], *([str(cell(value)) for value in row] for row in rows)]


@pytest.mark.parametrize("text", ["=1+1", "@sum", "+1+2", "-cmd|' /C calc'!A0", "\t=1", "\n=1", "\uff1d1+1"])
def test_a_text_is_no_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["+45 20 00 10 01", "-12", "Ærø; 7", 7, -7])
def test_telephones_numbers_and_words_stay(value: str | int) -> None:
    assert cell(value) == value


def test_nothing_is_empty_and_truth_is_a_number() -> None:
    assert csv_line([None, True, False, 'a "b"; c']) == ';1;0;"a ""b""; c"\r\n'


@given(st.text())
def test_a_name_from_outside_becomes_a_plain_one(text: str) -> None:
    name = safe_name(text)
    assert name
    assert not set(name) & set('/\\:*?"<>|\r\n\0')
    assert name not in (".", "..")
    assert len(name) <= 80
