"""Reads of who wants e-invoices, by sets."""

from __future__ import annotations

from collections.abc import Collection

from forsyn.domain.billing.models import EInvoicing


def customers_with_e_invoices(*, customer_ids: Collection[int]) -> frozenset[int]:
    """Of these customers, those that want e-invoices. 1 query."""
    found = EInvoicing.objects.filter(customer_id__in=list(customer_ids))
    return frozenset(found.values_list("customer_id", flat=True))


def e_invoicing_of(*, bill_ids: Collection[int]) -> dict[int, EInvoicing]:
    """How the customers of these bills want theirs, by customer. 1 query."""
    found = EInvoicing.objects.filter(customer__bills__in=list(bill_ids)).distinct()
    return {each.customer_id: each for each in found}
