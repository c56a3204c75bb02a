"""Takes spot checks of the access log, and records what was found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from forsyn.domain.safeguards.log_models import SpotCheck, SpotCheckItem, Verdict
from forsyn.domain.safeguards.log_queries import Candidate
from forsyn.domain.safeguards.spot_check_rules import Mark


class NotPossible(ValueError):
    """A verdict that cannot be given; the message says why, in Danish."""


def take(
    *,
    from_at: datetime,
    until_at: datetime,
    candidates: int,
    drawn: Sequence[tuple[Candidate, Sequence[Mark]]],
    made_by_id: int | None,
    now: datetime,
) -> int:
    """Keep a sample; return its id. Raises NotPossible where nothing was drawn."""
    if not drawn:
        raise NotPossible("Der er ingen opslag i perioden at tage stikprøver af. Vælg en anden periode.")
    with transaction.atomic():
        check = SpotCheck.objects.create(
            made_at=now, made_by_id=made_by_id, from_at=from_at, to_at=until_at, candidates=candidates
        )
        SpotCheckItem.objects.bulk_create(
            SpotCheckItem(
                spot_check=check,
                entry_id=look.entry_id,
                looked_at=look.looked_at,
                actor_id=look.actor_id,
                customer_id=look.customer_id,
                marks=[mark.value for mark in marks],
                note="",
            )
            for look, marks in drawn
        )
    return check.pk


def judge(*, item_id: int, verdict: Verdict, note: str, decided_by_id: int, now: datetime) -> None:
    """Record what was found of one look. A verdict may be changed: asked first, then justified.

    Raises SpotCheckItem.DoesNotExist, and NotPossible for one's own look and for a verdict that needs a note.
    """
    note = note.strip()
    with transaction.atomic():
        item = SpotCheckItem.objects.select_for_update().get(pk=item_id)
        if item.actor_id == decided_by_id:
            raise NotPossible("Det er dit eget opslag. En anden skal tage stilling til det.")
        if verdict != Verdict.JUSTIFIED and not note:
            raise NotPossible("Skriv en note om, hvad du har spurgt om eller fundet.")
        item.verdict, item.note, item.decided_at, item.decided_by_id = verdict, note, now, decided_by_id
        item.save(update_fields=["verdict", "note", "decided_at", "decided_by_id"])
