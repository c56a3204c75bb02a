"""The shape in which deliveries leave this room: arrays of values, each with the row it came from.

A batch never drops a row: what could not be read is there too, with a Problem and its text as delivered.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt


class Problem(IntEnum):
    """Why a delivered value cannot be used. The first that applies, in the order meter, stamp, value, is told."""

    NONE = 0
    VALUE_MISSING = 1
    VALUE_UNREADABLE = 2
    VALUE_NOT_FINITE = 3
    VALUE_TOO_LARGE = 4
    STAMP_UNREADABLE = 5
    STAMP_MISSING = 6
    LOCAL_HOUR_AMBIGUOUS = 7
    LOCAL_HOUR_NONEXISTENT = 8
    METER_MISSING = 9
    UNIT_UNKNOWN = 10
    ROW_MALFORMED = 11
    REGISTER_UNKNOWN = 12
    STAMP_OFF_GRID = 13


@dataclass(frozen=True, slots=True, eq=False)
class ReadingBatch:
    """One value an element; all arrays have the same length.

    `meter_numbers` and `register_codes` belong to the whole file: they only grow from batch to batch, and an index
    keeps its meaning. Rows usually come in the file's order; those of a doubled local hour can come a batch later,
    when it is known which of the two hours they mean. In a wide file each row gives one element per value column.

    `at` is the instant at which the value's interval ends, or for a register (cumulative) the instant of the reading.
    For daily interval values that is the local midnight that ends the day. It is 0 where the stamp has a problem.
    """

    line: npt.NDArray[np.int64]
    """The row as a person counts it, from 1. In CSV the header is line 1; in Parquet the first row is 1."""
    meter_numbers: list[str]
    meter: npt.NDArray[np.int32]
    """Index into meter_numbers; -1 where the number is missing."""
    register_codes: list[str]
    register: npt.NDArray[np.int16]
    """Index into register_codes; -1 where the file names a register that the profile does not know."""
    at: npt.NDArray[np.int64]
    """Whole seconds since 1970-01-01T00:00Z."""
    value: npt.NDArray[np.int64]
    """In the register's base unit (see kernel.quantities); 0 where the value has a problem."""
    problem: npt.NDArray[np.uint8]
    """Problem codes; 0 = none."""
    raw: dict[int, tuple[str, str]]
    """For elements with a problem: index -> (stamp, value) as delivered; for a malformed row (whole row, "")."""
    rounded_count: int
    """How many values of this batch had more digits than the base unit and were rounded, half to even."""
    rounding_base_units: float
    """Sum of (rounded - delivered) over them, in base units."""

    def __len__(self) -> int:
        return len(self.value)
