"""What a bill's months used, beside the year before, as columns to draw and as words."""

from __future__ import annotations

from dataclasses import dataclass

from forsyn.interfaces.portal import chart
from forsyn.kernel.quantities import BaseUnit
from forsyn.workflows.bill_comparison import comparison_sentences, unit_shown, use_text
from forsyn.workflows.bill_document import BillDocument
from forsyn.workflows.bill_graph import years_text
from forsyn.workflows.bill_numbers import month_text
from forsyn.workflows.bill_parts import Month
from forsyn.workflows.bill_words import Words

SHOWN_UNITS = {BaseUnit.WATT_HOURS: 1_000_000, BaseUnit.LITRES: 1000}


@dataclass(frozen=True, slots=True)
class Column:
    """A month in the graph."""

    place: chart.Column
    label: str
    minor: bool
    name: str
    now: str
    before: str
    is_estimated: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Use month by month beside the year before; ``words`` say the same."""

    drawn: chart.Chart
    columns: list[Column]
    ticks: list[tuple[str, str]]
    unit: str
    legend: tuple[str, str]
    words: list[str]
    has_before: bool
    has_estimated: bool


def graph_of(document: BillDocument, told: Words) -> Graph | None:
    """The graph of a bill's months; None where nothing is known of any."""
    months, unit = document.facts.months, document.facts.month_unit
    if not any(month.amount is not None for month in months):
        return None
    pairs = [chart.Pair(month.amount, month.before, month.amount is None) for month in months]
    drawn = chart.draw(pairs, SHOWN_UNITS[unit])
    return Graph(
        drawn=drawn,
        columns=[
            _column(month, place, at, unit, told)
            for place, (month, at) in enumerate(zip(months, drawn.columns, strict=True))
        ],
        ticks=[(tick.y, use_text(tick.value, unit, told.language, with_unit=False)) for tick in drawn.ticks],
        unit=unit_shown(unit),
        legend=(years_text(months, 0, told), years_text(months, 1, told)),
        words=comparison_sentences(months, unit, document.facts.degree_days, told),
        has_before=any(month.before is not None for month in months),
        has_estimated=any(month.is_estimated for month in months),
    )


def _column(month: Month, place: int, at: chart.Column, unit: BaseUnit, told: Words) -> Column:
    def said(amount: int | None) -> str:
        return "–" if amount is None else use_text(amount, unit, told.language)

    return Column(
        place=at,
        label=month_text(month.first.month, told.language),
        minor=place % 3 != 0,
        name=f"{month_text(month.first.month, told.language)} {month.first.year}",
        now=said(month.amount),
        before=said(month.before),
        is_estimated=month.is_estimated,
    )
