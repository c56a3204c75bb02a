"""Forms by which staff settle what an agreement is billed for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.interfaces.cpr_question import CprAskingForm
from forsyn.interfaces.office import billing_words
from forsyn.interfaces.office.ledger_forms import day_field

REASON_LENGTH = 400
SETTLED = [(key, billing_words.QUALITIES[key]) for key in ("self_read", "estimated", "agreed")]
SIZES = [(key, text) for key, text in billing_words.FACTORS.items() if key != "agreement"]
_NUMBER = {"required": _("Skriv et tal."), "invalid": _("Skriv et tal, for eksempel 12,5.")}


class ConsumptionForm(CprAskingForm):
    """What was used, in place of what the meter delivered."""

    asks_about = "reason"

    first = day_field(_("Første dag"))
    last = day_field(_("Sidste dag"))
    amount = forms.DecimalField(
        label=_("Forbrug i alt"),
        localize=True,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=3,
        error_messages={**_NUMBER, "min_value": _("Forbruget kan ikke være under nul.")},
    )
    quality = forms.ChoiceField(
        label=_("Hvordan ved vi det?"),
        choices=SETTLED,
        widget=forms.RadioSelect,
        error_messages={"required": _("Vælg, hvordan vi ved det.")},
    )
    reason = forms.CharField(
        label=_("Hvorfor?"),
        help_text=_("Kunden kan bede om at se det."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Skriv, hvorfor målerens tal ikke bruges."),
            "max_length": _("Teksten er for lang. Skriv højst %(limit_value)d tegn."),
        },
    )

    def __init__(self, *args: Any, unit: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"].help_text = _("I %(unit)s.") % {"unit": unit}

    def clean(self) -> dict[str, Any]:
        """The last day does not lie before the first."""
        cleaned = super().clean()
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("Den sidste dag kan ikke ligge før den første."))
        return cleaned

    @property
    def until(self) -> date:
        """The day after the last."""
        last: date = self.cleaned_data["last"]
        return last + timedelta(days=1)


class SizeForm(forms.Form):
    """A size that holds from a day on."""

    factor = forms.ChoiceField(label=_("Hvad?"), choices=SIZES)
    value = forms.DecimalField(
        label=_("Ny størrelse"),
        localize=True,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=3,
        error_messages={**_NUMBER, "min_value": _("Størrelsen kan ikke være under nul.")},
    )
    first = day_field(_("Gælder fra"))


class FeeForm(forms.Form):
    """A fee of the tariff."""

    component = forms.ChoiceField(label=_("Gebyr"))
    on_date = day_field(_("Dato"), _("Gebyret kommer med på regningen for den dag."))
    count = forms.IntegerField(
        label=_("Antal"),
        min_value=1,
        max_value=99,
        initial=1,
        error_messages={
            "required": _("Skriv et helt tal."),
            "invalid": _("Skriv et helt tal."),
            "min_value": _("Skriv mindst 1."),
            "max_value": _("Skriv højst %(limit_value)d."),
        },
    )

    def __init__(self, *args: Any, fees: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["component"].choices = fees  # type: ignore[attr-defined]


class CorrectionForm(forms.Form):
    """When a correction is dated and due."""

    issue_date = day_field(_("Regningsdato"), _("I et åbent regnskabsår."))
    due_date = day_field(_("Sidste betalingsdag"))
