"""The document as OIOUBL 2.1, NemHandel's own format. Pure; the invoice has been checked.

It differs from EN 16931-1 in code lists, in that `TaxExclusiveAmount` is the VAT, and in that each line tells its VAT.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element

from forsyn.integrations.ubl.elements import (
    aggregate,
    amount,
    basic,
    day,
    document,
    invoice_period,
    last_day,
    number,
    price,
)
from forsyn.integrations.ubl.monetary_total import monetary_total
from forsyn.integrations.ubl.totals import vat_groups, vat_of
from forsyn.integrations.ubl.values import (
    AllowanceCharge,
    EInvoice,
    Kind,
    Line,
    Party,
    SlipPayment,
    Vat,
)

_IDS = UUID("b0c5a1d2-6f1e-5a44-9a35-0f2f6a1d7c11")
_AGENCY = "320"
_SLIP, _ACCOUNT = "93", "42"
"""UNTDID 4461."""
_NAME_LENGTH = 40
"""What a list of items shows; the description has the whole text."""
_NOTE_LENGTH = 20
"""What a Danish bank takes along with a transfer."""


def oioubl(invoice: EInvoice) -> bytes:
    """The invoice's bytes."""
    is_invoice = invoice.kind is Kind.INVOICE
    name = "Invoice" if is_invoice else "CreditNote"
    return document(
        name,
        basic("UBLVersionID", "2.1"),
        basic("CustomizationID", "OIOUBL-2.1"),
        basic("ProfileID", "urn:www.nesubl.eu:profiles:profile5:ver2.0", **_scheme("profileid-1.2")),
        basic("ID", invoice.number),
        basic("UUID", _uuid(invoice, invoice.number)),
        basic("IssueDate", day(invoice.issue_date)),
        basic(f"{name}TypeCode", invoice.kind, **_list("invoicetypecode-1.1")),
        basic("Note", invoice.note),
        basic("DocumentCurrencyCode", invoice.currency),
        basic("AccountingCost", invoice.account_code),
        invoice_period(invoice.period),
        aggregate("OrderReference", basic("ID", invoice.order_reference)),
        _credits(invoice),
        aggregate("AccountingSupplierParty", _party(invoice.supplier, is_supplier=True)),
        aggregate("AccountingCustomerParty", _party(invoice.customer, contact_id=invoice.buyer_reference)),
        _payment(invoice),
        _terms(invoice),
        _prepaid(invoice),
        *(_allowance(each, invoice.vat_percent) for each in invoice.allowances),
        _tax_total(invoice),
        monetary_total(invoice, tax_exclusive_oere=invoice.totals.vat_oere),
        *(_line(line, invoice.vat_percent, name) for line in invoice.lines),
    )


def _scheme(name: str) -> dict[str, str]:
    return {"schemeAgencyID": _AGENCY, "schemeID": f"urn:oioubl:id:{name}"}


def _list(name: str) -> dict[str, str]:
    return {"listAgencyID": _AGENCY, "listID": f"urn:oioubl:codelist:{name}"}


def _uuid(invoice: EInvoice, number_: str) -> str:
    """Always the same for the same seller and number."""
    return str(uuid5(_IDS, f"{invoice.supplier.cvr}\0{number_}"))


def _credits(invoice: EInvoice) -> Element | None:
    if invoice.credits is None:
        return None
    reference = aggregate(
        "InvoiceDocumentReference",
        basic("ID", invoice.credits.number),
        basic("UUID", _uuid(invoice, invoice.credits.number)),
        basic("IssueDate", day(invoice.credits.issue_date)),
    )
    return aggregate("BillingReference", reference)


def _party(party: Party, *, is_supplier: bool = False, contact_id: str = "") -> Element | None:
    company = f"DK{party.cvr}" if party.cvr else ""
    return aggregate(
        "Party",
        basic("EndpointID", party.gln or company, schemeID="GLN" if party.gln else "DK:CVR"),
        aggregate("PartyName", basic("Name", party.name)),
        _address(party),
        aggregate("PartyTaxScheme", basic("CompanyID", company, schemeID="DK:SE"), _vat_scheme())
        if is_supplier
        else None,
        aggregate(
            "PartyLegalEntity",
            basic("RegistrationName", party.name),
            basic("CompanyID", company, schemeID="DK:CVR"),
        )
        if company
        else None,
        aggregate(
            "Contact",
            basic("ID", contact_id),
            basic("Name", party.contact.name),
            basic("Telephone", party.contact.telephone),
            basic("ElectronicMail", party.contact.email),
        ),
    )


def _address(party: Party) -> Element | None:
    address = party.address
    return aggregate(
        "PostalAddress",
        basic("AddressFormatCode", "StructuredLax", **_list("addressformatcode-1.1")),
        basic("StreetName", address.street),
        basic("AdditionalStreetName", address.additional),
        basic("BuildingNumber", address.building),
        basic("CityName", address.city),
        basic("PostalZone", address.postal_code),
        aggregate("Country", basic("IdentificationCode", address.country)),
    )


def _payment(invoice: EInvoice) -> Element | None:
    payment = invoice.payment
    if payment is None:
        return None
    is_slip = isinstance(payment, SlipPayment)
    head = (
        basic("PaymentMeansCode", _SLIP if is_slip else _ACCOUNT),
        basic("PaymentDueDate", day(invoice.due_date)),
        basic(
            "PaymentChannelCode",
            "DK:FIK" if is_slip else "DK:BANK",
            listID="urn:oioubl:codelist:paymentchannelcode-1.1",
        ),
    )
    if isinstance(payment, SlipPayment):
        return aggregate(
            "PaymentMeans",
            *head,
            basic("InstructionID", payment.number),
            basic("PaymentID", payment.card_type),
            aggregate("CreditAccount", basic("AccountID", payment.creditor)),
        )
    branch = aggregate("FinancialInstitutionBranch", basic("ID", payment.registration_number))
    return aggregate(
        "PaymentMeans",
        *head,
        aggregate(
            "PayeeFinancialAccount",
            basic("ID", payment.account_number),
            basic("PaymentNote", invoice.number if len(invoice.number) <= _NOTE_LENGTH else ""),
            branch,
        ),
    )


def _terms(invoice: EInvoice) -> Element | None:
    """The terms, with the amount that they are about."""
    if not invoice.payment_terms:
        return None
    return aggregate(
        "PaymentTerms", basic("Note", invoice.payment_terms), amount("Amount", invoice.totals.payable_oere)
    )


def _prepaid(invoice: EInvoice) -> Element | None:
    """What the prepaid amount of the totals is made of (F-INV131)."""
    if not invoice.prepaid_oere:
        return None
    return aggregate("PrepaidPayment", basic("ID", "1"), amount("PaidAmount", invoice.prepaid_oere))


def _vat_scheme() -> Element | None:
    return aggregate("TaxScheme", basic("ID", "63", **_scheme("taxschemeid-1.5")), basic("Name", "Moms"))


def _category(name: str, vat: Vat, percent: Decimal, reason: str = "") -> Element | None:
    """OIOUBL knows what bears VAT, and what does not: there is no exempt or outside."""
    is_rated = vat is Vat.STANDARD
    return aggregate(
        name,
        basic("ID", "StandardRated" if is_rated else "ZeroRated", **_scheme("taxcategoryid-1.1")),
        basic("Percent", number(percent) if is_rated else "0"),
        basic("TaxExemptionReason", reason),
        _vat_scheme(),
    )


def _allowance(each: AllowanceCharge, percent: Decimal) -> Element | None:
    return aggregate(
        "AllowanceCharge",
        basic("ChargeIndicator", "true" if each.is_charge else "false"),
        basic("AllowanceChargeReason", each.reason),
        amount("Amount", each.amount_oere),
        _category("TaxCategory", each.vat, percent),
    )


def _tax_total(invoice: EInvoice) -> Element | None:
    groups = vat_groups(invoice)
    rated = [group for group in groups if group.vat is Vat.STANDARD]
    others = [group for group in groups if group.vat is not Vat.STANDARD]
    exemption = invoice.exemption if {group.vat for group in others} & {Vat.EXEMPT, Vat.OUTSIDE} else ""
    subtotals = [
        _subtotal(group.taxable_oere, group.vat_oere, _category("TaxCategory", group.vat, invoice.vat_percent))
        for group in rated
    ]
    if others:
        taxable = sum(group.taxable_oere for group in others)
        subtotals.append(_subtotal(taxable, 0, _category("TaxCategory", others[0].vat, invoice.vat_percent, exemption)))
    return aggregate("TaxTotal", amount("TaxAmount", invoice.totals.vat_oere), *subtotals)


def _subtotal(taxable_oere: int, vat_oere: int, category: Element | None) -> Element | None:
    return aggregate("TaxSubtotal", amount("TaxableAmount", taxable_oere), amount("TaxAmount", vat_oere), category)


def _line(line: Line, percent: Decimal, name: str) -> Element | None:
    quantity = "InvoicedQuantity" if name == "Invoice" else "CreditedQuantity"
    vat_oere = vat_of(line.net_oere, line.vat, percent)
    return aggregate(
        f"{name}Line",
        basic("ID", line.number),
        basic("Note", _days(line)),
        basic(quantity, number(line.quantity), unitCode=line.unit),
        amount("LineExtensionAmount", line.net_oere),
        aggregate(
            "TaxTotal",
            amount("TaxAmount", vat_oere),
            _subtotal(line.net_oere, vat_oere, _category("TaxCategory", line.vat, percent)),
        ),
        aggregate(
            "Item",
            basic("Description", line.text),
            basic("Name", _short(line.text)),
            _category("ClassifiedTaxCategory", line.vat, percent),
        ),
        aggregate(
            "Price",
            price(line.price),
            basic("BaseQuantity", number(line.price_quantity), unitCode=line.unit)
            if line.price_quantity != 1
            else None,
        ),
    )


def _days(line: Line) -> str:
    """OIOUBL's lines have no period of their own, so it is told in words."""
    if line.period is None:
        return ""
    return f"Periode: {line.period.first:%d.%m.%Y}-{last_day(line.period):%d.%m.%Y}"


def _short(text: str) -> str:
    """At most 40 characters, at a word's end where there is one."""
    if len(text) <= _NAME_LENGTH:
        return text
    return text[: _NAME_LENGTH + 1].rpartition(" ")[0] or text[:_NAME_LENGTH]
