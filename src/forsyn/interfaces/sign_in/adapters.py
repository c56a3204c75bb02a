"""What allauth asks of us: who may sign in how, the words of its errors, its mails, its secrets."""

from __future__ import annotations

import base64
import logging
import time
from functools import partial
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from forsyn.domain.accounts.actions import clear_expired
from forsyn.domain.accounts.models import Account, AccountKind
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.pages import controller
from forsyn.policy.policy import Contact
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import Letter, mail_code, mail_person

logger = logging.getLogger(__name__)
Messages = dict[str, str | Promise]


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the utility; staff sign in by password, customers by code or by a linked provider."""

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, Any]]:
        """As allauth's, which asks after the page has ended, and its purpose with it."""
        with purpose(P.SIGN_IN, actor=user.pk):
            methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
            return methods

    error_messages: Messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("Kontoen er lukket."),
        "email_password_mismatch": gettext_lazy("E-mailadressen eller adgangskoden er forkert."),
        "enter_current_password": gettext_lazy("Skriv den adgangskode, du har nu."),
        "incorrect_code": gettext_lazy("Koden er forkert. Se efter i den nyeste mail fra os."),
        "incorrect_password": gettext_lazy("Adgangskoden er forkert."),
        "invalid_password_reset": gettext_lazy("Linket er brugt eller for gammelt. Bed om et nyt."),
        "too_many_login_attempts": gettext_lazy("Der har været for mange forsøg. Prøv igen om 15 minutter."),
        "rate_limited": gettext_lazy("Der har været for mange forsøg. Prøv igen om 15 minutter."),
        "same_as_current": gettext_lazy("Vælg en anden adgangskode end den, du har nu."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes their own account."""
        return False

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def pre_login(self, request: HttpRequest, user: Account, **hooks: Any) -> HttpResponse | None:
        """Staff get in by their password only, whatever else may have proved who they are."""
        methods = {record["method"] for record in get_authentication_records(request, user)}
        if user.kind == AccountKind.STAFF and "password" not in methods:
            clear_login(request)
            messages.error(request, _("Medarbejdere logger ind med adgangskode."))
            return redirect("sign_in:staff")
        return super().pre_login(request, user, **hooks)

    def login(self, request: HttpRequest, user: Account) -> None:
        """Each sign-in sweeps away what is over, sooner than the job does."""
        clear_expired(now=timezone.now())
        super().login(request, user)

    def is_reauthentication_required(self, *, app: str, **rest: Any) -> bool:
        """Not right after the password was given."""
        required: bool = super().is_reauthentication_required(app=app, **rest)
        return required and not _gave_password_lately(self.request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A code or a link that opens something, or word that there is none: plain text, by the door, never kept.

        ``context`` may name whom it is about: ``user``, or ``account_id`` and ``customer_ids``.
        """
        letter = self._letter(template_prefix, email, context)
        told = partial(_tell_not_sent, self.request)
        try:
            mail_code(P.SIGN_IN, letter, actor=self._actor(), now=timezone.now(), not_sent=told)
        except DisclosureRefused as refused:
            logger.error("The door lets no mail out that is needed for signing in. %s", refused)
            told()

    def send_notification_mail(
        self, template_prefix: str, user: Account, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell of a change in how the account is protected; it waits in the outbox until it can be delivered."""
        values = {"timestamp": timezone.localtime(), "user": user} | (context or {})
        letter = self._letter(template_prefix, email or user.email, values)
        try:
            mail_person(P.SIGN_IN, letter, actor=self._actor(), now=timezone.now())
        except DisclosureRefused as refused:
            logger.error("The door lets no notice about an account out. %s", refused)

    def _letter(self, template_prefix: str, email: str, context: dict[str, Any]) -> Letter:
        """With the controller's name and contacts at hand."""
        values = {"request": self.request, "email": email} | controller(self.request) | context
        message = self.render_mail(template_prefix, email, values)
        user = context.get("user")
        return Letter(
            to=email,
            subject=str(message.subject),
            text=str(message.body),
            categories=("email", "sign_in"),
            customer_ids=tuple(context.get("customer_ids", ())),
            account_id=user.pk if user is not None else context.get("account_id"),
            language=_language(),
        )

    def _actor(self) -> int | None:
        return self.request.user.pk if self.request.user.is_authenticated else None


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors, their secrets encrypted with a key that is not in the database."""

    error_messages: Messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("Koden er forkert. Vent på en ny i appen, og prøv igen."),
        "cannot_delete_authenticator": gettext_lazy(
            "Du kan ikke fjerne dit eneste ekstra trin. Tilføj et andet først."
        ),
    }

    def get_totp_issuer(self) -> str:
        return _controller_name()

    def build_totp_svg(self, url: str) -> str:
        """A QR code as SVG that may stand in a page: attributes only, no style."""
        code = qrcode.QRCode(border=4)
        code.add_data(url)
        rows = code.get_matrix()
        path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
        return format_html(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"'
            ' shape-rendering="crispEdges"><path d="{2}"/></svg>',
            len(rows), _("QR-kode med den nøgle, der står nedenfor"), path,
        )  # fmt: skip

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """One must remain: staff may never be without."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def _gave_password_lately(request: HttpRequest) -> bool:
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "password" and record["at"] > since for record in records)


def _contact() -> Contact:
    return current_policy().controller.contact


def _controller_name() -> str:
    return _contact().name.in_(_language())


def _language() -> Language:
    return Language.ENGLISH if get_language() == "en" else Language.DANISH


def _tell_not_sent(request: HttpRequest) -> None:
    """Whoever waits for a mail hears that none comes; the same whether the address is on file or not."""
    messages.error(request, _("Vi kan ikke sende e-mails lige nu. Prøv igen om lidt, eller kontakt os."))


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"forsyn second factors").derive(key.encode())


class BrokerAdapter(DefaultSocialAccountAdapter):
    """Providers such as MitID open only accounts that were linked by their holder while signed in."""

    error_messages: Messages = DefaultSocialAccountAdapter.error_messages | {
        "connected_other": gettext_lazy("Denne identitet er allerede knyttet til en anden konto hos os."),
    }

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """An e-mail that somebody else asserts opens nothing."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Not for staff: their second factor is ours to ask for."""
        if request.user.is_authenticated and request.user.kind == AccountKind.STAFF:
            raise ImmediateHttpResponse(redirect("sign_in:start"))
