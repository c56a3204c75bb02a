"""The tables of a bill's document, as the typesetter lays them out: lines, readings, and how each line came. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from forsyn.kernel.charges.basis import Consumption
from forsyn.kernel.charges.work import plain
from forsyn.kernel.money import Vat, decimal_of
from forsyn.workflows.bill_comparison import use_text
from forsyn.workflows.bill_document import BillDocument, DocumentLine
from forsyn.workflows.bill_numbers import (
    NO_BREAK,
    amount_text,
    money_text,
    number_text,
    short_day_text,
    short_days_text,
)
from forsyn.workflows.bill_parts import Deduction, Group, Reading
from forsyn.workflows.bill_words import Words, explained, price_text, quantity_text

Plain = dict[str, Any]
FIT_ON_FRONT_PAGE = 8
"""Lines that have room below the amount where there is no graph."""
SHOWN_DECIMALS = 3
"""Of quantities in columns; the explanation has them all."""


def specification(document: BillDocument, told: Words) -> Plain | None:
    """All lines by group; none for an on-account bill, whose one line says nothing more."""
    if all(not line.explanation and line.unit == "difference" for line in document.lines):
        return None
    page = told.sections["page"]
    marks = [page["estimated_mark"]] if document.is_estimated else []
    if any(line.vat is Vat.OUTSIDE for line in document.lines):
        marks.append(page["without_vat_mark"])
    columns = ("column_text", "column_period", "column_quantity", "column_price", "column_amount")
    return {
        "title": page["specification"],
        "head": [page[key] for key in columns],
        "groups": [_group(document, group, told) for group in Group if any(g.group is group for g in document.lines)],
        "sum": [page["lines_without_vat"], amount_text(document.net_oere, told.language)],
        "marks": marks,
        "is_long": len(document.lines) > FIT_ON_FRONT_PAGE,
    }


def _group(document: BillDocument, group: Group, told: Words) -> Plain:
    return {
        "name": told.of("groups", group.value),
        "sum": amount_text(document.group_net(group), told.language),
        "rows": [_row(line, told) for line in document.lines if line.group is group],
    }


def _row(line: DocumentLine, told: Words) -> list[str]:
    language = told.language
    quantity = plain(decimal_of(Fraction(line.quantity), SHOWN_DECIMALS))
    outside = "\N{SUPERSCRIPT ONE}" if line.vat is Vat.OUTSIDE else ""
    return [
        f"{line.text}{outside}",
        short_days_text(line.from_date, line.until_date, language),
        quantity_text(quantity, line.unit, language) + ("*" if line.is_estimated else ""),
        price_text(plain(line.price_kr), line.unit, language),
        amount_text(line.net_oere, language),
    ]


def deduction_text(deduction: Deduction, told: Words) -> str:
    """What is taken off, by its number and day where it has them."""
    if not deduction.of.number or deduction.of.issue_date is None:
        return told.of("page", "on_account_billed")
    corrected = "corrected_billed" if deduction.gross_oere >= 0 else "corrected_given"
    key = "instalment_billed" if deduction.is_instalment else corrected
    day = short_day_text(deduction.of.issue_date, told.language)
    return told.of("page", key).format(number=deduction.of.number, day=day)


def readings(document: BillDocument, told: Words) -> Plain | None:
    """What the meters showed; or else the spans of consumption that were counted."""
    page = told.sections["page"]
    if document.facts.readings:
        columns = ("column_meter", "column_period", "column_opening", "column_closing", "column_used", "column_quality")
        rows = [_reading(reading, told) for reading in document.facts.readings]
        return {"title": page["readings_title"], "head": [page[key] for key in columns], "rows": rows}
    if not document.consumption:
        return None
    return {
        "title": page["consumption_title"],
        "head": [page[key] for key in ("column_period", "column_used", "column_quality")],
        "rows": [_span(span, told) for span in document.consumption],
    }


def _reading(reading: Reading, told: Words) -> list[str]:
    language = told.language
    unit = told.of("units", reading.unit)
    used = reading.closing - reading.opening if reading.opening is not None and reading.closing is not None else None
    shown = [
        f"{number_text(plain(value), language)}{NO_BREAK}{unit}" if value is not None else "–"
        for value in (reading.opening, reading.closing, used)
    ]
    days = short_days_text(reading.from_date, reading.until_date, language)
    return [reading.meter_number, days, *shown, told.of("qualities", reading.quality.value)]


def _span(span: Consumption, told: Words) -> list[str]:
    return [
        short_days_text(span.from_date, span.until_date, told.language),
        use_text(span.amount, span.unit, told.language, exact=True),
        told.of("qualities", span.quality.value),
    ]


def reckoned(document: BillDocument, told: Words) -> Plain | None:
    """Every line with the steps that lead to it."""
    items = [
        {
            "text": line.text,
            "days": short_days_text(line.from_date, line.until_date, told.language),
            "amount": money_text(line.net_oere, told.language),
            "steps": explained(line.explanation, told.language),
        }
        for line in document.lines
        if line.explanation
    ]
    if not items:
        return None
    page = told.sections["page"]
    return {"title": page["reckoned_title"], "intro": page["reckoned_intro"], "items": _merged(items)}


def _merged(items: Sequence[Plain]) -> list[Plain]:
    """Lines in order; the text of one that goes on (a change of price) is told once."""
    found: list[Plain] = []
    for item in items:
        goes_on = bool(found) and found[-1]["text"] == item["text"]
        found.append(item | {"goes_on": goes_on})
    return found
