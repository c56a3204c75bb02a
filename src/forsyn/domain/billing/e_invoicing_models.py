"""Who wants bills as e-invoices, where to, and with which references."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from forsyn.domain.billing.tariff_models import colleague
from forsyn.domain.safeguards.guarded import GuardedModel


class EInvoiceFormat(models.TextChoices):
    """In which form e-invoices are written: NemHandel's own, or the one of all of Europe."""

    OIOUBL = "oioubl"
    PEPPOL = "peppol"


class EInvoicing(GuardedModel):
    """A company or public customer that gets e-invoices; public ones must (lov om offentlige betalinger).

    They go to ``gln`` (EAN number), else to the customer's CVR number. The references are the customer's own: whom the
    invoice is for, the order, the account.
    """

    customer = models.OneToOneField("customers.Customer", on_delete=models.PROTECT, related_name="+")
    gln = models.CharField(max_length=13, blank=True)
    format = models.CharField(max_length=6, choices=EInvoiceFormat.choices, default=EInvoiceFormat.OIOUBL)
    buyer_reference = models.CharField(max_length=60, blank=True)
    order_reference = models.CharField(max_length=60, blank=True)
    account_code = models.CharField(max_length=60, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = colleague()

    class Meta:
        db_table = "billing_e_invoicing"
        constraints = [
            models.CheckConstraint(condition=Q(gln="") | Q(gln__regex="^[0-9]{13}$"), name="billing_e_invoicing_gln"),
            models.CheckConstraint(condition=Q(format__in=EInvoiceFormat.values), name="billing_e_invoicing_format"),
        ]
