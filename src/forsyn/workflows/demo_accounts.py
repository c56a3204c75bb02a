"""Accounts that exist in the demo only: members of staff with a second factor already set up."""

from __future__ import annotations

from datetime import date, datetime

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Role
from forsyn.domain.accounts.queries import account, account_with_email
from forsyn.domain.customers.mailboxes import Reachable, some_reachable
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows import demo_access
from forsyn.workflows.staff_access import end_overdue

DEMO_PASSWORD = "nordby-demo-kodeord"  # noqa: S105 - of fictional persons on one's own machine
STAFF = (
    ("karen.kontor@demo.example", "Karen Kontor", Role.CLERK),
    ("aage.afregning@demo.example", "Aage Afregning", Role.BILLING),
    ("bente.bilag@demo.example", "Bente Bilag", Role.BILLING),
    ("dennis.drift@demo.example", "Dennis Drift", Role.OPERATIONS),
    ("dina.databeskytter@demo.example", "Dina Databeskytter", Role.DPO),
    ("ada.adgang@demo.example", "Ada Adgang", Role.ACCESS_MANAGER),
    ("sofie.sikkerhed@demo.example", "Sofie Sikkerhed", Role.SAFETY),
)
DRAFTS_TARIFFS, APPROVES_TARIFFS = STAFF[2][0], STAFF[1][0]
"""Two of billing: what one writes, the other approves."""
CUSTOMERS_SHOWN = 6


class NotADemo(RuntimeError):
    """Demo accounts were asked for outside the demo."""


def make_demo_staff(*, today: date, now: datetime) -> int:
    """Make the demo's staff where they are not there yet; return how many were made. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("Demo accounts are made by `forsyn demo` only.")
    made: list[int] = []
    with purpose(P.STAFF_ADMINISTRATION, actor=None):
        end_overdue(today=today, now=now)
        for email, name, role in STAFF:
            present = account_with_email(email=email)
            account_id = present.pk if present else _made(made, email, name, today, now)
            demo_access.let_work(account_id=account_id, role=role, today=today, now=now)
            if role is Role.CLERK:
                demo_access.ask_once(account_id=account_id, role=Role.BILLING, today=today, now=now)
        external = demo_access.make_external(password=DEMO_PASSWORD, today=today, now=now)
        demo_access.confirm_instructions(today=today, now=now)
    with purpose(P.SIGN_IN, actor=None):
        for account_id in [*made, *([external] if external else [])]:
            TOTP.activate(account(account_id=account_id), generate_totp_secret())
    return len(made) + (external is not None)


def _made(made: list[int], email: str, name: str, today: date, now: datetime) -> int:
    made.append(create_staff(email=email, name=name, roles=(), first_date=today, now=now, password=DEMO_PASSWORD))
    return made[-1]


def demo_customers(*, today: date) -> list[Reachable]:
    """Some customers to sign in as."""
    return some_reachable(limit=CUSTOMERS_SHOWN, today=today)
