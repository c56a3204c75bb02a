"""Writes confirmations of instructions. The database refuses one for anybody but the actor of the purpose."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from forsyn.domain.accounts.models import InstructionConfirmation


@transaction.atomic
def confirm_instructions(*, account_id: int, role: str, fingerprint: str, text_version: str, now: datetime) -> bool:
    """Keep that somebody has read a text; False where it stood already. Nothing changes it afterwards."""
    _row, new = InstructionConfirmation.objects.get_or_create(
        account_id=account_id,
        role=role,
        fingerprint=fingerprint,
        defaults={"text_version": text_version, "confirmed_at": now},
    )
    return new
