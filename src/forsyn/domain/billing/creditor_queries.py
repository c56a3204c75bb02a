"""Reads of where customers pay."""

from __future__ import annotations

from datetime import date

from forsyn.domain.billing.models import Creditor


def creditors() -> list[Creditor]:
    """Where customers paid and pay, in order. 1 query."""
    return list(Creditor.objects.order_by("period"))


def creditor_on(day: date) -> Creditor | None:
    """Where customers pay on a day. 1 query."""
    found: Creditor | None = Creditor.objects.filter(period__contains=day).first()
    return found
