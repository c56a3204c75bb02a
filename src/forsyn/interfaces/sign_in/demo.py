"""The demo's own pages: who can be tried, the mails that would have been sent, the codes of the second factor.

Routed in the demo alone (settings.DEMO).
"""

from __future__ import annotations

import email
import time
from dataclasses import dataclass
from datetime import datetime
from email import policy
from pathlib import Path

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.domain.accounts.queries import staff_accounts
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.demo_accounts import DEMO_PASSWORD, demo_customers

MAILS_SHOWN = 30


@dataclass(frozen=True)
class Mail:
    """A mail as the demo's mailbox shows it."""

    to: str
    subject: str
    text: str
    sent_at: datetime


@never_cache
@require_safe
def persons(request: HttpRequest) -> HttpResponse:
    """Whom one can sign in as, and what they can do."""
    codes = _codes()
    staff = [
        {"account": account, "roles": roles, "code": codes.get(account.pk)}
        for account, roles in staff_accounts(today=timezone.localdate())
    ]
    with purpose(P.CUSTOMER_SERVICE, actor=None):
        customers = demo_customers(today=timezone.localdate())
    return render(request, "sign_in/demo.html", {"staff": staff, "customers": customers, "password": DEMO_PASSWORD})


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The latest mails, newest first."""
    return render(request, "sign_in/demo_mailbox.html", {"mails": mails(Path(settings.EMAIL_FILE_PATH))})


def mails(folder: Path) -> list[Mail]:
    """The mails that Django's file backend has written to a folder, newest first."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)[:MAILS_SHOWN]
    return [mail for file in files for mail in _read(file)]


def _read(file: Path) -> list[Mail]:
    sent_at = datetime.fromtimestamp(file.stat().st_mtime, tz=timezone.get_current_timezone())
    parts = file.read_bytes().split(b"\n" + b"-" * 79 + b"\n")
    found = [email.message_from_bytes(part, policy=policy.default) for part in parts if part.strip()]
    return [Mail(str(each["to"]), str(each["subject"]), each.get_content(), sent_at) for each in reversed(found)]


def _codes() -> dict[int, str]:
    """What each app would show now, by account id."""
    period = int(time.time()) // app_settings.TOTP_PERIOD
    rows = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    return {row.user_id: format_hotp_value(hotp_value(decrypt(row.data["secret"]), period)) for row in rows}
