"""Forms by which the privacy desk receives requests and works on them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.domain.rights.rules import TEXT_LENGTH
from forsyn.interfaces.privacy_desk.request_words import OUTCOMES, REFUSALS
from forsyn.interfaces.request_receiving import ON_BEHALF, RIGHTS, RequestForm
from forsyn.interfaces.request_receiving import chosen as chosen


def text_field(label: Any, hint: Any = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=TEXT_LENGTH,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": _("Skriv et par ord.")},
    )


class ReceivingForm(RequestForm):
    """A request from anybody, whether we know yet who it is about or not."""

    numbers = forms.CharField(
        label=_("Kundenummer"),
        help_text=_("Kan stå tomt, hvis I ikke ved det endnu. Flere adskilles med komma."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("channel", "received_date", "right", "numbers")

    def customer_numbers(self) -> list[str]:
        """The numbers typed, each once."""
        return list(dict.fromkeys(part.strip() for part in self.cleaned_data["numbers"].split(",") if part.strip()))


class VersionedForm(forms.Form):
    """An act on a request as the page showed it; another version means that somebody was first."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class RightForm(VersionedForm):
    """What is asked for, once somebody has read it."""

    right = chosen(_("Der bedes om"), [("", _("Vælg")), *RIGHTS.items()], _("Vælg, hvad der bedes om."), radio=False)


class LinkForm(VersionedForm):
    """A customer whom the request is about."""

    number = forms.CharField(
        label=_("Kundenummer"), max_length=20, error_messages={"required": _("Skriv kundens nummer.")}
    )


class NoteForm(forms.Form):
    """A line for the record."""

    text = text_field(_("Note"))


class SeenForm(VersionedForm):
    """What a clerk saw of who asks."""

    seen = text_field(
        _("Hvad så du?"), _("For eksempel »pas, foto og navn passer«. Skriv ikke dokumentets nummer."), rows=2
    )


class CodeForm(VersionedForm):
    """The code that the person read out."""

    code = forms.CharField(
        label=_("Kode"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Skriv koden, personen læser op.")},
    )


class ExtensionForm(VersionedForm):
    """Why the answer takes longer; the person reads it."""

    reason = text_field(
        _("Hvorfor tager det længere tid?"),
        _("Personen får begrundelsen. Kun hvis sagen er indviklet, eller der er mange anmodninger fra samme person."),
    )


class WithholdingForm(VersionedForm):
    """What is left out of the answer, and why; the person reads the reason."""

    item = forms.CharField(widget=forms.HiddenInput, max_length=200)
    reason = text_field(_("Hvorfor holdes det ude?"), _("Personen får begrundelsen at se."), rows=2)


class AnswerForm(VersionedForm):
    """What came of it, in a few words of one's own beside the letter's."""

    outcome = chosen(_("Udfald"), list(OUTCOMES.items()), _("Vælg, hvad der kom ud af det."))
    text = text_field(
        _("Med egne ord"), _("Står i brevet, før klagevejledningen. Kan stå tomt."), required=False, rows=5
    )


class RefusalForm(VersionedForm):
    """Why a request is refused; the person reads it, with the way to complain."""

    ground = chosen(_("Grund"), list(REFUSALS.items()), _("Vælg en grund."))
    reason = text_field(_("Begrundelse"), _("Personen får den, med vejledning om at klage."), rows=4)


class AuthorityForm(VersionedForm):
    """For whom the requester may speak, and what proved it."""

    on_behalf = chosen(_("For hvem?"), list(ON_BEHALF.items()), _("Vælg, hvem anmodningen gælder."), radio=False)
    note = text_field(
        _("Hvad så du?"),
        _("For eksempel »fuldmagt med underskrift« eller »skifteretsattest«. Skriv ikke dokumentets nummer."),
        rows=2,
    )


class DoubtForm(VersionedForm):
    """Why it is in doubt who asks; the clock stands meanwhile."""

    reason = text_field(
        _("Hvad gør det tvivlsomt?"),
        _("Kun ved rimelig tvivl. Fristen står stille, til identiteten er på plads (artikel 12, stk. 6)."),
        rows=2,
    )


class AnswerAddressForm(VersionedForm):
    """Where the answer goes."""

    email = forms.EmailField(
        label=_("E-mail"), required=False, error_messages={"invalid": _("Skriv adressen som navn@eksempel.dk.")}
    )
    address = forms.CharField(
        label=_("Postadresse"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
