"""Tells those who really received data that they were corrected, erased, restricted or let free again (Art. 19).

The caller has entered the purpose of persons' rights, and is in the transaction in which that happens. Recipients with
an address in the policy are mailed, through the door and the outbox; the others become tasks for staff.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from forsyn.domain.customers.actions_notices import Told, record_notices
from forsyn.domain.customers.correction_models import NoticeCause
from forsyn.domain.customers.introductions import Introduction
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.receivers import Asked, Receiver, receivers
from forsyn.kernel.local_days import local_day
from forsyn.policy.policy import Policy, Recipient
from forsyn.workflows.outgoing import Letter, mail_recipient
from forsyn.workflows.recipient_letters import Received, Words

STATUTE = "databeskyttelsesforordningens artikel 19"


class Reach(StrEnum):
    """How a recipient is told."""

    MAIL = "mail"
    STAFF = "staff"
    """By a member of staff: the policy has no address for it."""
    NOT_TOLD = "not_told"
    """It brought messages to the person, and keeps nothing of them: there is nothing to correct (Art. 19)."""


@dataclass(frozen=True, slots=True)
class RecipientToTell:
    """A recipient that got some of what is concerned. ``categories`` of the policy; ``times``: how often it got it."""

    recipient: str
    reach: Reach
    categories: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    times: int
    disclosure_ids: tuple[int, ...]

    @property
    def received(self) -> Received:
        return Received(self.categories, local_day(self.first_at), local_day(self.last_at), self.disclosure_ids)


@dataclass(frozen=True, slots=True)
class Notified:
    """How many recipients were mailed, and how many wait for a member of staff."""

    mailed: int = 0
    tasks: int = 0


Compose = Callable[[Recipient, Received, str], Words]
"""The words for a recipient: who it is, what it got, and how it knows the person."""


def to_tell(policy: Policy, *, customer_id: int, asked: Sequence[Asked]) -> list[tuple[RecipientToTell, ...]]:
    """For each thing asked, who got it and how each is told. 1 query."""
    return [tuple(_to_tell(policy, one) for one in got) for got in receivers(customer_id=customer_id, asked=asked)]


def tell(
    policy: Policy,
    recipients: Sequence[RecipientToTell],
    *,
    customer: Introduction,
    cause: NoticeCause,
    compose: Compose,
    request_id: int | None,
    now: datetime,
    correction_ids: Callable[[str], Sequence[int | None]] = lambda recipient: (None,),
) -> Notified:
    """Mail each recipient once, or note why a member of staff must tell it; all on record.

    ``correction_ids`` gives the corrections that concern a recipient.
    """
    mailed = tasks = 0
    for one in recipients:
        if one.reach is Reach.NOT_TOLD:
            continue
        told = _told(policy, one, customer, compose, now)
        mailed, tasks = (mailed + 1, tasks) if told.disclosure_id is not None else (mailed, tasks + 1)
        for correction_id in correction_ids(one.recipient):
            record_notices(
                customer_id=customer.customer_id,
                cause=cause,
                told=[told],
                request_id=request_id,
                correction_id=correction_id,
                now=now,
            )
    return Notified(mailed, tasks)


def joined(found: Sequence[RecipientToTell]) -> list[RecipientToTell]:
    """One entry a recipient, where it got several of the things concerned."""
    by_recipient: dict[str, RecipientToTell] = {}
    for one in found:
        other = by_recipient.get(one.recipient)
        by_recipient[one.recipient] = one if other is None else _both(other, one)
    return [by_recipient[key] for key in sorted(by_recipient)]


def _both(one: RecipientToTell, other: RecipientToTell) -> RecipientToTell:
    ids = tuple(sorted({*one.disclosure_ids, *other.disclosure_ids}, reverse=True))
    reaches = {one.reach, other.reach} - {Reach.NOT_TOLD} or {Reach.NOT_TOLD}
    return RecipientToTell(
        one.recipient,
        reaches.pop(),
        tuple(dict.fromkeys((*one.categories, *other.categories))),
        min(one.first_at, other.first_at),
        max(one.last_at, other.last_at),
        len(ids),
        ids,
    )


def _to_tell(policy: Policy, got: Receiver) -> RecipientToTell:
    recipient = policy.recipients.get(got.recipient)
    if got.only_carried:
        reach = Reach.NOT_TOLD
    else:
        reach = Reach.MAIL if recipient is not None and recipient.email else Reach.STAFF
    return RecipientToTell(
        got.recipient, reach, got.categories, got.first_at, got.last_at, got.times, got.disclosure_ids
    )


def _told(policy: Policy, one: RecipientToTell, customer: Introduction, compose: Compose, now: datetime) -> Told:
    recipient = policy.recipients.get(one.recipient)
    if recipient is None or not recipient.email:
        return Told(one.recipient, one.categories, None, "Politikken har ingen mailadresse til modtageren.")
    category, who = _known_by(recipient, customer)
    allowed = tuple(key for key in one.categories if recipient.gets(key))
    words = compose(recipient, one.received, who)
    letter = Letter(
        to=recipient.email,
        subject=words.subject,
        text=words.text,
        categories=tuple(dict.fromkeys((*allowed, *category))),
        customer_ids=(customer.customer_id,),
    )
    try:
        made = mail_recipient(recipient.key, letter, statute=STATUTE, now=now)
    except DisclosureRefused as refused:
        return Told(one.recipient, one.categories, None, str(refused))
    return Told(one.recipient, one.categories, made.id)


def _known_by(recipient: Recipient, customer: Introduction) -> tuple[tuple[str, ...], str]:
    """The category by which the recipient may know the person, and the words: never more than it may get."""
    if recipient.gets("customer_number"):
        return ("customer_number",), f"kundenummer {customer.number}"
    if recipient.gets("name") and customer.name:
        return ("name",), customer.name
    return (), "den, som forsendelserne nedenfor handlede om"
