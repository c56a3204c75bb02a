"""Changes to what was said between a customer and the utility. Refusals are `rules.NotPossible`."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from forsyn.domain.correspondence import rules
from forsyn.domain.correspondence.models import Note, NoteKind


@transaction.atomic
def write_note(
    *,
    customer_id: int,
    kind: str,
    text: str,
    account_id: int,
    now: datetime,
    cpr_denied: int = 0,
    cpr_taken_out: int = 0,
) -> int:
    """Store a note; return its id. The caller knows that the customer is there.

    ``cpr_denied``: CPR-like numbers that stay in the text, since the writer said that they are none; ``cpr_taken_out``:
    those that the writer had taken out before. Where there is either, the note says that and when it was asked.
    """
    asked = cpr_denied > 0 or cpr_taken_out > 0
    note = Note.objects.create(
        customer_id=customer_id,
        kind=NoteKind(kind),
        text=rules.clean_text(text, cpr_denied=cpr_denied),
        account_id=account_id,
        written_at=now,
        cpr_asked_at=now if asked else None,
        cpr_denied=cpr_denied,
        cpr_taken_out=cpr_taken_out,
    )
    return note.pk
