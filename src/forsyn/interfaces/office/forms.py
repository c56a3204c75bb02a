"""Forms of the office."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.interfaces.cpr_question import CprAskingForm

NOTE_LENGTH = 1000


class DecisionForm(CprAskingForm):
    """Releasing or rejecting what stands in quarantine; `items` is how many were shown when it was decided."""

    asks_about = "note"

    note = forms.CharField(
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"class": "form-input", "rows": 3, "aria-describedby": "note-hint"}),
        error_messages={
            "required": _("Skriv en note, så andre kan se, hvorfor du afgjorde det sådan."),
            "max_length": _("Noten er for lang. Skriv højst %(limit_value)d tegn."),
        },
    )
    items = forms.IntegerField(min_value=1, max_value=10**9, widget=forms.HiddenInput)
