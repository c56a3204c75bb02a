"""Units of heat and water in whole base units."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.kernel.quantities import (
    UNITS,
    BaseUnit,
    Unit,
    UnknownUnitError,
    from_base_units,
    in_base_units,
    unit_named,
)


@pytest.mark.parametrize(
    ("amount", "symbol", "base_units"),
    [
        ("12.345", "kWh", 12_345),
        ("1.000001", "MWh", 1_000_001),
        ("1", "GJ", 277_778),
        ("9", "GJ", 2_500_000),
        ("3.6", "MJ", 1_000),
        ("0.0005", "kWh", 0),
        ("0.0015", "kWh", 2),
        ("-0.0025", "kWh", -2),
        ("7.25", "m3", 7_250),
        ("8246.421", "m3xC", 8_246_421),
    ],
)
def test_amounts_become_whole_base_units_half_to_even(amount: str, symbol: str, base_units: int) -> None:
    assert in_base_units(Decimal(amount), unit_named(symbol))[0] == base_units


def test_the_rounding_difference_is_exact() -> None:
    assert in_base_units(Decimal("0.0004"), unit_named("kWh")) == (0, Fraction(-4, 10))


def test_a_spelling_is_understood_but_never_guessed() -> None:
    assert unit_named(" m³ ").base is BaseUnit.LITRES
    with pytest.raises(UnknownUnitError, match='"mWh" is no known unit; known are Wh, kWh'):
        unit_named("mWh")


@given(st.sampled_from(list(UNITS.values())), st.integers(-(10**15), 10**15))
def test_whole_base_units_survive_the_way_there_and_back(unit: Unit, base_units: int) -> None:
    assert in_base_units(from_base_units(base_units, unit), unit) == (base_units, Fraction(0))


@given(st.sampled_from(list(UNITS.values())), st.decimals(-(10**9), 10**9, places=9))
def test_rounding_moves_a_value_by_half_a_base_unit_at_most(unit: Unit, amount: Decimal) -> None:
    rounded, difference = in_base_units(amount, unit)
    assert abs(difference) <= Fraction(1, 2)
    assert rounded - difference == Fraction(amount) * unit.per_unit
