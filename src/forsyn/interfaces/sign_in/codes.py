"""Customers' sign-in by a code: allauth's process, asked of our register instead of its accounts.

The account is made only when the code has come back. Until then the same happens whether the address is on file or
not: two look-ups, one code, one mail.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core import ratelimit
from allauth.core.exceptions import RateLimited
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from forsyn.domain.accounts.queries import account
from forsyn.workflows.customer_sign_in import Refusal, admit_customer, look_up_mailbox


class CustomerCodeProcess(LoginCodeVerificationProcess):
    """One try to sign in, kept in the visitor's session: the code works there only, and once."""

    @classmethod
    def begin(cls, request: HttpRequest, email: str) -> None:
        """Write the mail and remember the code."""
        clear_login(request)
        login = Login(user=None, email=email)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, email=email) | {"initiated_by_user": True})
        process = cls(stage)
        process.send()
        process.persist()

    @classmethod
    def resume(cls, stage: LoginByCodeStage) -> CustomerCodeProcess | None:
        """The try under way, or None when its time is over."""
        process: CustomerCodeProcess | None = cls(stage).abort_if_invalid()
        return process

    def resend(self) -> None:
        """A new code by a new mail; counts as a request, raises RateLimited."""
        if not ratelimit.consume(self.request, action="request_login_code", key=self.state["email"]):
            raise RateLimited
        super().resend()

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        mailbox = look_up_mailbox(email=email, today=timezone.localdate())
        code = self.generate_code()
        if not mailbox.may_sign_in:
            del self.state["code"]  # no answer fits
        template = "account/email/login_code" if mailbox.may_sign_in else "account/email/unknown_account"
        with translation.override(mailbox.language or translation.get_language()):
            about = {"account_id": mailbox.account_id, "customer_ids": mailbox.customer_ids}
            get_adapter().send_mail(template, email, {"code": code} | about)

    def add_sent_message(self, context: dict[str, Any]) -> None:
        """The page itself says where the code went."""

    def finish(self, redirect_url: str | None) -> HttpResponse:
        email = self.state["email"]
        clear_login(self.request)
        admitted = admit_customer(email=email, today=timezone.localdate(), now=timezone.now())
        if isinstance(admitted, Refusal):
            return _refused(self.request, admitted)
        user = account(account_id=admitted)
        record_authentication(self.request, user, method="code", email=email)
        return perform_login(self.request, Login(user=user, redirect_url=redirect_url, email=email))


def _refused(request: HttpRequest, why: Refusal) -> HttpResponse:
    """The reader of the mailbox has proved to be one, so the truth may be told."""
    texts = {
        Refusal.SHARED: _(
            "Din e-mailadresse står hos flere kunder, som ikke hører sammen hos os. Kontakt os, så finder vi ud af, "
            "hvem du skal have adgang som."
        ),
        Refusal.UNKNOWN: _("Vi har ikke længere din e-mailadresse på nogen kunde. Kontakt os, hvis det er forkert."),
    }
    messages.error(request, texts[why])
    return redirect("account_login")
