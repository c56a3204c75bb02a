"""Where else a datum of a customer stands, so that a correction or change reaches all that hold it (SF-13).

Search keys are made with the value. What is left: the name and e-mail of an account that signs in, the access that a
wrong address opened, and mails that wait in the outbox for an address that is not the person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from forsyn.domain.accounts import actions as accounts
from forsyn.domain.accounts.models import Account, AccountKind
from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.customers.actions import end_portal_access
from forsyn.domain.customers.correction_rules import VERSIONED, Field
from forsyn.domain.customers.models import PortalAccess
from forsyn.domain.safeguards.actions_door import DisclosureRefused, disclose
from forsyn.domain.safeguards.actions_waiting import withdraw_waiting
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.safeguards.receivers import WaitingMail, waiting_mails
from forsyn.domain.safeguards.sealing import SealBroken, unseal
from forsyn.integrations.mail.codec import Mail, NotAMail, from_bytes, to_bytes
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel
from forsyn.workflows.outgoing import carrier


class CopyKind(StrEnum):
    """Where a copy stands."""

    SEARCH = "search"
    """Sort and search keys: made anew with the value."""
    SIGN_IN = "sign_in"
    """The e-mail that an account signs in with."""
    ACCOUNT_NAME = "account_name"
    """The name by which the portal greets."""
    WAITING_MAIL = "waiting_mail"
    """A mail in the outbox to the wrong address."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A kind of copy, and how many there are."""

    kind: CopyKind
    count: int


@dataclass(frozen=True, slots=True)
class Reached:
    """What was done to copies: each a count."""

    sign_ins_changed: int = 0
    accesses_ended: int = 0
    accounts_renamed: int = 0
    mails_readdressed: int = 0
    mails_withdrawn: int = 0

    def __add__(self, other: Reached) -> Reached:
        return Reached(
            self.sign_ins_changed + other.sign_ins_changed,
            self.accesses_ended + other.accesses_ended,
            self.accounts_renamed + other.accounts_renamed,
            self.mails_readdressed + other.mails_readdressed,
            self.mails_withdrawn + other.mails_withdrawn,
        )


def copies_of(*, customer_id: int, field: Field, wrong: str, today: date) -> tuple[Copy, ...]:
    """Where a wrong value stands besides. At most 2 queries, under the purpose of persons' rights."""
    counts = {CopyKind.SEARCH: int(bool(wrong) and field in VERSIONED | {Field.ADDRESS})}
    if wrong and field is Field.NAME:
        counts[CopyKind.ACCOUNT_NAME] = sum(wrong in account.name for account in _accounts(customer_id, today))
    if wrong and field is Field.EMAIL:
        counts[CopyKind.SIGN_IN] = sum(_same(account.email, wrong) for account in _accounts(customer_id, today))
        counts[CopyKind.WAITING_MAIL] = len(_addressed(customer_id, wrong))
    return tuple(Copy(kind, count) for kind, count in counts.items() if count)


def reach_copies(
    policy: Policy, *, customer_id: int, field: Field, wrong: str, right: str, actor: int, today: date, now: datetime
) -> Reached:
    """Bring a correction to the copies: nobody signs in, is greeted or is written to by what was wrong."""
    if not wrong:
        return Reached()
    if field is Field.NAME:
        return _rename(customer_id, wrong, right, actor, today)
    if field is Field.EMAIL:
        signing_in = _correct_sign_ins(customer_id, wrong, right, actor, today)
        return signing_in + readdress(policy, customer_id=customer_id, wrong=wrong, right=right, now=now, today=today)
    return Reached()


def readdress(policy: Policy, *, customer_id: int, wrong: str, right: str, now: datetime, today: date) -> Reached:
    """Mails that wait for an address go to the right one instead; without one, they are taken back.

    The caller reads under the purpose of persons' rights. Those being sent at this moment cannot be stopped.
    """
    waiting = _addressed(customer_id, wrong)
    if not waiting:
        return Reached()
    with purpose(P.RETENTION, actor=None):
        withdrawn = withdraw_waiting(disclosure_ids=[row.disclosure_id for row, _ in waiting])
    sent = 0
    for row, mail in waiting:
        if right and row.disclosure_id in withdrawn:
            sent += _sent_anew(policy, row, replace(mail, to=right), now, today)
    return Reached(mails_readdressed=sent, mails_withdrawn=len(withdrawn) - sent)


# -- within --------------------------------------------------------------------------------------------------------


def _accounts(customer_id: int, today: date) -> list[Account]:
    """The accounts that see the customer today."""
    seeing = Account.objects.filter(
        kind=AccountKind.CUSTOMER,
        portal_accesses__customer_id=customer_id,
        portal_accesses__period__contains=today,
    )
    return list(seeing.order_by("pk"))


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _rename(customer_id: int, wrong: str, right: str, actor: int, today: date) -> Reached:
    renamed = [account for account in _accounts(customer_id, today) if wrong in account.name]
    with purpose(P.SIGN_IN, actor=actor):
        for account in renamed:
            accounts.name_account(account_id=account.pk, name=account.name.replace(wrong, right)[:200])
    return Reached(accounts_renamed=len(renamed))


def _correct_sign_ins(customer_id: int, wrong: str, right: str, actor: int, today: date) -> Reached:
    """Whoever reads the wrong mailbox signs in to this customer no more.

    The account follows to the right address where it is the customer's alone. One that sees others too may be
    somebody else's own: it keeps its address, and only loses this customer.
    """
    changed = ended = 0
    for account in _accounts(customer_id, today):
        if not _same(account.email, wrong):
            continue
        alone = not _sees_others(account.pk, customer_id, today)
        follows = bool(right) and alone and account_with_email(email=right) is None
        with purpose(P.SIGN_IN, actor=actor):
            if follows:
                accounts.change_email(account_id=account.pk, email=right)
            else:
                end_portal_access(account_id=account.pk, customer_id=customer_id, until_date=today)
            accounts.end_sessions(account_id=account.pk)
        changed, ended = changed + follows, ended + (not follows)
    return Reached(sign_ins_changed=changed, accesses_ended=ended)


def _sees_others(account_id: int, customer_id: int, today: date) -> bool:
    others = PortalAccess.objects.filter(account_id=account_id, period__contains=today).exclude(customer_id=customer_id)
    return others.exists()


def _addressed(customer_id: int, wrong: str) -> Sequence[tuple[WaitingMail, Mail]]:
    """The waiting mails to an address; those that no key opens are nobody's to send either."""
    found = []
    for row in waiting_mails(customer_id=customer_id):
        try:
            mail = from_bytes(unseal(row.sealed))
        except (SealBroken, NotAMail):
            continue
        if _same(mail.to, wrong):
            found.append((row, mail))
    return found


def _sent_anew(policy: Policy, row: WaitingMail, mail: Mail, now: datetime, today: date) -> bool:
    """Under the purpose that it was to leave for; False where the door lets it out no more."""
    with purpose(P(row.work), actor=None):
        try:
            disclose(
                categories=row.categories,
                recipient=carrier(policy, Channel.EMAIL),
                customer_ids=row.customer_ids,
                account_id=row.account_id,
                payload=to_bytes(mail),
                channel=Channel.EMAIL,
                to_person=True,
                now=now,
                today=today,
            )
        except DisclosureRefused:
            return False
    return True
