"""Øre: one rounding, half away from zero; VAT of sums; prices without VAT."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.kernel.money import decimal_of, oere_of, price_without_vat, round_half_up, vat_of

PERCENT = Decimal(25)


@pytest.mark.parametrize(
    ("exact", "oere"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-2.5", -3), ("2.4999999", 2), ("0", 0)]
)
def test_half_an_oere_goes_away_from_zero(exact: str, oere: int) -> None:
    assert round_half_up(Decimal(exact)) == oere
    assert round_half_up(Fraction(exact)) == oere


@pytest.mark.parametrize(("net", "vat"), [(1402, 351), (4296, 1074), (-1402, -351), (2, 1), (1, 0), (0, 0)])
def test_vat_of_a_sum_of_lines(net: int, vat: int) -> None:
    assert vat_of(net, PERCENT) == vat


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**9))
def test_rounding_moves_by_half_an_oere_at_most(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    assert abs(round_half_up(exact) - exact) <= Fraction(1, 2)
    assert round_half_up(-exact) == -round_half_up(exact)


@given(st.integers(-(10**9), 10**9))
def test_whole_kr_are_a_hundred_oere(kr: int) -> None:
    assert oere_of(kr) == 100 * kr


def test_a_published_price_is_divided_exactly() -> None:
    assert price_without_vat(Decimal("545"), PERCENT) == Decimal("436")
    assert price_without_vat(Decimal("83.75"), PERCENT) == Decimal("67")
    assert price_without_vat(Decimal("0.01"), PERCENT) == Decimal("0.008")


def test_a_price_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="give the price without VAT"):
        price_without_vat(Decimal("100"), Decimal(24))


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        round_half_up(Decimal(value))


def test_decimals_do_not_depend_on_the_threads_context() -> None:
    with decimal.localcontext() as context:
        context.prec = 3
        context.rounding = decimal.ROUND_DOWN
        assert decimal_of(Fraction(1234567, 100), 6) == Decimal("12345.67")
        assert str(decimal_of(Fraction(2, 3), 6)) == "0.666667"
        assert str(decimal_of(Fraction(1500), 6)) == "1500"
