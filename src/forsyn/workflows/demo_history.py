"""What happened to some of the demo's customers before it began: a new name, other numbers, two customer numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from forsyn.domain.accounts.actions import create_customer_account
from forsyn.domain.customers import actions
from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source


@dataclass(frozen=True)
class Change:
    """A change by a customer, so many days before the anchor. Kind: "name" or a ContactKind; None takes it away."""

    number: str
    kind: str
    value: str | None
    days_ago: int


CHANGES = (
    Change("100001", "mobile", "99900101", 410),
    Change("100001", "landline", "99900201", 400),
    Change("100001", "landline", None, 90),
    Change("100004", "name", "Liv Lækagesen", 300),
    Change("100004", "mobile", "99900104", 45),
    Change("100006", "mobile", None, 12),
)
TWO_NUMBERS = ("100009", "100010")
"""One person, two customer numbers; staff have given her account both."""


def make_history(*, anchor: date, email: str, name: str, now: datetime) -> None:
    """Carry the changes out, oldest first, each on its day; open the portal of the one with two numbers."""
    ids = customer_ids(numbers=[*(change.number for change in CHANGES), *TWO_NUMBERS])
    for change in sorted(CHANGES, key=lambda each: -each.days_ago):
        _carry_out(change, ids[change.number], anchor - timedelta(days=change.days_ago))
    _grant(email, name, [ids[number] for number in TWO_NUMBERS], anchor, now)


def _carry_out(change: Change, customer_id: int, day: date) -> None:
    at = datetime.combine(day, time(17, 20), UTC)
    if change.kind == "name":
        name = change.value or ""
        actions.change_name(customer_id=customer_id, name=name, source=Source.PERSON, today=day, now=at)
    else:
        actions.change_contact_point(
            customer_id=customer_id, kind=change.kind, value=change.value, source=Source.PERSON, today=day, now=at
        )


def _grant(email: str, name: str, customer_ids: Sequence[int], anchor: date, now: datetime) -> None:
    with purpose(P.SIGN_IN, actor=None):
        account_id = create_customer_account(email=email, name=name, now=now)
        for customer_id in customer_ids:
            actions.grant_portal_access(account_id=account_id, customer_id=customer_id, first_date=anchor)
