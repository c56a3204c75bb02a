"""Mails to persons, and whatever else waits in the outbox: through the door, and only then to a transport.

A mail is on record in the transaction that writes it, and leaves after the commit. One with a code in it is never kept:
it is handed over at once, and tried once. Any other waits, encrypted, until the mail server has taken it over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr, make_msgid
from functools import partial

from django.conf import settings
from django.db import transaction

from forsyn.domain.safeguards import actions_door as door
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.door_facts import Reason
from forsyn.domain.safeguards.purposes import current, purpose
from forsyn.domain.safeguards.sealing import SealBroken
from forsyn.integrations.mail import transport
from forsyn.integrations.mail.codec import Mail, NotAMail, from_bytes, to_bytes
from forsyn.integrations.mail.transport import MailNotSent
from forsyn.kernel.local_days import local_day
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel, Language
from forsyn.workflows.declarations import current_policy

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person is to read. ``categories`` of the policy: what it tells of them, the address included."""

    to: str
    subject: str
    text: str
    categories: tuple[str, ...]
    customer_ids: tuple[int, ...] = ()
    account_id: int | None = None
    language: Language = Language.DANISH


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the messages that were due."""

    delivered: int = 0
    again: int = 0
    """Tried in vain, and tried again later."""
    failed: int = 0
    """Given up: they wait for a person."""


def mail_person(work: P, letter: Letter, *, actor: int | None, now: datetime) -> int:
    """Mail somebody; it leaves after the commit, else as soon as the mail server takes it. Raises DisclosureRefused.

    Returns the id of what is on record.
    """
    with purpose(work, actor=actor):
        made = _through_the_door(composed(letter), letter, keep=True, now=now)
        transaction.on_commit(partial(deliver_due, now=now, works=(work,)))
    return made.id


def mail_recipient(recipient: str, letter: Letter, *, statute: str, now: datetime) -> door.Made:
    """Mail a recipient of the policy itself, under the purpose entered; it leaves after the commit.

    ``letter.to`` is the recipient's, the persons are those whom it is about. Raises DisclosureRefused.
    """
    entered = current()
    made = door.disclose(
        categories=letter.categories,
        recipient=recipient,
        customer_ids=letter.customer_ids,
        payload=to_bytes(composed(letter)),
        channel=Channel.EMAIL,
        statute=statute,
        now=now,
        today=local_day(now),
    )
    if entered is not None:  # else the door has refused
        transaction.on_commit(partial(deliver_due, now=now, works=(entered.work,)))
    return made


def mail_code(
    work: P, letter: Letter, *, actor: int | None, now: datetime, not_sent: Callable[[], None] = lambda: None
) -> None:
    """Mail a code, right after the commit and once: it is not kept. Raises DisclosureRefused.

    ``not_sent`` is called where the mail server did not take it.
    """
    with purpose(work, actor=actor):
        mail = composed(letter)
        made = _through_the_door(mail, letter, keep=False, now=now)
        transaction.on_commit(partial(_hand_over, work, made.id, mail, now, not_sent))


def deliver_due(*, now: datetime, works: Sequence[P] | None = None) -> Delivery:
    """Send what is due, each message under the purpose it left for; ``works`` limits to some. Safe to run at any time.

    No message is sent by two at once, and none again by itself once it may have left.
    """
    policy = current_policy()
    counts = [0, 0, 0]
    for work in tuple(P) if works is None else works:
        if policy.purpose_for(work) is None:
            continue
        while messages := _claimed(work, now):
            for message in messages:
                counts[_deliver(work, message, now)] += 1
    return Delivery(*counts)


def carrier(policy: Policy, channel: Channel) -> str:
    """The recipient that brings messages to the persons themselves. Raises DisclosureRefused where there is none."""
    for recipient in policy.recipients.values():
        if channel in recipient.carries:
            return recipient.key
    raise DisclosureRefused(
        (
            Reason(
                "no_carrier",
                f'Politikken nævner ingen, der bringer {channel} ud: skriv carries = ["{channel}"] ved en.',
            ),
        )
    )


def composed(letter: Letter) -> Mail:
    """The mail as the mail server takes it, from the controller."""
    contact = current_policy().controller.contact
    sender = settings.DEFAULT_FROM_EMAIL or formataddr((contact.name.in_(letter.language), contact.email))
    domain = contact.email.rpartition("@")[2]
    return Mail(letter.to, sender, letter.subject, letter.text, make_msgid(domain=domain))


# -- within --------------------------------------------------------------------------------------------------------


def _through_the_door(mail: Mail, letter: Letter, *, keep: bool, now: datetime) -> door.Made:
    return door.disclose(
        categories=letter.categories,
        recipient=carrier(current_policy(), Channel.EMAIL),
        customer_ids=letter.customer_ids,
        account_id=letter.account_id,
        payload=to_bytes(mail),
        channel=Channel.EMAIL,
        to_person=True,
        keep=keep,
        now=now,
        today=local_day(now),
    )


def _hand_over(work: P, disclosure_id: int, mail: Mail, now: datetime, not_sent: Callable[[], None]) -> None:
    try:
        transport.send(mail)
        delivered = True
    except MailNotSent as error:
        logger.error("A code could not be mailed. %s", error)
        delivered = False
    with purpose(work, actor=None):
        door.handed_over(disclosure_id=disclosure_id, delivered=delivered, now=now)
    if not delivered:
        not_sent()


def _claimed(work: P, now: datetime) -> list[door.Claimed]:
    with purpose(work, actor=None):
        return door.claim(now=now)


def _deliver(work: P, message: door.Claimed, now: datetime) -> int:
    """Send one message and settle it; which of Delivery's counts it belongs to."""
    error, again = None, False
    try:
        _TRANSPORTS[message.channel](message.payload())
    except MailNotSent as not_sent:
        error, again = str(not_sent), not_sent.again
    except (SealBroken, NotAMail) as unreadable:
        error = str(unreadable)
    except KeyError:
        error = f"There is no transport for {message.channel} yet."
    with purpose(work, actor=None):
        later = door.settle(message=message, error=error, again=again, now=now)
    if error is not None:
        logger.error("A message could not be delivered. %s", error)
    return 0 if error is None else 1 if later else 2


def _send_mail(payload: bytes) -> None:
    transport.send(from_bytes(payload))


_TRANSPORTS: Mapping[Channel, Callable[[bytes], None]] = {Channel.EMAIL: _send_mail}
