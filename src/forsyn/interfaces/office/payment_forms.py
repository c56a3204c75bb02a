"""Forms of the pages about payments and payouts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.interfaces.cpr_question import CprAskingForm
from forsyn.interfaces.office.ledger_forms import day_field

REASON_LENGTH = 300
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
WHY, SAY_WHY = _("Hvorfor?"), _("Skriv kort, hvorfor.")


def reason_field(label: Any = WHY, help_text: Any = "", required: Any = SAY_WHY) -> forms.CharField:
    """A short text that stays with the payment."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=REASON_LENGTH,
        error_messages={
            "required": required,
            "max_length": _("Teksten er for lang. Skriv højst %(limit_value)d tegn."),
        },
    )


def amount_field(label: Any, help_text: Any = "") -> forms.DecimalField:
    """Kroner above 0, as people write them: 1.204,50."""
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        max_digits=11,
        decimal_places=2,
        min_value=Decimal("0.01"),
        localize=True,
        error_messages={
            "required": _("Skriv et beløb."),
            "invalid": _("Skriv beløbet i kroner, for eksempel 1204,50."),
            "min_value": _("Skriv et beløb over 0 kr."),
            "max_decimal_places": _("Skriv højst to decimaler."),
            "max_digits": _("Beløbet er for stort."),
            "max_whole_digits": _("Beløbet er for stort."),
        },
    )


class PlaceForm(forms.Form):
    """Whose a payment is: by a customer's number, or by that of a bill."""

    customer_number = forms.CharField(label=_("Kundenummer"), max_length=20, required=False)
    bill_number = forms.CharField(
        label=_("Regningsnummer"),
        help_text=_("Så betaler pengene først den regning. Er feltet tomt, betaler de det, der forfaldt først."),
        max_length=18,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """One of the two is enough."""
        cleaned = super().clean() or {}
        if not cleaned.get("customer_number") and not cleaned.get("bill_number"):
            self.add_error("customer_number", _("Skriv et kundenummer eller et regningsnummer."))
        return cleaned

    def clean_bill_number(self) -> int | None:
        """Digits only."""
        return bill_number(self.cleaned_data["bill_number"])


def bill_number(text: str) -> int | None:
    """The number of a bill as it was typed; nothing where the field is empty. Raises ValidationError."""
    compact = "".join(text.split())
    if not compact:
        return None
    if not _NUMBER.fullmatch(compact):
        raise forms.ValidationError(_("Et regningsnummer har kun cifre."))
    return int(compact)


class ReasonForm(CprAskingForm):
    """Why something is decided."""

    asks_about = "reason"

    reason = reason_field(help_text=_("Til kolleger. Skriv ikke navne."))


class NoteForm(CprAskingForm):
    """A note to colleagues; an empty one takes it away."""

    asks_about = "note"

    note = forms.CharField(
        label=_("Note"), help_text=_("Til kolleger. Skriv ikke navne."), max_length=REASON_LENGTH, required=False
    )


class AccountForm(CprAskingForm):
    """Where money is sent, and why."""

    asks_about = "reason"
    account_is_required = True

    payee_name = forms.CharField(
        label=_("Modtager"), max_length=70, error_messages={"required": _("Skriv, hvem der får pengene.")}
    )
    registration_number = forms.CharField(label=_("Registreringsnummer"), max_length=5, required=False)
    account_number = forms.CharField(label=_("Kontonummer"), max_length=14, required=False)
    reason = reason_field(help_text=_("Til den, der skal godkende."))

    def clean(self) -> dict[str, Any]:
        """Both numbers, or neither where NemKonto will do."""
        cleaned = super().clean()
        registration = "".join(filter(str.isdigit, cleaned.get("registration_number") or ""))
        account = "".join(filter(str.isdigit, cleaned.get("account_number") or ""))
        if self.account_is_required or registration or account:
            if len(registration) != 4 or registration == "0000":
                self.add_error("registration_number", _("Registreringsnummeret har fire cifre."))
            if not 1 <= len(account) <= 10 or not account.strip("0"):
                self.add_error("account_number", _("Kontonummeret har op til ti cifre."))
        cleaned["account"] = (registration, account.zfill(10)) if registration and account else None
        return cleaned


class PayoutForm(AccountForm):
    """How much a customer gets back, and where to."""

    account_is_required = False
    field_order = ("amount", "payee_name", "registration_number", "account_number", "reason")

    amount = amount_field(_("Beløb i kroner"))


class WriteInForm(CprAskingForm):
    """A payment that no file tells of. ``key`` is new on each page, so that pressing twice pays once."""

    asks_about = "reason"

    amount = amount_field(_("Beløb i kroner"))
    on = day_field(_("Hvornår kom pengene?"))
    bill_number = forms.CharField(
        label=_("Regningsnummer"),
        help_text=_("Er feltet tomt, betaler pengene det, der forfaldt først."),
        max_length=18,
        required=False,
    )
    reason = reason_field(
        _("Hvordan er der betalt?"), _("For eksempel »kontant på kontoret«."), _("Skriv kort, hvordan der er betalt.")
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean_bill_number(self) -> int | None:
        """Digits only."""
        return bill_number(self.cleaned_data["bill_number"])
