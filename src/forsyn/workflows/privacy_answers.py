"""Our letters about a request: made, sent through the door, kept with the request, in one transaction.

A letter goes by e-mail where the person wants it so and the address is known to be the person's; else it is a PDF to
print and post, which the door has on record too. Refusals are RequestRefused (Danish) and DisclosureRefused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from forsyn.domain.customers.queries import CustomerOverview, agreements_of, customer_overview
from forsyn.domain.rights import actions_answers, actions_identity, letters, queries
from forsyn.domain.rights.actions import Attachment
from forsyn.domain.rights.actions_identity import CodeAnswer
from forsyn.domain.rights.letters import LetterFacts, Result
from forsyn.domain.rights.models import Request
from forsyn.domain.rights.rules import Clock, Intake, OnBehalf, RefusalGround, RequestRefused
from forsyn.domain.safeguards import actions_door as door
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.documents.codec import to_plain
from forsyn.integrations.documents.pdf import typeset
from forsyn.policy.document import Document
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel, Language, Right
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import Letter, carrier, mail_code, mail_person

PDF = "application/pdf"
WHO_ASKED = ("name", "privacy_requests")


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom a letter goes. ``email`` is empty where none may be used; ``address`` is the postal one, a line each."""

    name: str
    email: str
    address: tuple[str, ...]
    language: Language
    customer_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter that has gone through the door. ``to_print``: it waits for somebody to print and post it."""

    request_id: int
    channel: Channel
    to_print: bool
    pdf: bytes


def addressee(*, request_id: int, today: date) -> Addressee:
    """Who gets our letters about a request, and where; under `P.PRIVACY_RIGHTS`. Raises Request.DoesNotExist.

    Before it is settled who asks, only what the requester gave is used, for nothing is told then. After it, a person
    who asks for himself or herself is written to by the name and at the e-mail on file, whatever was said; somebody
    who speaks for another, at his or her own address. A postal address that was given goes before the one that we
    supply, for whoever has moved no longer lives there.
    """
    request = Request.objects.get(pk=request_id)
    customer_ids = queries.customers_of(request_id=request_id)
    given = tuple(line.strip() for line in request.requester_address.splitlines() if line.strip())
    language = Language(request.language)
    for_self = request.on_behalf in (OnBehalf.SELF, OnBehalf.COMPANY)
    if request.identity_settled_at is None or not for_self or not customer_ids:
        settled = request.identity_settled_at is not None
        # what a mail says of its sender's name is not sent on: a forged one would be our letter to somebody else
        name = request.requester_name if settled or request.channel != Intake.EMAIL else ""
        return Addressee(name, request.requester_email, given, language, customer_ids if settled else ())
    person = customer_overview(customer_id=customer_ids[0], today=today)
    return Addressee(
        (request.on_behalf == OnBehalf.SELF and person.name) or request.requester_name or person.name,
        person.contact("email") or _kept_for_answer(request),
        given or _supplied_at(person, today),
        Language(person.language) if request.channel == Intake.EMAIL else language,
        customer_ids,
    )


def send_receipt(
    *,
    request_id: int,
    now: datetime,
    today: date,
    by_id: int | None = None,
    version: int | None = None,
    channel: Channel | None = None,
) -> Sent:
    """Tell the requester that the request came, its number, and until when it is answered; nothing else.

    For what somebody wrote down at the desk: a mail gets its receipt by itself (`privacy_mail_receipt`).
    """
    with purpose(P.PRIVACY_RIGHTS, actor=by_id):
        case = _Case(request_id, today, by_id, now)
        settled = case.request.identity_settled_at is not None
        letter = letters.receipt(current_policy(), case.facts, identity_settled=settled, today=today)
        sent, kept, disclosure = case.send(letter, channel)
        actions_answers.record_receipt(
            request_id=request_id, letter=kept, disclosure_id=disclosure, by_id=by_id, now=now, version=version
        )
    return sent


def ask_identity(
    *,
    request_id: int,
    reason: str,
    by_id: int,
    now: datetime,
    today: date,
    version: int | None = None,
    channel: Channel | None = None,
) -> Sent:
    """Stop the clock and ask who it is. ``reason``: why there is doubt, for the record."""
    with purpose(P.PRIVACY_RIGHTS, actor=by_id):
        actions_identity.ask_identity(
            request_id=request_id, reason=reason, by_id=by_id, now=now, today=today, version=version
        )
        case = _Case(request_id, today, by_id, now)
        letter = letters.question(current_policy(), case.facts, today=today)
        sent, kept, disclosure = case.send(letter, channel)
        actions_answers.record_question(request_id=request_id, letter=kept, disclosure_id=disclosure, now=now)
    return sent


def send_code(
    *,
    request_id: int,
    contact_point_id: int,
    by_id: int | None,
    now: datetime,
    today: date,
    not_sent: Callable[[], None] = lambda: None,
) -> str:
    """Mail a one-time code to a contact point on file; return where it went, masked. The code is kept nowhere."""
    with purpose(P.PRIVACY_RIGHTS, actor=by_id):
        made = actions_identity.make_code(
            request_id=request_id, contact_point_id=contact_point_id, by_id=by_id, now=now, today=today
        )
        to = made.destination
        language = Language(to.language)
        subject, text = letters.code_mail(current_policy(), code=made.code, language=language)
        letter = Letter(to.value, subject, text, ("email", "sign_in"), (to.customer_id,), language=language)
        mail_code(P.PRIVACY_RIGHTS, letter, actor=by_id, now=now, not_sent=not_sent)
    return to.masked


def check_code(*, request_id: int, code: str, now: datetime, today: date, by_id: int | None = None) -> CodeAnswer:
    """Try a code that somebody typed in or read out."""
    with purpose(P.PRIVACY_RIGHTS, actor=by_id):
        return actions_identity.check_code(request_id=request_id, code=code, now=now, today=today, by_id=by_id)


def extend(
    *,
    request_id: int,
    reason: str,
    by_id: int,
    now: datetime,
    today: date,
    version: int | None = None,
    channel: Channel | None = None,
) -> Sent:
    """Extend the limit to three months, and tell the person why, at once. ``reason`` is read by the person."""
    with purpose(P.PRIVACY_RIGHTS, actor=by_id):
        case = _Case(request_id, today, by_id, now)
        actions_answers.check_extension(case.request, today=today)
        until = Clock(case.request.received_date, paused_days=case.request.paused_days, extended=True).deadline_date
        letter = letters.extension(current_policy(), case.facts, reason=reason, new_deadline_date=until, today=today)
        sent, kept, disclosure = case.send(letter, channel)
        actions_answers.extend(
            request_id=request_id,
            reason=reason,
            letter=kept,
            disclosure_id=disclosure,
            by_id=by_id,
            now=now,
            today=today,
            version=version,
        )
    return sent


def answer(
    *,
    request_id: int,
    result: Result,
    by_id: int | None,
    now: datetime,
    today: date,
    version: int | None = None,
    channel: Channel | None = None,
) -> Sent:
    """Answer a request and close it. What is withheld (`actions.withhold`) is told with its reasons by itself."""
    with purpose(P.PRIVACY_RIGHTS, actor=by_id):
        case = _Case(request_id, today, by_id, now)
        actions_answers.check_answer(case.request, outcome=result.outcome, by_id=by_id)
        withheld = (*result.withheld, *dict.fromkeys(queries.withheld_items(request_id=request_id).values()))
        told = Result(result.outcome, result.done, result.kept, withheld, result.words)
        sent, kept, disclosure = case.send(letters.answer(current_policy(), case.facts, told, today=today), channel)
        actions_answers.answer(
            request_id=request_id,
            outcome=result.outcome,
            letter=kept,
            disclosure_id=disclosure,
            by_id=by_id,
            now=now,
            today=today,
            version=version,
        )
    return sent


def refuse(
    *,
    request_id: int,
    ground: RefusalGround,
    reason: str,
    by_id: int,
    now: datetime,
    today: date,
    version: int | None = None,
    channel: Channel | None = None,
) -> Sent:
    """Say no, with the ground, our reason in words, and the way to complain; and close the request."""
    with purpose(P.PRIVACY_RIGHTS, actor=by_id):
        case = _Case(request_id, today, by_id, now)
        actions_answers.check_refusal(case.request, ground=ground)
        letter = letters.refusal(current_policy(), case.facts, ground=ground, reason=reason, today=today)
        sent, kept, disclosure = case.send(letter, channel)
        actions_answers.refuse(
            request_id=request_id,
            ground=ground,
            letter=kept,
            disclosure_id=disclosure,
            by_id=by_id,
            now=now,
            today=today,
            version=version,
        )
    return sent


# -- within --------------------------------------------------------------------------------------------------------


class _Case:
    """A request with its addressee, for one letter."""

    def __init__(self, request_id: int, today: date, by_id: int | None, now: datetime) -> None:
        self.request = Request.objects.get(pk=request_id)
        self.to = addressee(request_id=request_id, today=today)
        self.today, self.by_id, self.now = today, by_id, now

    @property
    def facts(self) -> LetterFacts:
        request = self.request
        return LetterFacts(
            number=request.number,
            right=Right(request.right) if request.right else None,
            received_date=request.received_date,
            deadline_date=request.deadline_date,
            language=self.to.language,
            name=self.to.name,
            address=self.to.address,
            paused_days=request.paused_days,
            extension_reason=request.extension_reason or "",
            on_behalf=OnBehalf(request.on_behalf),
        )

    def send(self, document: Document, channel: Channel | None) -> tuple[Sent, Attachment, int]:
        """Let the letter out; return it, what is kept of it, and the door's record."""
        chosen = channel or self._usual_channel()
        plain = to_plain(document, contents=False) | {"edition": letters.edition(self.facts, self.today)}
        pdf = typeset(plain, dated=self.today)
        disclosure = self._mailed(document) if chosen is Channel.EMAIL else self._posted(pdf)
        kept = Attachment(f"{self.request.number}.pdf", PDF, len(pdf), pdf)
        return Sent(self.request.pk, chosen, chosen is Channel.LETTER, pdf), kept, disclosure

    def _usual_channel(self) -> Channel:
        """By e-mail where we may (Art. 12(3)); a letter is answered by a letter."""
        wrote = self.request.channel == Intake.LETTER and self.to.address
        return Channel.EMAIL if self.to.email and not wrote else Channel.LETTER

    def _mailed(self, document: Document) -> int:
        if not self.to.email:
            raise RequestRefused("Der er ingen e-mailadresse, vi må bruge. Send svaret som brev.")
        subject = f"{document.title} ({self.request.number})"
        categories = (*WHO_ASKED, "email")
        letter = Letter(
            self.to.email,
            subject,
            letters.mail_text(document),
            categories,
            self.to.customer_ids,
            language=self.to.language,
        )
        return mail_person(P.PRIVACY_RIGHTS, letter, actor=self.by_id, now=self.now)

    def _posted(self, pdf: bytes) -> int:
        if not self.to.address:
            raise RequestRefused("Der er ingen adresse at skrive til. Skriv personens adresse ind først.")
        return door.disclose(
            categories=(*WHO_ASKED, "address"),
            recipient=carrier(current_policy(), Channel.LETTER),
            customer_ids=self.to.customer_ids,
            payload=pdf,
            channel=Channel.LETTER,
            to_person=True,
            keep=False,
            now=self.now,
            today=self.today,
        ).id


def _kept_for_answer(request: Request) -> str:
    """The address as it stood on file before the person was erased; never one that a mail brought along."""
    erased = request.right == Right.ERASURE and queries.was_carried_out(request_id=request.pk)
    return request.requester_email if erased else ""


def _supplied_at(person: CustomerOverview, today: date) -> tuple[str, ...]:
    """Where a person is supplied today; nothing for one who has moved out."""
    for agreement in agreements_of(customer_id=person.id, today=today):
        if today in agreement.period:
            return (agreement.place.first_line, agreement.place.postal_line)
    return ()
