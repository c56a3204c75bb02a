"""A bill's document as the plain values that the typesetter lays out: all texts said, all numbers written. Pure."""

from __future__ import annotations

from typing import Any

from forsyn.kernel.charges.work import plain
from forsyn.policy.wording import series
from forsyn.workflows.bill_document import BillDocument
from forsyn.workflows.bill_graph import graph, shares
from forsyn.workflows.bill_layout_tables import deduction_text, readings, reckoned, specification
from forsyn.workflows.bill_numbers import day_text, money_text, number_text, short_day_text
from forsyn.workflows.bill_numbers import last_day as last_day_of
from forsyn.workflows.bill_parts import Deduction, DocumentKind, PostalAddress, Utility
from forsyn.workflows.bill_words import Words, words

Plain = dict[str, Any]
FEW_INSTALMENTS = 3
"""More are summed up on the front page; the specification names each."""


def layout_of(document: BillDocument) -> Plain:
    """Everything that `integrations.documents.bills` needs of one bill, as JSON can carry it."""
    facts = document.facts
    told = words(facts.addressee.language)
    heading = title(document)
    return {
        "lang": told.language.value,
        "title": f"{heading} {facts.number}",
        "publisher": facts.utility.name,
        "page_word": told.of("page", "page"),
        "number_line": f"{told.of('page', _number_key(document))} {facts.number}",
        "head": _head(facts.utility, told),
        "address": [facts.addressee.name, *facts.addressee.address.lines],
        "facts": _facts(document, told),
        "heading": heading,
        "subheading": _days(document, told),
        "notes": _notes(document, told),
        "box": _box(document, told),
        "sum": _sum(document, told),
        "graph": graph(document, told),
        "shares": None if document.is_credit_note else shares(document, told),
        "instalments": _instalments(document, told),
        "specification": specification(document, told),
        "readings": readings(document, told),
        "reckoned": reckoned(document, told),
        "questions": _questions(document, told),
        "slip": _slip(document, told),
    }


def title(document: BillDocument) -> str:
    """ "Årsopgørelse for fjernvarme", in the customer's language."""
    told = words(document.facts.addressee.language)
    commodity = told.of("commodities", document.commodity.value)
    return told.of("titles", document.facts.kind.value).format(commodity=commodity)


def _number_key(document: BillDocument) -> str:
    return "credit_note_number" if document.is_credit_note else "bill_number"


def _head(utility: Utility, told: Words) -> Plain:
    lines = [*utility.address.lines, told.of("page", "cvr").format(number=utility.cvr)]
    if utility.phone:
        lines.append(told.of("page", "phone").format(number=utility.phone))
    return {"name": utility.name, "lines": [*lines, *(each for each in (utility.email, utility.website) if each)]}


def _facts(document: BillDocument, told: Words) -> list[list[str]]:
    facts, addressee, language = document.facts, document.facts.addressee, told.language
    rows = [
        (_number_key(document), facts.number),
        ("issue_date", short_day_text(facts.issue_date, language)),
        ("credits", document.credits.number if document.credits else ""),
        ("customer_number", addressee.customer_number),
        ("agreement", document.agreement),
        ("supply_address", _one_line(facts.supply_address)),
        ("buyer_reference", addressee.buyer_reference),
        ("order_reference", addressee.order_reference),
        ("gln", addressee.gln),
    ]
    return [[told.of("page", key), value] for key, value in rows if value]


def _one_line(address: PostalAddress | None) -> str:
    return ", ".join(address.lines) if address else ""


def _days(document: BillDocument, told: Words) -> str:
    first, last = document.from_date, last_day_of(document.until_date)
    return f"{day_text(first, told.language)} – {day_text(last, told.language)}"


def _notes(document: BillDocument, told: Words) -> list[str]:
    """What somebody must know before the amounts."""
    notes = []
    if document.facts.kind is DocumentKind.ON_ACCOUNT:
        notes.append(told.of("why", "on_account"))
    if document.facts.kind is DocumentKind.CORRECTION:
        bills = series([each.of.number for each in document.deductions if not each.is_instalment], told.language)
        notes.append(told.of("page", "correction_note").format(number=bills))
    if document.credits is not None and document.credits.issue_date is not None:
        day = day_text(document.credits.issue_date, told.language)
        notes.append(told.of("page", "credit_note_note").format(number=document.credits.number, day=day))
    if document.is_estimated:
        notes.append(told.of("page", "estimated_note"))
    return notes


def _box(document: BillDocument, told: Words) -> Plain:
    """The one thing that everybody looks for: how much, when, how."""
    facts, page = document.facts, told.sections["page"]
    due, when = day_text(facts.due_date, told.language), ""
    if document.to_pay_oere > 0:
        label, how = page["to_pay"], page["how_betalingsservice" if facts.by_betalingsservice else "how_slip"]
        when = page["collected_on" if facts.by_betalingsservice else "pay_by"].format(day=due)
    elif document.to_pay_oere < 0:
        label = page["credited" if document.is_credit_note else "to_get"]
        how = page[f"how_{facts.refund.value}"]
    else:
        label, how = page["nothing"], page["how_nothing"]
    vat = abs(document.vat_to_pay_oere) if document.to_pay_oere else 0
    return {
        "label": label,
        "amount": money_text(abs(document.to_pay_oere), told.language),
        "when": when,
        "how": how,
        "vat": page["of_which_vat"].format(amount=money_text(vat, told.language))
        if vat and document.to_pay_oere
        else "",
    }


def _sum(document: BillDocument, told: Words) -> Plain:
    """From the lines to the amount, in a few rows."""
    rows = [[told.of("page", "lines_without_vat"), money_text(document.net_oere, told.language)]]
    rows += vat_rows(document, told)
    if document.deductions:
        rows.append([told.of("page", "lines_gross"), money_text(document.gross_oere, told.language)])
        rows += deduction_rows(document, told, at_most=FEW_INSTALMENTS)
    box = _box(document, told)
    return {"title": told.of("page", "how_it_adds_up"), "rows": rows, "total": [box["label"], box["amount"]]}


def vat_rows(document: BillDocument, told: Words) -> list[list[str]]:
    """VAT by rate."""
    rows = []
    for total in document.vat_totals:
        if total.percent:
            base = money_text(total.net_oere, told.language)
            percent = number_text(plain(total.percent), told.language)
            text = told.of("page", "vat_of").format(percent=percent, base=base)
            rows.append([text, money_text(total.vat_oere, told.language)])
    return rows


def deduction_rows(document: BillDocument, told: Words, *, at_most: int) -> list[list[str]]:
    """What is taken off; instalments one by one, or together where they are more than ``at_most``."""
    instalments = [deduction for deduction in document.deductions if deduction.is_instalment]
    if len(instalments) > at_most:
        text = told.of("page", "instalments_together").format(count=len(instalments))
        rows = [[text, money_text(-sum(each.gross_oere for each in instalments), told.language)]]
    else:
        rows = [_deduction_row(each, told) for each in instalments]
    return rows + [_deduction_row(each, told) for each in document.deductions if not each.is_instalment]


def _deduction_row(deduction: Deduction, told: Words) -> list[str]:
    return [deduction_text(deduction, told), money_text(-deduction.gross_oere, told.language)]


def _instalments(document: BillDocument, told: Words) -> Plain | None:
    planned = document.facts.instalments
    if not planned:
        return None
    rows = [[day_text(each.due_date, told.language), money_text(each.gross_oere, told.language)] for each in planned]
    return {"title": told.of("page", "instalments_title"), "rows": rows}


def _questions(document: BillDocument, told: Words) -> Plain:
    facts = document.facts
    texts = [told.of("page", "questions").format(number=facts.addressee.customer_number)]
    if facts.complaints is not None:
        texts += [part.strip() for part in facts.complaints.in_(told.language).split("\n\n")]
    link = told.of("page", "bills_link").partition("{url}") if facts.bills_url else ("", "", "")
    return {
        "title": told.of("page", "questions_title"),
        "paragraphs": texts,
        "link": {"before": link[0], "url": facts.bills_url, "after": link[2]} if facts.bills_url else None,
    }


def _slip(document: BillDocument, told: Words) -> Plain | None:
    """The payment line at the foot of the front page, with its parts for who types them."""
    line = document.payment_line
    if line is None:
        return None
    parts = [
        ("slip_kind", line.kind.value),
        ("slip_payment_id", line.payment_id),
        ("slip_creditor", line.creditor_number),
        ("slip_amount", money_text(document.to_pay_oere, told.language)),
        ("slip_due", short_day_text(document.facts.due_date, told.language)),
    ]
    return {
        "title": told.of("page", "slip_title"),
        "parts": [[told.of("page", key), value] for key, value in parts if value],
        "line": line.ocr_line,
    }
