"""A bill as its customer reads it: one plain value that PDF, e-invoice and Digital Post are all written from. Pure.

Nothing is reckoned here but sums, and they are checked against the calculation's: a document never says another
amount than the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from forsyn.integrations.fi.codec import PaymentLine
from forsyn.kernel.charges.basis import Basis, Consumption
from forsyn.kernel.charges.bill import Bill, Explanation, VatTotal
from forsyn.kernel.charges.bill import Line as ChargedLine
from forsyn.kernel.charges.components import (
    AnyComponent,
    Discount,
    Fee,
    Incentive,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.money import Vat
from forsyn.workflows.bill_parts import BillFacts, BillReference, Deduction, DocumentKind, Group
from forsyn.workflows.bill_words import component_text, words


class IncompleteDocument(ValueError):
    """The facts do not go with the bill; the message says which, for whoever made them."""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line in the customer's language. Price in kr without VAT a unit; `net_oere` is what counts."""

    group: Group
    text: str
    from_date: date
    until_date: date
    quantity: Decimal
    unit: str
    price_kr: Decimal
    net_oere: int
    vat: Vat
    is_estimated: bool
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDocument:
    """Everything that stands on a bill, an on-account bill or a credit note.

    ``to_pay_oere`` below 0 is given back. A credit note tells what it gives back as positive lines, and its
    ``to_pay_oere`` is below 0; ``credits`` is the bill that it gives back of.
    """

    facts: BillFacts
    commodity: Commodity
    agreement: str
    from_date: date
    until_date: date
    lines: tuple[DocumentLine, ...]
    vat_percent: Decimal
    """The standard rate on the bill's date, also where no line bears it."""
    vat_totals: tuple[VatTotal, ...]
    deductions: tuple[Deduction, ...]
    to_pay_oere: int
    consumption: tuple[Consumption, ...] = ()
    credits: BillReference | None = None

    @property
    def net_oere(self) -> int:
        """The lines without VAT."""
        return sum(total.net_oere for total in self.vat_totals)

    @property
    def vat_oere(self) -> int:
        return sum(total.vat_oere for total in self.vat_totals)

    @property
    def gross_oere(self) -> int:
        """The lines with VAT, before anything is taken off."""
        return self.net_oere + self.vat_oere

    @property
    def vat_to_pay_oere(self) -> int:
        """What of the amount to pay (or to get back) is VAT: that of the instalments was billed with them."""
        vat = self.vat_oere - sum(deduction.vat_oere for deduction in self.deductions)
        return -vat if self.is_credit_note else vat

    @property
    def is_credit_note(self) -> bool:
        return self.facts.kind is DocumentKind.CREDIT_NOTE

    @property
    def is_estimated(self) -> bool:
        return any(line.is_estimated for line in self.lines)

    @property
    def payment_line(self) -> PaymentLine | None:
        """What to pay by, where the customer pays by hand."""
        by_hand = self.to_pay_oere > 0 and not self.facts.by_betalingsservice
        return self.facts.payment_line if by_hand else None

    def group_net(self, group: Group) -> int:
        """Øre without VAT of one group's lines."""
        return sum(line.net_oere for line in self.lines if line.group is group)


def document_of(bill: Bill, basis: Basis, facts: BillFacts) -> BillDocument:
    """The document of a settlement, a final or an interim bill, or a correction. Raises IncompleteDocument."""
    components = {component.key: component for component in basis.tariff.components}
    lines = [_line(line, components[line.component], facts) for line in bill.lines if not _is_unused_step(line)]
    deductions = _deductions(bill, facts)
    return _checked(
        BillDocument(
            facts=facts,
            commodity=basis.commodity,
            agreement=bill.agreement,
            from_date=bill.from_date,
            until_date=bill.until_date,
            lines=_in_order(lines),
            vat_percent=basis.vat_percent,
            vat_totals=bill.vat_totals,
            deductions=deductions,
            to_pay_oere=bill.gross_oere - sum(deduction.gross_oere for deduction in deductions),
            consumption=tuple(span for span in basis.consumption if span.until_date > bill.from_date),
        )
    )


def on_account_document_of(
    *,
    facts: BillFacts,
    commodity: Commodity,
    agreement: str,
    from_date: date,
    until_date: date,
    net_oere: int,
    vat_oere: int,
    vat_percent: Decimal,
) -> BillDocument:
    """The document of an instalment on account for [from_date, until_date). Raises IncompleteDocument."""
    text = words(facts.addressee.language).of("on_account_lines", commodity.value)
    line = DocumentLine(
        group=Group.CONSUMPTION,
        text=text,
        from_date=from_date,
        until_date=until_date,
        quantity=Decimal(1),
        unit="difference",
        price_kr=Decimal(net_oere) / 100,
        net_oere=net_oere,
        vat=Vat.STANDARD,
        is_estimated=False,
        explanation=(),
    )
    return _checked(
        BillDocument(
            facts=facts,
            commodity=commodity,
            agreement=agreement,
            from_date=from_date,
            until_date=until_date,
            lines=(line,),
            vat_percent=vat_percent,
            vat_totals=(VatTotal(Vat.STANDARD, vat_percent, net_oere, vat_oere),),
            deductions=(),
            to_pay_oere=net_oere + vat_oere,
        )
    )


def credit_note_of(
    document: BillDocument, *, number: str, issue_date: date, payment_line: PaymentLine | None = None
) -> BillDocument:
    """A credit note that gives a whole bill back. ``payment_line``: where the bill itself gave more back than it took.

    Raises IncompleteDocument.
    """
    facts = replace(
        document.facts,
        kind=DocumentKind.CREDIT_NOTE,
        number=number,
        issue_date=issue_date,
        due_date=issue_date,
        months=(),
        instalments=(),
        payment_line=payment_line,
    )
    credits = BillReference(document.facts.number, document.facts.issue_date)
    return _checked(replace(document, facts=facts, to_pay_oere=-document.to_pay_oere, credits=credits))


def _is_unused_step(line: ChargedLine) -> bool:
    """A step above the first, which nothing reached, is none of the customer's business."""
    return line.part not in ("", "1") and not line.quantity and not line.net_oere


def _line(line: ChargedLine, component: AnyComponent, facts: BillFacts) -> DocumentLine:
    language = facts.addressee.language
    text = component_text(line.text_key, facts.texts, language)
    if isinstance(component, SteppedCharge) and line.part != "1":
        text = words(language).of("page", "step").format(text=text, number=line.part)
    return DocumentLine(
        group=_group(component),
        text=text,
        from_date=line.from_date,
        until_date=line.until_date,
        quantity=line.quantity,
        unit=line.unit,
        price_kr=line.price_kr,
        net_oere=line.net_oere,
        vat=line.vat,
        is_estimated=line.is_estimated,
        explanation=line.explanation,
    )


def _group(component: AnyComponent) -> Group:
    match component:
        case VariableCharge():
            return Group.TAXES if component.is_tax else Group.CONSUMPTION
        case SteppedCharge():
            return Group.CONSUMPTION
        case Incentive() | Discount():
            return Group.DISCOUNTS
        case Fee():
            return Group.FEES
        case _:
            return Group.FIXED


def _in_order(lines: Sequence[DocumentLine]) -> tuple[DocumentLine, ...]:
    """By group; within one as the tariff has them."""
    return tuple(line for group in Group for line in lines if line.group is group)


def _deductions(bill: Bill, facts: BillFacts) -> tuple[Deduction, ...]:
    """What is taken off, told one by one where the facts do; they must come to what the calculation took off."""
    told = [deduction for deduction in facts.deductions if deduction.is_instalment]
    others = tuple(deduction for deduction in facts.deductions if not deduction.is_instalment)
    on_account = bill.on_account
    if not told and (on_account.net_oere or on_account.vat_oere):
        told = [Deduction(BillReference(""), on_account.net_oere, on_account.vat_oere)]
    sums = sum(deduction.net_oere for deduction in told), sum(deduction.vat_oere for deduction in told)
    if sums != (on_account.net_oere, on_account.vat_oere):
        raise IncompleteDocument(
            f"bill {facts.number}: the instalments come to {sums[0]} + {sums[1]} øre, but the calculation took off "
            f"{on_account.net_oere} + {on_account.vat_oere}: give those that it counted."
        )
    return (*told, *others)


def _checked(document: BillDocument) -> BillDocument:
    facts = document.facts
    if sum(line.net_oere for line in document.lines) != document.net_oere:
        raise IncompleteDocument(f"bill {facts.number}: its lines do not come to its net amount.")
    if document.to_pay_oere > 0 and not facts.by_betalingsservice and facts.payment_line is None:
        raise IncompleteDocument(
            f"bill {facts.number} is to be paid, but there is no payment line: give the utility's creditor number, or "
            "let Betalingsservice collect it."
        )
    if facts.kind is DocumentKind.CORRECTION and all(deduction.is_instalment for deduction in document.deductions):
        raise IncompleteDocument(f"bill {facts.number} is a correction: say of which bill, as a deduction.")
    return document
