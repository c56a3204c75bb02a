"""Allauth's forms with our words; the labels and hints are what a person reads first."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forsyn.domain.accounts.models import AccountKind
from forsyn.kernel import identifiers
from forsyn.kernel.identifiers import InvalidIdentifier

Words = dict[str, tuple[str | Promise, str | Promise]]
"""Field name to (label, hint)."""

_PASSWORD = _("Skriv din adgangskode.")
MISSING: dict[str, str | Promise] = {
    "email": _("Skriv din e-mailadresse."),
    "code": _("Skriv koden."),
    "password": _PASSWORD,
    "oldpassword": _PASSWORD,
    "password1": _("Skriv en ny adgangskode."),
    "password2": _("Skriv den nye adgangskode igen."),
}
"""What to do where a field is left empty."""


class Worded(forms.BaseForm):
    """A form of allauth's with our labels and hints, and nothing that vanishes when one writes."""

    words: Words = {}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for name, (label, hint) in self.words.items():
            field = self.fields[name]
            field.label, field.help_text = label, hint
            field.widget.attrs.pop("placeholder", None)
            field.error_messages["required"] = MISSING.get(name, field.error_messages["required"])


def _everyday(email: str) -> str:
    """An address that mail can be sent to as it is written; raises ValidationError."""
    try:
        return identifiers.email(email)
    except InvalidIdentifier as error:
        raise forms.ValidationError(gettext(str(error))) from None


class RequestCodeForm(Worded, account_forms.RequestLoginCodeForm):
    """A customer asks for a code; whether the address is known is not looked up before the mail is written."""

    words = {"email": (_("Din e-mailadresse"), _("Den, vi har noteret på dig som kunde."))}

    def clean_email(self) -> str:
        email = _everyday(self.cleaned_data["email"]).lower()
        if not ratelimit.consume(context.request, action="request_login_code", key=email):
            raise get_adapter().validation_error("too_many_login_attempts")
        return email


class ConfirmCodeForm(Worded, account_forms.ConfirmLoginCodeForm):
    """A customer gives the code from the mail."""

    words = {"code": (_("Koden fra mailen"), _("Otte bogstaver. Store og små er lige gode."))}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["code"].widget.attrs |= {"class": "form-input code-input", "autocapitalize": "characters"}


class StaffSignInForm(Worded, account_forms.LoginForm):
    """A member of staff signs in."""

    words = {"login": (_("E-mailadresse"), ""), "password": (_("Adgangskode"), "")}


class SecondFactorForm(Worded, AuthenticateForm):
    """A code of the app, or one of the recovery codes."""

    words = {"code": (_("Kode"), _("Seks cifre fra din app – eller en af dine genoprettelseskoder."))}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["code"].widget.attrs |= {"class": "form-input code-input", "inputmode": "numeric"}


class ActivateTOTPForm(Worded, totp_forms.ActivateTOTPForm):
    """The first code of an app proves that it was set up."""

    words = {"code": (_("Koden, som appen viser"), _("Seks cifre. Der kommer en ny hvert halve minut."))}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["code"].widget.attrs |= {"class": "form-input code-input", "inputmode": "numeric"}


class AddKeyForm(Worded, AddWebAuthnForm):
    """A passkey gets a name."""

    words = {"name": (_("Navn på nøglen"), _("For eksempel »Arbejdstelefon«."))}


class ReauthenticateForm(Worded, account_forms.ReauthenticateForm):
    """Somebody already signed in gives the password once more."""

    words = {"password": (_("Adgangskode"), "")}


class ResetPasswordForm(Worded, account_forms.ResetPasswordForm):
    """A member of staff asks for a link by mail; customers have no passwords."""

    words = {"email": (_("E-mailadresse"), _("Den, du logger ind med."))}

    def clean_email(self) -> str:
        self.cleaned_data["email"] = _everyday(self.cleaned_data["email"])
        email: str = super().clean_email()
        self.users = [user for user in self.users if user.kind == AccountKind.STAFF]
        return email

    def save(self, request: HttpRequest, **named: Any) -> str:
        """Write to the address either way."""
        if self.users:
            return str(super().save(request, **named))
        get_adapter().send_mail("account/email/unknown_account", self.cleaned_data["email"], {})
        return str(self.cleaned_data["email"])


_RULES = _("Mindst 12 tegn. Flere ord efter hinanden er både let at huske og svært at gætte.")


class NewPasswordForm(Worded, account_forms.ResetPasswordKeyForm):
    """A new password, by the link from the mail."""

    words = {"password1": (_("Ny adgangskode"), _RULES), "password2": (_("Ny adgangskode igen"), "")}


class ChangePasswordForm(Worded, account_forms.ChangePasswordForm):
    """A new password, while signed in."""

    words = {
        "oldpassword": (_("Den adgangskode, du har nu"), ""),
        "password1": (_("Ny adgangskode"), _RULES),
        "password2": (_("Ny adgangskode igen"), ""),
    }
