"""Rows of a delivery as arrow columns, by their role in the profile: what transport hands to the codec."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa


class Rows(NamedTuple):
    """A run of rows. Columns have one element for each well-formed row; `line` its place as a person counts it."""

    line: npt.NDArray[np.int64]
    meter_number: pa.Array
    stamp: pa.Array
    register: pa.Array | None
    unit: pa.Array | None
    values: tuple[pa.Array, ...]
    """In the order of Profile.value_columns."""
    malformed: tuple[tuple[int, str], ...] = ()
    """Rows with too few or too many columns, or a stray quote: line and text."""
