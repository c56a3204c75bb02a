"""Notes who wants e-invoices, and with which references."""

from __future__ import annotations

from datetime import datetime

from forsyn.domain.billing.models import EInvoiceFormat, EInvoicing
from forsyn.domain.customers.models import Customer
from forsyn.kernel.identifiers import gln as checked_gln


class NoEInvoices(ValueError):
    """The customer cannot get e-invoices; the message says why, in Danish."""


def let_have_e_invoices(
    *,
    customer_id: int,
    gln: str = "",
    format: EInvoiceFormat = EInvoiceFormat.OIOUBL,
    buyer_reference: str = "",
    order_reference: str = "",
    account_code: str = "",
    recorded_by_id: int | None,
    now: datetime,
) -> None:
    """From now on the customer's bills are e-invoices, to the GLN or else to the CVR number; written anew each time.

    Raises NoEInvoices, identifiers.InvalidIdentifier, Customer.DoesNotExist.
    """
    number = checked_gln(gln) if gln.strip() else ""
    customer = Customer.objects.get(pk=customer_id)
    if customer.kind != "company":
        raise NoEInvoices("Kun virksomheder og offentlige kunder kan få e-fakturaer.")
    if not number and not customer.cvr:
        raise NoEInvoices("Kunden har intet CVR-nummer: skriv et GLN (EAN-nummer), så fakturaen har en adresse.")
    EInvoicing.objects.update_or_create(
        customer_id=customer_id,
        defaults={
            "gln": number,
            "format": format,
            "buyer_reference": buyer_reference.strip(),
            "order_reference": order_reference.strip(),
            "account_code": account_code.strip(),
            "recorded_by_id": recorded_by_id,
            "recorded_at": now,
        },
    )


def stop_e_invoices(*, customer_id: int) -> bool:
    """The customer's bills go another way again; whether they were e-invoices."""
    deleted, _ = EInvoicing.objects.filter(customer_id=customer_id).delete()
    return bool(deleted)
