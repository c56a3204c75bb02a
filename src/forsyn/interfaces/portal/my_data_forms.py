"""Forms by which customers use their rights. Each names the customer number that the page was made for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forsyn.domain.rights.own_queries import OwnRequest
from forsyn.domain.safeguards.choices_rules import REASON_LENGTH
from forsyn.interfaces.portal.my_data_words import GROUNDS
from forsyn.workflows.own_data import NOT_YOURS

WISH_LENGTH = 4000


class OwnForm(forms.Form):
    """Something that the person asks for himself or herself, and nobody else."""

    customer = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(self, number: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.number = number
        self.initial["customer"] = number

    def clean(self) -> dict[str, Any]:
        """Whoever has changed to another customer meanwhile, or writes another number, is told so."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("customer") != self.number:
            raise forms.ValidationError(_(NOT_YOURS))
        return cleaned


def text_area(label: Any, hint: Any = "", *, required: bool = True, length: int = WISH_LENGTH) -> forms.CharField:
    """A few sentences in the person's own words."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=length,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": gettext_lazy("Skriv et par ord her."),
            "max_length": gettext_lazy("Skriv det lidt kortere, højst %(limit_value)s tegn."),
        },
    )


class CorrectionForm(OwnForm):
    """What is wrong, and what is right."""

    wish = text_area(
        gettext_lazy("Hvad er forkert, og hvad er rigtigt?"),
        gettext_lazy("For eksempel: Mit navn er stavet forkert. Det hedder Østergård. Skriv ikke dit CPR-nummer."),
    )


class PauseForm(OwnForm):
    """On which of the law's four grounds, and why."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Hvorfor skal vi holde pause?"),
        choices=list(GROUNDS.items()),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Vælg en af de fire grunde.")),
    )
    reason = text_area(
        gettext_lazy("Fortæl lidt mere"),
        gettext_lazy("Så vi ved, hvad vi skal undersøge. Skriv ikke dit CPR-nummer."),
        length=REASON_LENGTH,
    )


class RefusalForm(OwnForm):
    """Why somebody says no where a person must weigh it (Art. 21(1))."""

    reason = text_area(
        gettext_lazy("Hvorfor siger du nej?"),
        gettext_lazy("Fortæl om din egen situation, så vi kan tage stilling til den. Skriv ikke dit CPR-nummer."),
        length=REASON_LENGTH,
    )


class ErasureForm(OwnForm):
    """All that can go, or something of it."""

    wish = text_area(
        gettext_lazy("Er det kun noget bestemt, så skriv hvad"),
        gettext_lazy("Lad feltet stå tomt, hvis du vil have slettet alt det, der kan slettes."),
        required=False,
    )


class ComplaintForm(OwnForm):
    """What the person is not content with, and with which of the earlier requests, if any."""

    concerns = forms.ChoiceField(
        label=gettext_lazy("Gælder det en af dine anmodninger?"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Vælg en af dine egne anmodninger, eller ingen.")},
    )
    wish = text_area(gettext_lazy("Hvad er du utilfreds med?"))

    def __init__(self, number: str, *args: Any, earlier: Iterable[tuple[OwnRequest, str]], **options: Any) -> None:
        super().__init__(number, *args, **options)
        self.fields["concerns"].choices = [  # type: ignore[attr-defined]
            ("", _("Nej, det er noget andet")),
            *((str(one.id), f"{one.number}: {name}") for one, name in earlier),
        ]

    @property
    def concerns_id(self) -> int | None:
        """The id of the request complained of."""
        chosen = self.cleaned_data["concerns"]
        return int(chosen) if chosen else None
