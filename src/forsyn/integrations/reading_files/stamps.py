"""Stamps as delivered to seconds: texts and arrow timestamps to what the clock showed, or to the instant.

All is vectorised; only stamps that fit no layout are looked at one by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from forsyn.integrations.reading_files.batch import Problem
from forsyn.integrations.reading_files.stamp_layouts import Layout, layouts_of, loose_pattern
from forsyn.kernel.local_days import FIRST_YEAR, LAST_YEAR

Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.uint8]


class Clock(NamedTuple):
    """What the stamps say, in seconds: of the local clock (as if it were UTC), or UTC where they carry a zone."""

    seconds: Int64s
    fraction: Flags | None
    """Where parts of a second were cut off; None where nowhere."""
    problem: Codes


def clock_of_timestamps(column: pa.Array) -> Clock:
    """From an arrow timestamp or date column."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("s"))
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
    problem = np.zeros(len(column), np.uint8)
    ticks = column.cast(pa.int64())
    if column.null_count:
        problem[pc.is_null(column).to_numpy(zero_copy_only=False)] = Problem.STAMP_MISSING
        ticks = pc.fill_null(ticks, 0)
    numbers: Int64s = ticks.to_numpy(zero_copy_only=False)
    seconds = numbers // per_second
    fraction = None
    if per_second > 1:
        cut = seconds * per_second != numbers
        fraction = cut if cut.any() else None
    _refuse_impossible_years(seconds, problem)
    return Clock(seconds, fraction, problem)


def clock_of_texts(column: pa.Array, stamp_format: str, carries_zone: bool) -> Clock:
    """From a text column, by the profile's format. White space around a stamp is ignored."""
    column = pc.fill_null(pc.ascii_trim_whitespace(column), "")
    count = len(column)
    offsets, data = _text_buffers(column)
    lengths = np.diff(offsets)
    seconds = np.zeros(count, np.int64)
    problem = np.full(count, Problem.STAMP_UNREADABLE, np.uint8)
    problem[lengths == 0] = Problem.STAMP_MISSING
    layouts = layouts_of(stamp_format, carries_zone)
    for length in np.flatnonzero(np.bincount(lengths)) if count else ():
        rows = np.flatnonzero(lengths == length)
        for layout in (layout for layout in layouts if layout.length == length):
            matrix = _characters(data, offsets, rows, int(length), count)
            found, fits = _read_layout(matrix, layout)
            seconds[rows[fits]] = found[fits]
            problem[rows[fits]] = Problem.NONE
            rows = rows[~fits]
    _read_loosely(column, stamp_format, carries_zone, seconds, problem)
    _refuse_impossible_years(seconds, problem)
    return Clock(seconds, None, problem)


def _text_buffers(column: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    _, offsets, data = column.buffers()
    positions = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    return positions, np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)


def _characters(
    data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32], rows: Int64s, length: int, count: int
) -> npt.NDArray[np.uint8]:
    """The rows' texts, all of one length, as a matrix of bytes: a view where all rows of the column are wanted."""
    if len(rows) == count:
        return data[offsets[0] : offsets[-1]].reshape(count, length)
    return np.asarray(data[offsets[rows].astype(np.int64)[:, None] + np.arange(length)])


def _read_layout(matrix: npt.NDArray[np.uint8], layout: Layout) -> tuple[Int64s, Flags]:
    fits = np.ones(len(matrix), np.bool_)
    for position, allowed in layout.literals:
        column = matrix[:, position]
        found = column == ord(allowed[0])
        for character in allowed[1:]:
            found |= column == ord(character)
        fits &= found
    digits = {position: matrix[:, position] - np.uint8(ord("0")) for position in layout.digits}
    for digit in digits.values():
        fits &= digit <= 9
    fields = {
        name: _number(digits, first, 4 if name == "Y" else 2).astype(np.int64) for name, first in layout.fields.items()
    }
    if layout.sign_at is not None:
        minus = matrix[:, layout.sign_at] == ord("-")
        fields["sign"] = np.where(minus, -1, 1)
    seconds, valid = _seconds_of(fields, len(matrix))
    return seconds, fits & valid


def _number(digits: dict[int, npt.NDArray[np.uint8]], first: int, width: int) -> npt.NDArray[np.int32]:
    number = digits[first].astype(np.int32)
    for position in range(first + 1, first + width):
        number = number * 10 + digits[position]
    return number


def _seconds_of(fields: dict[str, Int64s], count: int) -> tuple[Int64s, Flags]:
    zero = np.zeros(count, np.int64)
    year, month, day = fields["Y"], fields["m"], fields["d"]
    hour, minute, second = (fields.get(name, zero) for name in "HMS")
    valid = (month >= 1) & (month <= 12) & (day >= 1) & (year >= FIRST_YEAR - 1) & (year <= LAST_YEAR + 1)
    valid &= (hour < 24) & (minute < 60) & (second < 60)
    months = np.where(valid, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first_days = months.astype("datetime64[D]").astype(np.int64)
    next_first_days = (months + 1).astype("datetime64[D]").astype(np.int64)
    days = first_days + day - 1
    valid &= days < next_first_days
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    if "z" in fields:
        offset_hours, offset_minutes = fields["z"], fields.get("Z", zero)
        valid &= (offset_hours <= 14) & (offset_minutes < 60)
        seconds = seconds - fields["sign"] * (offset_hours * 3_600 + offset_minutes * 60)
    return seconds, valid


def _read_loosely(column: pa.Array, stamp_format: str, carries_zone: bool, seconds: Int64s, problem: Codes) -> None:
    rows = np.flatnonzero(problem == Problem.STAMP_UNREADABLE)
    if not len(rows):
        return
    pattern = loose_pattern(stamp_format, carries_zone)
    matches = [
        (row, match)
        for row, text in zip(rows.tolist(), column.take(pa.array(rows)).to_pylist(), strict=True)
        if (match := pattern.fullmatch(text))
    ]
    if not matches:
        return
    found = [match.groupdict() for _, match in matches]
    fields = {
        name: np.array([int(groups[name] or 0) for groups in found], np.int64)
        for name in pattern.groupindex
        if name != "sign"
    }
    if "z" in fields:
        fields["sign"] = np.array([-1 if groups["sign"] == "-" else 1 for groups in found], np.int64)
    read, valid = _seconds_of(fields, len(matches))
    at = np.array([row for row, _ in matches], np.int64)[valid]
    seconds[at] = read[valid]
    problem[at] = Problem.NONE


_FIRST_SECOND = int(np.datetime64(f"{FIRST_YEAR}-01-01T00:00:00").astype(np.int64))
_END_SECOND = int(np.datetime64(f"{LAST_YEAR + 1}-01-01T00:00:00").astype(np.int64))


def _refuse_impossible_years(seconds: Int64s, problem: Codes) -> None:
    outside = (seconds < _FIRST_SECOND) | (seconds >= _END_SECOND)
    if outside.any():
        problem[outside & (problem == Problem.NONE)] = Problem.STAMP_UNREADABLE
        seconds[problem != Problem.NONE] = 0
