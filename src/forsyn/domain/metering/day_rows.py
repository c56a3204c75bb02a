"""Day rows as arrays, and PostgreSQL's binary COPY form of them. Pure: bytes and numpy.

Encoding by arrays instead of row by row is what makes 26 million values a matter of seconds. Every field of a row in
binary COPY has an even length, so a row is a run of 16-bit words, and rows of different length (a day of 23, 24 or
25 hours, hours missing, no opening) are one matrix of words from which the absent ones are masked out.
Format: PostgreSQL manual, COPY, "Binary Format"; array_send in src/backend/utils/adt/arrayfuncs.c.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

MAX_SLOTS = 25
"""Hours of the longest local day."""
POSTGRES_EPOCH = 10_957
"""2000-01-01, from which PostgreSQL counts days, in days since 1970-01-01."""

COPY_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_TRAILER = b"\xff\xff"

COLUMNS = ("meter_id", "register", "day", "version", "delivery_id", "opening", "total", "values", "quality")
"""The order in which rows are encoded and must be selected to be decoded."""

_INT4, _INT2 = 23, 21


@dataclass(frozen=True, slots=True, eq=False)
class DayRows:
    """Rows of metering_day; all arrays have one element (or line) a row."""

    meter_id: npt.NDArray[np.int32]
    register: npt.NDArray[np.int16]
    day: npt.NDArray[np.int32]
    """Days since 1970-01-01 of the local date."""
    version: npt.NDArray[np.int16]
    delivery_id: npt.NDArray[np.int32]
    opening: npt.NDArray[np.int64]
    has_opening: npt.NDArray[np.bool_]
    total: npt.NDArray[np.int64]
    slots: npt.NDArray[np.int8]
    """How many values the day has room for: 23, 24 or 25 hours, or 1; 0 where the hours have become their day."""
    values: npt.NDArray[np.int32]
    """(rows, MAX_SLOTS) base units; 0 where not present."""
    present: npt.NDArray[np.bool_]
    quality: npt.NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.meter_id)

    def take(self, index: npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice) -> Self:
        """Some of the rows."""
        return type(self)(*(getattr(self, field.name)[index] for field in fields(self)))

    @classmethod
    def empty(cls) -> Self:
        return cls.blank(0)

    @classmethod
    def blank(cls, rows: int) -> Self:
        """Rows of zeros."""
        return cls(
            meter_id=np.zeros(rows, np.int32),
            register=np.zeros(rows, np.int16),
            day=np.zeros(rows, np.int32),
            version=np.zeros(rows, np.int16),
            delivery_id=np.zeros(rows, np.int32),
            opening=np.zeros(rows, np.int64),
            has_opening=np.zeros(rows, np.bool_),
            total=np.zeros(rows, np.int64),
            slots=np.zeros(rows, np.int8),
            values=np.zeros((rows, MAX_SLOTS), np.int32),
            present=np.zeros((rows, MAX_SLOTS), np.bool_),
            quality=np.zeros((rows, MAX_SLOTS), np.int16),
        )


# -- encoding ------------------------------------------------------------------------------------------------------

_ARRAY = [
    ("length", ">i4"),
    ("dimensions", ">i4"),
    ("has_null", ">i4"),
    ("type", ">i4"),
    ("size", ">i4"),
    ("first", ">i4"),
]


def _row_layout(slots: int) -> np.dtype[np.void]:
    fixed = [("fields", ">i2")]
    for name, kind in (
        ("meter_id", ">i4"),
        ("register", ">i2"),
        ("day", ">i4"),
        ("version", ">i2"),
        ("delivery_id", ">i4"),
    ):
        fixed += [(f"{name}_length", ">i4"), (name, kind)]
    fixed += [("opening_length", ">i4"), ("opening", ">i8"), ("total_length", ">i4"), ("total", ">i8")]
    value = np.dtype([("length", ">i4"), ("value", ">i4")])
    flag = np.dtype([("length", ">i4"), ("value", ">i2")])
    return np.dtype(
        [
            ("fixed", fixed),
            ("values", _ARRAY),
            ("value", value, (slots,)),
            ("quality", _ARRAY),
            ("flag", flag, (slots,)),
        ]
    )


_FIXED_LENGTHS = {"meter_id": 4, "register": 2, "day": 4, "version": 2, "delivery_id": 4, "total": 8}


def to_copy(rows: DayRows) -> list[bytes]:
    """The rows in binary COPY form, without header and trailer, in pieces; the rows' order is not kept."""
    return [_encode(rows.take(rows.slots == slots), int(slots)) for slots in np.unique(rows.slots)]


def _encode(rows: DayRows, slots: int) -> bytes:
    layout = _row_layout(slots)
    out = np.zeros(len(rows), layout)
    present, quality = rows.present[:, :slots], rows.quality[:, :slots]
    has_quality = quality.any(axis=1)
    fixed = out["fixed"]
    fixed["fields"] = len(COLUMNS)
    for name, length in _FIXED_LENGTHS.items():
        fixed[f"{name}_length"] = length
        fixed[name] = getattr(rows, name) - (POSTGRES_EPOCH if name == "day" else 0)
    fixed["opening_length"] = np.where(rows.has_opening, 8, -1)
    fixed["opening"] = rows.opening
    count = present.sum(axis=1)
    _array_header(out["values"], 20 + 4 * slots + 4 * count, count < slots, _INT4, slots)
    out["value"]["length"] = np.where(present, 4, -1)
    out["value"]["value"] = rows.values[:, :slots]
    _array_header(out["quality"], np.where(has_quality, 20 + 6 * slots, -1), has_quality & False, _INT2, slots)
    out["flag"]["length"] = 2
    out["flag"]["value"] = quality
    return _without_absent(out, layout, slots, rows.has_opening, present, has_quality)


def _array_header(out: npt.NDArray[np.void], length: object, has_null: object, element: int, slots: int) -> None:
    out["length"] = length
    out["dimensions"] = 1
    out["has_null"] = has_null
    out["type"] = element
    out["size"] = slots
    out["first"] = 1


def _without_absent(
    out: npt.NDArray[np.void],
    layout: np.dtype[np.void],
    slots: int,
    has_opening: npt.NDArray[np.bool_],
    present: npt.NDArray[np.bool_],
    has_quality: npt.NDArray[np.bool_],
) -> bytes:
    words = out.view(np.uint16).reshape(len(out), layout.itemsize // 2)
    opening_at = layout["fixed"].fields["opening"][1] // 2
    value_at = layout.fields["value"][1] // 2
    quality_at = layout.fields["quality"][1] // 2 + 2
    if not has_quality.any():
        words = words[:, :quality_at]
        if present.all() and has_opening.all():
            return words.tobytes()
        if present.all() and not has_opening.any():
            return np.delete(words, np.s_[opening_at : opening_at + 4], axis=1).tobytes()
    keep = np.ones(words.shape, np.bool_)
    keep[:, opening_at : opening_at + 4] = has_opening[:, None]
    keep[:, value_at : value_at + 4 * slots] = np.repeat(present, 4, axis=1) | np.tile(
        [True, True, False, False], slots
    )
    keep[:, quality_at:] = has_quality[:, None]
    return words[keep].tobytes()


# -- decoding ------------------------------------------------------------------------------------------------------

_HEAD = np.dtype(
    [
        ("fields", ">i2"),
        ("l0", ">i4"), ("meter_id", ">i4"),
        ("l1", ">i4"), ("register", ">i2"),
        ("l2", ">i4"), ("day", ">i4"),
        ("l3", ">i4"), ("version", ">i2"),
        ("l4", ">i4"), ("delivery_id", ">i4"),
        ("opening_length", ">i4"),
    ]
)  # fmt: skip
_WORD = 2
_PADDING = np.zeros(_HEAD.itemsize, np.uint8)
"""Fields are read by their longest form, which may reach beyond the last row."""


def from_copy(messages: Sequence[bytes]) -> DayRows:
    """Decode what COPY (select <COLUMNS> ...) TO STDOUT (format binary) sends: one message a row."""
    lengths = np.fromiter(map(len, messages), np.int64, len(messages))
    data = b"".join(messages)
    if not data.startswith(COPY_HEADER):
        raise ValueError("not PostgreSQL's binary COPY form")
    words = np.frombuffer(data, np.uint8)[len(COPY_HEADER) :]
    words = np.concatenate((words[: len(words) // _WORD * _WORD], _PADDING)).view(np.uint16)
    starts = (np.cumsum(lengths) - lengths - len(COPY_HEADER)) // _WORD
    starts[0] = 0
    starts = starts[starts < len(words) - 1 - len(_PADDING) // _WORD] if len(starts) else starts
    return _decode(words, starts)


def _gather(words: npt.NDArray[np.uint16], starts: npt.NDArray[np.int64], kind: object, count: int = 1) -> npt.NDArray:  # type: ignore[type-arg]
    layout = np.dtype(kind)  # type: ignore[call-overload]
    size = layout.itemsize * count // _WORD
    picked = words[starts[:, None] + np.arange(size)]
    return np.ascontiguousarray(picked).view(layout).reshape(len(starts), count)


def _decode(words: npt.NDArray[np.uint16], starts: npt.NDArray[np.int64]) -> DayRows:
    rows = DayRows.blank(len(starts))
    if not len(starts):
        return rows
    head = _gather(words, starts, _HEAD)[:, 0]
    for name in ("meter_id", "register", "day", "version", "delivery_id"):
        getattr(rows, name)[:] = head[name]
    rows.day[:] += POSTGRES_EPOCH
    at = starts + _HEAD.itemsize // _WORD
    rows.has_opening[:] = head["opening_length"] == 8
    rows.opening[rows.has_opening] = _gather(words, at[rows.has_opening], ">i8")[:, 0]
    at = at + np.where(rows.has_opening, 4, 0)
    rows.total[:] = _gather(words, at + 2, ">i8")[:, 0]
    at = at + 6
    header = _gather(words, at, _ARRAY)[:, 0]
    # an empty array has no dimension, and so no size: a day without its hours
    rows.slots[:] = np.where(header["dimensions"] == 0, 0, header["size"])
    full = header["length"] == 20 + 8 * rows.slots.astype(np.int64)
    for slots in np.unique(rows.slots):
        _decode_full(words, at, rows, np.flatnonzero(full & (rows.slots == slots)), int(slots))
    _decode_ragged(words, at, rows, np.flatnonzero(~full))
    at = at + 2 + header["length"] // _WORD
    with_quality = np.flatnonzero(_gather(words, at, ">i4")[:, 0] >= 0)
    for slots in np.unique(rows.slots[with_quality]):
        index = with_quality[rows.slots[with_quality] == slots]
        flags = _gather(words, at[index] + 12, np.dtype([("length", ">i4"), ("value", ">i2")]), int(slots))
        rows.quality[index, :slots] = flags["value"]
    return rows


def _decode_full(
    words: npt.NDArray[np.uint16], at: npt.NDArray[np.int64], rows: DayRows, index: npt.NDArray[np.intp], slots: int
) -> None:
    elements = _gather(words, at[index] + 12, np.dtype([("length", ">i4"), ("value", ">i4")]), slots)
    rows.values[index, :slots] = elements["value"]
    rows.present[index, :slots] = True


def _decode_ragged(
    words: npt.NDArray[np.uint16], at: npt.NDArray[np.int64], rows: DayRows, index: npt.NDArray[np.intp]
) -> None:
    at = at[index] + 12
    for slot in range(int(rows.slots[index].max(initial=0))):
        inside = rows.slots[index] > slot
        has = inside.copy()
        has[inside] = _gather(words, at[inside], ">i4")[:, 0] == 4
        rows.values[index[has], slot] = _gather(words, at[has] + 2, ">i4")[:, 0]
        rows.present[index[has], slot] = True
        at = at + np.where(has, 4, np.where(inside, 2, 0))
