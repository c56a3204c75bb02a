"""What one can ask of the access log, and what one says of a look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forsyn.interfaces.cpr_question import CprAskingForm
from forsyn.interfaces.privacy_desk.look_words import VERDICTS

NOT_A_DAY = {"invalid": _("Skriv en dato, for eksempel 3-11-2026, eller vælg en.")}


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        error_messages=NOT_A_DAY | {"required": _("Vælg en dag.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def begins(day: date) -> datetime:
    """The first moment of a local day."""
    return timezone.make_aware(datetime.combine(day, time()))


class LookFilter(forms.Form):
    """Customer, member of staff, days and searched words; all may be left out."""

    number = forms.CharField(label=_("Kundenummer"), required=False, max_length=20)
    staff = forms.TypedChoiceField(label=_("Medarbejder"), required=False, coerce=int, empty_value=None)
    first = _day(_("Fra og med"))
    last = _day(_("Til og med"))
    words = forms.CharField(label=_("Søgt efter"), required=False, max_length=60)

    def __init__(self, staff: Mapping[int, str], data: Mapping[str, Any]) -> None:
        super().__init__(data)
        names = sorted(staff.items(), key=lambda one: one[1].casefold())
        self.fields["staff"].choices = [("", _("Alle")), *names]  # type: ignore[attr-defined]

    def value(self, name: str) -> Any:
        """A field's value; None where nothing valid is asked for."""
        self.is_valid()
        return self.cleaned_data.get(name) or None


class PeriodForm(forms.Form):
    """The days to draw a sample from."""

    first = _day(_("Fra og med"), required=True)
    last = _day(_("Til og med"), required=True)

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("Perioden slutter, før den begynder. Byt om på dagene."))
        return cleaned

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From the beginning of the first day to that of the day after the last."""
        return begins(self.cleaned_data["first"]), begins(self.cleaned_data["last"] + timedelta(days=1))


class VerdictForm(CprAskingForm):
    """What was found of one look."""

    asks_about = "note"

    verdict = forms.ChoiceField(
        label=_("Hvad viste det sig?"),
        choices=list(VERDICTS.items()),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Vælg et af de tre svar.")),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=1000,
        help_text=_("Hvad har du spurgt om, og hvad blev der svaret? Skal skrives, hvis der ikke var en klar grund."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
