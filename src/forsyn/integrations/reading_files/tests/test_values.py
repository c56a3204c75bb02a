"""Values as delivered to whole base units."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.integrations.reading_files.batch import Problem
from forsyn.integrations.reading_files.values import base_units_of
from forsyn.kernel.quantities import MAX_BASE_UNITS, UNITS

KWH = Fraction(1000)


@pytest.mark.parametrize(
    ("text", "watt_hours"),
    [
        ("12.345", 12_345),
        ("0", 0),
        ("-0.5", -500),
        ("-.5", -500),
        (" 007.25 ", 7_250),
        ("+3", 3_000),
        ("2e+05", 200_000_000),
        ("5347.61445783133", 5_347_614),
        ("0.0005", 0),
        ("0.0015", 2),
        ("0.000500000000000000000000001", 1),
        ("1.", 1_000),
    ],
)
def test_a_text_is_converted_exactly(text: str, watt_hours: int) -> None:
    read = base_units_of(pa.array([text]), KWH)
    assert (read.value.tolist(), read.problem.tolist()) == ([watt_hours], [0])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.VALUE_MISSING),
        (None, Problem.VALUE_MISSING),
        ("  ", Problem.VALUE_MISSING),
        ("NaN", Problem.VALUE_NOT_FINITE),
        ("-inf", Problem.VALUE_NOT_FINITE),
        ("0x1F", Problem.VALUE_UNREADABLE),
        ("1_000", Problem.VALUE_UNREADABLE),
        ("1,5", Problem.VALUE_UNREADABLE),
        ("1.234.567", Problem.VALUE_UNREADABLE),
        (".-5", Problem.VALUE_UNREADABLE),
        ("--5", Problem.VALUE_UNREADABLE),
        ("٣", Problem.VALUE_UNREADABLE),
        ("offline", Problem.VALUE_UNREADABLE),
        ("9" * 101, Problem.VALUE_UNREADABLE),
        ("1e999999999", Problem.VALUE_TOO_LARGE),
        ("9999999999999", Problem.VALUE_TOO_LARGE),
        ("99999999999999999999", Problem.VALUE_TOO_LARGE),
    ],
)
def test_a_text_that_is_no_value_is_a_problem(text: str | None, problem: Problem) -> None:
    read = base_units_of(pa.array(["1", text]), KWH)
    assert read.problem.tolist() == [Problem.NONE, problem]
    assert read.value.tolist()[0] == 1_000


def test_a_decimal_comma_is_read_and_a_point_beside_it_is_not() -> None:
    read = base_units_of(pa.array(["1,5", "1.234,5", "1.5"]), KWH, ",")
    assert read.value.tolist()[0] == 1_500
    assert read.problem.tolist() == [0, Problem.VALUE_UNREADABLE, Problem.VALUE_UNREADABLE]


def test_a_32_bit_float_means_the_decimal_that_it_was_written_from() -> None:
    floats = pa.array(np.array([2.8, 5.7, 32.3, 0.001, 61.299999, 0.0], np.float32))
    read = base_units_of(floats, KWH)
    assert read.value.tolist() == [2_800, 5_700, 32_300, 1, 61_300, 0]
    assert read.rounded_count == 0


def test_floats_are_rounded_half_to_even_and_counted() -> None:
    read = base_units_of(pa.array([0.0005, 0.0015, 0.00125, 1.0]), KWH)
    assert read.value.tolist() == [0, 2, 1, 1_000]
    assert read.rounded_count == 3
    assert read.rounding_base_units == pytest.approx(-0.5 + 0.5 - 0.25)


def test_floats_that_are_no_values_are_problems() -> None:
    read = base_units_of(pa.array([None, float("nan"), float("inf"), 1e300, 1.0]), KWH)
    assert read.problem.tolist() == [
        Problem.VALUE_MISSING,
        Problem.VALUE_NOT_FINITE,
        Problem.VALUE_NOT_FINITE,
        Problem.VALUE_TOO_LARGE,
        Problem.NONE,
    ]


@pytest.mark.parametrize("kind", [pa.int8(), pa.int32(), pa.int64(), pa.uint64(), pa.decimal128(12, 3)])
def test_whole_numbers_and_decimals_are_read(kind: pa.DataType) -> None:
    read = base_units_of(pa.array([7, None, 0], kind), KWH)
    assert read.value.tolist() == [7_000, 0, 0]
    assert read.problem.tolist() == [0, Problem.VALUE_MISSING, 0]


def test_a_whole_number_too_large_for_64_bits_of_base_units_is_a_problem() -> None:
    read = base_units_of(pa.array([2**64 - 1, 1], pa.uint64()), KWH)
    assert read.problem.tolist() == [Problem.VALUE_TOO_LARGE, 0]
    read = base_units_of(pa.array([-(2**63), 1], pa.int64()), KWH)
    assert read.problem.tolist() == [Problem.VALUE_TOO_LARGE, 0]


units = st.sampled_from(list(UNITS.values()))
amounts = st.decimals(-(10**9), 10**9, places=4) | st.decimals(-1000, 1000, places=9)


@given(units, st.lists(amounts, max_size=30))
def test_texts_agree_with_exact_fractions(unit, delivered: list[Decimal]) -> None:
    read = base_units_of(pa.array([f"{amount:f}" for amount in delivered], pa.string()), unit.per_unit)
    exact = [Fraction(amount) * unit.per_unit for amount in delivered]
    expected = [round(amount) for amount in exact]
    fits = [abs(amount) <= MAX_BASE_UNITS for amount in exact]
    assert [v for v, ok in zip(read.value.tolist(), fits, strict=True) if ok] == [
        v for v, ok in zip(expected, fits, strict=True) if ok
    ]
    assert [problem == 0 for problem in read.problem.tolist()] == fits
    off = [w - x for w, x, ok in zip(expected, exact, fits, strict=True) if ok and w != x]
    assert read.rounded_count == len(off)
    assert read.rounding_base_units == pytest.approx(float(sum(off)), abs=1e-6)


@given(units, st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=30))
def test_whole_base_units_survive_as_floats(unit, base_units: list[int]) -> None:
    floats = pa.array([float(Fraction(value) / unit.per_unit) for value in base_units])
    read = base_units_of(floats, unit.per_unit)
    assert read.value.tolist() == base_units
    assert read.rounded_count == 0
