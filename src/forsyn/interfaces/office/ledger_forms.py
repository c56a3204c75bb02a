"""Forms of the bookkeeping pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.interfaces.cpr_question import CprAskingForm

REASON_LENGTH = 160


def day_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    """A date that the browser helps to choose."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Vælg en dato."),
            "invalid": _("Skriv datoen som dag, måned og år, for eksempel 31-12-2026."),
        },
    )


class ReversalForm(CprAskingForm):
    """Why a voucher is reversed, and on which day."""

    asks_about = "reason"

    posting_date = day_field(_("Dato"), _("I et åbent regnskabsår."))
    reason = forms.CharField(
        label=_("Hvorfor?"),
        help_text=_("Teksten kommer til at stå på det nye bilag. Skriv ikke navne."),
        max_length=REASON_LENGTH,
        error_messages={
            "required": _("Skriv, hvorfor bilaget bliver tilbageført."),
            "max_length": _("Teksten er for lang. Skriv højst %(limit_value)d tegn."),
        },
    )


class YearForm(forms.Form):
    """A new accounting year; its last day is meant to be in it."""

    first = day_field(_("Første dag"))
    last = day_field(_("Sidste dag"))


class ExportForm(forms.Form):
    """Which days of a year; nothing is the whole year."""

    fra = day_field(_("Fra og med"), required=False)
    til = day_field(_("Til og med"), required=False)
