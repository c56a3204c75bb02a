"""A delivery that is not whole is not read at all, and every reason is told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.betalingsservice import codec
from forsyn.integrations.betalingsservice.errors import BetalingsserviceFileError
from forsyn.integrations.betalingsservice.reading import MOST_PROBLEMS
from forsyn.integrations.betalingsservice.tests.deliveries import (
    collection,
    delivery,
    payment,
    section,
)
from forsyn.integrations.betalingsservice.values import SectionKind

AUTOMATIC, SLIPS = SectionKind.AUTOMATIC_PAYMENTS, SectionKind.SLIP_PAYMENTS
START, FIRST, SECOND, SECTION_END, END = 0, 2, 3, 4, -1
"""Lines of the file below."""


def file() -> list[bytes]:
    return b"".join(codec.write_payments(delivery(section(AUTOMATIC, payment("1"), payment("2"))))).splitlines()


def with_text(number: int, at: int, text: bytes) -> list[bytes]:
    """The file with something else in a line, at a place counted from 0."""
    lines = file()
    lines[number] = lines[number][:at] + text + lines[number][at + len(text) :]
    return lines


def refusal(lines: list[bytes], read: Callable[..., Any] = codec.read_payments) -> list[str]:
    with pytest.raises(BetalingsserviceFileError) as error:
        read([b"\r\n".join(lines)], where="PBS.TXT")
    told = str(error.value).splitlines()
    assert told[0].startswith("PBS.TXT: nothing was read because of ")
    assert len(told) == 1 + len(error.value.problems)
    return told[1:]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "line 0: the file is empty"),
        (file()[:END], "line 5: the file ends without BS992: it is only a part of a delivery"),
        (file()[1:], "line 1: does not begin with BS002"),
        ([b"\xef\xbb\xbf" + file()[0], *file()[1:]], "line 1: does not begin with BS002"),
        (
            with_text(START, 16, b"0603"),
            "line 1: begins a delivery 0603, and 0602 was expected; read it as a delivery 0603",
        ),
        (
            with_text(FIRST, 13, b"0299"),
            "line 3: the record BS042 with transaction code 0299 is not known in section 0211",
        ),
        (
            with_text(FIRST, 2, b"052"),
            "line 3: the record BS052 with transaction code 0236 is not known in section 0211",
        ),
        (with_text(FIRST, 0, b"XX"), "line 3: does not begin with BS"),
        (with_text(FIRST, 5, b"76543210"), "line 3: has the PBS number 76543210; its section's is 01234567"),
        (
            with_text(FIRST, 49, b"310226"),
            'line 3: BS042 0236 due date (50-55) is "310226"; it should be a date, day first',
        ),
        (
            with_text(FIRST, 56, b"12,50"),
            'line 3: BS042 0236 amount (57-69) is "12,5000123450"; it should be 13 digits',
        ),
        (with_text(FIRST, 55, b"3"), "line 3: the sign is 3; it should be 0, 1 or 2"),
        (with_text(FIRST, 55, b"0"), "line 3: the sign is 0 and the amount 123450 øre; one of them is wrong"),
        (with_text(FIRST, 25, b" " * 15), "line 3: BS042 0236 customer number (26-40) is empty"),
        (with_text(FIRST, 69, b"\x85"), "line 3: has the control character U+0085"),
        (with_text(SECTION_END, 31, b"00000000003"), "line 5: says that the section has 3 records 042, and it has 2"),
        (with_text(SECTION_END, 13, b"0215"), "line 5: ends a section 0215, and 0211 of line 2 is open"),
        (
            with_text(END, 42, b"000000000000001"),
            "line 6: says that the delivery sums to 1 øre, and its sections sum to 246900",
        ),
        (with_text(END, 20, b"00000000002"), "line 6: says that the delivery has 2 sections, and it has 1"),
        (with_text(END, 5, b"87654321"), "line 6: has supplier number 87654321; the first line has 12345674"),
        (
            with_text(SECTION_END, 20, b"00002"),
            "line 5: has debtor group 00002; the section's first line has 00001",
        ),
        (with_text(FIRST, 49, b"\x1b[2J  "), 'line 3: BS042 0236 due date (50-55) is "?[2J  "'),
        ([*file(), file()[0]], "line 7: comes after the end of the delivery (BS992)"),
        ([*file()[:2], file()[2][:127], *file()[3:]], "line 3: BS042 0236 has 127 characters; it should have 128"),
        ([*file()[:2], file()[2] + b"0", *file()[3:]], "line 3: BS042 0236 has 129 characters; it should have 128"),
    ],
)
def test_one_wrong_thing_is_told_with_its_line(lines: list[bytes], told: str) -> None:
    (problem,) = [one for one in refusal(lines) if one.startswith(told)]
    assert problem.count("; ") >= 1


def test_a_wrong_sum_is_told_with_the_sum_that_is_there() -> None:
    lines = with_text(SECTION_END, 42, b"000000000246901")
    lines[END] = lines[END].replace(b"000000000246900", b"000000000246901")
    assert refusal(lines) == [
        "line 5: says that the section sums to 246901 øre, and it holds 246900; records are missing",
    ]


def test_a_payment_that_is_gone_or_doubled_is_found_by_counts_and_sums() -> None:
    gone, doubled = [*file()[:3], *file()[4:]], [*file()[:3], *file()[2:]]
    for lines, count in ((gone, 1), (doubled, 3)):
        told = refusal(lines)
        assert any(f"the section has 2 records 042, and it has {count}" in one for one in told)
        assert any(f"the section sums to 246900 øre, and it holds {count * 123_450}" in one for one in told)
        assert any(f"the delivery has 2 records 042, and it has {count}" in one for one in told)


def test_every_problem_is_told_at_once() -> None:
    lines = file()
    lines[FIRST] = with_text(FIRST, 13, b"0999")[FIRST]
    lines[SECOND] = with_text(SECOND, 49, b"999999")[SECOND]
    told = refusal(lines[:END])
    assert [one.split(":")[0] for one in told] == ["line 3", "line 4", "line 5"]


def test_a_section_that_is_not_known_is_one_problem() -> None:
    lines = with_text(1, 13, b"0219")
    lines[SECTION_END] = with_text(SECTION_END, 13, b"0219")[SECTION_END]
    assert refusal(lines) == [
        "line 2: begins a section 0219, which is not known in a delivery 0602; known are 0211, 0215"
    ]


def test_sections_that_begin_or_end_in_the_wrong_place() -> None:
    lines = file()
    assert any(
        "begins a section while that of line 2 has no end" in one for one in refusal([*lines[:3], lines[1], *lines[3:]])
    )
    assert any("stands outside a section" in one for one in refusal([*lines[:1], *lines[2:]]))
    assert any("ends a section that has not begun" in one for one in refusal([*lines[:5], *lines[4:]]))
    assert any("ends the delivery while the section of line 2" in one for one in refusal([*lines[:4], *lines[5:]]))
    assert any(one.startswith("line 3: does not begin with BS") for one in refusal([*lines[:2], b"", *lines[2:]]))


@settings(max_examples=60)
@given(st.data())
def test_no_digit_of_an_amount_a_count_or_a_sum_changes_unseen(data: st.DataObject) -> None:
    places = [(line, at) for line in (FIRST, SECOND) for at in range(115, 128)]
    places += [(line, at) for line in (SECTION_END, 5) for at in range(31, 57)]
    number, at = data.draw(st.sampled_from(places))
    old = file()[number][at : at + 1]
    new = data.draw(st.sampled_from([digit for digit in (b"%d" % n for n in range(10)) if digit != old]))
    if number in (FIRST, SECOND):  # what was collected has the same sum, too: it has to differ with it
        lines = with_text(number, at, new)
        lines[number] = lines[number][:56] + lines[number][115:128] + lines[number][69:]
    else:
        lines = with_text(number, at, new)
    assert refusal(lines)


@settings(max_examples=60)
@given(st.lists(st.sampled_from([*file(), b"", b"BS", b"BS042", b"BS0120123456", b"BS092".ljust(128)]), max_size=9))
def test_records_in_any_order_are_a_delivery_or_refused(lines: list[bytes]) -> None:
    if lines != file():
        assert refusal(lines) or not lines
    else:
        assert codec.read_payments([b"\n".join(lines)], where="PBS.TXT")


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(BetalingsserviceFileError):
        codec.read_payments([raw], where="PBS.TXT")


def test_a_file_without_lines_is_not_held_in_memory() -> None:
    taken = []

    def endless() -> Iterator[bytes]:
        for piece in repeat(b"\x00" * 512):
            taken.append(piece)
            assert len(taken) < 10
            yield piece

    with pytest.raises(BetalingsserviceFileError, match="has no line end within 1024 characters"):
        codec.read_payments(endless(), where="VIDEO.MP4")


def test_problems_without_end_are_not_read_to_the_end() -> None:
    lines = file()
    told = refusal([lines[0], *[b"BS042"] * (MOST_PROBLEMS + 50)])
    assert len(told) == MOST_PROBLEMS


COLLECTIONS = [
    line.encode("latin-1")
    for line in b"".join(
        codec.write_collections(delivery(section(SectionKind.COLLECTIONS, collection("1"), collection("2"))))
    )
    .decode("latin-1")
    .splitlines()
]
"""Start, section; name, address, postal code, collection, two texts; the same; ends."""


@pytest.mark.parametrize(
    ("without", "told"),
    [
        (2, "line 3: an address line has the number 2"),
        (4, "a collection has no whole address of its customer before it"),
        (5, "line 6: a text line follows no collection of its customer"),
        (6, "line 7: a text line has the number 2"),
        (11, "line 12: a text line follows no collection of its customer"),
    ],
)
def test_a_collection_with_a_record_missing_is_refused(without: int, told: str) -> None:
    lines = [*COLLECTIONS[:without], *COLLECTIONS[without + 1 :]]
    assert any(told in one for one in refusal(lines, codec.read_collections))
