"""A breach of personal data security, from what the register knows to what leaves for the authority and the persons.

Whatever leaves goes through the door, under P.PRIVACY_RIGHTS. Letters go a batch a transaction: what is interrupted is
taken up where it stopped, and nobody is told twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forsyn.domain.accountability import actions, actions_persons, queries, texts
from forsyn.domain.accountability.addressees import Addressee, addressees, printed, released
from forsyn.domain.accountability.breach_models import Breach, BreachNotice, ToldBy
from forsyn.domain.accountability.queries import Line
from forsyn.domain.accountability.rules import BreachRefused, Reported
from forsyn.domain.safeguards import actions_door as door
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.documents.letters import PrintedLetter, letters_pdf
from forsyn.integrations.mail.codec import to_bytes
from forsyn.kernel.local_days import local_day
from forsyn.policy.policy import Policy, Recipient
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Capacity, Channel, Language, PersonGroup, Role
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import Letter, carrier, composed

ABOUT_BREACHES = "breaches"
"""The category of what leaves: that a breach touched somebody, and what was told of it."""
MAILS_AT_ONCE = 500
LETTERS_AT_ONCE = 200
STATUTES = {
    Role.PUBLIC_AUTHORITY: "databeskyttelsesforordningens artikel 33, stk. 1",
    Role.CONTROLLER: "databeskyttelsesforordningens artikel 33, stk. 2",
}


def reported_of(row: Breach) -> Reported:
    """The facts of a breach on the register."""
    return Reported(
        title=row.title,
        what_happened=row.what_happened,
        aware_at=row.aware_at,
        confidentiality=row.confidentiality,
        integrity=row.integrity,
        availability=row.availability,
        data_categories=tuple(row.data_categories),
        person_groups=tuple(PersonGroup(group) for group in row.person_groups),
        began_at=row.began_at,
        ended_at=row.ended_at,
        approximate_persons=row.approximate_persons,
        approximate_records=row.approximate_records,
        consequences=row.consequences,
        measures=row.measures,
        processor=row.processor,
        on_behalf_of=row.on_behalf_of,
    )


# -- the notification (Art. 33) --------------------------------------------------------------------------------------


def notified_recipient(policy: Policy, capacity: str) -> Recipient:
    """Who is notified: the authority, or in a processor's capacity the controllers. Raises BreachRefused."""
    wanted = Role.CONTROLLER if capacity == Capacity.PROCESSOR else Role.PUBLIC_AUTHORITY
    for recipient in policy.recipients.values():
        if recipient.role is wanted and recipient.gets(ABOUT_BREACHES):
            return recipient
    raise BreachRefused(
        f"Politikken nævner ingen {wanted}, der får »{ABOUT_BREACHES}«. Tilføj modtageren i politikken."
    )


def draft_notice(line: Line, *, phase: int, final: bool, now: datetime) -> str:
    """The text to send, written from what the register knows now."""
    row = line.row
    found = texts.Assessed(
        number=row.number,
        notify_by_at=row.notify_by_at,
        affected=line.affected,
        told=line.told,
        risk=row.risk,
        risk_reason=row.risk_reason,
        exception=row.exception,
        exception_reason=row.exception_reason,
    )
    return texts.notification(current_policy(), reported_of(row), found, phase=phase, final=final, now=now)


def prepare_notice(*, breach_id: int, final: bool, actor: int, now: datetime) -> int:
    """Write the next part of the notification, or write an unsent one anew. Returns the notice's id."""
    with purpose(P.PRIVACY_RIGHTS, actor=actor):
        line, earlier = queries.breach(breach_id, now=now), queries.notices(breach_id)
        phase = len([notice for notice in earlier if notice.sent_at is not None]) + 1
        return actions.prepare_notice(
            breach_id=breach_id,
            recipient=notified_recipient(current_policy(), line.row.capacity).key,
            text=draft_notice(line, phase=phase, final=final, now=now),
            final=final,
            by_id=actor,
            now=now,
        )


def mark_sent(*, notice_id: int, sent_at: datetime, late_reason: str, receipt: str, actor: int, now: datetime) -> None:
    """Somebody has handed the prepared text in on the authority's own form. Raises BreachRefused, DisclosureRefused."""
    with purpose(P.PRIVACY_RIGHTS, actor=actor):
        notice = BreachNotice.objects.get(pk=notice_id)
        recipient = current_policy().recipients[notice.recipient]
        made = door.disclose(
            categories=(ABOUT_BREACHES,),
            recipient=recipient.key,
            customer_ids=(),
            payload=notice.text.encode(),
            channel=Channel.FILE,
            statute=STATUTES[recipient.role],
            keep=False,
            now=now,
            today=local_day(now),
        )
        door.handed_over(disclosure_id=made.id, delivered=True, now=now)
        actions.notice_sent(
            notice_id=notice_id,
            disclosure_id=made.id,
            sent_at=sent_at,
            late_reason=late_reason,
            receipt=receipt,
            by_id=actor,
            now=now,
        )


# -- letters to persons (Art. 34) ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """How many were told."""

    mails: int = 0
    letters: int = 0


def starter_letters(row: Breach) -> dict[Language, str]:
    """Drafts in both languages."""
    return {each: texts.starter_letter(current_policy(), reported_of(row), each) for each in Language}


def letter_to(row: Breach, name: str, language: Language) -> str:
    """The whole letter as one person reads it; Danish where there is no English text."""
    spoken = language if row.letter_en else Language.DANISH
    body = row.letter_en if spoken is Language.ENGLISH else row.letter_da
    return texts.letter(current_policy(), body, name=name, language=spoken)


def tell_by_mail(*, breach_id: int, actor: int | None, now: datetime, most: int = MAILS_AT_ONCE) -> int:
    """Write to some of those who wait and have an e-mail address, in one transaction; 0 when nobody does any more.

    The mails leave by the outbox. Raises BreachRefused where the letters are not released; DisclosureRefused.
    """
    with purpose(P.PRIVACY_RIGHTS, actor=actor):
        row = _released(breach_id)
        found = addressees(breach_id=breach_id, by_email=True, today=local_day(now), most=most)
        if not found:
            return 0
        left = door.disclose_each(
            categories=("name", "email", ABOUT_BREACHES),
            recipient=carrier(current_policy(), Channel.EMAIL),
            payloads={each.customer_id: to_bytes(composed(_mail(row, each))) for each in found},
            channel=Channel.EMAIL,
            now=now,
            today=local_day(now),
        )
        actions_persons.told(
            breach_id=breach_id,
            person_ids=[each.person_id for each in found],
            disclosure_ids=[left[each.customer_id] for each in found],
            by=ToldBy.EMAIL,
            by_id=actor,
            now=now,
        )
    return len(found)


def _mail(row: Breach, to: Addressee) -> Letter:
    return Letter(
        to=to.email or "",
        subject=texts.SUBJECT.in_(to.language),
        text=letter_to(row, to.name, to.language),
        categories=("name", "email", ABOUT_BREACHES),
        customer_ids=(to.customer_id,),
        language=to.language,
    )


def tell_released(*, now: datetime) -> Told:
    """Write to everybody with an e-mail address who waits, of each breach whose letters are released."""
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        waiting = released()
    mails = 0
    for breach_id in waiting:
        while done := tell_by_mail(breach_id=breach_id, actor=None, now=now):
            mails += done
    return Told(mails=mails)


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters to print: the PDF, and whom they are to."""

    content: bytes
    customer_ids: tuple[int, ...]
    disclosure_id: int


def print_letters(*, breach_id: int, actor: int, now: datetime, most: int = LETTERS_AT_ONCE) -> Batch | None:
    """The next letters to those without an e-mail address, told from now on; None when nobody waits.

    Raises BreachRefused, DisclosureRefused, integrations.documents.pdf.TypesettingError.
    """
    with purpose(P.PRIVACY_RIGHTS, actor=actor):
        row = _released(breach_id)
        found = addressees(breach_id=breach_id, by_email=False, today=local_day(now), most=most)
        if not found:
            return None
        content = _typeset(row, found, now)
        made = door.disclose(
            categories=("name", "address", "customer_number", ABOUT_BREACHES),
            recipient=carrier(current_policy(), Channel.LETTER),
            customer_ids=[each.customer_id for each in found],
            payload=content,
            channel=Channel.LETTER,
            to_person=True,
            keep=False,
            now=now,
            today=local_day(now),
        )
        actions_persons.told(
            breach_id=breach_id,
            person_ids=[each.person_id for each in found],
            disclosure_ids=[made.id] * len(found),
            by=ToldBy.LETTER,
            by_id=actor,
            now=now,
        )
        door.handed_over(disclosure_id=made.id, delivered=True, now=now)
    return Batch(content, tuple(each.customer_id for each in found), made.id)


def print_again(*, breach_id: int, disclosure_id: int, actor: int, now: datetime) -> Batch | None:
    """A batch that was printed before, for a printer that jammed: the same persons, at the addresses of today."""
    with purpose(P.PRIVACY_RIGHTS, actor=actor):
        row = _released(breach_id)
        found = printed(disclosure_id=disclosure_id, today=local_day(now))
        if not found:
            return None
        return Batch(_typeset(row, found, now), tuple(each.customer_id for each in found), disclosure_id)


def _typeset(row: Breach, found: list[Addressee], now: datetime) -> bytes:
    contact = current_policy().controller.contact
    letters = [
        PrintedLetter(
            address=(each.name, *each.address),
            subject=texts.SUBJECT.in_(each.language),
            text=letter_to(row, each.name, each.language),
            language=each.language,
        )
        for each in found
    ]
    sender = (contact.name.da, contact.street, f"{contact.postal_code} {contact.city}", contact.phone, contact.email)
    return letters_pdf(letters, title=f"Breve om {row.number}", sender=sender, dated=local_day(now))


def _released(breach_id: int) -> Breach:
    row = Breach.objects.filter(pk=breach_id).first()
    if row is None:
        raise BreachRefused(actions.GONE)
    if row.letters_released_at is None:
        raise BreachRefused("Brevene er ikke frigivet endnu. Skriv brevet, og frigiv det først.")
    return row
