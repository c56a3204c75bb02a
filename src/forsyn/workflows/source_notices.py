"""Tells persons of data that somebody else gave (Art. 14): by mail by itself, by letter through a member of staff.

A run mails at most so many that a mail server bears it, and a mistaken import can be stopped in time: a hundred
thousand persons are told within five days, of the month that the law gives. Of each source a person is told once: the
policy lists what may come from there, so what comes later is known already (Art. 14(5)(a)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from forsyn.domain.customers.actions_bulk import ChangedMeanwhile
from forsyn.domain.customers.actions_notices import Noticed, record_source_notices
from forsyn.domain.customers.source_queries import OTHERS, NoticesOwed, OwedNotice, notices_owed, owed_notices
from forsyn.domain.safeguards import actions_door as door
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.documents.letters import PrintedLetter, letters_pdf
from forsyn.integrations.mail.codec import to_bytes
from forsyn.kernel.deadlines import DAY, month_limit
from forsyn.kernel.local_days import local_day
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import Letter, carrier, composed
from forsyn.workflows.recipient_letters import Words
from forsyn.workflows.source_letters import source_notice

AT_ONCE = 500
"""Mails in one transaction."""
A_RUN = 1_000
LETTERS_AT_ONCE = 200
SOON = timedelta(days=7)
MAILED = ("name", "email")
PRINTED = ("name", "address", "customer_number")


@dataclass(frozen=True, slots=True)
class Sent:
    """How many notices a run put into the outbox, and how many persons are still owed one."""

    mailed: int
    left: int


def send_source_notices(*, now: datetime, most: int = A_RUN) -> Sent:
    """Mail those who are owed a notice, the oldest first, a transaction a batch. Raises DisclosureRefused.

    Safe to run at any time: nobody is told twice of a source.
    """
    mailed = 0
    for source in OTHERS:
        while mailed < most:
            with purpose(P.PRIVACY_RIGHTS, actor=None):
                found = owed_notices(
                    source=source, by_email=True, today=local_day(now), most=min(AT_ONCE, most - mailed)
                )
                _mail(found, now)
            mailed += len(found)
            if len(found) < AT_ONCE:
                break
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        return Sent(mailed, due_notices(today=local_day(now)).total)


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters to print: the PDF, and how many persons they are to."""

    content: bytes
    letters: int
    disclosure_id: int


def print_source_notices(*, actor: int, now: datetime, most: int = LETTERS_AT_ONCE) -> Batch | None:
    """The next letters to those without an e-mail address, told from now on; None when nobody waits.

    Raises DisclosureRefused and integrations.documents.pdf.TypesettingError; then nobody counts as told.
    """
    policy, today = current_policy(), local_day(now)
    with purpose(P.PRIVACY_RIGHTS, actor=actor):
        found: list[OwedNotice] = []
        for source in OTHERS:
            found += owed_notices(source=source, by_email=False, today=today, most=most - len(found))
        if not found:
            return None
        content = _typeset(policy, found, today)
        made = door.disclose(
            categories=PRINTED,
            recipient=carrier(policy, Channel.LETTER),
            customer_ids=[one.customer_id for one in found],
            payload=content,
            channel=Channel.LETTER,
            to_person=True,
            keep=False,
            now=now,
            today=today,
        )
        _record(found, [made.id] * len(found), now)
        door.handed_over(disclosure_id=made.id, delivered=True, now=now)
    return Batch(content, len(found), made.id)


def due_notices(*, today: date) -> NoticesOwed:
    """What the privacy desk must not overlook, under the purpose of persons' rights. 1 query."""
    return notices_owed(
        overdue_until=_last_obtained_before(today), soon_until=_last_obtained_before(today + SOON + DAY), today=today
    )


# -- within --------------------------------------------------------------------------------------------------------


def _last_obtained_before(day: date) -> date:
    """The last day of obtaining whose month (Art. 14(3)(a)) ended before a day."""
    obtained = day
    while month_limit(obtained, months=1) >= day:
        obtained -= DAY
    return obtained


def _mail(found: Sequence[OwedNotice], now: datetime) -> None:
    if not found:
        return
    policy = current_policy()
    left = door.disclose_each(
        categories=MAILED,
        recipient=carrier(policy, Channel.EMAIL),
        payloads={one.customer_id: to_bytes(composed(_letter(policy, one))) for one in found},
        channel=Channel.EMAIL,
        now=now,
        today=local_day(now),
    )
    _record(found, [left[one.customer_id] for one in found], now)


def _record(found: Sequence[OwedNotice], disclosure_ids: Sequence[int], now: datetime) -> None:
    noticed = [
        Noticed(one.customer_id, one.source, one.obtained_date, key)
        for one, key in zip(found, disclosure_ids, strict=True)
    ]
    if record_source_notices(noticed=noticed, now=now) != len(noticed):
        raise ChangedMeanwhile("Somebody else is telling the same persons; nothing was sent twice. Run it again.")


def _letter(policy: Policy, one: OwedNotice) -> Letter:
    words = _words(policy, one)
    return Letter(one.email or "", words.subject, words.text, MAILED, (one.customer_id,), language=one.language)


def _words(policy: Policy, one: OwedNotice) -> Words:
    return source_notice(
        policy,
        name=one.name,
        source=one.source,
        categories=one.categories,
        obtained=one.obtained_date,
        language=one.language,
    )


def _typeset(policy: Policy, found: Sequence[OwedNotice], today: date) -> bytes:
    contact = policy.controller.contact
    letters = []
    for one in found:
        words = _words(policy, one)
        letters.append(PrintedLetter((one.name, *one.address), words.subject, words.text, one.language))
    sender = (contact.name.da, contact.street, f"{contact.postal_code} {contact.city}", contact.phone, contact.email)
    return letters_pdf(letters, title="Underretninger efter artikel 14", sender=sender, dated=today)
