"""The document as Peppol BIS Billing 3 (EN 16931-1 in UBL 2.1). Pure; the invoice has been checked."""

from __future__ import annotations

from decimal import Decimal
from xml.etree.ElementTree import Element

from forsyn.integrations.ubl.elements import (
    aggregate,
    amount,
    basic,
    day,
    document,
    invoice_period,
    number,
    price,
)
from forsyn.integrations.ubl.monetary_total import monetary_total
from forsyn.integrations.ubl.totals import VatGroup, vat_groups
from forsyn.integrations.ubl.values import (
    AllowanceCharge,
    Contact,
    EInvoice,
    Kind,
    Line,
    Party,
    SlipPayment,
    Vat,
)

_CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_CVR, _GLN = "0184", "0088"
"""Electronic address schemes (EAS)."""
_SLIP, _ACCOUNT = "93", "42"
"""UNTDID 4461."""


def peppol(invoice: EInvoice) -> bytes:
    """The invoice's bytes."""
    is_invoice = invoice.kind is Kind.INVOICE
    name = "Invoice" if is_invoice else "CreditNote"
    return document(
        name,
        basic("CustomizationID", _CUSTOMIZATION),
        basic("ProfileID", _PROFILE),
        basic("ID", invoice.number),
        basic("IssueDate", day(invoice.issue_date)),
        basic("DueDate", day(invoice.due_date)) if is_invoice else None,
        basic(f"{name}TypeCode", invoice.kind),
        basic("Note", invoice.note),
        basic("DocumentCurrencyCode", invoice.currency),
        basic("AccountingCost", invoice.account_code),
        basic("BuyerReference", invoice.buyer_reference),
        invoice_period(invoice.period),
        aggregate("OrderReference", basic("ID", invoice.order_reference)),
        _credits(invoice),
        aggregate("AccountingSupplierParty", _supplier(invoice)),
        aggregate("AccountingCustomerParty", _party(invoice.customer)),
        _payment(invoice),
        aggregate("PaymentTerms", basic("Note", invoice.payment_terms)),
        *(_allowance(each, invoice.vat_percent) for each in invoice.allowances),
        _tax_total(invoice),
        monetary_total(invoice, tax_exclusive_oere=invoice.totals.net_oere),
        *(_line(line, invoice.vat_percent, name) for line in invoice.lines),
    )


def _credits(invoice: EInvoice) -> Element | None:
    if invoice.credits is None:
        return None
    reference = aggregate(
        "InvoiceDocumentReference",
        basic("ID", invoice.credits.number),
        basic("IssueDate", day(invoice.credits.issue_date)),
    )
    return aggregate("BillingReference", reference)


def _supplier(invoice: EInvoice) -> Element | None:
    """The seller; without VAT number where nothing is subject to VAT (BR-O-02)."""
    outside = any(line.vat is Vat.OUTSIDE for line in invoice.lines)
    registered = None if outside else basic("CompanyID", f"DK{invoice.supplier.cvr}")
    return _party(invoice.supplier, registered)


def _party(party: Party, registered: Element | None = None) -> Element | None:
    address = party.address
    scheme, endpoint = (_GLN, party.gln) if party.gln else (_CVR, f"DK{party.cvr}")
    return aggregate(
        "Party",
        basic("EndpointID", endpoint, schemeID=scheme),
        aggregate("PartyName", basic("Name", party.name)),
        aggregate(
            "PostalAddress",
            basic("StreetName", f"{address.street} {address.building}".strip()),
            basic("AdditionalStreetName", address.additional),
            basic("CityName", address.city),
            basic("PostalZone", address.postal_code),
            aggregate("Country", basic("IdentificationCode", address.country)),
        ),
        aggregate("PartyTaxScheme", registered, _scheme()) if registered is not None else None,
        aggregate(
            "PartyLegalEntity",
            basic("RegistrationName", party.name),
            basic("CompanyID", f"DK{party.cvr}", schemeID=_CVR) if party.cvr else None,
        ),
        _contact(party.contact),
    )


def _contact(contact: Contact) -> Element | None:
    return aggregate(
        "Contact",
        basic("Name", contact.name),
        basic("Telephone", contact.telephone),
        basic("ElectronicMail", contact.email),
    )


def _payment(invoice: EInvoice) -> Element | None:
    payment = invoice.payment
    if payment is None:
        return None
    if isinstance(payment, SlipPayment):
        return aggregate(
            "PaymentMeans",
            basic("PaymentMeansCode", _SLIP),
            basic("PaymentID", f"{payment.card_type}#{payment.number}"),
            aggregate("PayeeFinancialAccount", basic("ID", payment.creditor)),
        )
    return aggregate(
        "PaymentMeans",
        basic("PaymentMeansCode", _ACCOUNT),
        basic("PaymentID", invoice.number),
        aggregate(
            "PayeeFinancialAccount",
            basic("ID", payment.account_number),
            aggregate("FinancialInstitutionBranch", basic("ID", payment.registration_number)),
        ),
    )


def _scheme() -> Element | None:
    return aggregate("TaxScheme", basic("ID", "VAT"))


def _category(name: str, vat: Vat, percent: Decimal, reason: str = "") -> Element | None:
    """A VAT category; what is outside VAT bears no rate (BR-O-05)."""
    rate = {Vat.STANDARD: number(percent), Vat.OUTSIDE: ""}.get(vat, "0")
    reason = reason if vat in (Vat.EXEMPT, Vat.OUTSIDE) else ""
    return aggregate(name, basic("ID", vat), basic("Percent", rate), basic("TaxExemptionReason", reason), _scheme())


def _allowance(each: AllowanceCharge, percent: Decimal) -> Element | None:
    return aggregate(
        "AllowanceCharge",
        basic("ChargeIndicator", "true" if each.is_charge else "false"),
        basic("AllowanceChargeReason", each.reason),
        amount("Amount", each.amount_oere),
        _category("TaxCategory", each.vat, percent),
    )


def _tax_total(invoice: EInvoice) -> Element | None:
    return aggregate(
        "TaxTotal",
        amount("TaxAmount", invoice.totals.vat_oere),
        *(_subtotal(group, invoice) for group in vat_groups(invoice)),
    )


def _subtotal(group: VatGroup, invoice: EInvoice) -> Element | None:
    return aggregate(
        "TaxSubtotal",
        amount("TaxableAmount", group.taxable_oere),
        amount("TaxAmount", group.vat_oere),
        _category("TaxCategory", group.vat, invoice.vat_percent, invoice.exemption),
    )


def _line(line: Line, percent: Decimal, name: str) -> Element | None:
    quantity = "InvoicedQuantity" if name == "Invoice" else "CreditedQuantity"
    several = line.price_quantity != 1
    return aggregate(
        f"{name}Line",
        basic("ID", line.number),
        basic(quantity, number(line.quantity), unitCode=line.unit),
        amount("LineExtensionAmount", line.net_oere),
        invoice_period(line.period),
        aggregate("Item", basic("Name", line.text), _category("ClassifiedTaxCategory", line.vat, percent)),
        aggregate(
            "Price",
            price(line.price),
            basic("BaseQuantity", number(line.price_quantity), unitCode=line.unit) if several else None,
        ),
    )
