"""The form for a note."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.domain.correspondence.rules import TEXT_LENGTH
from forsyn.interfaces.cpr_question import CprAskingForm
from forsyn.interfaces.office import wording


class NoteForm(CprAskingForm):
    """A note of a talk; the row itself keeps the answers about CPR numbers."""

    asks_about = "text"
    marks_denied = False

    kind = forms.ChoiceField(label=_("Hvor talte I sammen?"), choices=tuple(wording.NOTE_KINDS.items()))
    text = forms.CharField(
        label=_("Hvad skal vi huske?"),
        help_text=_("Kun det, der er brug for. Kunden kan bede om at se noten."),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Skriv, hvad I talte om."),
            "max_length": _("Noten er for lang. Skriv højst %(limit_value)d tegn."),
        },
    )
