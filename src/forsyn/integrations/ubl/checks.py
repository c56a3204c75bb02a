"""What both formats demand of an invoice, each as a small function that tells its problems in Danish. Pure.

In brackets stands the rule: BR of EN 16931-1, PEPPOL and DK-R of BIS Billing 3, F of OIOUBL's schematron.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

import stdnum.luhn

from forsyn.integrations.ubl.totals import line_net, totals_of
from forsyn.integrations.ubl.values import (
    AccountPayment,
    Address,
    EInvoice,
    Kind,
    Line,
    Party,
    SlipPayment,
    Vat,
)
from forsyn.kernel.identifiers import InvalidIdentifier, cvr, gln
from forsyn.kernel.money import kr_text
from forsyn.kernel.xml_text import unwritable

_SLIP_DIGITS = {"71": 15, "75": 16}
_TOTALS = {
    "net_oere": "uden moms (BR-CO-13)",
    "vat_oere": "moms (BR-CO-14)",
    "gross_oere": "med moms (BR-CO-15)",
    "payable_oere": "til betaling (BR-CO-16)",
}
Problems = Iterator[str]


class NotAnEInvoice(ValueError):
    """The invoice cannot be sent as an e-invoice. ``problems`` are all of them, in Danish, for the office."""

    def __init__(self, number: str, problems: tuple[str, ...]) -> None:
        self.problems = problems
        told = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"Bilag {number or '(uden nummer)'} kan ikke sendes som e-faktura:\n{told}")


def check(invoice: EInvoice) -> None:
    """Raises NotAnEInvoice with every problem that the invoice has."""
    problems = tuple(problem for rule in _RULES for problem in rule(invoice))
    if problems:
        raise NotAnEInvoice(invoice.number, problems)


def _texts(invoice: EInvoice) -> Problems:
    for where in unwritable(invoice):
        yield f"{where}: teksten har et tegn, som XML ikke kan bære. Slet det."


def _header(invoice: EInvoice) -> Problems:
    if not invoice.number.strip():
        yield "Bilaget mangler et nummer (BR-02)."
    if invoice.currency != "DKK":
        yield f"Beløbene er i {invoice.currency or 'ukendt valuta'}: kun danske kroner, DKK, kan sendes."
    if not invoice.buyer_reference.strip():
        yield (
            "Køberens reference mangler (PEPPOL-EN16931-R003, F-INV051): bed køberen om den, eller skriv kundenummeret."
        )
    if invoice.period is not None and invoice.period.until is None:
        yield "Fakturaens periode mangler en slutdag."


def _vat_percent(invoice: EInvoice) -> Problems:
    percent = invoice.vat_percent
    if not (isinstance(percent, Decimal) and percent.is_finite() and percent > 0):
        yield "Momssatsen skal være et decimaltal over 0 (BR-S-05)."


def _reference(invoice: EInvoice) -> Problems:
    if invoice.kind is Kind.CREDIT_NOTE and invoice.credits is None:
        yield "Kreditnotaen siger ikke, hvilken faktura den retter (BG-3)."
    if invoice.credits is not None and not invoice.credits.number.strip():
        yield "Fakturaen, som bilaget henviser til, mangler et nummer (BR-55)."


def _parties(invoice: EInvoice) -> Problems:
    yield from _party(invoice.supplier, "Sælger")
    yield from _party(invoice.customer, "Køber")
    if not invoice.supplier.cvr:
        yield "Sælger: CVR-nummeret mangler (DK-R-002)."
    if not (invoice.customer.cvr or invoice.customer.gln):
        yield "Køber: et CVR-nummer eller et GLN (EAN-nummer) mangler, så bilaget har ingen adresse (R010, F-INV044)."


def _party(party: Party, who: str) -> Problems:
    if not party.name.strip():
        yield f"{who}: navnet mangler (BR-06, BR-07)."
    for kind, text in ((cvr, party.cvr), (gln, party.gln)):
        yield from _identifier(kind, text, who)
    yield from _address(party.address, who)


def _identifier(kind: Callable[[str], str], text: str, who: str) -> Problems:
    if not text:
        return
    try:
        if kind(text) != text:
            yield f"{who}: «{text}» skal skrives med cifre alene."
    except InvalidIdentifier as wrong:
        yield f"{who}: {wrong}"


def _address(address: Address, who: str) -> Problems:
    parts = (("vej", address.street), ("postnummer", address.postal_code), ("by", address.city))
    missing = [name for name, value in parts if not value.strip()]
    if missing:
        yield f"{who}: adressen mangler {' og '.join(missing)} (BR-08, BR-10)."
    if not re.fullmatch("[A-Z]{2}", address.country):
        yield f"{who}: landet skal være to store bogstaver som DK (BR-09, BR-11)."


def _lines(invoice: EInvoice) -> Problems:
    if not invoice.lines:
        yield "Bilaget har ingen linjer (BR-16)."
    times = Counter(line.number for line in invoice.lines)
    for twice in (number for number, count in times.items() if count > 1):
        yield f"Linje {twice} findes flere gange: giv hver sit nummer."
    for line in invoice.lines:
        yield from _line(line, invoice)


def _line(line: Line, invoice: EInvoice) -> Problems:
    here = f"Linje {line.number or '(uden nummer)'}"
    if not line.number.strip():
        yield f"{here}: nummeret mangler (BR-21)."
    if not line.text.strip():
        yield f"{here}: teksten mangler (BR-25)."
    for problem in _uncountable(line) or _miscounted(line):
        yield f"{here}: {problem}"
    yield from _line_period(line, invoice, here)


def _uncountable(line: Line) -> tuple[str, ...]:
    """Why the line's numbers cannot be counted with."""
    found = []
    for name, value in (("mængden", line.quantity), ("prisen", line.price), ("prisens mængde", line.price_quantity)):
        if not isinstance(value, Decimal) or not value.is_finite():
            found.append(f"{name} skal være et endeligt decimaltal, ikke {value}.")
    if found:
        return tuple(found)
    if line.quantity == 0:
        found.append("mængden må ikke være 0 (F-INV147).")
    if line.price < 0:
        found.append("prisen må ikke være negativ (BR-27): giv mængden minus i stedet.")
    if line.price_quantity <= 0:
        found.append("prisens mængde skal være over 0 (PEPPOL-EN16931-R121).")
    return tuple(found)


def _miscounted(line: Line) -> Problems:
    right = line_net(line)
    if line.net_oere != right:
        yield f"mængde gange pris er {kr_text(right)}, ikke {kr_text(line.net_oere)} (PEPPOL-EN16931-R120)."


def _line_period(line: Line, invoice: EInvoice, here: str) -> Problems:
    period, whole = line.period, invoice.period
    if period is None:
        return
    if period.until is None:
        yield f"{here}: perioden mangler en slutdag."
    elif (
        whole is not None and whole.until is not None and not whole.first <= period.first < period.until <= whole.until
    ):
        yield f"{here}: perioden ligger ikke inden for fakturaens (PEPPOL-EN16931-R110, R111)."


def _allowances(invoice: EInvoice) -> Problems:
    for index, each in enumerate(invoice.allowances, 1):
        here = f"{'Gebyr' if each.is_charge else 'Rabat'} {index}"
        if each.amount_oere <= 0:
            yield f"{here}: beløbet skal være over 0 (F-LIB019)."
        if not each.reason.strip():
            yield f"{here}: grunden mangler (BR-33, BR-38)."


def _vat(invoice: EInvoice) -> Problems:
    found = {line.vat for line in invoice.lines} | {each.vat for each in invoice.allowances}
    if Vat.OUTSIDE in found and len(found) > 1:
        yield (
            "Bilaget blander det, der er uden for momsen, med andet (BR-O-11 til BR-O-14). "
            "Send det uden for momsen som et bilag for sig."
        )
    if found & {Vat.EXEMPT, Vat.OUTSIDE} and not invoice.exemption.strip():
        yield "Skriv, hvorfor der ikke er moms på nogle af linjerne (BR-E-10, BR-O-10)."


def _payment(invoice: EInvoice) -> Problems:
    is_due = invoice.totals.payable_oere > 0
    if invoice.due_date is not None and invoice.due_date < invoice.issue_date:
        yield "Betalingsfristen ligger før fakturadatoen."
    if invoice.kind is Kind.CREDIT_NOTE:
        if invoice.payment is not None:
            yield "En kreditnota skal ikke betales: fjern betalingsoplysningerne."
        if is_due and not invoice.payment_terms.strip():
            yield "Skriv, hvad der sker med beløbet, for eksempel at det modregnes (BR-CO-25)."
        return
    if is_due and invoice.payment is None:
        yield "Fakturaen siger ikke, hvordan den betales: vælg indbetalingskort eller konto."
    if is_due and invoice.due_date is None:
        yield "Fakturaen mangler en betalingsfrist (BR-CO-25)."


def _means(invoice: EInvoice) -> Problems:
    if isinstance(invoice.payment, SlipPayment):
        yield from _slip(invoice.payment)
    elif isinstance(invoice.payment, AccountPayment):
        if not re.fullmatch("[0-9]{4}", invoice.payment.registration_number):
            yield "Registreringsnummeret har fire cifre (DK-R-006)."
        if not re.fullmatch("[0-9]{1,10}", invoice.payment.account_number):
            yield "Kontonummeret har et til ti cifre (DK-R-006)."


def _slip(slip: SlipPayment) -> Problems:
    digits = _SLIP_DIGITS.get(slip.card_type)
    if digits is None:
        yield f"Korttypen «{slip.card_type}» kan ikke bruges: vælg 71 eller 75 (DK-R-010)."
    elif not re.fullmatch(f"[0-9]{{{digits}}}", slip.number):
        yield f"Betalingsnummeret til korttype {slip.card_type} har {digits} cifre (DK-R-011)."
    elif not stdnum.luhn.is_valid(slip.number):
        yield "Betalingsnummerets sidste ciffer, kontrolcifferet, passer ikke."
    if not re.fullmatch("[0-9]{8}", slip.creditor):
        yield "Kreditornummeret har otte cifre (DK-R-010)."


def _prepaid(invoice: EInvoice) -> Problems:
    if invoice.prepaid_oere < 0:
        yield "Det forudbetalte må ikke være negativt (F-LIB013)."
    if invoice.prepaid_oere and invoice.kind is Kind.CREDIT_NOTE:
        yield "En kreditnota kan ikke være forudbetalt."


def _sums(invoice: EInvoice) -> Problems:
    if any(_vat_percent(invoice)):
        return
    counted = totals_of(invoice)
    for name, meaning in _TOTALS.items():
        given, right = getattr(invoice.totals, name), getattr(counted, name)
        if given != right:
            yield f"Beløbet {meaning} er sat til {kr_text(given)}, men linjerne giver {kr_text(right)}."
    if counted.payable_oere < 0:
        yield (
            "Beløbet til betaling er negativt (DK-R-016, F-LIB016): "
            "en faktura på mindre end 0 skrives som kreditnota, og omvendt."
        )


_RULES: tuple[Callable[[EInvoice], Problems], ...] = (
    _texts,
    _header,
    _vat_percent,
    _reference,
    _parties,
    _lines,
    _allowances,
    _vat,
    _payment,
    _means,
    _prepaid,
    _sums,
)
