"""Quantities of heat and water: units, and their exact conversion to whole base units.

Everything is kept in whole base units, so that sums never drift: 12.345 kWh is 12345 watt hours. Units that do not
divide evenly (1 GJ is 2,500,000/9 Wh) are converted as fractions and rounded once, half to even (IEC 60559).
Sources: SI brochure (joule, litre); EN 1434-3 and the registers E8 = m3 x flow and E9 = m3 x return temperature.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

MAX_BASE_UNITS = 10**15
"""No meter of a utility counts this far (a petawatt hour, a cubic kilometre): beyond it a value is an error."""


class BaseUnit(StrEnum):
    """What one whole step of a stored number means."""

    WATT_HOURS = "watt_hours"
    LITRES = "litres"
    LITRE_DEGREES = "litre_degrees"
    """Litres times degrees Celsius: the temperature-weighted volume behind cooling."""


class Unit(NamedTuple):
    """A unit as deliveries name it: one of it is `per_unit` base units, exactly."""

    symbol: str
    base: BaseUnit
    per_unit: Fraction


class UnknownUnitError(ValueError):
    """A symbol that names no unit of heat or water."""

    def __init__(self, symbol: str) -> None:
        super().__init__(f'"{symbol}" is no known unit; known are {", ".join(UNITS)}.')
        self.symbol = symbol


_WATT_SECOND = Fraction(1, 3600)

UNITS: dict[str, Unit] = {
    unit.symbol: unit
    for unit in (
        Unit("Wh", BaseUnit.WATT_HOURS, Fraction(1)),
        Unit("kWh", BaseUnit.WATT_HOURS, Fraction(1_000)),
        Unit("MWh", BaseUnit.WATT_HOURS, Fraction(1_000_000)),
        Unit("GWh", BaseUnit.WATT_HOURS, Fraction(1_000_000_000)),
        Unit("kJ", BaseUnit.WATT_HOURS, 10**3 * _WATT_SECOND),
        Unit("MJ", BaseUnit.WATT_HOURS, 10**6 * _WATT_SECOND),
        Unit("GJ", BaseUnit.WATT_HOURS, 10**9 * _WATT_SECOND),
        Unit("l", BaseUnit.LITRES, Fraction(1)),
        Unit("m3", BaseUnit.LITRES, Fraction(1_000)),
        Unit("lxC", BaseUnit.LITRE_DEGREES, Fraction(1)),
        Unit("m3xC", BaseUnit.LITRE_DEGREES, Fraction(1_000)),
    )
}

# Spellings that cannot be mistaken. "mWh" is not among them: it would be a thousandth, not a million.
_SPELLINGS = {
    "WH": "Wh",
    "wh": "Wh",
    "kwh": "kWh",
    "KWH": "kWh",
    "KWh": "kWh",
    "MWH": "MWh",
    "L": "l",
    "liter": "l",
    "litre": "l",
    "litres": "l",
    "m³": "m3",
    "m^3": "m3",
    "M3": "m3",
    "m3*C": "m3xC",
    "m3·°C": "m3xC",
    "m³·°C": "m3xC",
    "m³×°C": "m3xC",
    "m3x°C": "m3xC",
}


def unit_named(symbol: str) -> Unit:
    """The unit that a delivery or a profile names. Raises UnknownUnitError; never guesses by upper or lower case."""
    symbol = symbol.strip()
    unit = UNITS.get(_SPELLINGS.get(symbol, symbol))
    if unit is None:
        raise UnknownUnitError(symbol)
    return unit


def in_base_units(amount: Decimal | int | Fraction, unit: Unit) -> tuple[int, Fraction]:
    """An amount as whole base units, half to even, and the rounding difference (rounded - exact) in base units."""
    exact = Fraction(amount) * unit.per_unit
    rounded = round(exact)
    return rounded, rounded - exact


def from_base_units(base_units: int, unit: Unit) -> Fraction:
    """Whole base units as an exact amount of a unit."""
    return base_units / unit.per_unit
