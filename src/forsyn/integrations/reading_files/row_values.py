"""Registers, units and values of rows, by the rules of a profile. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from forsyn.integrations.reading_files.batch import Problem
from forsyn.integrations.reading_files.profile import Profile, ValueColumn
from forsyn.integrations.reading_files.rows import Rows
from forsyn.integrations.reading_files.values import BaseUnits, base_units_of
from forsyn.kernel.quantities import Unit, UnknownUnitError, unit_named

Int64s = npt.NDArray[np.int64]


class RowValues(NamedTuple):
    """One value column's values, one element a row."""

    register: npt.NDArray[np.int16]
    value: Int64s
    problem: npt.NDArray[np.uint8]
    rounded_count: int
    rounding_base_units: float


def register_codes_of(profile: Profile) -> list[str]:
    """The registers that a profile can give, in its order."""
    return list(dict.fromkeys(entry.register for entry in profile.values))


def row_values(rows: Rows, number: int, profile: Profile) -> RowValues:
    """Read the profile's value column of this number."""
    column = profile.value_columns[number]
    entries = [entry for entry in profile.values if entry.column == column]
    codes = register_codes_of(profile)
    cells = rows.values[number]
    if rows.register is None and rows.unit is None:
        units = base_units_of(cells, entries[0].unit.per_unit, profile.decimal)
        register = np.full(len(cells), codes.index(entries[0].register), np.int16)
        return RowValues(register, *units)
    return _by_kind(rows, cells, entries, codes, profile)


def _by_kind(rows: Rows, cells: pa.Array, entries: list[ValueColumn], codes: list[str], profile: Profile) -> RowValues:
    """Rows of the same register and unit are read together: there are only a few such pairs."""
    count = len(cells)
    register = np.full(count, -1, np.int16)
    value = np.zeros(count, np.int64)
    problem = np.full(count, Problem.REGISTER_UNKNOWN, np.uint8)
    rounded_count, difference = 0, 0.0
    units, unit_of_row = _units(rows.unit, count)
    entry_of_row = _entries(rows.register, entries, count)
    for number, entry in enumerate(entries):
        of_entry = entry_of_row == number
        register[of_entry] = codes.index(entry.register)
        problem[of_entry] = Problem.UNIT_UNKNOWN
        for place, unit in enumerate(units):
            unit = unit or entry.unit
            where = np.flatnonzero(of_entry & (unit_of_row == place))
            if not len(where) or unit.base is not entry.unit.base:
                continue
            read: BaseUnits = base_units_of(cells.take(pa.array(where)), unit.per_unit, profile.decimal)
            value[where], problem[where] = read.value, read.problem
            rounded_count += read.rounded_count
            difference += read.rounding_base_units
    return RowValues(register, value, problem, rounded_count, difference)


def _entries(column: pa.Array | None, entries: list[ValueColumn], count: int) -> npt.NDArray[np.int64]:
    """For each row the entry whose register it is of, or -1."""
    if column is None:
        return np.zeros(count, np.int64)
    known = {entry.register_text or entry.register: number for number, entry in enumerate(entries)}
    return _looked_up(column, lambda text: known.get(text, -1))


def _units(column: pa.Array | None, count: int) -> tuple[list[Unit | None], npt.NDArray[np.int64]]:
    """The units that the rows name, and for each row which one, or -1; a single None is the entry's own unit."""
    if column is None:
        return [None], np.zeros(count, np.int64)
    units: list[Unit | None] = []

    def place(text: str) -> int:
        try:
            unit = unit_named(text)
        except UnknownUnitError:
            return -1
        if unit not in units:
            units.append(unit)
        return units.index(unit)

    return units, _looked_up(column, place)


def _looked_up(column: pa.Array, place: Callable[[str], int]) -> npt.NDArray[np.int64]:
    """`place` of each row's text, asked once for each distinct text; -1 for an empty cell."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    texts = encoded.dictionary.cast(pa.string()).to_pylist()
    places = np.array([place(text.strip()) if text else -1 for text in texts] + [-1], np.int64)
    indices = pc.fill_null(encoded.indices.cast(pa.int32()), len(texts))
    return np.asarray(places[indices.to_numpy(zero_copy_only=False)])
