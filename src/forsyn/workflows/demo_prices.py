"""What the demo's town charges: invented prices of the usual size, and the state's water tax. Pure.

Prices go back four years from the demo's day and on into the next, so that there is always one that is coming.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from forsyn.kernel.charges.components import (
    AnyComponent,
    ConsumptionUnit,
    Factor,
    Fee,
    FixedCharge,
    Incentive,
    Price,
    PriceStep,
    Split,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.incentive import Between, IncentiveTerms, ReturnByFlow
from forsyn.kernel.charges.tariff import Commodity, Tariff
from forsyn.kernel.money import Vat

YEARS_BACK = 4
METER_SIZES = {"2.5": (420, 440), "6.3": (860, 900), "10": (1_340, 1_400), "16": (2_050, 2_150)}
"""m³/h -> kr a year until this year and from it on."""
WATER_TAX_FROM = date(2021, 2, 1)
"""6.37 kr a m³ since then (danskevv.dk, 2023); not verified after 2024, so look before using it in earnest."""
EXPECTED_RETURN = (
    (55, "42"), (58, "41"), (61, "40"), (64, "39"), (67, "38"), (70, "37"), (75, "36"), (80, "35"),
)  # fmt: skip
"""Flow and expected return in °C: the shape of Skive's table, with fewer rows; read between them."""
FEES = {
    "reminder": ("Rykkergebyr", "Reminder fee", 100, Vat.OUTSIDE),
    "estimated_reading": ("Skønnet aflæsning", "Estimated reading", 67, Vat.STANDARD),
    "moving": ("Flytteopgørelse", "Settlement when moving", 67, Vat.STANDARD),
}


@dataclass(frozen=True)
class DemoTariff:
    """A tariff with its name and the names of its parts, in Danish and English."""

    tariff: Tariff
    name: tuple[str, str]
    parts: Mapping[str, tuple[str, str]]

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """As the register of tariffs takes them."""
        return {key: {"da": da, "en": en} for key, (da, en) in self.parts.items()}


def demo_tariffs(year: int) -> list[DemoTariff]:
    """The tariffs that are approved when the demo begins in a year."""
    heat = [
        _fixed("subscription", "sales_heat_fixed", Factor.AGREEMENT, _yearly(year, 600, 640)),
        _fixed("floor_area", "sales_heat_fixed", Factor.SQUARE_METRES, _yearly(year, "19.2", "20.8")),
        _energy(year),
        *_fees(year),
    ]
    heat_names = {
        "subscription": ("Abonnement", "Subscription"),
        "floor_area": ("Fast bidrag pr. m²", "Fixed charge per m²"),
        "energy": ("Varme", "Heat"),
        "cooling": ("Motivationstarif", "Incentive for cooling"),
        **_FEE_NAMES,
    }
    return [
        DemoTariff(_tariff("varme", Commodity.HEAT, *heat), ("Fjernvarme", "District heating"), heat_names),
        DemoTariff(
            _tariff("varme-motivation", Commodity.HEAT, *heat[:3], _cooling(year), *heat[3:]),
            ("Fjernvarme med motivationstarif", "District heating with incentive tariff"),
            heat_names,
        ),
        _water(year),
        _waste_water(year),
    ]


def _water(year: int) -> DemoTariff:
    sizes = tuple(
        Price(price.from_date, price.until_date, price.kr_per_unit, Decimal(size))
        for size, (before, after) in METER_SIZES.items()
        for price in _yearly(year, before, after)
    )
    tax = (
        Price(_begins(year), WATER_TAX_FROM, Decimal("6.18")),
        Price(max(WATER_TAX_FROM, _begins(year)), None, Decimal("6.37")),
    )
    components = (
        _fixed("meter", "sales_water_fixed", Factor.METER_SIZE, sizes),
        _variable("water", "sales_water_variable", ConsumptionUnit.M3, _yearly(year, "9.85", "10.40", "11.10")),
        _variable("tax", "water_tax_payable", ConsumptionUnit.M3, _with_days(tax), is_tax=True),
        *_fees(year),
    )
    names = {
        "meter": ("Fast bidrag efter målerens størrelse", "Fixed charge by the size of the meter"),
        "water": ("Vand", "Water"),
        "tax": ("Statens vandafgift", "Water tax to the state"),
        **_FEE_NAMES,
    }
    return DemoTariff(_tariff("vand", Commodity.WATER, *components), ("Vand", "Water"), names)


def _waste_water(year: int) -> DemoTariff:
    steps = SteppedCharge(
        key="discharge",
        text_key="discharge",
        account="sales_waste_water_variable",
        unit=ConsumptionUnit.M3,
        steps=(
            PriceStep(Decimal(0), prices=_yearly(year, "31.20", "32.00")),
            PriceStep(Decimal(500), share=Decimal("0.8")),
            PriceStep(Decimal(20_000), share=Decimal("0.4")),
        ),
    )
    components = (
        _fixed("connection", "sales_waste_water_fixed", Factor.AGREEMENT, _yearly(year, 580, 600)),
        steps,
        *_fees(year),
    )
    names = {
        "connection": ("Fast bidrag pr. stik", "Fixed charge per connection"),
        "discharge": ("Vandafledning", "Waste water"),
        **_FEE_NAMES,
    }
    tariff = _tariff("spildevand", Commodity.WASTE_WATER, *components)
    return DemoTariff(tariff, ("Spildevand", "Waste water"), names)


_FEE_NAMES = {key: (da, en) for key, (da, en, _, _) in FEES.items()}


def _fees(year: int) -> list[AnyComponent]:
    accounts = {Vat.OUTSIDE: "fees_without_vat", Vat.STANDARD: "fees_with_vat"}
    return [
        Fee(
            key=key,
            text_key=key,
            account=accounts[vat],
            vat=vat,
            prices=(Price(_begins(year), None, Decimal(kr)),),
        )
        for key, (_, _, kr, vat) in FEES.items()
    ]


def _energy(year: int) -> VariableCharge:
    """Heat is dearer in winter; the meters are read every hour, so the price changes by measurement."""
    days = [date(each, month, 1) for each in range(year - YEARS_BACK, year + 2) for month in (4, 10)]
    kr = [Decimal(430 if day.month == 4 else 570) for day in days]
    ends: list[date | None] = [*days[1:], None]
    seasons = [Price(first, until, price) for first, until, price in zip(days, ends, kr, strict=True)]
    prices = (Price(_begins(year), days[0], Decimal(560)), *seasons)
    return _variable("energy", "sales_heat_variable", ConsumptionUnit.MWH, prices, split=Split.MEASURED)


def _cooling(year: int) -> Incentive:
    terms = IncentiveTerms(
        from_date=_begins(year),
        until_date=None,
        expected=ReturnByFlow(tuple((flow, Decimal(back)) for flow, back in EXPECTED_RETURN), Between.LINEAR),
        surcharge_percent=Decimal(1),
        surcharge_free_degrees=Decimal(5),
        bonus_percent=Decimal(2),
        single_pipe_exempt=True,
    )
    return Incentive(key="cooling", text_key="cooling", account="sales_heat_incentive", of=("energy",), terms=(terms,))


def _begins(year: int) -> date:
    return date(year - YEARS_BACK, 1, 1)


def _yearly(year: int, before: str | int, now: str | int, coming: str | int | None = None) -> tuple[Price, ...]:
    """A price until this year, one from it on and, where there is a third, that from the next."""
    days = [_begins(year), date(year, 1, 1), date(year + 1, 1, 1)]
    kr = [Decimal(each) for each in (before, now, coming) if each is not None]
    ends: list[date | None] = [*days[1 : len(kr)], None]
    return tuple(Price(first, until, price) for first, until, price in zip(days, ends, kr, strict=False))


def _with_days(prices: tuple[Price, ...]) -> tuple[Price, ...]:
    return tuple(price for price in prices if price.until_date is None or price.from_date < price.until_date)


def _fixed(key: str, account: str, factor: Factor, prices: tuple[Price, ...]) -> FixedCharge:
    return FixedCharge(key=key, text_key=key, account=account, factor=factor, prices=prices)


def _variable(
    key: str,
    account: str,
    unit: ConsumptionUnit,
    prices: tuple[Price, ...],
    *,
    split: Split = Split.LINEAR,
    is_tax: bool = False,
) -> VariableCharge:
    return VariableCharge(key=key, text_key=key, account=account, unit=unit, prices=prices, split=split, is_tax=is_tax)


def _tariff(key: str, commodity: Commodity, *components: AnyComponent) -> Tariff:
    return Tariff(tariff_id=key, version=1, commodity=commodity, components=components)
