"""The basis of a bill: everything that the calculation needs, and nothing else. It is kept with the bill.

Dates are half-open; consumption is in whole watt hours or litres. The order in which things are given does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from forsyn.kernel.charges.components import Factor
from forsyn.kernel.charges.tariff import Commodity, Tariff
from forsyn.kernel.quantities import BaseUnit

Item = TypeVar("Item")


class Quality(StrEnum):
    """How an amount of consumption became known."""

    MEASURED = "measured"
    SELF_READ = "self_read"
    ESTIMATED = "estimated"
    AGREED = "agreed"
    """Settled with the customer, or decided in a complaint."""


@dataclass(frozen=True, slots=True)
class Consumption:
    """Whole watt hours or litres used in [from_date, until_date), over all meters of the agreement."""

    from_date: date
    until_date: date
    amount: int
    unit: BaseUnit
    quality: Quality = Quality.MEASURED


@dataclass(frozen=True, slots=True)
class FactorValue:
    """The square metres, meter size (m³/h), dwellings, kilowatts or cubic metres of [from_date, until_date)."""

    factor: Factor
    from_date: date
    until_date: date | None
    value: Decimal


@dataclass(frozen=True, slots=True)
class MeanTemperatures:
    """Mean flow and return temperature in °C, weighted by volume, of [from_date, until_date)."""

    from_date: date
    until_date: date
    flow_celsius: Decimal
    return_celsius: Decimal


@dataclass(frozen=True, slots=True)
class FeeCharged:
    """A fee that fell due on a day, so many times."""

    component: str
    on_date: date
    count: int = 1


@dataclass(frozen=True, slots=True)
class BilledBefore:
    """What was billed of a counted component since `from_date`: of all its parts, or of the one named.

    A bill gives these in `billed_to_date`; the next one of the same tariff year takes them as they are.
    """

    component: str
    from_date: date
    part: str
    net_oere: int
    quantity: Decimal = field(default=Decimal(0))


@dataclass(frozen=True, slots=True)
class OnAccount:
    """What was billed on account for the period: net and its VAT, in øre."""

    net_oere: int = 0
    vat_oere: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """One agreement, one period [from_date, until_date), one tariff.

    A tariff with counted components (steps, incentives, minimums) needs consumption, factors and temperatures from
    the first day of the tariff's year in which the period begins, or from `agreement_from`; others from `from_date`.
    Consumption may reach back over the first day of the tariff's year; what lies before is divided off by days.
    """

    agreement: str
    agreement_from: date
    from_date: date
    until_date: date
    commodity: Commodity
    tariff: Tariff
    vat_percent: Decimal
    """The rate of Vat.STANDARD on the bill's date."""
    consumption: tuple[Consumption, ...] = ()
    factors: tuple[FactorValue, ...] = ()
    temperatures: tuple[MeanTemperatures, ...] = ()
    fees: tuple[FeeCharged, ...] = ()
    billed_before: tuple[BilledBefore, ...] = ()
    on_account: OnAccount = OnAccount()
    is_single_pipe: bool = False

    def __post_init__(self) -> None:
        self._sort("consumption", self.consumption, lambda span: (span.unit, span.from_date, span.until_date))
        self._sort("factors", self.factors, lambda value: (value.factor, value.from_date))
        self._sort("temperatures", self.temperatures, lambda mean: (mean.from_date, mean.until_date))
        self._sort("fees", self.fees, lambda fee: (fee.on_date, fee.component, fee.count))
        self._sort(
            "billed_before", self.billed_before, lambda before: (before.component, before.from_date, before.part)
        )

    def _sort(self, name: str, items: Iterable[Item], key: Callable[[Item], tuple[object, ...]]) -> None:
        object.__setattr__(self, name, tuple(sorted(items, key=key)))
