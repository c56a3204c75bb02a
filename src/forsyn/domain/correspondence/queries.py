"""Reads of what was said; a fixed number of queries each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from forsyn.domain.accounts.models import Colleague
from forsyn.domain.correspondence.models import Note
from forsyn.domain.correspondence.rules import unanswered

CHUNK_ROWS = 2000


@dataclass(frozen=True)
class NoteView:
    """A note as a page shows it. ``cpr_denied``: numbers in it that the writer said are no CPR numbers."""

    id: int
    written_at: datetime
    writer: str
    kind: str
    text: str
    cpr_denied: int
    cpr_taken_out: int


def notes_of(*, customer_id: int, first: int = 0, count: int) -> list[NoteView]:
    """A customer's notes from the ``first`` newest on (0 is the newest), at most ``count``. 2 queries."""
    rows = Note.objects.filter(customer_id=customer_id).order_by("-written_at", "-id")[first : first + count]
    found = list(rows)
    writers = dict(Colleague.objects.filter(pk__in={row.account_id for row in found}).values_list("pk", "name"))
    return [
        NoteView(
            row.pk,
            row.written_at,
            writers.get(row.account_id, ""),
            row.kind,
            row.text,
            row.cpr_denied,
            row.cpr_taken_out,
        )
        for row in found
    ]


def notes_with_unanswered_cpr() -> Iterator[int]:
    """Ids of stored notes in which more CPR-like numbers stand than the writer answered for: there must be none.

    Reads every note once, some thousand at a time, and shows nothing of their texts.
    """
    rows = Note.objects.order_by("id").values_list("id", "text", "cpr_denied").iterator(CHUNK_ROWS)
    for note_id, text, denied in rows:
        if len(unanswered(text)) > denied:
            yield note_id
