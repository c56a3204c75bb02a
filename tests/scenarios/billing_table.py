"""Tariffs and numbers as the scenarios' tables have them: Danish heads, decimal commas, last days included."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from forsyn.kernel.charges.components import (
    AnyComponent,
    ConsumptionUnit,
    Discount,
    Factor,
    Fee,
    FixedCharge,
    Incentive,
    Minimum,
    Percent,
    Price,
    PriceStep,
    Split,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.incentive import (
    Expected,
    FixedCooling,
    FixedReturn,
    IncentiveTerms,
    ReturnByFlow,
)
from forsyn.kernel.charges.tariff import Commodity, Tariff, YearStart
from forsyn.kernel.money import Vat

Row = dict[str, str]
LONG_AGO = date(2000, 1, 1)
COMMODITIES = {"varme": Commodity.HEAT, "vand": Commodity.WATER, "spildevand": Commodity.WASTE_WATER}
FACTORS = {
    "pr. aftale": Factor.AGREEMENT, "pr. m2": Factor.SQUARE_METRES, "pr. bolig": Factor.DWELLINGS,
    "efter måler": Factor.METER_SIZE,
}  # fmt: skip


def rows(path: Path) -> list[Row]:
    """A table, or nothing where the file is not there."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def after(text: str) -> date | None:
    """The day after the last one that is given; None: until further notice."""
    return date.fromisoformat(text) + timedelta(days=1) if text else None


def number(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", "."))


def kroner(amount_oere: int) -> str:
    return f"{Decimal(amount_oere) / 100:.2f}".replace(".", ",")


def quantity(amount: Decimal) -> str:
    text = f"{amount:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


# -- tariffs ----------------------------------------------------------------------------------------------------------


def tariffs(table: Iterable[Row]) -> dict[str, Tariff]:
    """The tariffs of a table, by name; rows of one tariff and of one part stand together."""
    found = {}
    for name, of_tariff in groupby(table, key=lambda row: row["takst"]):
        lines = list(of_tariff)
        commodity = COMMODITIES[lines[0]["vare"]]
        begins = lines[0].get("året begynder") or "01-01"
        month, first = (int(part) for part in begins.split("-"))
        parts = [list(part) for _, part in groupby(lines, key=lambda row: row["del"])]
        found[name] = Tariff(
            tariff_id=name, version=1, commodity=commodity, year_start=YearStart(month, first),
            components=tuple(_component(part, commodity) for part in parts),
        )  # fmt: skip
    return found


def _component(lines: list[Row], commodity: Commodity) -> AnyComponent:
    first = lines[0]
    key, kind = first["del"], first["slags"]
    if kind == "gebyr":
        outside = "uden moms" in _rules(first)
        account = "fees_without_vat" if outside else "fees_with_vat"
        vat = Vat.OUTSIDE if outside else Vat.STANDARD
        return Fee(key=key, text_key=key, account=account, vat=vat, prices=_prices(lines))
    named: dict[str, Any] = {"key": key, "text_key": key, "account": _account(kind, commodity)}
    match kind:
        case "fast":
            return FixedCharge(**named, factor=FACTORS[_rules(first)[0]], prices=_prices(lines))
        case "forbrug" | "afgift":
            split = Split.MEASURED if "kræver aflæsning" in _rules(first) else Split.LINEAR
            unit = ConsumptionUnit(first["enhed"])
            return VariableCharge(**named, unit=unit, prices=_prices(lines), split=split, is_tax=kind == "afgift")
        case "trappe":
            return SteppedCharge(**named, unit=ConsumptionUnit(first["enhed"]), steps=tuple(map(_step, lines)))
        case "rabat":
            percents = tuple(Percent(*_dates(line), number(line["pris"].rstrip(" %"))) for line in lines)
            return Discount(**named, of=_of(first), percents=percents)
        case "minimum":
            return Minimum(**named, prices=_prices(lines))
        case "motivation":
            return Incentive(**named, of=_of(first), terms=tuple(_terms(line) for line in lines))
    raise ValueError(f"{kind} er ingen slags: fast, forbrug, afgift, trappe, rabat, minimum, motivation eller gebyr")


def _account(kind: str, commodity: Commodity) -> str:
    if kind == "afgift":
        return "water_tax_payable"
    if kind == "motivation":
        return "sales_heat_incentive"
    fixed = kind in {"fast", "minimum", "rabat"}
    return f"sales_{commodity.value}_{'fixed' if fixed else 'variable'}"


def _rules(line: Row) -> list[str]:
    return [rule.strip() for rule in (line.get("regel") or "").split(",") if rule.strip()]


def _of(line: Row) -> tuple[str, ...]:
    return tuple(rule.removeprefix("af ") for rule in _rules(line) if rule.startswith("af "))


def _dates(line: Row) -> tuple[date, date | None]:
    return day(line["fra"]) or LONG_AGO, after(line["til og med"])


def _prices(lines: Iterable[Row]) -> tuple[Price, ...]:
    return tuple(Price(*_dates(line), number(line["pris"]), _size(line)) for line in lines)


def _size(line: Row) -> Decimal | None:
    return next((number(rule.removeprefix("Q3 ").replace(".", ",")) for rule in _rules(line) if "Q3" in rule), None)


def _step(line: Row) -> PriceStep:
    above = next(Decimal(rule.removeprefix("over ")) for rule in _rules(line) if rule.startswith("over "))
    if line["pris"].endswith("%"):
        return PriceStep(above, share=number(line["pris"].rstrip(" %")) / 100)
    return PriceStep(above, prices=(Price(*_dates(line), number(line["pris"])),))


def _terms(line: Row) -> IncentiveTerms:
    told = dict(rule.rsplit(" ", 1) for rule in _rules(line) if not rule.startswith(("af ", "tabel")))
    percents = {
        name: Decimal(told[word].replace(",", "."))
        for word, name in (("tillæg", "surcharge_percent"), ("bonus", "bonus_percent"),
                           ("fri grader", "surcharge_free_degrees"), ("højst", "surcharge_limit_percent"))
        if word in told
    }  # fmt: skip
    first, until = _dates(line)
    return IncentiveTerms(
        from_date=first, until_date=until, expected=_expected(line, told), **percents,
        single_pipe_exempt="enstrengsanlæg fritaget" in _rules(line),
    )  # fmt: skip


def _expected(line: Row, told: Row) -> Expected:
    table = next((rule for rule in _rules(line) if rule.startswith("tabel ")), None)
    if table is not None:
        pairs = (pair.split(":") for pair in table.removeprefix("tabel ").split())
        return ReturnByFlow(tuple((int(flow), Decimal(back)) for flow, back in pairs))
    return FixedCooling(Decimal(told["afkøling"])) if "afkøling" in told else FixedReturn(Decimal(told["retur"]))
