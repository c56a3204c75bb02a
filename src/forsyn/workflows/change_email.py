"""Change a customer's e-mail, and with it the address that the account signs in with, when the two were one.

Called only once a code has shown that the new mailbox is the person's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from forsyn.domain.accounts import actions as accounts
from forsyn.domain.accounts.models import Account
from forsyn.domain.customers.queries import customer_overview
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.change_contact import change_contact
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.rectification_copies import readdress


@dataclass(frozen=True)
class EmailChange:
    """What a change did."""

    former_contact: str | None
    """The customer's e-mail until now; whoever reads it should hear of the change."""
    signs_in_with_it: bool
    """Whether the account signs in with the new address from now on."""
    mails_readdressed: int = 0
    """Mails that waited to leave for the former address, and go to the new one."""


@transaction.atomic
def change_email(*, account_id: int, customer_id: int, email: str, today: date, now: datetime) -> EmailChange:
    """Put the new address on file. Raises NotPossible where another account signs in with it already."""
    with purpose(P.SIGN_IN, actor=account_id):
        account = Account.objects.select_for_update().get(pk=account_id)
    former = customer_overview(customer_id=customer_id, today=today).contact("email")
    change_contact(customer_id=customer_id, kind="email", value=email, today=today, now=now)
    signs_in = former is not None and former.casefold() == account.email.casefold()
    if signs_in:
        try:
            with purpose(P.SIGN_IN, actor=account_id):
                accounts.change_email(account_id=account_id, email=email)
        except accounts.NotPossible:
            raise NotPossible(
                "En anden bruger logger allerede ind med den e-mailadresse. Vælg en anden, eller kontakt os."
            ) from None
    return EmailChange(former, signs_in, _waiting_mails_follow(customer_id, former, email, today, now))


def _waiting_mails_follow(customer_id: int, former: str | None, email: str, today: date, now: datetime) -> int:
    """What is under way to the person goes where the person reads it (SF-13)."""
    if former is None:
        return 0
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        return readdress(
            current_policy(), customer_id=customer_id, wrong=former, right=email, now=now, today=today
        ).mails_readdressed
