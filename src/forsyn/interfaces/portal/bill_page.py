"""A bill explained as data: the amount, how it came about, each line with its steps, and what became of it since.

All amounts and sentences are those of the bill's document (`workflows.bill_document`), so that the page and the PDF
never say two things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from forsyn.domain.billing.bill_queries import BillRow, PaidBy
from forsyn.domain.ledger.models import VoucherKind
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.bill_graph import Graph, graph_of
from forsyn.interfaces.portal.bill_states import BY_HAND, OWED, Standing
from forsyn.interfaces.portal.bills_page import BillLine, HowToPay, bill_title, how_to_pay
from forsyn.kernel.charges.work import plain
from forsyn.kernel.money import Vat, decimal_of
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_document import BillDocument, DocumentLine
from forsyn.workflows.bill_layout import vat_rows
from forsyn.workflows.bill_layout_tables import SHOWN_DECIMALS, readings
from forsyn.workflows.bill_numbers import money_text, short_days_text
from forsyn.workflows.bill_parts import Deduction, DocumentKind, Group
from forsyn.workflows.bill_words import Words, explained, price_text, quantity_text, words

PAID_BY: dict[str, str | Promise] = {
    VoucherKind.PAYMENT: _lazy("Betalt den %(day)s"),
    VoucherKind.CREDIT_NOTE: _lazy("Trukket fra den %(day)s, fordi du havde penge til gode"),
    VoucherKind.CORRECTION: _lazy("Trukket fra ved en rettelse den %(day)s"),
}
OTHERWISE_PAID = _lazy("Trukket fra den %(day)s")


@dataclass(frozen=True, slots=True)
class ChargedLine:
    """One line of the bill, and the steps that lead to its amount."""

    text: str
    days: str
    quantity: str
    price: str
    amount: str
    is_estimated: bool
    without_vat: bool
    steps: list[str]


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Lines of one kind with their sum."""

    key: str
    name: str
    amount: str
    lines: list[ChargedLine]


@dataclass(frozen=True, slots=True)
class SumRow:
    """A row of how the amount comes about."""

    text: str
    amount: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Another bill."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class BillPage:
    """All that the template shows."""

    line: BillLine
    figure: SumRow
    """The one amount that matters now: to pay, what is left of it, or that it is done."""
    how: HowToPay | None
    paid: list[tuple[str, str]]
    why: list[str]
    """Why it is that much, in a sentence or two."""
    refund: str
    """How the customer gets it back; empty where there is nothing to get."""
    sums: list[SumRow]
    instalments: list[SumRow]
    """What was billed on account, where there is more than one row of it to tell."""
    total: SumRow
    groups: list[LineGroup]
    intro: str
    graph: Graph | None
    readings: dict[str, Any] | None
    chain: list[Link]
    complaints: list[str]
    is_estimated: bool
    is_explained: bool
    """Whether any line has steps; an instalment has none."""


def bill_page(
    document: BillDocument, line: BillLine, *, row: BillRow, paid: Sequence[PaidBy],
    chain: Sequence[BillRow], language: Language,
) -> BillPage:  # fmt: skip
    """The page of one bill. ``chain``: it and the bills that it corrects, or that correct it."""
    told = words(language)
    instalments = [each for each in document.deductions if each.is_instalment]
    groups = [_group(document, group, told) for group in Group if any(one.group is group for one in document.lines)]
    total = SumRow(_total_text(document, line, told), money_text(abs(document.to_pay_oere), language))
    return BillPage(
        line=line,
        figure=_figure(total, line),
        how=how_to_pay(document.payment_line) if line.standing in BY_HAND else None,
        paid=[_paid(each, language) for each in paid],
        why=_why(document, told),
        refund=told.of("page", f"how_{document.facts.refund}") if line.standing is Standing.TO_GET else "",
        sums=_sums(document, instalments, told),
        instalments=[_deduction(each, told) for each in instalments] if len(instalments) > 1 else [],
        total=total,
        groups=groups,
        intro=told.of("page", "reckoned_intro"),
        graph=graph_of(document, told),
        readings=readings(document, told),
        chain=[_chained(each, language) for each in chain if each.id != row.id],
        complaints=_complaints(document, language),
        is_estimated=document.is_estimated,
        is_explained=any(each.steps for group in groups for each in group.lines),
    )


# -- the amount ---------------------------------------------------------------------------------------------------


def _figure(total: SumRow, line: BillLine) -> SumRow:
    if line.standing is Standing.PAID:
        return SumRow(_("Regningen er betalt"), total.amount)
    if line.standing is Standing.GIVEN:
        return SumRow(_("Du har fået pengene"), total.amount)
    if line.standing in OWED and line.remaining != line.amount:
        return SumRow(_("Du mangler at betale"), line.remaining)
    return total


def _paid(one: PaidBy, language: Language) -> tuple[str, str]:
    text = PAID_BY.get(one.kind, OTHERWISE_PAID)
    return str(text) % {"day": wording.long_date(one.posting_date)}, money_text(one.amount_oere, language)


def _why(document: BillDocument, told: Words) -> list[str]:
    """What the amount is for; of a correction, what it corrects."""
    corrected = [each.of.number for each in document.deductions if not each.is_instalment]
    if corrected:
        return [told.of("page", "correction_note").format(number=number) for number in corrected]
    if document.facts.kind is DocumentKind.ON_ACCOUNT:
        return [told.of("why", "on_account")]
    billed = sum(each.gross_oere for each in document.deductions)
    if not billed:
        return [told.of("why", "settled")]
    gross, taken = (money_text(oere, told.language) for oere in (document.gross_oere, billed))
    return [told.of("why", "settled_on_account").format(gross=gross, billed=taken)]


def _day(day: date | None) -> str:
    return wording.long_date(day) if day else ""


def _sums(document: BillDocument, instalments: Sequence[Deduction], told: Words) -> list[SumRow]:
    """From the groups to the amount, in a few rows."""
    language = told.language
    on_account = document.facts.kind is DocumentKind.ON_ACCOUNT
    rows = [
        SumRow(
            document.lines[0].text if on_account else told.of("groups", group.value),
            money_text(document.group_net(group), language),
        )
        for group in Group
        if any(line.group is group for line in document.lines)
    ]
    rows += [SumRow(text, amount) for text, amount in vat_rows(document, told)]
    if not document.deductions:
        return rows
    rows.append(SumRow(told.of("page", "lines_gross"), money_text(document.gross_oere, language)))
    if len(instalments) > 1:
        text = told.of("page", "instalments_together").format(count=len(instalments))
        rows.append(SumRow(text, _taken_off(sum(each.gross_oere for each in instalments), language)))
    else:
        rows += [_deduction(each, told) for each in instalments]
    return rows + [_deduction(each, told) for each in document.deductions if not each.is_instalment]


def _deduction(deduction: Deduction, told: Words) -> SumRow:
    amount = _taken_off(deduction.gross_oere, told.language)
    number = deduction.of.number
    if not number:
        return SumRow(told.of("page", "on_account_billed"), amount)
    key = "instalment_billed" if deduction.is_instalment else "corrected_billed"
    if not deduction.is_instalment and deduction.gross_oere < 0:
        key = "corrected_given"
    text = told.of("page", key).format(number=number, day=_day(deduction.of.issue_date))
    return SumRow(text, amount, reverse("portal:bill", args=[int(number)]) if number.isdigit() else "")


def _taken_off(oere: int, language: Language) -> str:
    return money_text(-oere, language)


def _total_text(document: BillDocument, line: BillLine, told: Words) -> str:
    """What the amount is to the customer; nobody is told to pay what is paid."""
    if line.standing in (Standing.PAID, Standing.GIVEN):
        return _("Regningens beløb")
    key = "to_pay" if document.to_pay_oere > 0 else "to_get" if document.to_pay_oere < 0 else "nothing"
    return told.of("page", key)


# -- the lines ----------------------------------------------------------------------------------------------------


def _group(document: BillDocument, group: Group, told: Words) -> LineGroup:
    return LineGroup(
        key=group.value,
        name=told.of("groups", group.value),
        amount=money_text(document.group_net(group), told.language),
        lines=[_line(line, told) for line in document.lines if line.group is group],
    )


def _line(line: DocumentLine, told: Words) -> ChargedLine:
    language = told.language
    quantity = plain(decimal_of(Fraction(line.quantity), SHOWN_DECIMALS))
    return ChargedLine(
        text=line.text,
        days=short_days_text(line.from_date, line.until_date, language),
        quantity=quantity_text(quantity, line.unit, language),
        price=price_text(plain(line.price_kr), line.unit, language),
        amount=money_text(line.net_oere, language),
        is_estimated=line.is_estimated,
        without_vat=line.vat is Vat.OUTSIDE,
        steps=explained(line.explanation, language),
    )


# -- around it ----------------------------------------------------------------------------------------------------


def _chained(row: BillRow, language: Language) -> Link:
    values = {
        "title": bill_title(row, language),
        "number": row.number,
        "day": wording.long_date(row.issue_date),
    }
    text = _("%(title)s, regning %(number)s af %(day)s") % values
    return Link(text, reverse("portal:bill", args=[row.number]))


def _complaints(document: BillDocument, language: Language) -> list[str]:
    text = document.facts.complaints
    return [part.strip() for part in text.in_(language).split("\n\n")] if text is not None else []
