"""How a customer's e-mail on file opens the portal.

A code sent to the address proves who reads the mailbox, and no more. It opens the customer whose e-mail it is; two
customers who share it only where they are party to the same agreement, such as a household. Otherwise nothing is
opened, and a person at the utility decides whose address it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db import transaction

from forsyn.domain.accounts.actions import NotPossible, create_customer_account, name_account
from forsyn.domain.accounts.models import Account, AccountKind
from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.customers import mailboxes
from forsyn.domain.customers.actions import end_portal_access, grant_portal_access
from forsyn.domain.customers.queries import customers_of_account
from forsyn.domain.customers.rules import belong_together
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P


class Refusal(StrEnum):
    """Why a proved mailbox opens nothing."""

    UNKNOWN = "unknown"
    SHARED = "shared"


@dataclass(frozen=True)
class Mailbox:
    """What is known of an e-mail address before its reader has proved anything."""

    may_sign_in: bool
    language: str | None
    """Of the customer (da, en), or None where the address is not on file."""
    customer_ids: tuple[int, ...] = ()
    account_id: int | None = None


def look_up_mailbox(*, email: str, today: date) -> Mailbox:
    """Whether a code may be sent to the address. Always 2 queries, so that the answer takes the same work."""
    reached = mailboxes.reached_at(email=email, today=today)
    account = account_with_email(email=email)
    if account is not None and (account.kind != AccountKind.CUSTOMER or not account.is_active):
        return Mailbox(may_sign_in=False, language=None)
    return Mailbox(
        may_sign_in=bool(reached) or account is not None,
        language=reached[0].language if reached else None,
        customer_ids=tuple(each.customer_id for each in reached),
        account_id=account.pk if account is not None else None,
    )


def admit_customer(*, email: str, today: date, now: datetime) -> int | Refusal:
    """The account id of whoever has proved to read the mailbox, made and given access to its customers as needed.

    Access that came from an e-mail no longer on file ends; access that staff gave stays.
    """
    try:
        return _admitted(email, today, now)
    except Account.DoesNotExist:  # erased meanwhile
        return Refusal.UNKNOWN


@transaction.atomic
def _admitted(email: str, today: date, now: datetime) -> int | Refusal:
    if not look_up_mailbox(email=email, today=today).may_sign_in:
        return Refusal.UNKNOWN
    account = account_with_email(email=email)
    reached = [each.customer_id for each in mailboxes.reached_at(email=email, today=today)]
    together = belong_together(reached, mailboxes.held_together(customer_ids=reached, today=today))
    if account is None and not together:
        return Refusal.SHARED
    account_id = account.pk if account else _open_account(email, now)
    for customer_id in mailboxes.formerly_reached_at(email=email, account_id=account_id, today=today):
        end_portal_access(account_id=account_id, customer_id=customer_id, until_date=today)
    for customer_id in reached if together else ():
        grant_portal_access(account_id=account_id, customer_id=customer_id, first_date=today)
    with purpose(P.SELF_SERVICE, actor=account_id):  # from here on it is the person who looks, at his or her own
        customers = customers_of_account(account_id=account_id, today=today)
    if not customers:
        return Refusal.SHARED if reached else Refusal.UNKNOWN
    if account is None:
        name_account(account_id=account_id, name=" og ".join(customer.name for customer in customers)[:200])
    return account_id


def _open_account(email: str, now: datetime) -> int:
    try:
        return create_customer_account(email=email, name=email, now=now)
    except NotPossible:  # the same mailbox proved twice at once; the other came first
        account = account_with_email(email=email)
        if account is None or account.kind != AccountKind.CUSTOMER:
            raise
        return account.pk
