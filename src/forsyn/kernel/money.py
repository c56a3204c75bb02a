"""Money in whole øre, and the one place where it is rounded.

The rule of rounding, for everything that Forsyn bills: each line is reckoned exactly (as fractions) and rounded once,
to whole øre, half away from zero; VAT is reckoned once per bill and rate on the sum of the net lines, and rounded
the same way. Nothing else is rounded. So 14.02 kr net gives 3.505 kr of VAT, which is 3.51 (published by
VandCenter Syd for 2024), and never 3.50 as half-to-even would have it.

Prices are kept without VAT, in kr with up to PRICE_DECIMALS decimals. Rates of VAT are dated data of the caller
(25 % by momsloven § 33); the codes only say which of them a line falls under.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

OERE_PER_KR = 100
PRICE_DECIMALS = 6


class Vat(StrEnum):
    """Which rate of VAT a line falls under."""

    STANDARD = "standard"
    OUTSIDE = "outside"
    """No payment for a supply: reminder fees and the like (SKM2004.273.TSS)."""


def round_half_up(value: Fraction | Decimal | int) -> int:
    """A number of øre as whole øre, half away from zero. Raises ValueError for what is no finite number."""
    exact = exactly(value)
    return rounded_ratio(exact.numerator, exact.denominator)


def rounded_ratio(numerator: int, denominator: int) -> int:
    """The same of a ratio; the denominator is positive."""
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def oere_of(kr: Fraction | Decimal | int) -> int:
    """An exact number of kr as whole øre."""
    exact = exactly(kr)
    return rounded_ratio(exact.numerator * OERE_PER_KR, exact.denominator)


def kr_text(oere: int) -> str:
    """1234 is ``"12.34"``: kr with a point and two decimals, as files between machines have them."""
    whole, rest = divmod(abs(oere), OERE_PER_KR)
    return f"{'-' if oere < 0 else ''}{whole}.{rest:02}"


def vat_of(net_oere: int, percent: Decimal | int) -> int:
    """The VAT in øre of the sum of a bill's net lines of one rate."""
    return round_half_up(net_oere * exactly(percent) / 100)


def price_without_vat(kr_with_vat: Decimal, percent: Decimal) -> Decimal:
    """A published price with VAT as the price that is stored: divided by 1.25 exactly where VAT is 25 %.

    Raises ValueError where the quotient does not fit PRICE_DECIMALS decimals: then the price without VAT must be given.
    """
    exact = exactly(kr_with_vat) * 100 / (100 + exactly(percent))
    price = decimal_of(exact, PRICE_DECIMALS)
    if Fraction(price) != exact:
        raise ValueError(
            f"{kr_with_vat} kr with {percent} % VAT has no price without VAT in {PRICE_DECIMALS} decimals: "
            "give the price without VAT."
        )
    return price


def exactly(value: Fraction | Decimal | int) -> Fraction:
    """The number as a fraction. Raises ValueError for NaN and infinity, naming it."""
    if type(value) is Fraction:
        return value
    return _exact_decimal(value) if isinstance(value, Decimal) else Fraction(value)


@lru_cache(maxsize=4096)
def _exact_decimal(value: Decimal) -> Fraction:
    """Kept, because the same few prices come back in every bill."""
    if not value.is_finite():
        raise ValueError(f"{value} is no number that can be reckoned with.")
    return Fraction(value)


def decimal_of(value: Fraction | int, places: int) -> Decimal:
    """A fraction as a decimal of at most so many places, half away from zero, whatever the thread's context says."""
    if value.denominator == 1:
        return Decimal(value.numerator)
    scaled = rounded_ratio(value.numerator * 10**places, value.denominator)
    while places and scaled % 10 == 0:
        scaled //= 10
        places -= 1
    return Decimal(f"{scaled}e-{places}") if places else Decimal(scaled)
