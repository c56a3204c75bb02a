"""Writes invoices and credit notes as OIOUBL 2.1 and as Peppol BIS Billing 3. Pure.

The same invoice gives the same bytes. What the formats do not allow is refused, with every problem at once; a total
is never mended.
"""

from __future__ import annotations

from forsyn.integrations.ubl.checks import NotAnEInvoice, check
from forsyn.integrations.ubl.oioubl import oioubl
from forsyn.integrations.ubl.peppol import peppol
from forsyn.integrations.ubl.values import EInvoice

__all__ = ["NotAnEInvoice", "write_oioubl", "write_peppol"]


def write_oioubl(invoice: EInvoice) -> bytes:
    """UTF-8 XML, OIOUBL-2.1 Invoice or CreditNote. Raises NotAnEInvoice."""
    check(invoice)
    return oioubl(invoice)


def write_peppol(invoice: EInvoice) -> bytes:
    """UTF-8 XML, BIS Billing 3 Invoice or CreditNote. Raises NotAnEInvoice."""
    check(invoice)
    return peppol(invoice)
