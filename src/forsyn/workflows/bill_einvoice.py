"""A bill's document as e-invoices for companies and public customers: OIOUBL 2.1 and Peppol BIS Billing 3. Pure.

What was billed on account is taken off as lines below zero, net and so with its VAT: EN 16931's prepaid amount (BT-113)
is for what was paid of this very document. VAT of the difference may differ by some øre from the difference of the
VATs, which were each rounded; a zero-rated line of that many øre makes the amount the bill's own.
What bears no VAT stands in a document of its own, with the number and "-2" (BR-O-11). Less than nothing is a credit
note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from forsyn.integrations.fi.codec import PaymentLine
from forsyn.integrations.ubl.codec import write_oioubl, write_peppol
from forsyn.integrations.ubl.totals import line_net
from forsyn.integrations.ubl.values import (
    Address,
    Contact,
    EInvoice,
    InvoiceReference,
    Kind,
    Line,
    Party,
    SlipPayment,
    Totals,
    Unit,
    Vat,
)
from forsyn.kernel import money
from forsyn.kernel.periods import Period
from forsyn.workflows.bill_document import BillDocument, DocumentLine
from forsyn.workflows.bill_layout import title
from forsyn.workflows.bill_layout_tables import deduction_text
from forsyn.workflows.bill_parts import BillReference, PostalAddress
from forsyn.workflows.bill_words import Words, words

_UNITS = {
    "kWh": Unit.KILOWATT_HOUR,
    "MWh": Unit.MEGAWATT_HOUR,
    "GJ": Unit.GIGAJOULE,
    "m3": Unit.CUBIC_METRE,
    "m2_year": Unit.SQUARE_METRE,
    "year": Unit.YEAR,
    "meter_year": Unit.YEAR,
    "piece": Unit.EACH,
    "dwelling_year": Unit.EACH,
    "kw_year": Unit.KILOWATT,
    "m3_year": Unit.CUBIC_METRE,
}
_VAT = {money.Vat.STANDARD: Vat.STANDARD, money.Vat.OUTSIDE: Vat.OUTSIDE}


def oioubl_files(document: BillDocument) -> tuple[bytes, ...]:
    """One document, or two where some lines bear no VAT. Raises NotAnEInvoice with every problem at once."""
    return _written(document, write_oioubl)


def peppol_files(document: BillDocument) -> tuple[bytes, ...]:
    """The same as Peppol BIS Billing 3. Raises NotAnEInvoice."""
    return _written(document, write_peppol)


def _written(document: BillDocument, write: Callable[[EInvoice], bytes]) -> tuple[bytes, ...]:
    return tuple(write(invoice) for invoice in einvoices_of(document))


def einvoices_of(document: BillDocument) -> tuple[EInvoice, ...]:
    """What is written: what bears VAT with all that is taken off, and what is outside VAT."""
    told = words(document.facts.addressee.language)
    rated = [line for line in document.lines if line.vat is money.Vat.STANDARD]
    outside = [line for line in document.lines if line.vat is money.Vat.OUTSIDE]
    sign = -1 if document.is_credit_note else 1
    outside_oere = sign * sum(line.net_oere for line in outside)
    lines = [_line(line, sign) for line in rated]
    lines += [_amount(told_as, -sign * net) for told_as, net in _taken_off(document, told)]
    found = []
    if rated or document.deductions:
        found.append(_invoice(document, told, lines, document.to_pay_oere - outside_oere, ""))
    if outside:
        suffix = "-2" if found else ""
        found.append(_invoice(document, told, [_line(line, sign) for line in outside], outside_oere, suffix))
    return tuple(found)


def _taken_off(document: BillDocument, told: Words) -> Iterable[tuple[str, int]]:
    return ((deduction_text(deduction, told), deduction.net_oere) for deduction in document.deductions)


def _line(line: DocumentLine, sign: int) -> Line:
    """As the tariff counts it where quantity times price is the net amount to the øre; else once the amount."""
    period = Period(line.from_date, line.until_date)
    quantity, price = sign * line.quantity, line.price_kr
    if price < 0:
        quantity, price = -quantity, -price
    vat = _VAT[line.vat]
    if quantity and line.unit in _UNITS:
        made = Line("", line.text, quantity, _UNITS[line.unit], price, sign * line.net_oere, vat, period)
        if line_net(made) == made.net_oere:
            return made
    return _amount(line.text, sign * line.net_oere, vat, period)


def _amount(text: str, net_oere: int, vat: Vat = Vat.STANDARD, period: Period | None = None) -> Line:
    """An amount that is no quantity times a price: once, or taken off once."""
    quantity = Decimal(1) if net_oere >= 0 else Decimal(-1)
    price = Decimal(abs(net_oere)).scaleb(-2)
    return Line("", text, quantity, Unit.EACH, price, net_oere, vat, period)


def _invoice(document: BillDocument, told: Words, lines: Sequence[Line], gross_oere: int, suffix: str) -> EInvoice:
    """The document that asks for so many øre: an invoice, or below zero a credit note with all signs turned."""
    facts = document.facts
    lines = _to_the_oere(lines, gross_oere, document.vat_percent, told)
    is_invoice = gross_oere >= 0
    if not is_invoice:
        lines = [_turned(line) for line in lines]
    net_oere, due_oere = sum(line.net_oere for line in lines), abs(gross_oere)
    is_paid_by_slip = is_invoice and due_oere > 0 and not facts.by_betalingsservice
    exemption = facts.vat_exemption.in_(told.language) if facts.vat_exemption else ""
    return EInvoice(
        kind=Kind.INVOICE if is_invoice else Kind.CREDIT_NOTE,
        number=facts.number + suffix,
        issue_date=facts.issue_date,
        supplier=Party(
            facts.utility.name,
            _address(facts.utility.address),
            cvr=facts.utility.cvr,
            contact=Contact(telephone=facts.utility.phone, email=facts.utility.email),
        ),
        customer=Party(
            facts.addressee.name, _address(facts.addressee.address), facts.addressee.cvr, facts.addressee.gln
        ),
        buyer_reference=facts.addressee.buyer_reference or facts.addressee.customer_number,
        lines=tuple(_numbered(lines)),
        totals=Totals(net_oere, due_oere - net_oere, due_oere, due_oere),
        vat_percent=document.vat_percent,
        due_date=facts.due_date if is_invoice and due_oere else None,
        period=Period(document.from_date, document.until_date),
        payment=_slip(facts.payment_line) if is_paid_by_slip and facts.payment_line else None,
        payment_terms="" if is_invoice else told.of("page", f"how_{facts.refund.value}"),
        order_reference=facts.addressee.order_reference,
        account_code=facts.addressee.account_code,
        credits=_credited(document) if not is_invoice else None,
        exemption=exemption if any(line.vat is Vat.OUTSIDE for line in lines) else "",
        note=_note(document, told),
    )


def _to_the_oere(lines: Sequence[Line], gross_oere: int, percent: Decimal, told: Words) -> list[Line]:
    """With a line for the øre that rounding VAT in other portions makes; never more than rounding can."""
    rated = sum(line.net_oere for line in lines if line.vat is Vat.STANDARD)
    reckoned = sum(line.net_oere for line in lines) + money.vat_of(rated, percent)
    apart = gross_oere - reckoned
    if not apart or abs(apart) > len(lines):
        return list(lines)
    return [*lines, _amount(told.of("page", "rounding"), apart, Vat.ZERO)]


def _turned(line: Line) -> Line:
    return Line("", line.text, -line.quantity, line.unit, line.price, -line.net_oere, line.vat, line.period)


def _numbered(lines: Iterable[Line]) -> Iterable[Line]:
    for number, line in enumerate(lines, 1):
        yield Line(str(number), line.text, line.quantity, line.unit, line.price, line.net_oere, line.vat, line.period)


def _address(address: PostalAddress) -> Address:
    return Address(
        address.street, address.postal_code, address.city, address.building, address.additional, address.country
    )


def _slip(line: PaymentLine) -> SlipPayment:
    return SlipPayment(line.kind.value, line.payment_id, line.creditor_number)


def _credited(document: BillDocument) -> InvoiceReference | None:
    """The bill that money is given back of: the one credited or corrected, else the last instalment."""
    others = [deduction.of for deduction in document.deductions if not deduction.is_instalment]
    instalments = [deduction.of for deduction in document.deductions if deduction.is_instalment]
    named: list[BillReference] = [document.credits] if document.credits else [*others[-1:], *instalments[-1:]]
    found = next((each for each in named if each.number), None)
    return InvoiceReference(found.number, found.issue_date) if found else None


def _note(document: BillDocument, told: Words) -> str:
    supplied = document.facts.supply_address
    where = f" {told.of('page', 'supply_address')}: {', '.join(supplied.lines)}." if supplied else ""
    return f"{title(document)}.{where}"
