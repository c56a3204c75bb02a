"""The totals of a document, which both formats write alike but for one amount. Pure."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from forsyn.integrations.ubl.elements import aggregate, amount
from forsyn.integrations.ubl.totals import allowances_of, lines_net
from forsyn.integrations.ubl.values import EInvoice


def monetary_total(invoice: EInvoice, *, tax_exclusive_oere: int) -> Element | None:
    """``tax_exclusive_oere``: the net amount in Peppol's, the VAT in OIOUBL's."""
    allowances, charges = allowances_of(invoice, charges=False), allowances_of(invoice, charges=True)
    return aggregate(
        "LegalMonetaryTotal",
        amount("LineExtensionAmount", lines_net(invoice)),
        amount("TaxExclusiveAmount", tax_exclusive_oere),
        amount("TaxInclusiveAmount", invoice.totals.gross_oere),
        amount("AllowanceTotalAmount", allowances) if allowances else None,
        amount("ChargeTotalAmount", charges) if charges else None,
        amount("PrepaidAmount", invoice.prepaid_oere) if invoice.prepaid_oere else None,
        amount("PayableAmount", invoice.totals.payable_oere),
    )
