"""Tariffs and bases of charges that several tests need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from forsyn.kernel.charges.basis import Basis, Consumption, FactorValue, Quality
from forsyn.kernel.charges.components import (
    AnyComponent,
    ConsumptionUnit,
    Factor,
    Fee,
    FixedCharge,
    Price,
    PriceStep,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.tariff import Commodity, Tariff, YearStart
from forsyn.kernel.money import Vat, price_without_vat
from forsyn.kernel.quantities import BaseUnit

VAT_PERCENT = Decimal(25)
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
LONG_AGO = date(2000, 1, 1)


def always(kr: str | int, *, with_vat: bool = False, size: str | None = None) -> tuple[Price, ...]:
    """One price without end, given with or without VAT."""
    price = price_without_vat(Decimal(kr), VAT_PERCENT) if with_vat else Decimal(kr)
    return (Price(LONG_AGO, None, price, Decimal(size) if size else None),)


def changing(on: date, before: str, after: str) -> tuple[Price, ...]:
    """A price that changes on a day."""
    return (Price(LONG_AGO, on, Decimal(before)), Price(on, None, Decimal(after)))


def fixed(key: str, prices: tuple[Price, ...], factor: Factor = Factor.AGREEMENT, **more: Any) -> FixedCharge:
    return FixedCharge(key=key, text_key=key, account="sales", factor=factor, prices=prices, **more)


def variable(key: str, prices: tuple[Price, ...], unit: str = "MWh", **more: Any) -> VariableCharge:
    return VariableCharge(key=key, text_key=key, account="sales", unit=ConsumptionUnit(unit), prices=prices, **more)


def fee(key: str, kr: str, vat: Vat) -> Fee:
    return Fee(key=key, text_key=key, account="fees", prices=always(kr), vat=vat)


def stairs(*prices: str, above: Sequence[str] = ("0", "500", "20000")) -> SteppedCharge:
    """The waste-water stairs in m³; a price with a % is a share of the first step's."""
    steps = tuple(
        PriceStep(Decimal(start), share=Decimal(price.rstrip("%")) / 100)
        if price.endswith("%")
        else PriceStep(Decimal(start), prices=always(price))
        for start, price in zip(above, prices, strict=True)
    )
    return SteppedCharge(
        key="waste_water", text_key="waste_water", account="sales", unit=ConsumptionUnit.M3, steps=steps
    )


def tariff(
    *components: AnyComponent, commodity: Commodity = Commodity.HEAT, begins: tuple[int, int] = (1, 1)
) -> Tariff:
    return Tariff(
        tariff_id="sample", version=1, commodity=commodity, components=components, year_start=YearStart(*begins)
    )


def heat(first: date, until: date, watt_hours: int, quality: Quality = Quality.MEASURED) -> Consumption:
    return Consumption(first, until, watt_hours, BaseUnit.WATT_HOURS, quality)


def water(first: date, until: date, litres: int, quality: Quality = Quality.MEASURED) -> Consumption:
    return Consumption(first, until, litres, BaseUnit.LITRES, quality)


def square_metres(value: str) -> FactorValue:
    return FactorValue(Factor.SQUARE_METRES, LONG_AGO, None, Decimal(value))


def basis(
    of: Tariff,
    consumption: Iterable[Consumption] = (),
    period: tuple[date, date] = YEAR,
    *,
    agreement_from: date | None = None,
    **more: Any,
) -> Basis:
    """A basis of an agreement that began with its period, unless said."""
    return Basis(
        agreement="A-1",
        agreement_from=agreement_from or period[0],
        from_date=period[0],
        until_date=period[1],
        commodity=of.commodity,
        tariff=of,
        vat_percent=VAT_PERCENT,
        consumption=tuple(consumption),
        **more,
    )
