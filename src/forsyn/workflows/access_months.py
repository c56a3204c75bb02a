"""Consumption of a person's days, summed by month and register, as the readable part of a package tells it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.dossier_facts import MonthFacts
from forsyn.policy.vocabulary import Language
from forsyn.workflows.access_data import Counter, SeriesRows
from forsyn.workflows.access_plan import Gathered
from forsyn.workflows.access_tables import Say

SHOWN = {BaseUnit.WATT_HOURS: "kWh", BaseUnit.LITRES: "m³", BaseUnit.LITRE_DEGREES: "m³ × °C"}
"""A thousand base units each."""


def month_facts(data: Gathered, series: Iterable[SeriesRows], say: Say) -> tuple[MonthFacts, ...]:
    """One line a month and register, the newest first; months that were put together already are among them."""
    counters = data.held.counters
    sums: dict[tuple[str, int, int], int] = {}
    for one in series:
        meter, register, day, total = (one.sheet.place(name) for name in ("meter_id", "register", "day", "total"))
        for row in one:
            key = (row.values[day][:7], row.values[meter], row.values[register])  # type: ignore[index]
            sums[key] = sums.get(key, 0) + row.values[total]  # type: ignore[index]
    for row in data.held.dicts("metering_month"):
        key = (row["first_day"][:7], row["meter_id"], row["register"])
        sums[key] = sums.get(key, 0) + row["total"]
    lines = []
    for (month, meter, register), used in sorted(sums.items(), key=lambda one: (one[0][0], *one[0][1:]), reverse=True):
        counter = counters.get((meter, register), Counter("", "", "", "", ""))
        commodity = say.text("commodity", counter.commodity)
        lines.append(MonthFacts(month, f"{counter.meter_number} ({commodity})", amount(used, counter, say.language)))
    return tuple(lines)


def amount(base_units: int, counter: Counter, language: Language) -> str:
    """``1.234,567 kWh``; in English ``1,234.567 kWh``."""
    text = f"{Decimal(base_units) / 1000:,.3f}"
    if language is Language.DANISH:
        text = text.translate(str.maketrans(",.", ".,"))
    return f"{text} {SHOWN[BaseUnit(counter.unit)] if counter.unit else ''}".strip()
