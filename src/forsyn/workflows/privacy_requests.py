"""Requests come in here, from the portal, the desk and the mail box: one queue.

Each enters `P.PRIVACY_RIGHTS` itself: whoever may hand a request in need not be able to read the queue.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from forsyn.domain.customers import mailboxes
from forsyn.domain.customers.queries import CustomerOverview, customer_overview, customers_of_account
from forsyn.domain.rights import actions, own_queries, queries
from forsyn.domain.rights.actions import Attachment
from forsyn.domain.rights.models import Request
from forsyn.domain.rights.rules import Clock, Intake, OnBehalf, RequestRefused, number_of
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.local_days import local_day
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Right


@dataclass(frozen=True, slots=True)
class Received:
    """A request in the queue. ``is_new`` is False where the same mail had been received before.

    ``language`` (da, en) is the one to answer in; ``customer_ids`` those it was linked to. Who asks is settled only
    where the person was signed in.
    """

    request_id: int
    number: str
    deadline_date: date
    is_new: bool
    language: str
    customer_ids: tuple[int, ...]
    is_reply: bool = False
    """A later mail about a request that was open already: kept with that one, and no request of its own."""


def receive_from_portal(
    *,
    account_id: int,
    customer_id: int,
    right: Right,
    wish: str,
    now: datetime,
    on_behalf: OnBehalf = OnBehalf.SELF,
    also_customer_ids: Collection[int] = (),
    concerns_id: int | None = None,
) -> Received:
    """A signed-in person asks: identity is settled. ``also_customer_ids``: the person's further customer numbers.

    They are named one by one, since an account may see somebody else of the household too, whose request it is not.
    ``concerns_id``: the person's own earlier request that a complaint is about. Raises RequestRefused for a customer
    that the account may not see.
    """
    today, chosen = local_day(now), tuple(dict.fromkeys((customer_id, *also_customer_ids)))
    with purpose(P.SELF_SERVICE, actor=account_id):
        own = {choice.id for choice in customers_of_account(account_id=account_id, today=today)}
        if not own.issuperset(chosen):
            raise RequestRefused("Du kan kun bede om noget for dig selv her. Skriv til os, hvis det gælder en anden.")
        if concerns_id is not None and not own_queries.is_own(
            request_id=concerns_id, account_id=account_id, customer_ids=own
        ):
            raise RequestRefused("Den anmodning er ikke din. Vælg en af dine egne, eller ingen.")
        person = customer_overview(customer_id=customer_id, today=today)
        for other_id in chosen[1:]:
            _check_same_person(person, customer_overview(customer_id=other_id, today=today))
    said = WordsOfRequest(name=person.name, email=person.contact("email") or "", wish=wish, language=person.language)
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        request_id, _ = actions.receive(
            right=right,
            channel=Intake.PORTAL,
            said=said,
            received_at=now,
            now=now,
            account_id=account_id,
            customer_ids=chosen,
            on_behalf=on_behalf,
            signed_in=True,
            concerns_id=concerns_id,
        )
    return _received(request_id, now, True, person.language, chosen)


def withdraw_own(*, account_id: int, request_id: int, now: datetime) -> None:
    """A signed-in person takes back a request of his or her own. Raises RequestRefused."""
    today = local_day(now)
    with purpose(P.SELF_SERVICE, actor=account_id):
        own = {choice.id for choice in customers_of_account(account_id=account_id, today=today)}
        if not own_queries.is_own(request_id=request_id, account_id=account_id, customer_ids=own):
            raise RequestRefused("Den anmodning er ikke din.")
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        actions.withdraw(
            request_id=request_id, by_id=account_id, now=now, today=today, text="Taget tilbage i selvbetjeningen."
        )


def _check_same_person(one: CustomerOverview, other: CustomerOverview) -> None:
    """A household may share a sign-in; each asks for his or her own. Raises RequestRefused."""
    dates = {one.birth_date, other.birth_date} - {None}
    if " ".join(one.name.split()).casefold() != " ".join(other.name.split()).casefold() or len(dates) > 1:
        raise RequestRefused(
            f"Kundenummer {other.number} står i et andet navn. Den, der er kunde dér, skal selv bede om det; skriv til "
            "os, hvis det også er dig."
        )


def receive_at_desk(
    *,
    by_id: int | None,
    channel: Intake,
    right: Right | None,
    said: WordsOfRequest,
    received_at: datetime,
    now: datetime,
    customer_ids: Collection[int] = (),
    on_behalf: OnBehalf = OnBehalf.SELF,
    concerns_id: int | None = None,
    attachments: Sequence[Attachment] = (),
) -> Received:
    """A member of staff writes down what came by letter, telephone or in person; ``received_at`` is when it came.

    ``by_id`` is None for an operator at the command line. What the clerk saw of who asks is recorded apart:
    `actions_identity.note_identity_seen`. Raises RequestRefused.
    """
    with purpose(P.PRIVACY_RIGHTS, actor=by_id):
        request_id, _ = actions.receive(
            right=right,
            channel=channel,
            said=said,
            received_at=received_at,
            now=now,
            customer_ids=customer_ids,
            on_behalf=on_behalf,
            concerns_id=concerns_id,
            attachments=attachments,
            by_id=by_id,
        )
    return _received(request_id, received_at, True, said.language, customer_ids)


def receive_from_mail(
    *,
    sender_address: str,
    sender_name: str,
    subject: str,
    text: str,
    attachments: Sequence[Attachment],
    received_at: datetime,
    message_digest: str,
    now: datetime,
    today: date,
    right: Right | None = None,
) -> Received:
    """A marked mail has come. ``message_digest``: SHA-256 in hexadecimal; the same again is the same request.

    All texts are hostile: control characters go, CPR numbers are taken out (`words.without_cpr`), what is too long is
    cut. An address that is one customer's e-mail on file links that customer, and settles nothing: anybody can write
    any sender. Where it is several customers', a clerk chooses. ``right`` is None unless the subject says it plainly.
    A mail whose subject names an open request of the same address is kept with that one (`Received.is_reply`).
    What is written before it is settled who asks is in Danish: the language on file would tell that there is a file.
    Attachments with content are sealed; those without carry why (`Attachment.not_kept`).
    """
    digest = bytes.fromhex(message_digest)
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        about = queries.open_request_named(text=subject, email=sender_address)
        if about is not None and not queries.is_received(message_sha256=digest):
            actions.receive_reply(request_id=about, text=text, message_sha256=digest, attachments=attachments, now=now)
            return _replied(about)
        reached = mailboxes.reached_at(email=sender_address, today=today) if "@" in sender_address else []
        linked = [reached[0].customer_id] if len(reached) == 1 else []
        request_id, is_new = actions.receive(
            right=right,
            channel=Intake.EMAIL,
            said=WordsOfRequest(name=sender_name, email=sender_address, wish=text, subject=subject),
            received_at=received_at,
            now=now,
            customer_ids=linked,
            message_sha256=digest,
            attachments=attachments,
        )
    return _received(request_id, received_at, is_new, "da", linked)


def _replied(request_id: int) -> Received:
    request = Request.objects.get(pk=request_id)
    customer_ids = queries.customers_of(request_id=request_id)
    return Received(request_id, request.number, request.deadline_date, False, request.language, customer_ids, True)


def _received(
    request_id: int, received_at: datetime, is_new: bool, language: str, customer_ids: Collection[int]
) -> Received:
    received_date = local_day(received_at)
    return Received(
        request_id,
        number_of(request_id, received_date),
        Clock(received_date).deadline_date,
        is_new,
        language,
        tuple(customer_ids),
    )
