"""What one can ask of the data map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.interfaces.privacy_desk.presenters import State

STATES = {
    "": _("Alle kolonner"),
    State.PERSONAL: _("Personoplysninger"),
    State.NOT_PERSONAL: _("Ikke personoplysninger"),
    State.NOT_HELD: _("Ikke i brug her"),
    State.UNDECLARED: _("Mangler en erklæring"),
    State.MISSING: _("Erklæret, men findes ikke i databasen"),
}


class ColumnFilter(forms.Form):
    """Words, state and category; all may be left out, and an unknown one is refused with its reason."""

    words = forms.CharField(
        label=_("Søg efter"),
        required=False,
        max_length=100,
        help_text=_("Tabel, kolonne, kategori eller begrundelse"),
    )
    state = forms.ChoiceField(label=_("Vis"), required=False, choices=list(STATES.items()))

    def __init__(self, data: Mapping[str, Any], *, categories: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["category"] = forms.ChoiceField(
            label=_("Kategori"), required=False, choices=[("", _("Alle kategorier")), *categories]
        )

    def wanted(self) -> dict[str, str]:
        """The filter's values; empty strings where nothing valid is asked for."""
        self.full_clean()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
