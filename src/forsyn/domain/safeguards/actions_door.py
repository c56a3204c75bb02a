"""Lets out what may leave, and keeps on record what did and what did not.

The caller has entered the purpose it leaves for. What leaves is on record in the caller's transaction, and, unless it
is handed over at once, in the outbox too: what was rolled back never happened, what was not on record never left.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from forsyn.domain.safeguards.door_facts import Allowed, Digest, Reason, Refused, Request
from forsyn.domain.safeguards.door_queries import agreements_of, persons_facts
from forsyn.domain.safeguards.door_rules import decide
from forsyn.domain.safeguards.purposes import current, rules
from forsyn.domain.safeguards.sealing import seal, unseal
from forsyn.policy.vocabulary import Channel

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""So long a message may take to be sent; then it is in doubt whether it left."""
AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60))
"""Waiting times after the first, second … attempt that failed; after the last one a person decides."""


class DisclosureRefused(PermissionError):
    """The door lets it not out; ``reasons`` are all of them, in Danish, each with what to do."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons = tuple(reasons)

    @property
    def codes(self) -> tuple[str, ...]:
        """The reasons for machines."""
        return tuple(reason.code for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Made:
    """What is on record. ``payload`` waits in the outbox, or is the caller's to hand over after the commit."""

    id: int
    agreement: str | None
    countries: tuple[str, ...]


def disclose(
    *,
    categories: Sequence[str],
    recipient: str,
    customer_ids: Sequence[int],
    payload: bytes | Digest,
    channel: Channel,
    now: datetime,
    today: date,
    ground: str = "",
    statute: str = "",
    to_person: bool = False,
    account_id: int | None = None,
    keep: bool = True,
    their_marketing: bool = False,
    country: str = "",
) -> Made:
    """Put something on record that leaves for a recipient of the policy, under the purpose entered.

    With ``keep`` it waits, encrypted, in the outbox and `deliver` takes it from there; without (codes, downloads) only
    its digest is kept, which may then be all that is given, and the caller hands it over once the transaction has
    committed. ``account_id`` is the account whose holder it is about, where that is nobody's customer; ``country``
    where a recipient is whom the person named. Raises DisclosureRefused, which is on record as well.
    """
    entered = current()
    if entered is None:
        raise DisclosureRefused((Reason("no_purpose", "Der er ikke valgt noget formål. Intet sendes uden."),))
    customers = sorted(set(customer_ids))
    request = Request(
        purpose=entered.purpose.key,
        categories=tuple(dict.fromkeys(categories)),
        recipient=recipient,
        channel=channel,
        persons=len(customers) + (account_id is not None),
        ground=ground,
        statute=statute,
        to_person=to_person,
        their_marketing=their_marketing,
        country=country,
    )
    decision = _decide(request, customers, entered.purpose.consent, today)
    if isinstance(decision, Refused):
        _keep_refusal(request, decision, now)
        raise DisclosureRefused(decision.reasons)
    if keep and isinstance(payload, Digest):
        raise ValueError("What waits in the outbox is given whole, not as a digest.")
    sealed = seal(payload) if keep and isinstance(payload, bytes) else None
    digest = payload if isinstance(payload, Digest) else Digest(hashlib.sha256(payload).digest(), len(payload))
    made = _insert(request, decision, digest, customers, account_id, entered.actor, str(entered.work), sealed, now)
    return Made(made, decision.agreement.number if decision.agreement else None, decision.countries)


def disclose_each(
    *, categories: Sequence[str], recipient: str, payloads: Mapping[int, bytes], channel: Channel, now: datetime,
    today: date,
) -> dict[int, int]:  # fmt: skip
    """Put many messages on record at once, one to each customer, which a processor carries to them; 3 queries.

    ``payloads`` is each customer's own, which waits, encrypted, in the outbox. Returns the id of each one's disclosure.
    Raises DisclosureRefused, for all of them: nobody is left out by the way.
    """
    entered = current()
    if entered is None:
        raise DisclosureRefused((Reason("no_purpose", "Der er ikke valgt noget formål. Intet sendes uden."),))
    customers = sorted(payloads)
    request = Request(
        purpose=entered.purpose.key,
        categories=tuple(dict.fromkeys(categories)),
        recipient=recipient,
        channel=channel,
        persons=len(customers),
        to_person=True,
    )
    decision = _decide(request, customers, entered.purpose.consent, today)
    if isinstance(decision, Refused):
        _keep_refusal(request, decision, now)
        raise DisclosureRefused(decision.reasons)
    facts = _facts(replace(request, persons=1), decision, 0, now)
    texts = [payloads[customer] for customer in customers]
    with connection.cursor() as cursor:
        cursor.execute(
            "select one.customer, safeguards_disclose(%s::jsonb || jsonb_build_object('payload_bytes', one.bytes),"
            " one.digest, array[one.customer], null, %s, %s, one.sealed)"
            "  from unnest(%s::bigint[], %s::bytea[], %s::bigint[], %s::bytea[])"
            "    as one (customer, digest, bytes, sealed)",
            [
                json.dumps(facts),
                entered.actor,
                str(entered.work),
                customers,
                [hashlib.sha256(text).digest() for text in texts],
                [len(text) for text in texts],
                [seal(text) for text in texts],
            ],
        )
        return dict(cursor.fetchall())


def _decide(request: Request, customers: list[int], consent: str | None, today: date) -> Allowed | Refused:
    return decide(
        rules().matrix.policy,
        request,
        agreements=agreements_of(recipient=request.recipient),
        persons=persons_facts(customer_ids=customers, purpose=request.purpose, consent=consent),
        today=today,
    )


def _insert(
    request: Request,
    decision: Allowed,
    digest: Digest,
    customers: list[int],
    account_id: int | None,
    actor: int | None,
    work: str,
    sealed: bytes | None,
    now: datetime,
) -> int:
    facts = _facts(request, decision, digest.byte_count, now)
    with connection.cursor() as cursor:
        cursor.execute(
            "select safeguards_disclose(%s::jsonb, %s, %s::bigint[], %s, %s, %s, %s)",
            [json.dumps(facts), digest.sha256, customers, account_id, actor, work, sealed],
        )
        return int(cursor.fetchone()[0])


def _facts(request: Request, decision: Allowed, payload_bytes: int, now: datetime) -> dict[str, object]:
    return {
        "at": now.isoformat(),
        "purpose": request.purpose,
        "recipient": request.recipient,
        "role": rules().matrix.policy.recipients[request.recipient].role.value,
        "agreement_id": decision.agreement.id if decision.agreement else None,
        "categories": request.categories,
        "countries": decision.countries,
        "ground": request.ground,
        "statute": request.statute.strip(),
        "channel": request.channel.value,
        "to_person": request.to_person,
        "person_count": request.persons,
        "payload_bytes": payload_bytes,
    }


def _keep_refusal(request: Request, decision: Refused, now: datetime) -> None:
    """On record whatever becomes of the caller's transaction, which the refusal will mostly roll back."""
    codes = [reason.code for reason in decision.reasons]
    logger.warning("Not let out to %s for %s: %s", request.recipient, request.purpose, ", ".join(codes))
    facts = {
        "at": now.isoformat(),
        "purpose": request.purpose,
        "recipient": request.recipient,
        "categories": request.categories,
        "channel": request.channel.value,
        "person_count": request.persons,
        "reasons": codes,
        "explanation": " ".join(reason.text for reason in decision.reasons),
    }
    write_apart(rules().names.of(request.purpose), json.dumps(facts))


def write_apart(role: str, facts: str) -> None:
    """Put a refusal on record over a connection of its own, as a purpose's role; ``facts`` is JSON."""
    apart = connection.copy()
    try:
        apart.set_autocommit(False)
        with apart.cursor() as cursor:
            cursor.execute("select set_config('role', %s, true)", [role])
            cursor.execute("select safeguards_refuse(%s::jsonb)", [facts])
        apart.commit()
    finally:
        apart.close()


# -- delivery ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message taken from the outbox, to be sent and then settled."""

    id: int
    channel: Channel
    sealed: bytes
    attempts: int

    def payload(self) -> bytes:
        """The content. Raises sealing.SealBroken."""
        return unseal(self.sealed)


def claim(*, now: datetime, most: int = 20) -> list[Claimed]:
    """Take what is due under the purpose entered; nobody else takes it for `LEASE`.

    What was taken before and never settled is from now on in doubt, and waits for a person. What is about somebody who
    has since objected or withdrawn the consent is taken back; about somebody restricted, it waits.
    """
    entered = current()
    if entered is None:
        raise DisclosureRefused((Reason("no_purpose", "Der er ikke valgt noget formål. Intet sendes uden."),))
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, channel, sealed, attempts from safeguards_outbox_claim(%s, %s, %s, %s, %s)",
            [str(entered.work), now, now + LEASE, most, entered.purpose.consent],
        )
        return [
            Claimed(key, Channel(channel), bytes(sealed), attempts)
            for key, channel, sealed, attempts in cursor.fetchall()
        ]


def settle(*, message: Claimed, error: str | None, again: bool, now: datetime) -> bool:
    """Delivered where ``error`` is None: the content is deleted. Else it is tried again later, or waits for a person.

    Returns whether it is tried again by itself: if ``again`` may help, and it was not tried too often.
    """
    wait = AGAIN_AFTER[message.attempts - 1] if again and message.attempts <= len(AGAIN_AFTER) else None
    with connection.cursor() as cursor:
        cursor.execute(
            "select safeguards_outbox_settle(%s, %s, %s, %s::timestamptz, %s)",
            [message.id, error is None, error or "", now + wait if wait else None, now],
        )
    return error is not None and wait is not None


def handed_over(*, disclosure_id: int, delivered: bool, now: datetime) -> None:
    """How it went with something that was not kept."""
    with connection.cursor() as cursor:
        cursor.execute("select safeguards_handed_over(%s, %s, %s)", [disclosure_id, delivered, now])


def send_again(*, disclosure_id: int, now: datetime) -> bool:
    """Let something that failed, or is in doubt, be tried again; False where nothing is kept to send."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select safeguards_outbox_again(%s, %s)", [disclosure_id, now])
        return bool(cursor.fetchone()[0])
