"""Reads of confirmed instructions: who has read which text, and who has not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from forsyn.domain.accounts.models import InstructionConfirmation


def confirmed_by(*, account_id: int, fingerprints: Mapping[str, str]) -> dict[str, datetime]:
    """When somebody confirmed the texts asked for (fingerprint by role), by role; the others are missing. 1 query."""
    return confirmed(fingerprints=fingerprints, account_id=account_id).get(account_id, {})


def confirmed(*, fingerprints: Mapping[str, str], account_id: int | None = None) -> dict[int, dict[str, datetime]]:
    """Everybody's confirmations of these texts, by account and role. 1 query."""
    rows = InstructionConfirmation.objects.filter(fingerprint__in=list(fingerprints.values()))
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    found: dict[int, dict[str, datetime]] = {}
    for whose, role, fingerprint, at in rows.values_list("account_id", "role", "fingerprint", "confirmed_at"):
        if fingerprints.get(role) == fingerprint:
            found.setdefault(whose, {})[role] = at
    return found
