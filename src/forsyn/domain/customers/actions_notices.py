"""Puts on record what was corrected or refused (Art. 16), who was told (Art. 19), and notices of sources (Art. 14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from forsyn.domain.customers.correction_models import (
    Correction,
    CorrectionOutcome,
    NoticeCause,
    RecipientNotice,
    SourceNotice,
)
from forsyn.domain.customers.correction_rules import EVIDENCE_LENGTH, Field
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.safeguards.choices_rules import Proof, check_proof
from forsyn.domain.safeguards.sealing import seal, unseal
from forsyn.kernel.periods import Period
from forsyn.policy.vocabulary import Source


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows which value is right: in words, and if there is one, a paper."""

    text: str
    paper: Proof | None = None


def check_evidence(evidence: Evidence) -> None:
    """Refuse a correction without its evidence. Raises NotPossible, or ChoiceRefused for a paper that will not do."""
    if not evidence.text.strip():
        raise NotPossible("Skriv, hvad der viser, hvilken oplysning der er den rigtige.")
    if len(evidence.text) > EVIDENCE_LENGTH:
        raise NotPossible(f"Beviset må højst fylde {EVIDENCE_LENGTH} tegn. Vedhæft resten som et dokument.")
    if evidence.paper is not None:
        check_proof(evidence.paper)


@transaction.atomic
def record_correction(
    *,
    customer_id: int,
    field: Field,
    subject_id: int | None,
    wrong: str,
    right: str,
    held: Period | None,
    evidence: Evidence,
    request_id: int | None,
    decided_by_id: int,
    now: datetime,
) -> int:
    """That a datum was wrong, and is right now; return the row's id. The paper is kept encrypted."""
    check_evidence(evidence)
    paper = evidence.paper
    row = Correction.objects.create(
        customer_id=customer_id,
        request_id=request_id,
        field=field,
        subject_id=subject_id,
        outcome=CorrectionOutcome.CORRECTED,
        wrong_value=wrong,
        right_value=right,
        held_from=held.first if held else None,
        held_until=held.until if held else None,
        evidence=evidence.text.strip(),
        document=seal(paper.content) if paper else None,
        document_name=paper.name.strip() if paper else None,
        document_type=paper.type if paper else None,
        decided_at=now,
        decided_by_id=decided_by_id,
    )
    return row.pk


@transaction.atomic
def refuse_correction(
    *,
    customer_id: int,
    field: Field,
    subject_id: int | None,
    stands: str,
    wished: str,
    reason: str,
    statement: str,
    request_id: int | None,
    decided_by_id: int,
    now: datetime,
) -> int:
    """That a datum was contested and found right, and why; ``statement``: what the person wants to stand beside it."""
    if not reason.strip():
        raise NotPossible("Et afslag skal begrundes, så personen kan forstå det og klage over det.")
    if max(len(reason), len(statement)) > EVIDENCE_LENGTH:
        raise NotPossible(f"Begrundelsen og personens egen erklæring må hver højst fylde {EVIDENCE_LENGTH} tegn.")
    row = Correction.objects.create(
        customer_id=customer_id,
        request_id=request_id,
        field=field,
        subject_id=subject_id,
        outcome=CorrectionOutcome.REFUSED,
        wrong_value=stands,
        right_value=wished,
        reason=reason.strip(),
        statement=statement.strip(),
        decided_at=now,
        decided_by_id=decided_by_id,
    )
    return row.pk


def document_of(*, correction_id: int) -> Proof | None:
    """The paper behind a correction; None where there is none. 1 query. Raises SealBroken."""
    row = Correction.objects.filter(pk=correction_id, document__isnull=False).first()
    if row is None:
        return None
    return Proof(unseal(bytes(row.document or b"")), row.document_name or "", row.document_type or "")


@dataclass(frozen=True, slots=True)
class Told:
    """A recipient that was mailed (``disclosure_id``), or why it was not (``obstacle``)."""

    recipient: str
    categories: tuple[str, ...]
    disclosure_id: int | None
    obstacle: str = ""


@transaction.atomic
def record_notices(
    *,
    customer_id: int,
    cause: NoticeCause,
    told: Sequence[Told],
    request_id: int | None,
    now: datetime,
    correction_id: int | None = None,
) -> None:
    """Who was told of what happened, and who is still to be told another way. 1 query."""
    RecipientNotice.objects.bulk_create(
        RecipientNotice(
            customer_id=customer_id,
            correction_id=correction_id,
            request_id=request_id,
            cause=cause,
            recipient=one.recipient,
            categories=list(one.categories),
            made_at=now,
            disclosure_id=one.disclosure_id,
            obstacle=one.obstacle,
        )
        for one in told
    )


@transaction.atomic
def settle_notice(*, notice_id: int, note: str, settled_by_id: int, now: datetime) -> None:
    """A member of staff has told a recipient, or notes why it is impossible or a disproportionate effort (Art. 19).

    Raises NotPossible.
    """
    if not note.strip():
        raise NotPossible("Skriv, hvordan modtageren fik besked, eller hvorfor det ikke kan lade sig gøre.")
    row = RecipientNotice.objects.select_for_update(of=("self",)).filter(pk=notice_id).first()
    if row is None or row.disclosure_id is not None:
        raise NotPossible("Den modtager har fået besked på mail, eller beskeden findes ikke. Der er intet at gøre.")
    if row.settled_at is not None:
        raise NotPossible("En anden har allerede givet modtageren besked.")
    row.settled_at, row.settled_by_id, row.note = now, settled_by_id, note.strip()
    row.save(update_fields=["settled_at", "settled_by_id", "note"])


# -- notices of sources (Art. 14) --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Noticed:
    """A person who has been told of a source, by a disclosure."""

    customer_id: int
    source: str
    obtained_date: date
    disclosure_id: int


_RECORD_NOTICED = """
    insert into customers_source_notice (customer_id, source, obtained_date, made_at, disclosure_id, exempt)
    select told.*, '' from unnest(%s::bigint[], %s::text[], %s::date[], %s::timestamptz[], %s::bigint[]) as told
    on conflict (customer_id, source) do nothing
"""


@transaction.atomic
def record_source_notices(*, noticed: Sequence[Noticed], now: datetime) -> int:
    """That these persons were told, all at once; return how many rows. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD_NOTICED,
            [
                [one.customer_id for one in noticed],
                [one.source for one in noticed],
                [one.obtained_date for one in noticed],
                [now] * len(noticed),
                [one.disclosure_id for one in noticed],
            ],
        )
        return int(cursor.rowcount)


@transaction.atomic
def exempt_from_notice(
    *, customer_id: int, source: Source, obtained_date: date, reason: str, decided_by_id: int, now: datetime
) -> None:
    """A named person decides that nobody need be told (Art. 14(5)), and why. Raises NotPossible."""
    if not reason.strip():
        raise NotPossible("Skriv, hvorfor personen ikke skal underrettes, for eksempel at personen ved det allerede.")
    _, made = SourceNotice.objects.get_or_create(
        customer_id=customer_id,
        source=source,
        defaults={
            "obtained_date": obtained_date,
            "made_at": now,
            "exempt": reason.strip(),
            "decided_by_id": decided_by_id,
        },
    )
    if not made:
        raise NotPossible("Personen er allerede underrettet, eller det er allerede afgjort.")
