"""Receiving requests, and the acts on them that need no letter. Each is one transaction and adds to the record.

Refusals are `rules.RequestRefused`: Danish sentences for whoever asked. The caller has entered `P.PRIVACY_RIGHTS`;
``by_id`` is the account of whoever acts, None for the program. ``version`` is the one that the page was made from.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from forsyn.domain.customers.models import Customer
from forsyn.domain.rights import rules, words
from forsyn.domain.rights.actions_record import add_step, change, limits, locked, move, resumed
from forsyn.domain.rights.identity_queries import is_one_person
from forsyn.domain.rights.models import IdentityCheck, Request, RequestCustomer, RequestDocument, RequestPlan, Withheld
from forsyn.domain.rights.rules import (
    Clock,
    DocumentKind,
    Intake,
    OnBehalf,
    RequestRefused,
    State,
    StepKind,
    Way,
)
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.sealing import seal
from forsyn.kernel.local_days import local_day
from forsyn.policy.vocabulary import Right


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a request. ``content`` is None where it was not taken in; ``not_kept`` says why, in Danish.

    ``byte_count`` is the size that it had, taken in or not.
    """

    name: str
    content_type: str
    byte_count: int
    content: bytes | None = None
    not_kept: str = ""


@transaction.atomic
def receive(
    *,
    right: Right | None,
    channel: Intake,
    said: WordsOfRequest,
    received_at: datetime,
    now: datetime,
    account_id: int | None = None,
    customer_ids: Collection[int] = (),
    on_behalf: OnBehalf = OnBehalf.SELF,
    signed_in: bool = False,
    concerns_id: int | None = None,
    message_sha256: bytes | None = None,
    attachments: Collection[Attachment] = (),
    by_id: int | None = None,
) -> tuple[int, bool]:
    """Put a request into the queue; return its id, and whether it is new.

    ``received_at`` is when it reached us, which may be days ago for a letter: the limit runs from there. ``right`` is
    None where nobody has read it yet. ``signed_in``: it came from the portal, so who asks is settled. The same
    ``message_sha256`` again is the same request, and changes nothing.
    """
    if message_sha256 is not None:
        known = Request.objects.filter(message_sha256=message_sha256).values_list("pk", flat=True).first()
        if known is not None:
            return known, False
    rules.check_received(received_at=received_at, now=now)
    if not is_one_person(customer_ids=customer_ids):
        raise RequestRefused(NOT_ONE_PERSON)
    clean, taken_out = said.cleaned()
    received_date = local_day(received_at)
    request = Request(
        right=right,
        state=State.OPEN if signed_in or right is Right.COMPLAINT else State.RECEIVED,
        channel=channel,
        received_at=received_at,
        received_date=received_date,
        **limits(Clock(received_date)),
        requester_name=clean.name,
        requester_email=clean.email,
        requester_address=clean.address,
        account_id=account_id,
        on_behalf=on_behalf,
        language=clean.language,
        subject=clean.subject,
        wish=clean.wish,
        concerns_id=concerns_id,
        message_sha256=message_sha256,
        identity_settled_at=now if signed_in else None,
        identity_way=Way.PORTAL if signed_in else None,
    )
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError:  # the same mail, fetched twice at once: the other came first
        if message_sha256 is None:
            raise
        return Request.objects.values_list("pk", flat=True).get(message_sha256=message_sha256), False
    add_step(request.pk, StepKind.RECEIVED, text=words.receipt_note(taken_out), by_id=by_id, now=now)
    if signed_in:
        IdentityCheck.objects.create(request=request, way=Way.PORTAL, made_at=now, passed_at=now, by_id=account_id)
        add_step(request.pk, StepKind.IDENTITY_SETTLED, text=rules.SETTLED_BY[Way.PORTAL], by_id=None, now=now)
    RequestCustomer.objects.bulk_create(
        RequestCustomer(request=request, customer_id=key, linked_at=now) for key in dict.fromkeys(customer_ids)
    )
    for attachment in attachments:
        keep_document(request_id=request.pk, kind=DocumentKind.ATTACHMENT, document=attachment, now=now)
    return request.pk, True


@transaction.atomic
def receive_reply(
    *, request_id: int, text: str, message_sha256: bytes, attachments: Collection[Attachment], now: datetime
) -> bool:
    """Keep a later mail of the requester's with the request, sealed; False where it was there already."""
    locked(request_id)
    name = f"{message_sha256.hex()[:32]}.txt"
    if RequestDocument.objects.filter(request_id=request_id, kind=DocumentKind.REPLY, name=name).exists():
        return False
    wish, taken_out = words.without_cpr(words.plain_text(text, rules.WISH_LENGTH))
    content = wish.encode()
    reply = Attachment(name, "text/plain; charset=utf-8", len(content), content)
    for kind, document in ((DocumentKind.REPLY, reply), *((DocumentKind.ATTACHMENT, each) for each in attachments)):
        keep_document(request_id=request_id, kind=kind, document=document, now=now)
    add_step(request_id, StepKind.REPLIED, text=words.receipt_note(taken_out), by_id=None, now=now)
    return True


@transaction.atomic
def keep_document(
    *,
    request_id: int,
    kind: DocumentKind,
    document: Attachment,
    now: datetime,
    disclosure_id: int | None = None,
) -> int:
    """Keep a file with a request, sealed; return its id. ``disclosure_id``: the door's record of what left."""
    kept = RequestDocument.objects.create(
        request_id=request_id,
        kind=kind,
        name=words.file_name(document.name),
        content_type=document.content_type[:100],
        byte_count=document.byte_count,
        sealed=None if document.content is None else seal(document.content),
        not_kept=None if document.content is not None else document.not_kept or words.NOT_TAKEN_IN,
        recorded_at=now,
        disclosure_id=disclosure_id,
    )
    return kept.pk


@transaction.atomic
def read_right(*, request_id: int, right: Right, by_id: int, now: datetime, version: int | None = None) -> None:
    """Say what is asked for, once somebody has read it; a second right is a second request."""
    request = locked(request_id, version=version)
    if _has_plan(request_id):
        raise RequestRefused("Der er allerede lagt en plan. Læg planen væk, før du ændrer, hvad der bedes om.")
    if right is Right.COMPLAINT and State(request.state) in (State.RECEIVED, State.IDENTITY_ASKED):
        change(request, right=right, **move(request, State.OPEN), **resumed(request, local_day(now)))
    else:
        change(request, right=right)
    add_step(request_id, StepKind.RIGHT_READ, text=right.value, by_id=by_id, now=now)


@transaction.atomic
def link_customer(
    *, request_id: int, customer_id: int, by_id: int | None, now: datetime, version: int | None = None
) -> None:
    """The request is about this customer, too: a person may have several numbers."""
    request = locked(request_id, version=version)
    if _has_plan(request_id):
        raise RequestRefused("Der er allerede lagt en plan. Læg planen væk, før du ændrer, hvem anmodningen er om.")
    if RequestCustomer.objects.filter(request_id=request_id, customer_id=customer_id).exists():
        raise RequestRefused("Kunden er allerede knyttet til anmodningen.")
    linked = RequestCustomer.objects.filter(request_id=request_id).values_list("customer_id", flat=True)
    if not is_one_person(customer_ids=[*linked, customer_id]):
        raise RequestRefused(NOT_ONE_PERSON)
    RequestCustomer.objects.create(request_id=request_id, customer_id=customer_id, linked_at=now)
    change(request)
    add_step(request_id, StepKind.CUSTOMER_LINKED, text=_number(customer_id), by_id=by_id, now=now)


NOT_ONE_PERSON = (
    "Kunderne står ikke i samme navn, eller de har hver sin fødselsdato. Skriv en anmodning ind for hver person: det, "
    "der er afklaret om den ene, gælder ikke for den anden."
)


@transaction.atomic
def unlink_customer(
    *, request_id: int, customer_id: int, by_id: int, now: datetime, version: int | None = None
) -> None:
    """The request is not about this customer after all."""
    request = locked(request_id, version=version)
    if _has_plan(request_id):
        raise RequestRefused("Der er allerede lagt en plan. Læg planen væk, før du ændrer, hvem anmodningen er om.")
    gone, _ = RequestCustomer.objects.filter(request_id=request_id, customer_id=customer_id).delete()
    if not gone:
        raise RequestRefused("Kunden er ikke knyttet til anmodningen.")
    change(request)
    add_step(request_id, StepKind.CUSTOMER_UNLINKED, text=_number(customer_id), by_id=by_id, now=now)


def _has_plan(request_id: int) -> bool:
    """One that waits or was carried out, whatever the state: doubt of who asks opens a planned request again."""
    return RequestPlan.objects.filter(request_id=request_id, dropped_at=None).exists()


def _number(customer_id: int) -> str:
    return f"Kundenummer {Customer.objects.values_list('number', flat=True).get(pk=customer_id)}"


@transaction.atomic
def claim(*, request_id: int, by_id: int, now: datetime, version: int | None = None, take_over: bool = False) -> None:
    """Take a request to work on. ``take_over``: from the colleague who has it, who sees so in the record."""
    request = locked(request_id, version=version)
    if request.assigned_to_id == by_id:
        return
    if request.assigned_to_id is not None and not take_over:
        raise RequestRefused(
            f"En kollega arbejder allerede på anmodning {request.number}. Tal sammen, eller overtag den udtrykkeligt."
        )
    change(request, assigned_to_id=by_id, claimed_at=now)
    add_step(request_id, StepKind.ASSIGNED, by_id=by_id, now=now)


@transaction.atomic
def add_note(*, request_id: int, text: str, by_id: int, now: datetime) -> None:
    """A line of one's own in the record, of a closed request too."""
    Request.objects.only("pk").get(pk=request_id)
    add_step(request_id, StepKind.NOTED, text=words.clean_note(text), by_id=by_id, now=now)


@transaction.atomic
def set_answer_address(
    *, request_id: int, email: str, address: str, by_id: int | None, now: datetime, version: int | None = None
) -> None:
    """Where the answer goes: as the person says, or as it stood on file before it was erased. ``address``: lines."""
    request = locked(request_id, version=version)
    clean, _ = WordsOfRequest(email=email, address=address).cleaned()
    change(request, requester_email=clean.email, requester_address=clean.address)
    add_step(request_id, StepKind.REQUESTER_CORRECTED, text=words.ANSWER_ADDRESS, by_id=by_id, now=now)


@transaction.atomic
def withhold(*, request_id: int, item: str, reason: str, by_id: int, now: datetime, version: int | None = None) -> None:
    """Leave an item out of the answer (Art. 15(4)). ``item`` is its key in the plan; the person reads the reason."""
    request = locked(request_id, version=version)
    reason = words.clean_reason(reason, about="Personen får begrundelsen at se, så skriv den")
    if Withheld.objects.filter(request_id=request_id, item=item).exists():
        raise RequestRefused("Det er allerede holdt ude af svaret.")
    Withheld.objects.create(request_id=request_id, item=item, reason=reason, at=now, by_id=by_id)
    change(request)
    add_step(request_id, StepKind.WITHHELD, text=f"{item}: {reason}", by_id=by_id, now=now)


@transaction.atomic
def stop_withholding(*, request_id: int, item: str, by_id: int, now: datetime, version: int | None = None) -> None:
    """The item is in the answer after all."""
    request = locked(request_id, version=version)
    gone, _ = Withheld.objects.filter(request_id=request_id, item=item).delete()
    if not gone:
        raise RequestRefused("Det er ikke holdt ude af svaret.")
    change(request)
    add_step(request_id, StepKind.NOT_WITHHELD, text=item, by_id=by_id, now=now)


@transaction.atomic
def withdraw(
    *, request_id: int, by_id: int | None, now: datetime, today: date, text: str = "", version: int | None = None
) -> None:
    """The person takes the request back. It needs no letter; what was carried out stays so."""
    request = locked(request_id, version=version)
    change(request, **resumed(request, today), **move(request, State.WITHDRAWN), closed_at=now)
    add_step(request_id, StepKind.WITHDRAWN, text=words.clean_note(text) if text else "", by_id=by_id, now=now)
