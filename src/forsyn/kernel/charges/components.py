"""The components of tariffs with their dated prices, as a utility's tariff sheet (takstblad) has them.

Prices are in kr without VAT; dates are half-open; until_date None means: until further notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from forsyn.kernel.charges.incentive import IncentiveTerms
from forsyn.kernel.money import Vat


class Factor(StrEnum):
    """What a fixed charge counts."""

    AGREEMENT = "agreement"
    SQUARE_METRES = "square_metres"
    METER_SIZE = "meter_size"
    """The charge is by size: its prices each name theirs."""
    DWELLINGS = "dwellings"
    KILOWATTS = "kilowatts"
    """The capacity that was agreed or is installed (effektbidrag)."""
    CUBIC_METRES = "cubic_metres"
    """Of the heated rooms (rumafgift)."""


class Split(StrEnum):
    """How consumption is shared out when a price changes between two readings."""

    LINEAR = "linear"
    """By days."""
    MEASURED = "measured"
    """By a reading of the day of change; without it the bill is refused."""


class ConsumptionUnit(StrEnum):
    """What a price of consumption is per."""

    KWH = "kWh"
    MWH = "MWh"
    GJ = "GJ"
    M3 = "m3"


@dataclass(frozen=True, slots=True)
class Price:
    """Kr without VAT per unit (a year, for fixed charges) in [from_date, until_date)."""

    from_date: date
    until_date: date | None
    kr_per_unit: Decimal
    meter_size: Decimal | None = None
    """For charges by meter size: the permanent flow Q3 (or qp) in m³/h that this price is for."""


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage in [from_date, until_date)."""

    from_date: date
    until_date: date | None
    percent: Decimal


@dataclass(frozen=True, slots=True)
class PriceStep:
    """What is used above `above` units a year, up to the next step: at own prices or a share of the first step's."""

    above: Decimal
    share: Decimal | None = None
    prices: tuple[Price, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One component: a key that stays, the key of its text, the ledger account that it is income of, its VAT code."""

    key: str
    text_key: str
    account: str
    vat: Vat = Vat.STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedCharge(Component):
    """A price for the tariff's year, by the day, times the factor."""

    factor: Factor
    prices: tuple[Price, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableCharge(Component):
    """A price a unit of consumption."""

    unit: ConsumptionUnit
    prices: tuple[Price, ...]
    split: Split = Split.LINEAR
    is_tax: bool = False
    """A duty that the utility collects for the state, such as the one on piped water (vandafgift)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppedCharge(Component):
    """Prices that change with how much is used in the tariff's year (trappemodel, BEK 1070/2013 for waste water).

    The thresholds accrue by the day. Counted from the year's first day, or the agreement's, less what was billed.
    """

    unit: ConsumptionUnit
    steps: tuple[PriceStep, ...]
    split: Split = Split.LINEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Incentive(Component):
    """A percentage of variable charges by return temperature or cooling. Counted from the year's first day."""

    of: tuple[str, ...]
    terms: tuple[IncentiveTerms, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount(Component):
    """A percentage off fixed and variable charges."""

    of: tuple[str, ...]
    percents: tuple[Percent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum(Component):
    """What is lacking of a minimum a year, accrued by the day. Counted from the year's first day.

    `of` names the components that count towards it; none means all but fees and other minimums of the same VAT code.
    """

    prices: tuple[Price, ...]
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee(Component):
    """A price each time."""

    prices: tuple[Price, ...]


AnyComponent = FixedCharge | VariableCharge | SteppedCharge | Incentive | Discount | Minimum | Fee
