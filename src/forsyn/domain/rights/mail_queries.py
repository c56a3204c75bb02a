"""Reads for requests that come by mail."""

from __future__ import annotations

from datetime import datetime

from forsyn.domain.rights.models import RequestStep
from forsyn.domain.rights.rules import StepKind


def receipts_sent(*, address: str, since: datetime) -> int:
    """How many receipts for mails have gone to an address since then, whatever its case. 1 query."""
    return RequestStep.objects.filter(
        kind=StepKind.RECEIPT_SENT, at__gte=since, request__requester_email__iexact=address
    ).count()
