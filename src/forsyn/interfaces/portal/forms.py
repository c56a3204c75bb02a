"""Forms of the portal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forsyn.domain.customers import rules
from forsyn.domain.customers.models import ContactKind
from forsyn.kernel.identifiers import InvalidIdentifier

KINDS = {
    ContactKind.EMAIL: (gettext_lazy("E-mail"), gettext_lazy("For eksempel navn@eksempel.dk."), "email"),
    ContactKind.MOBILE: (gettext_lazy("Mobiltelefon"), gettext_lazy("Otte cifre, eller + og landekode."), "tel"),
    ContactKind.LANDLINE: (gettext_lazy("Fastnettelefon"), gettext_lazy("Otte cifre, eller + og landekode."), "tel"),
    ContactKind.WORK_PHONE: (
        gettext_lazy("Arbejdstelefon"),
        gettext_lazy("Otte cifre, eller + og landekode."),
        "tel",
    ),
}
"""Label, hint, and the browser's own word for the field, by kind."""


class ContactForm(forms.Form):
    """A new e-mail address or telephone number; `cleaned_data["value"]` is in its stored form."""

    value = forms.CharField(max_length=254)

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        label, hint, autocomplete = KINDS[ContactKind(kind)]
        field = self.fields["value"]
        field.label, field.help_text = label, hint
        field.widget = forms.TextInput(attrs={"autocomplete": autocomplete, "inputmode": autocomplete})
        field.error_messages["required"] = _("Skriv det nye her.")

    def clean_value(self) -> str:
        """The kernel's word on it; its Danish sentence is translated for English readers."""
        try:
            return rules.clean_contact(self.kind, self.cleaned_data["value"])
        except InvalidIdentifier as error:
            raise forms.ValidationError(_(str(error))) from None


class CodeForm(forms.Form):
    """The code that was sent to a new e-mail address."""

    code = forms.CharField(
        label=gettext_lazy("Kode"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code-input"}),
    )

    def clean_code(self) -> str:
        """The digits alone: a code is often copied with a space in it."""
        return "".join(self.cleaned_data["code"].split())
