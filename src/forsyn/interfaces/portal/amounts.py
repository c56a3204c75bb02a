"""Base units as a customer reads them: kWh for heat, m³ or litres for water, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MOST = 9.99
NO_BREAK = "\N{NO-BREAK SPACE}"


class Level(Enum):
    """How long one slot of a page is."""

    YEARS = "years"
    MONTHS = "months"
    DAYS = "days"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit to show amounts in: how many base units it has, and how many decimals are worth showing."""

    symbol: str | Promise
    base_units: int
    decimals: int

    def number(self, amount: int) -> str:
        """An amount as a localised number without its unit, rounded half up."""
        return _localised(amount, self.base_units, self.decimals)

    def axis(self, amount: int) -> str:
        """An amount beside a line of the chart: only the decimals that it has."""
        decimals = next((few for few in range(3) if amount * 10**few % self.base_units == 0), 3)
        return _localised(amount, self.base_units, decimals)

    def text(self, amount: int) -> str:
        """An amount with its unit."""
        return f"{self.number(amount)}{NO_BREAK}{self.symbol}"


@dataclass(frozen=True, slots=True)
class Measure:
    """A commodity that is metered: the register that counts it, and its name in sentences."""

    commodity: str
    register_code: str
    name: str | Promise
    slug: str
    scales: dict[Level, Scale]
    csv_unit: str
    csv_base_units: int


def _localised(amount: int, base_units: int, decimals: int) -> str:
    # number_format cuts digits off, so the rounding comes first
    rounded = (2 * abs(amount) * 10**decimals + base_units) // (2 * base_units)
    number = Decimal(rounded if amount >= 0 else -rounded).scaleb(-decimals)
    return number_format(number, decimals, use_l10n=True, force_grouping=True)


_CUBIC_METRES = Scale("m³", 1000, 1)
_LITRES = Scale(_("liter"), 1, 0)

HEAT = Measure(
    commodity="heat",
    register_code="energy",
    name=_("varme"),
    slug="varme",
    scales={
        Level.YEARS: Scale("kWh", 1000, 0),
        Level.MONTHS: Scale("kWh", 1000, 0),
        Level.DAYS: Scale("kWh", 1000, 1),
        Level.HOURS: Scale("kWh", 1000, 2),
    },
    csv_unit="kWh",
    csv_base_units=1000,
)
WATER = Measure(
    commodity="water",
    register_code="volume",
    name=_("vand"),
    slug="vand",
    scales={Level.YEARS: _CUBIC_METRES, Level.MONTHS: _CUBIC_METRES, Level.DAYS: _LITRES, Level.HOURS: _LITRES},
    csv_unit="m3",
    csv_base_units=1000,
)
MEASURES = {measure.commodity: measure for measure in (HEAT, WATER)}


def percent(fraction: float) -> str:
    """A fraction as a whole percentage without sign, as prose has it."""
    number = number_format(round(abs(fraction) * 100), 0, force_grouping=True)
    return (gettext("%(number)s %%") % {"number": number}).replace(" ", NO_BREAK)


def signed_percent(fraction: float) -> str:
    """A fraction as a whole percentage with its sign, as tables have it; huge ones are not told exactly."""
    if fraction > MOST:
        return f"> {percent(MOST)}"
    rounded = round(fraction * 100)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + percent(fraction)


def exact_decimal(amount: int, base_units: int) -> str:
    """An amount with a decimal comma and without rounding, for spreadsheets: 1204500 Wh is "1204,5" kWh."""
    whole, rest = divmod(abs(amount), base_units)
    sign = "-" if amount < 0 else ""
    digits = len(str(base_units)) - 1
    fraction = f"{rest:0{digits}d}".rstrip("0") if rest else ""
    return f"{sign}{whole},{fraction}" if fraction else f"{sign}{whole}"
