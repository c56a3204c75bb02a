"""Who waits for an answer: asked by what would otherwise go on with their data meanwhile."""

from __future__ import annotations

from collections.abc import Collection

from forsyn.domain.rights.models import RequestCustomer
from forsyn.policy.vocabulary import Right


def customers_asking(*, rights: Collection[Right]) -> frozenset[int]:
    """Customers with an open request of one of these rights. 1 query."""
    rows = RequestCustomer.objects.filter(request__closed_at=None, request__right__in=[right.value for right in rights])
    return frozenset(rows.values_list("customer_id", flat=True))
