"""Values as delivered to whole base units, exactly: texts, whole numbers, decimals and floats.

A float stands for the decimal figure it was written from: 2.8 as a 32-bit float is 2.79999995, and means 2800 Wh.
So a float counts as rounded only if no whole number of base units lies within the float's own precision.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from forsyn.integrations.reading_files.batch import Problem
from forsyn.kernel.quantities import MAX_BASE_UNITS

Int64s = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]

_SLICE = 65_536
_MOST_PLAIN_CHARACTERS = 18
"""So many digits always fit 64 bits."""


class BaseUnits(NamedTuple):
    """Values in base units, with what could not be read, and what rounding did."""

    value: Int64s
    problem: Codes
    rounded_count: int
    rounding_base_units: float


def base_units_of(column: pa.Array, per_unit: Fraction, decimal: str = ".") -> BaseUnits:
    """From any arrow column of numbers or texts; `per_unit` base units are one unit of the column."""
    kind = column.type
    if pa.types.is_floating(kind):
        return _of_floats(column, per_unit)
    if pa.types.is_integer(kind):
        return _of_integers(column, per_unit)
    if pa.types.is_decimal(kind):
        return _of_texts(column.cast(pa.string()), per_unit, ".")
    return _of_texts(column, per_unit, decimal)


def is_number_column(kind: pa.DataType) -> bool:
    """Whether base_units_of can read a column of this type."""
    types = pa.types
    return bool(
        types.is_floating(kind)
        or types.is_integer(kind)
        or types.is_decimal(kind)
        or types.is_string(kind)
        or types.is_large_string(kind)
    )


def _of_floats(column: pa.Array, per_unit: Fraction) -> BaseUnits:
    """In slices that stay in the processor's cache: that halves the time, and most of the memory."""
    precision = {2: 2.0**-11, 4: 2.0**-24, 8: 2.0**-53}[column.type.bit_width // 8] + 2.0**-51
    delivered = column.to_numpy(zero_copy_only=False)
    value = np.empty(len(column), np.int64)
    problem = np.zeros(len(column), np.uint8)
    count, difference = 0, 0.0
    for start in range(0, len(column), _SLICE):
        part = slice(start, start + _SLICE)
        value[part], slice_count, slice_difference = _scaled_floats(
            delivered[part].astype(np.float64), float(per_unit), precision, problem[part]
        )
        count, difference = count + slice_count, difference + slice_difference
    if column.null_count:
        problem[pc.is_null(column).to_numpy(zero_copy_only=False)] = Problem.VALUE_MISSING
    return BaseUnits(value, problem, count, difference)


def _scaled_floats(
    delivered: npt.NDArray[np.float64], per_unit: float, precision: float, problem: Codes
) -> tuple[Int64s, int, float]:
    amount = delivered * per_unit
    tolerance = np.abs(amount)
    usable = tolerance <= MAX_BASE_UNITS
    if not usable.all():
        problem[~usable] = Problem.VALUE_TOO_LARGE
        problem[~np.isfinite(delivered)] = Problem.VALUE_NOT_FINITE
        amount[~usable] = 0.0
        tolerance[~usable] = 0.0
    tolerance *= precision
    value = np.rint(amount)
    rounded = np.abs(value - amount) > tolerance
    count = int(np.count_nonzero(rounded))
    if not count:
        return value.astype(np.int64), 0, 0.0
    # A float next to a half is that half, and goes to even.
    halves = np.rint(amount * 2) / 2
    amount = np.where(np.abs(halves - amount) <= tolerance, halves, amount)
    value = np.where(rounded, np.rint(amount), value)
    return value.astype(np.int64), count, float((value - amount)[rounded].sum())


def _of_integers(column: pa.Array, per_unit: Fraction) -> BaseUnits:
    problem = np.zeros(len(column), np.uint8)
    if column.null_count:
        problem[pc.is_null(column).to_numpy(zero_copy_only=False)] = Problem.VALUE_MISSING
        column = pc.fill_null(column, 0)
    numbers = column.to_numpy(zero_copy_only=False)
    largest = int(MAX_BASE_UNITS / per_unit)
    outside = (numbers > largest) | (numbers < -largest) if numbers.dtype.itemsize == 8 else None
    if outside is not None and outside.any():
        problem[outside] = Problem.VALUE_TOO_LARGE
        numbers = np.where(outside, 0, numbers)
    value, count, difference = _scaled(numbers.astype(np.int64), per_unit, problem)
    return BaseUnits(value, problem, count, difference)


def _of_texts(column: pa.Array, per_unit: Fraction, decimal: str) -> BaseUnits:
    texts = pc.fill_null(pc.ascii_trim_whitespace(column), "")
    mark = r"\." if decimal == "." else ","
    plain = pc.match_substring_regex(texts, rf"^-?(?:[0-9]+|[0-9]*{mark}[0-9]+)$")
    plain = pc.and_(plain, pc.less_equal(pc.binary_length(texts), _MOST_PLAIN_CHARACTERS))
    problem = np.zeros(len(texts), np.uint8)
    value = np.zeros(len(texts), np.int64)
    simple = plain.to_numpy(zero_copy_only=False)
    every = bool(simple.all())
    plain_texts = texts if every else texts.filter(plain)
    rows = slice(None) if every else np.flatnonzero(simple)
    plain_problem = problem[rows]
    point = pc.find_substring(plain_texts, decimal)
    places = np.where((at := point.to_numpy()) < 0, 0, pc.binary_length(plain_texts).to_numpy() - at - 1)
    digits = pc.replace_substring(plain_texts, decimal, "", max_replacements=1).cast(pa.int64()).to_numpy()
    count, difference = 0, 0.0
    plain_value = np.zeros(len(digits), np.int64)
    for decimals in np.flatnonzero(np.bincount(places)) if len(places) else ():
        chosen = places == decimals
        group_problem = plain_problem[chosen]
        scaled, group_count, group_difference = _scaled(digits[chosen], per_unit / 10 ** int(decimals), group_problem)
        plain_value[chosen] = scaled
        plain_problem[chosen] = group_problem
        count, difference = count + group_count, difference + group_difference
    value[rows] = plain_value
    problem[rows] = plain_problem
    if not every:
        rare = np.flatnonzero(~simple)
        rare_count, rare_difference = _read_rare(texts, rare, per_unit, decimal, value, problem)
        count, difference = count + rare_count, difference + rare_difference
    return BaseUnits(value, problem, count, difference)


def _scaled(numbers: Int64s, factor: Fraction, problem: Codes) -> tuple[Int64s, int, float]:
    """Whole numbers times an exact factor, half to even; too large ones become 0 and are marked."""
    outside = np.abs(numbers) > int(MAX_BASE_UNITS / factor)
    if outside.any():
        problem[outside] = Problem.VALUE_TOO_LARGE
        numbers = np.where(outside, 0, numbers)
    numerator, denominator = factor.numerator, factor.denominator
    if denominator == 1:
        return numbers * numerator, 0, 0.0
    if len(numbers) and int(np.abs(numbers).max()) * numerator >= 2**62:
        return _scaled_wide(numbers, factor)
    quotient, remainder = np.divmod(numbers * numerator, denominator)
    twice = remainder * 2
    up = (twice > denominator) | ((twice == denominator) & (quotient & 1 == 1))
    count = int(np.count_nonzero(remainder))
    difference = float(np.count_nonzero(up)) - float(remainder.sum(dtype=np.float64)) / denominator
    return quotient + up, count, difference if count else 0.0


def _scaled_wide(numbers: Int64s, factor: Fraction) -> tuple[Int64s, int, float]:
    exact = [number * factor for number in numbers.tolist()]
    rounded = [round(amount) for amount in exact]
    pairs = list(zip(rounded, exact, strict=True))
    count = sum(whole != amount for whole, amount in pairs)
    difference = sum((whole - amount for whole, amount in pairs), Fraction(0))
    return np.array(rounded, np.int64), count, float(difference)


def _read_rare(
    texts: pa.Array, rows: Int64s, per_unit: Fraction, decimal: str, value: Int64s, problem: Codes
) -> tuple[int, float]:
    """Values in unusual dress, one by one: empty, many digits, with exponent (2e+05), not finite, or unreadable."""
    count, difference = 0, 0.0
    for row, text in zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True):
        amount = _decimal_of(text, decimal)
        if isinstance(amount, Problem):
            problem[row] = amount
            continue
        exact = Fraction(amount) * per_unit
        if abs(exact) > MAX_BASE_UNITS:
            problem[row] = Problem.VALUE_TOO_LARGE
            continue
        value[row] = round(exact)
        if exact != value[row]:
            count += 1
            difference += float(int(value[row]) - exact)
    return count, difference


def _decimal_of(text: str, decimal: str) -> Decimal | Problem:
    if not text:
        return Problem.VALUE_MISSING
    if len(text) > 100 or (decimal == "," and "." in text) or "_" in text or not text.isascii():
        return Problem.VALUE_UNREADABLE
    try:
        amount = Decimal(text.replace(",", ".", 1) if decimal == "," else text)
    except InvalidOperation:
        return Problem.VALUE_UNREADABLE
    if not amount.is_finite():
        return Problem.VALUE_NOT_FINITE
    if amount and not -60 < amount.adjusted() < 18:
        return Problem.VALUE_TOO_LARGE if amount.adjusted() > 0 else Problem.VALUE_UNREADABLE
    return amount
