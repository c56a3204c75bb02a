"""Forms of staff access. Days are the last ones, as people say them; the program's are the first without."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.domain.accounts.rules import MAX_WORDS, Term

ISO, DANISH = "%Y-%m-%d", "%d.%m.%Y"
DAY_MISSING = _("Skriv en dato, for eksempel 31.12.2026.")
WORDS_TOO_LONG = _("Teksten er for lang. Skriv højst %(limit_value)d tegn.")


def _day(label: Any, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        input_formats=[ISO, DANISH, "%d-%m-%Y", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format=ISO),
        error_messages={"required": DAY_MISSING, "invalid": DAY_MISSING},
    )


def _words(label: Any, hint: Any = "", *, required: bool = True, missing: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing, "max_length": WORDS_TOO_LONG},
    )


class RequestForm(forms.Form):
    """Asking for a role for oneself."""

    role = forms.ChoiceField(label=_("Rolle"), error_messages={"required": _("Vælg en rolle.")})
    last_date = _day(_("Sidste dag"), _("Ikke længere, end arbejdet kræver. Rollernes længste tid står ovenfor."))
    reason = _words(
        _("Begrundelse"),
        _("Hvad skal du bruge adgangen til i dit arbejde?"),
        missing=_("Skriv, hvad du skal bruge adgangen til."),
    )

    def __init__(self, data: Any = None, *, roles: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["role"].choices = [("", _("Vælg en rolle")), *roles]  # type: ignore[attr-defined]

    def term(self, today: date) -> Term:
        """From today on."""
        return Term(today, self.cleaned_data["last_date"] + timedelta(days=1))


class DecisionForm(forms.Form):
    """Granting, or refusing with an answer."""

    last_date = _day(_("Sidste dag"), _("Du må gerne give adgangen i kortere tid end ønsket."))
    answer = _words(
        _("Svar"), _("Skal skrives, hvis du siger nej; ellers kan du lade feltet stå tomt."), required=False
    )

    def until_date(self) -> date:
        """The first day without."""
        until: date = self.cleaned_data["last_date"] + timedelta(days=1)
        return until


class EndForm(forms.Form):
    """Why a role ends before its time."""

    reason = _words(
        _("Grund til at afslutte"),
        _("For eksempel: »Har fået andre opgaver.«"),
        missing=_("Skriv, hvorfor adgangen slutter."),
    )


class AgreementForm(forms.Form):
    """A signed confidentiality agreement."""

    document = forms.FileField(
        label=_("Underskrevet erklæring"),
        help_text=_("PDF, JPEG eller PNG, højst 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={"required": _("Vælg filen med erklæringen."), "empty": _("Filen er tom. Vælg en anden.")},
    )
    signed_date = _day(_("Underskrevet"))
    first_date = _day(_("Gælder fra"))
    last_date = _day(_("Gælder til og med"), _("Ingen af personens adgange varer længere."))

    def term(self) -> Term:
        """The agreement's time."""
        return Term(self.cleaned_data["first_date"], self.cleaned_data["last_date"] + timedelta(days=1))
