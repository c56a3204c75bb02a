"""What is kept of sensitive data about one customer, and what is due for review; each under its own purpose."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from forsyn.domain.customers.introductions import Introduction, introductions
from forsyn.domain.safeguards.actions_door import disclose
from forsyn.domain.safeguards.purposes import current, purpose
from forsyn.domain.sensitive import queries
from forsyn.domain.sensitive.actions import hand_over_offence, report_offence
from forsyn.domain.sensitive.queries import Due, Notice
from forsyn.domain.sensitive.rules import Kind, NotPossible
from forsyn.domain.sensitive.sealing import VaultClosed
from forsyn.policy.policy import Recipient
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel, Role
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.vault_consents import VAULT_PURPOSES

WORKS: dict[Kind, tuple[P, ...]] = {
    Kind.HEALTH: (P.INTERRUPTION_HEALTH,),
    Kind.THREATS: (P.INTERRUPTION_SAFETY,),
    Kind.PREMISES: (P.INTERRUPTION_SAFETY,),
    Kind.OFFENCES: (P.OFFENCE_REPORTS,),
    Kind.CPR: (*VAULT_PURPOSES, P.DEBT_HAND_OVER),
}
"""Who works with which kind."""
ALL_WORKS = (
    P.INTERRUPTION_SAFETY,
    P.OFFENCE_REPORTS,
    P.INTERRUPTION_HEALTH,
    *VAULT_PURPOSES,
    P.DEBT_HAND_OVER,
)
"""Those that know every customer come first: the others see only whoever has said yes, or owes."""
ACQUAINTED = (P.CUSTOMER_SERVICE, P.SETTLEMENT, P.COLLECTION, P.INTERRUPTIONS)
"""Purposes that know customers by name, whatever these have agreed to."""
AHEAD = timedelta(days=30)
"""A review can be made so long before its date."""


def kinds_kept() -> tuple[Kind, ...]:
    """The kinds that this controller's policy has at all."""
    return tuple(kind for kind in Kind if kind in current_policy().categories)


def introduce(*, customer_id: int, works: Collection[P], today: date) -> Introduction | None:
    """Who a page is about: as the purpose entered knows them, else as another one does that the staff member has.

    A purpose that waits for a consent knows nobody who has not given it; that somebody is a customer is no secret to
    those who work with customers. None for a customer whom none of them sees.
    """
    found = introductions(customer_ids=[customer_id], today=today).get(customer_id)
    if found is not None and found.name:
        return found
    entered = current()
    for work in ACQUAINTED:
        if work in works and entered is not None:
            with purpose(work, actor=entered.actor):
                known = introductions(customer_ids=[customer_id], today=today).get(customer_id)
            if known is not None:
                return known
    return found


# -- review ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DueReview:
    """A row to be reviewed, and whose it is; nothing of what it says."""

    due: Due
    customer: Introduction
    is_overdue: bool


def reviews(*, works: Collection[P], actor: int, today: date) -> list[DueReview]:
    """What is due within `AHEAD`, of the kinds that these purposes keep, the longest overdue first.

    At most 4 queries a purpose, however many rows.
    """
    kept = kinds_kept()
    found: dict[UUID, DueReview] = {}
    for work in (work for work in ALL_WORKS if work in works):
        kinds = [kind for kind in kept if work in WORKS[kind]]
        if kinds:
            with purpose(work, actor=actor):
                found |= {row.due.id: row for row in _reviews(kinds, today)}
    return sorted(found.values(), key=lambda row: (row.due.review_date, row.due.kind, str(row.due.id)))


def _reviews(kinds: Collection[Kind], today: date) -> Iterable[DueReview]:
    due = queries.due_for_review(today=today + AHEAD, kinds=kinds)
    customers = introductions(customer_ids={row.customer_id for row in due}, today=today)
    return [
        DueReview(row, customers[row.customer_id], row.review_date < today)
        for row in due
        if row.customer_id in customers
    ]


def kept_notice(*, kind: Kind, customer_id: int, row_id: UUID) -> Notice | None:
    """One row of a customer, under the purpose entered. 1 query."""
    rows = queries.notices(kind=kind, customer_ids=[customer_id])
    return next((row for row in rows if row.id == row_id), None)


# -- CPR -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeptCpr:
    """A customer's CPR number as one purpose sees it. ``masked``: 010190-****; empty where it cannot be opened now."""

    work: P
    row_id: UUID
    masked: str
    review_date: date
    recorded_at: datetime


def cpr_of(*, customer_id: int, works: Collection[P], actor: int) -> list[KeptCpr]:
    """The number under each of these purposes that sees it: with its consent live, or its claim open. 1 query each."""
    found = []
    for work in WORKS[Kind.CPR]:
        if work in works and current_policy().purpose_for(work) is not None:
            with purpose(work, actor=actor):
                rows = queries.notices(kind=Kind.CPR, customer_ids=[customer_id])
            found += [
                KeptCpr(work, row.id, mask(row.content.text) if row.content else "", row.review_date, row.recorded_at)
                for row in rows
            ]
    return found


def mask(digits: str) -> str:
    """Ten digits as 010190-****."""
    return f"{digits[:6]}-****"


# -- offences --------------------------------------------------------------------------------------------------------


def authorities() -> dict[str, Recipient]:
    """The public authorities that the policy lets an offence be reported to, by key."""
    return {
        key: recipient
        for key, recipient in current_policy().recipients.items()
        if recipient.role is Role.PUBLIC_AUTHORITY and Kind.OFFENCES in recipient.categories
    }


def report(*, offence: Notice, customer: Introduction, authority: str, actor: int, now: datetime, today: date) -> UUID:
    """Let the report of an offence out to an authority, through the one door; return the receipt's id.

    Under the purpose of reports. Raises DisclosureRefused, of which the refusal stays on record, VaultClosed, and
    sensitive's NotPossible; then nothing is reported.
    """
    if offence.content is None:
        raise VaultClosed(f"Offence {offence.id} cannot be opened, so there is nothing to report.")
    recipient = authorities()[authority]
    before = transaction.savepoint()
    disclose(
        categories=["name", "offences"],
        recipient=authority,
        customer_ids=[offence.customer_id],
        payload=report_text(offence, customer).encode(),
        channel=Channel.FILE,
        statute=recipient.statute.da if recipient.statute else "",
        keep=False,
        now=now,
        today=today,
    )
    try:
        return report_offence(offence_id=offence.id, authority=authority, now=now, reported_by_id=actor)
    except NotPossible:
        transaction.savepoint_rollback(before)
        raise


def report_text(offence: Notice, customer: Introduction) -> str:
    """What the authority gets: who it is about, and what was found."""
    found = offence.content.text if offence.content else ""
    return f"{customer.name}\n\n{found}\n"


def received(*, receipt_id: UUID, reference: str, now: datetime) -> None:
    """The authority has the report: what it was about is deleted, the receipt stays."""
    hand_over_offence(receipt_id=receipt_id, reference=reference, now=now)
