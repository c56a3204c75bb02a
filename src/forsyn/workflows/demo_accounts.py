"""Accounts that exist in the demo only: one member of staff for each job, with a second factor already set up."""

from __future__ import annotations

from datetime import date, datetime

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import transaction

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Role
from forsyn.domain.accounts.queries import account, account_with_email
from forsyn.domain.customers.mailboxes import Reachable, some_reachable

DEMO_PASSWORD = "nordby-demo-kodeord"  # noqa: S105 - of fictional persons on one's own machine
STAFF = (
    ("karen.kontor@demo.example", "Karen Kontor", Role.CLERK),
    ("aage.afregning@demo.example", "Aage Afregning", Role.BILLING),
    ("dennis.drift@demo.example", "Dennis Drift", Role.OPERATIONS),
    ("dina.databeskytter@demo.example", "Dina Databeskytter", Role.DPO),
)
CUSTOMERS_SHOWN = 6


class NotADemo(RuntimeError):
    """Demo accounts were asked for outside the demo."""


@transaction.atomic
def make_demo_staff(*, today: date, now: datetime) -> int:
    """Make the demo's staff where they are not there yet; return how many were made. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("Demo accounts are made by `forsyn demo` only.")
    missing = [entry for entry in STAFF if account_with_email(email=entry[0]) is None]
    for email, name, role in missing:
        account_id = create_staff(
            email=email, name=name, roles=[role], first_date=today, now=now, password=DEMO_PASSWORD
        )
        TOTP.activate(account(account_id=account_id), generate_totp_secret())
    return len(missing)


def demo_customers(*, today: date) -> list[Reachable]:
    """Some customers to sign in as."""
    return some_reachable(limit=CUSTOMERS_SHOWN, today=today)
