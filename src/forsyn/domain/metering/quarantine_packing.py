"""Values that were set aside, packed into items: one for each meter, register and reason, and day where it matters.

The rows are encoded in PostgreSQL's binary COPY form here, since a file of only unknown meters has as many values as
any other and must not take longer. Pure: bytes and numpy.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forsyn.domain.metering import slots
from forsyn.domain.metering.day_rows import POSTGRES_EPOCH
from forsyn.domain.metering.rules import ABOUT_THE_METER, REASONS

Integers = npt.NDArray[np.int64]

COLUMNS = (
    "delivery_id", "meter_number", "register_code", "reason", "day", "first_at", "last_at", "value_count",
    "lines", "instants", "values", "stamp_texts", "value_texts", "state", "note",
)  # fmt: skip

NO_INSTANT = np.iinfo(np.int64).min
NO_VALUE = np.iinfo(np.int64).min
METER_NUMBER_LENGTH = 64
"""What comes after that is no number of a meter, but must not stop the delivery either."""
ITEM_VALUES = 100_000
"""More values of one meter than that are several items: eleven years of hours."""

_NULL = struct.pack(">i", -1)
_INT8, _TEXT = 20, 25
_MICROSECONDS = 1_000_000
_NO_DAY = -1


class SetAside(NamedTuple):
    """Values with the reason for which they are set aside, one element a value in each array."""

    meter: npt.NDArray[np.int32]
    """Index into the delivery's meter numbers; -1 where the number is missing."""
    register: npt.NDArray[np.int16]
    reason: npt.NDArray[np.uint8]
    at: Integers
    """Seconds; NO_INSTANT where unreadable."""
    value: Integers
    """Base units; NO_VALUE where unreadable."""
    line: Integers

    def take(self, index: npt.NDArray[np.intp] | slice) -> SetAside:
        return SetAside(*(array[index] for array in self))


def packed(
    values: SetAside,
    *,
    delivery_id: int,
    meter_numbers: Sequence[str],
    register_codes: Sequence[str],
    texts: dict[int, tuple[str, str]] | None = None,
) -> Iterator[bytes]:
    """The items in binary COPY form, without header and trailer; `texts`: index of a value -> (stamp, value)."""
    day = _days(values)
    order = np.lexsort((day, values.reason, values.register, values.meter))
    ordered, day = values.take(order), day[order]
    bounds = _bounds(ordered, day)
    arrays = [_elements(array) for array in (ordered.line, ordered.at, ordered.value)]
    delivery = _field(struct.pack(">i", delivery_id))
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        first = ordered.take(slice(begin, begin + 1))
        instants = ordered.at[begin:end]
        instants = instants[instants != NO_INSTANT]
        meter, register = int(first.meter[0]), int(first.register[0])
        yield b"".join(
            (
                struct.pack(">h", len(COLUMNS)),
                delivery,
                _text(meter_numbers[meter][:METER_NUMBER_LENGTH] if meter >= 0 else ""),
                _text(register_codes[register] if register >= 0 else ""),
                _text(REASONS[int(first.reason[0]) - 1]),
                _field(struct.pack(">i", int(day[begin]) - POSTGRES_EPOCH)) if day[begin] != _NO_DAY else _NULL,
                _instant(int(instants.min())) if len(instants) else _NULL,
                _instant(int(instants.max())) if len(instants) else _NULL,
                _field(struct.pack(">i", end - begin)),
                *(_array(elements, begin, end) for elements in arrays),
                *_text_arrays(order[begin:end], texts),
                _text("open"),
                _text(""),
            )
        )


def _days(values: SetAside) -> npt.NDArray[np.int32]:
    """Local day of each value, or _NO_DAY where it has none or where the reason holds for the meter as a whole."""
    days = np.full(len(values.at), _NO_DAY, np.int32)
    about_the_meter = np.isin(values.reason, [reason.code for reason in ABOUT_THE_METER])
    dated = slots.in_range(values.at) & ~about_the_meter
    days[dated] = slots.local_days(values.at[dated])
    return days


def _bounds(values: SetAside, day: npt.NDArray[np.int32]) -> Integers:
    """Where each item begins, and the end."""
    changes = np.zeros(len(day), np.bool_)
    for array in (values.meter, values.register, values.reason, day):
        changes[1:] |= array[1:] != array[:-1]
    begins = np.flatnonzero(changes)
    starts = np.union1d(begins, np.arange(0, len(day), ITEM_VALUES))
    return np.append(starts, len(day)) if len(day) else np.zeros(1, np.int64)


class _Elements(NamedTuple):
    data: bytes
    ends: Integers | None
    """End of each element in data; None where all take 12 bytes."""


def _elements(array: Integers) -> _Elements:
    known = array != NO_VALUE
    out = np.empty(len(array), np.dtype([("length", ">i4"), ("value", ">i8")]))
    out["length"] = np.where(known, 8, -1)
    out["value"] = array
    if known.all():
        return _Elements(out.tobytes(), None)
    words = out.view(np.uint32).reshape(len(array), 3)
    keep = np.ones(words.shape, np.bool_)
    keep[:, 1:] = known[:, None]
    return _Elements(words[keep].tobytes(), np.cumsum(np.where(known, 12, 4)))


def _array(elements: _Elements, begin: int, end: int) -> bytes:
    if elements.ends is None:
        body = elements.data[12 * begin : 12 * end]
    else:
        start = int(elements.ends[begin - 1]) if begin else 0
        body = elements.data[start : int(elements.ends[end - 1])]
    has_null = len(body) != 12 * (end - begin)
    return _field(struct.pack(">5i", 1, has_null, _INT8, end - begin, 1) + body)


def _text_arrays(index: npt.NDArray[np.intp], texts: dict[int, tuple[str, str]] | None) -> tuple[bytes, bytes]:
    if texts is None:
        return _NULL, _NULL
    pairs = [texts.get(position, ("", "")) for position in index.tolist()]
    header = struct.pack(">5i", 1, 0, _TEXT, len(pairs), 1)
    stamps, values = (header + b"".join(_text(pair[side]) for pair in pairs) for side in (0, 1))
    return _field(stamps), _field(values)


def _field(data: bytes) -> bytes:
    return struct.pack(">i", len(data)) + data


def _text(text: str) -> bytes:
    return _field(text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace"))


def _instant(seconds: int) -> bytes:
    return _field(struct.pack(">q", (seconds - POSTGRES_EPOCH * 86_400) * _MICROSECONDS))
