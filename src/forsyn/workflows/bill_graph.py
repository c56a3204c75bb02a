"""What a bill's document draws: use month by month beside last year's, and what the money is for. Pure.

Heights and shares are fractions of the drawing; each drawing has a text that says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from forsyn.kernel.charges.work import plain
from forsyn.workflows.bill_comparison import axis_step, comparison_sentences, highest, unit_shown, use_text
from forsyn.workflows.bill_document import BillDocument
from forsyn.workflows.bill_numbers import NO_BREAK, money_text, month_text, number_text
from forsyn.workflows.bill_parts import Group, Month
from forsyn.workflows.bill_words import Words

Plain = dict[str, Any]
_PER_UNIT = {"MWh": 1_000_000, "m³": 1000}


def graph(document: BillDocument, told: Words) -> Plain | None:
    """Bars for each month, and what they say in words; None where nothing is known."""
    months, unit = document.facts.months, document.facts.month_unit
    most = highest(months)
    if not most:
        return None
    page = told.sections["page"]
    size = _PER_UNIT[unit_shown(unit)]
    step = axis_step(Fraction(most, size))
    lines = -(-Fraction(most, size) // Fraction(step))
    top = lines * Fraction(step) * size
    return {
        "title": page["graph_title"],
        "unit": unit_shown(unit),
        "axis": [number_text(plain(step * number), told.language) for number in range(int(lines) + 1)],
        "months": [_bars(month, top, document, told) for month in months],
        "legend": [years_text(months, 0, told), years_text(months, 1, told), page["graph_estimated"]],
        "has_before": any(month.before is not None for month in months),
        "has_estimated": any(month.is_estimated or month.before_is_estimated for month in months),
        "alt": " ".join(
            [page["graph_alt"].format(unit=unit_shown(unit)), *(_alt(month, document, told) for month in months)]
        ),
        "words": comparison_sentences(months, unit, document.facts.degree_days, told),
    }


def years_text(months: Sequence[Month], years_before: int, told: Words) -> str:
    """2026, or jun 2025–maj 2026 where the months lie in two years."""
    first, last = months[0].first, months[-1].first
    if first.year == last.year:
        return str(first.year - years_before)
    names = [f"{month_text(day.month, told.language)} {day.year - years_before}" for day in (first, last)]
    return "–".join(names)


def _bars(month: Month, top: Fraction, document: BillDocument, told: Words) -> Plain:
    def height(amount: int | None) -> float:
        return float(Fraction(max(amount or 0, 0)) / top)

    unit = document.facts.month_unit
    return {
        "name": month_text(month.first.month, told.language),
        "now": height(month.amount),
        "before": height(month.before),
        "estimated": month.is_estimated,
        "before_estimated": month.before_is_estimated,
        "text": "" if month.amount is None else use_text(month.amount, unit, told.language, with_unit=False),
    }


def _alt(month: Month, document: BillDocument, told: Words) -> str:
    page = told.sections["page"]

    def said(amount: int | None, is_estimated: bool) -> str:
        if amount is None:
            return page["graph_alt_unknown"]
        text = use_text(amount, document.facts.month_unit, told.language)
        return page["graph_alt_estimated"].format(amount=text) if is_estimated else text

    return page["graph_alt_month"].format(
        month=f"{month_text(month.first.month, told.language)} {month.first.year}",
        now=said(month.amount, month.is_estimated),
        before=said(month.before, month.before_is_estimated),
    )


def shares(document: BillDocument, told: Words) -> Plain | None:
    """What of the sum with VAT is consumption, standing charges, taxes, fees and VAT.

    Discounts are taken off consumption, of which they mostly are. None where there is little to tell, or below zero.
    """
    whole = document.gross_oere
    nets = {group: document.group_net(group) for group in Group}
    nets[Group.CONSUMPTION] += nets.pop(Group.DISCOUNTS)
    parts = [(told.of("groups", group.value), net) for group, net in nets.items() if net]
    parts += [(told.of("groups", "vat"), document.vat_oere)] if document.vat_oere else []
    if len(parts) < 3 or any(oere < 0 for _, oere in parts):
        return None
    percents = [f"{round(Fraction(oere * 100, whole))}{NO_BREAK}%" for _, oere in parts]
    told_parts = ", ".join(f"{name} {percent}" for (name, _), percent in zip(parts, percents, strict=True))
    return {
        "title": told.of("page", "shares_title"),
        "parts": [
            {"name": name, "share": oere / whole, "percent": percent, "amount": money_text(oere, told.language)}
            for (name, oere), percent in zip(parts, percents, strict=True)
        ],
        "alt": told.of("page", "shares_alt").format(amount=money_text(whole, told.language), parts=told_parts),
    }
