"""From plan to answer: extending, planning, what was carried out, and the letter that closes a request.

The workflows that plan and carry out call `record_plan` and `record_carried_out`; the letters come from
`workflows/privacy_answers.py`, which has sent them through the door before it calls here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from forsyn.domain.rights.actions import Attachment, keep_document
from forsyn.domain.rights.actions_record import add_step, change, limits, locked, move, resumed
from forsyn.domain.rights.models import Request, RequestPlan
from forsyn.domain.rights.rules import (
    ANSWERED_FOR_ESTATE,
    BEFORE_IDENTITY,
    NEEDS,
    NEEDS_AUTHORITY,
    Clock,
    DocumentKind,
    OnBehalf,
    Outcome,
    RefusalGround,
    RequestRefused,
    State,
    StepKind,
)
from forsyn.domain.rights.words import clean_reason
from forsyn.policy.vocabulary import Right


def fingerprint(plan: Mapping[str, Any]) -> str:
    """SHA-256 of a plan as canonical JSON, in hexadecimal: the same plan always has the same."""
    canonical = json.dumps(plan, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@transaction.atomic
def extend(
    *,
    request_id: int,
    reason: str,
    letter: Attachment,
    disclosure_id: int | None,
    by_id: int,
    now: datetime,
    today: date,
    version: int | None = None,
) -> date:
    """Extend the limit to three months from receipt, once; return the new one. ``letter`` has told the person why.

    Raises RequestRefused after the first limit, and a second time.
    """
    request = locked(request_id, version=version)
    reason = clean_reason(reason, about="Personen skal have en begrundelse, så skriv den")
    check_extension(request, today=today)
    clock = Clock(request.received_date, paused_days=request.paused_days, extended=True)
    change(request, extended_at=now, extension_reason=reason, extension_told_at=now, **limits(clock))
    keep_document(
        request_id=request_id, kind=DocumentKind.EXTENSION, document=letter, now=now, disclosure_id=disclosure_id
    )
    add_step(request_id, StepKind.EXTENDED, text=reason, by_id=by_id, now=now)
    return clock.deadline_date


def check_extension(request: Request, *, today: date) -> None:
    """Refuse what the law does not let be extended. Raises RequestRefused."""
    if request.extended_at is not None:
        raise RequestRefused("Fristen er allerede forlænget, og det kan kun ske én gang.")
    if today > request.first_deadline_date:
        raise RequestRefused("Fristen er overskredet. Den skal forlænges, og personen have besked, inden den udløber.")


@transaction.atomic
def record_plan(
    *,
    request_id: int,
    plan: Mapping[str, Any],
    made_by_id: int | None,
    now: datetime,
    right: Right | None = None,
    version: int | None = None,
) -> int:
    """Keep a plan as evidence; return its id. A plan that waited is dropped for it. ``plan``: what JSON can carry.

    ``right`` is the request's own where it is None. Raises RequestRefused before it is settled who asks and for whom.
    """
    request = locked(request_id, version=version)
    planned = right or (Right(request.right) if request.right else None)
    if planned is None:
        raise RequestRefused("Læs først, hvad der bedes om, og vælg det.")
    check_settled(request)
    _drop_waiting(request_id, made_by_id, now)
    made = RequestPlan.objects.create(
        request_id=request_id,
        right=planned,
        plan=dict(plan),
        fingerprint=fingerprint(plan),
        made_at=now,
        made_by_id=made_by_id,
    )
    change(request, **({} if State(request.state) is State.PLANNED else move(request, State.PLANNED)))
    add_step(request_id, StepKind.PLANNED, text=made.fingerprint, by_id=made_by_id, now=now)
    return made.pk


@transaction.atomic
def drop_plan(*, request_id: int, by_id: int, now: datetime, version: int | None = None) -> None:
    """Put the plan that waits aside; the request is open again."""
    request = locked(request_id, version=version)
    if not _drop_waiting(request_id, by_id, now):
        raise RequestRefused("Der er ingen plan at lægge væk.")
    change(request, **(move(request, State.OPEN) if State(request.state) is State.PLANNED else {}))


def _drop_waiting(request_id: int, by_id: int | None, now: datetime) -> bool:
    waiting = RequestPlan.objects.filter(request_id=request_id, dropped_at=None, carried_out_at=None)
    if not waiting.update(dropped_at=now):
        return False
    add_step(request_id, StepKind.PLAN_DROPPED, by_id=by_id, now=now)
    return True


def check_carrying_out(
    *, plan_id: int, by_id: int | None, expected_fingerprint: str | None = None, version: int | None = None
) -> tuple[Request, RequestPlan]:
    """The request and its plan, which nobody else changes until the transaction ends; refuses as `record_carried_out`.

    To be asked before the deed: what an erasure writes to its log outside the database is not rolled back.
    """
    request = locked(RequestPlan.objects.values_list("request_id", flat=True).get(pk=plan_id), version=version)
    plan = RequestPlan.objects.select_for_update().get(pk=plan_id)
    check_settled(request)
    if plan.carried_out_at is not None:
        raise RequestRefused("Planen er allerede ført ud i livet.")
    if plan.dropped_at is not None:
        raise RequestRefused("Planen er lagt væk, fordi der kom en ny. Læs den nye.")
    if expected_fingerprint is not None and expected_fingerprint != plan.fingerprint:
        raise RequestRefused("Planen er en anden end den, du har læst. Læs den, som den er nu.")
    if NEEDS[Right(plan.right)].decision and by_id is None:
        raise RequestRefused("En medarbejder skal tage stilling, før planen føres ud i livet.")
    return request, plan


@transaction.atomic
def record_carried_out(
    *,
    plan_id: int,
    counts: Mapping[str, Any],
    by_id: int | None,
    now: datetime,
    expected_fingerprint: str | None = None,
) -> None:
    """A plan has been carried out, in this transaction; ``counts`` says what was done, without persons.

    ``expected_fingerprint``: of the plan that was read. Raises RequestRefused where another one is on file, where it
    was carried out or dropped already, and where a named person must decide and ``by_id`` is None.
    """
    request, plan = check_carrying_out(plan_id=plan_id, by_id=by_id, expected_fingerprint=expected_fingerprint)
    plan.carried_out_at, plan.carried_out_by_id, plan.counts = now, by_id, dict(counts)
    plan.save(update_fields=["carried_out_at", "carried_out_by_id", "counts"])
    change(request)
    summary = ", ".join(f"{key}: {value}" for key, value in counts.items())
    add_step(request.pk, StepKind.CARRIED_OUT, text=summary[:4000], by_id=by_id, now=now)


@transaction.atomic
def answer(
    *,
    request_id: int,
    outcome: Outcome,
    letter: Attachment,
    disclosure_id: int | None,
    by_id: int | None,
    now: datetime,
    today: date,
    version: int | None = None,
) -> None:
    """Close a request with its letter, which has gone through the door. Raises RequestRefused; see `check_answer`."""
    request = locked(request_id, version=version)
    check_answer(request, outcome=outcome, by_id=by_id)
    keep_document(
        request_id=request_id, kind=DocumentKind.ANSWER, document=letter, now=now, disclosure_id=disclosure_id
    )
    change(request, **resumed(request, today), **move(request, State.ANSWERED), closed_at=now, outcome=outcome)
    add_step(request_id, StepKind.ANSWERED, text=outcome.value, by_id=by_id, now=now)


def check_answer(request: Request, *, outcome: Outcome, by_id: int | None) -> None:
    """Refuse an answer to somebody unknown, to something unread, or before what the right needs is done."""
    if request.right is None:
        raise RequestRefused("Læs først, hvad der bedes om, og vælg det.")
    needs = NEEDS[Right(request.right)]
    check_settled(request)
    if needs.decision and by_id is None:
        raise RequestRefused("En medarbejder skal tage stilling, før der svares.")
    plans = RequestPlan.objects.filter(request_id=request.pk, dropped_at=None)
    if plans.filter(carried_out_at=None).exists():
        raise RequestRefused(
            "Der ligger en plan, som ikke er ført ud i livet. Gør det, eller læg den væk, før du svarer."
        )
    if needs.plan and outcome is not Outcome.NOTHING_HELD and not plans.exists():
        raise RequestRefused("Læg en plan, og før den ud i livet, før du svarer.")


def check_settled(request: Request) -> None:
    """Refuse to go on before it is settled who asks, and that he or she may ask. Raises RequestRefused."""
    needs = NEEDS[Right(request.right)] if request.right else None
    if request.identity_settled_at is None and (needs is None or needs.identity):
        raise RequestRefused("Det er ikke afklaret, hvem der spørger. Send en kode, eller skriv, hvad du har set.")
    if OnBehalf(request.on_behalf) in NEEDS_AUTHORITY and request.authority_seen_at is None:
        raise RequestRefused(
            "Anmodningen er på vegne af en anden. Skriv først, hvilken fuldmagt eller skifteretsattest du har set."
        )
    if request.on_behalf == OnBehalf.ESTATE and request.right and Right(request.right) not in ANSWERED_FOR_ESTATE:
        raise RequestRefused(
            "Et dødsbo kan få at vide, hvad der var leveret og skyldigt, få rettet fejl og klage. Det, kun den afdøde "
            "selv kunne bestemme, bestemmer boet ikke: afslå, og skriv, hvad boet kan få i stedet."
        )


@transaction.atomic
def refuse(
    *,
    request_id: int,
    ground: RefusalGround,
    letter: Attachment,
    disclosure_id: int | None,
    by_id: int,
    now: datetime,
    today: date,
    version: int | None = None,
) -> None:
    """Close a request with a no (Art. 12(4)): the letter gives the reason and the way to complain."""
    request = locked(request_id, version=version)
    check_refusal(request, ground=ground)
    _drop_waiting(request_id, by_id, now)
    keep_document(
        request_id=request_id, kind=DocumentKind.ANSWER, document=letter, now=now, disclosure_id=disclosure_id
    )
    change(request, **resumed(request, today), **move(request, State.REFUSED), closed_at=now, refusal_ground=ground)
    add_step(request_id, StepKind.REFUSED, text=ground.value, by_id=by_id, now=now)


def check_refusal(request: Request, *, ground: RefusalGround) -> None:
    """Refuse a no that would tell a stranger something, and one to a complaint. Raises RequestRefused."""
    if request.right == Right.COMPLAINT:
        raise RequestRefused("En klage afvises ikke. Svar på den.")
    if request.identity_settled_at is None and ground not in BEFORE_IDENTITY:
        raise RequestRefused(
            "Det er ikke afklaret, hvem der spørger. Et afslag med den begrundelse kunne fortælle noget om en anden."
        )


@transaction.atomic
def record_receipt(
    *,
    request_id: int,
    letter: Attachment,
    disclosure_id: int | None,
    by_id: int | None,
    now: datetime,
    version: int | None = None,
) -> None:
    """We have told the person that the request came."""
    change(locked(request_id, version=version))
    keep_document(
        request_id=request_id, kind=DocumentKind.RECEIPT, document=letter, now=now, disclosure_id=disclosure_id
    )
    add_step(request_id, StepKind.RECEIPT_SENT, by_id=by_id, now=now)


def record_question(*, request_id: int, letter: Attachment, disclosure_id: int | None, now: datetime) -> None:
    """We have asked the person who it is; `actions_identity.ask_identity` has put that on the record."""
    keep_document(
        request_id=request_id, kind=DocumentKind.QUESTION, document=letter, now=now, disclosure_id=disclosure_id
    )
