"""Settling who asks: what a clerk saw, or a code to a contact point on file (Art. 12(6)); never more than is needed.

A code is six digits, kept only as a keyed hash over request, contact point, the contact point's value and the code: it
opens nothing else, and nothing once the address has changed. Wrong, late and repeated tries are on the record.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from forsyn.domain.rights.actions_record import add_step, change, locked, move, resumed
from forsyn.domain.rights.identity_queries import Destination, destination
from forsyn.domain.rights.models import IdentityCheck, Request, RequestStep
from forsyn.domain.rights.rules import (
    CODE_LIFETIME,
    CODE_TRIES,
    CODES_AN_HOUR,
    CODES_AN_HOUR_TO_ONE,
    SETTLED_BY,
    WRONG_CODES_ON_RECORD,
    OnBehalf,
    RequestRefused,
    State,
    StepKind,
    Way,
)
from forsyn.domain.rights.words import clean_reason, clean_seen

HOUR = timedelta(hours=1)
DOUBT_KINDS = (StepKind.IDENTITY_ASKED, StepKind.IDENTITY_SETTLED)
"""Whoever did one of these on a request, does not stop its clock (again). The database knows the same; migration 0003.
"""


class CodeAnswer(StrEnum):
    """What came of a code that was typed in."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE_WAITS = "none_waits"
    """There is none, it was used, it is too old, or it was tried too often."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code to be sent; it is nowhere else."""

    check_id: int
    code: str = field(repr=False)
    destination: Destination


@transaction.atomic
def ask_identity(
    *, request_id: int, reason: str, by_id: int, now: datetime, today: date, version: int | None = None
) -> None:
    """There is reason to doubt who asks: the clock stands from today until it is settled. ``reason`` is on the record.

    Time stops for a reasonable doubt only (Art. 12(6)), so once: after somebody asked, or it was settled, only another
    person may write down a new doubt. Raises RequestRefused, also where the limit is past: then it is too late to ask.
    """
    request = locked(request_id, version=version)
    reason = clean_reason(reason, about="Skriv, hvad der gør det tvivlsomt, hvem der spørger")
    if State(request.state) is State.IDENTITY_ASKED:
        raise RequestRefused("Der er allerede spurgt, hvem det er, og fristen står stille.")
    if today > request.deadline_date:
        raise RequestRefused("Fristen er overskredet. Den kan ikke standses bagefter; svar så hurtigt som muligt.")
    if RequestStep.objects.filter(request_id=request_id, kind__in=DOUBT_KINDS, by_id=by_id).exists():
        raise RequestRefused(
            "Du har selv allerede spurgt, hvem det er, eller afklaret det, så fristen løber. Er der kommet ny tvivl, "
            "skal en kollega vurdere den og skrive hvorfor."
        )
    state = move(request, State.IDENTITY_ASKED)
    add_step(request_id, StepKind.IDENTITY_ASKED, text=reason, by_id=by_id, now=now)  # the database asks for it first
    change(request, **state, paused_since_date=today, identity_settled_at=None, identity_way=None)
    add_step(request_id, StepKind.CLOCK_STOPPED, by_id=by_id, now=now)


@transaction.atomic
def make_code(*, request_id: int, contact_point_id: int, by_id: int | None, now: datetime, today: date) -> Code:
    """A code to a contact point that was on file before the request came; an earlier code is good no longer.

    Raises RequestRefused for any other contact point, and where too many codes were sent.
    """
    request = locked(request_id)
    if request.identity_settled_at is not None:
        raise RequestRefused("Det er allerede afklaret, hvem der spørger.")
    to = destination(request=request, contact_point_id=contact_point_id, today=today)
    if to is None:
        raise RequestRefused(
            "Koden kan kun sendes til en e-mail, som kunden havde hos os, før anmodningen kom. Vælg en af dem."
        )
    _throttle(request_id, contact_point_id, now)
    IdentityCheck.objects.filter(request_id=request_id, way=Way.CODE, code_hash__isnull=False).update(code_hash=None)
    code = f"{secrets.randbelow(10**6):06d}"
    check = IdentityCheck.objects.create(
        request_id=request_id,
        way=Way.CODE,
        made_at=now,
        by_id=by_id,
        customer_id=to.customer_id,
        contact_point_id=contact_point_id,
        contact_kind=to.kind,
        code_hash=_hash(request_id, contact_point_id, to.value, code),
        expires_at=now + CODE_LIFETIME,
        tries_left=CODE_TRIES,
    )
    add_step(request_id, StepKind.CODE_SENT, text=to.masked, by_id=by_id, now=now)
    return Code(check.pk, code, to)


def _throttle(request_id: int, contact_point_id: int, now: datetime) -> None:
    recent = IdentityCheck.objects.filter(way=Way.CODE, made_at__gt=now - HOUR)
    for_request = recent.filter(request_id=request_id).count()
    if for_request >= CODES_AN_HOUR or recent.filter(contact_point_id=contact_point_id).count() >= CODES_AN_HOUR_TO_ONE:
        raise RequestRefused("Der er sendt flere koder inden for den sidste time. Vent lidt, før der sendes en ny.")


@transaction.atomic
def check_code(*, request_id: int, code: str, now: datetime, today: date, by_id: int | None = None) -> CodeAnswer:
    """Try a code. Right or wrong it costs a try; a right one settles who asks and is used up.

    Nothing is raised for a wrong one, so that the try stays counted. Raises RequestRefused for a closed request.
    """
    request = locked(request_id)
    check = IdentityCheck.objects.filter(request_id=request_id, way=Way.CODE, code_hash__isnull=False).first()
    if check is None or check.expires_at <= now:
        _record_wrong(request_id, "Ingen kode ventede.", by_id, now)
        return CodeAnswer.NONE_WAITS
    to = destination(request=request, contact_point_id=check.contact_point_id, today=today)
    tried = _hash(request_id, check.contact_point_id, to.value if to else "", "".join(code.split()))
    if to is None or not constant_time_compare(tried, check.code_hash):
        check.tries_left -= 1
        check.code_hash = check.code_hash if check.tries_left else None
        check.save(update_fields=["tries_left", "code_hash"])
        _record_wrong(request_id, f"Koden var forkert; {check.tries_left} forsøg tilbage.", by_id, now)
        return CodeAnswer.WRONG
    check.passed_at, check.code_hash = now, None
    check.save(update_fields=["passed_at", "code_hash"])
    _settle(request, Way.CODE, text=SETTLED_BY[Way.CODE], by_id=by_id, now=now, today=today)
    return CodeAnswer.RIGHT


def _record_wrong(request_id: int, text: str, by_id: int | None, now: datetime) -> None:
    """On record, but not without end: whoever guesses does not fill the record."""
    lines = RequestStep.objects.filter(request_id=request_id, kind=StepKind.CODE_WRONG, at__gt=now - HOUR)
    if lines.count() < WRONG_CODES_ON_RECORD:
        add_step(request_id, StepKind.CODE_WRONG, text=text, by_id=by_id, now=now)


@transaction.atomic
def note_identity_seen(
    *, request_id: int, note: str, by_id: int, now: datetime, today: date, version: int | None = None
) -> None:
    """A clerk has seen who it is: ``note`` says what was seen, never a number. Raises RequestRefused."""
    request = locked(request_id, version=version)
    if request.identity_settled_at is not None:
        raise RequestRefused("Det er allerede afklaret, hvem der spørger.")
    note = clean_seen(note)
    IdentityCheck.objects.create(
        request_id=request_id, way=Way.SEEN, made_at=now, by_id=by_id, note=note, passed_at=now
    )
    _settle(request, Way.SEEN, text=note, by_id=by_id, now=now, today=today)


@transaction.atomic
def note_authority_seen(
    *, request_id: int, on_behalf: OnBehalf, note: str, by_id: int, now: datetime, version: int | None = None
) -> None:
    """For whom the requester may speak, and what proved it: a power of attorney, a letter of probate, custody."""
    request = locked(request_id, version=version)
    note = clean_seen(note)
    change(request, on_behalf=on_behalf, authority_note=note, authority_seen_at=now)
    add_step(request_id, StepKind.AUTHORITY_SEEN, text=note, by_id=by_id, now=now)


def _settle(request: Request, way: Way, *, text: str, by_id: int | None, now: datetime, today: date) -> None:
    stood = request.paused_since_date is not None
    opened = move(request, State.OPEN) if State(request.state) in (State.RECEIVED, State.IDENTITY_ASKED) else {}
    change(request, **opened, **resumed(request, today), identity_settled_at=now, identity_way=way)
    add_step(request.pk, StepKind.IDENTITY_SETTLED, text=text, by_id=by_id, now=now)
    if stood:
        add_step(request.pk, StepKind.CLOCK_RESUMED, by_id=by_id, now=now)


def _hash(request_id: int, contact_point_id: int, value: str, code: str) -> str:
    bound = f"{request_id}:{contact_point_id}:{value.casefold()}:{code}"
    return salted_hmac("forsyn.rights.identity_code", bound, algorithm="sha256").hexdigest()
