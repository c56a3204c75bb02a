"""The forms of a move: the last day, and what the meters show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.interfaces.office import wording
from forsyn.interfaces.office.ledger_forms import day_field
from forsyn.workflows.moves import Told

READING, GUESS, LATER = "reading", "guess", "later"
HOW = [
    (READING, _("Kunden har aflæst måleren")),
    (GUESS, _("Vi bruger vores skøn")),
    (LATER, _("Vi gør det senere; regningen venter")),
]


class LastDayForm(forms.Form):
    """On which day the customer is supplied for the last time."""

    last = day_field(_("Sidste dag"), _("Dagen efter er den nye kundes første."))

    @property
    def until(self) -> date:
        """The first day that is somebody else's."""
        last: date = self.cleaned_data["last"]
        return last + timedelta(days=1)


class MoveForm(LastDayForm):
    """The move itself: the last day, and for each meter with days that nobody read, how they are settled."""

    last = forms.DateField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, meters: Iterable[tuple[str, str]], **options: Any) -> None:
        """``meters``: (commodity, base unit) of each that has days without a reading."""
        super().__init__(*args, **options)
        self.meters = list(meters)
        for commodity, unit in self.meters:
            self.fields[f"how_{commodity}"] = forms.ChoiceField(
                label=_("Hvordan ved vi, hvad der er brugt?"), choices=HOW, widget=forms.RadioSelect, initial=GUESS,
                error_messages={"required": _("Vælg, hvordan de sidste dage skal gøres op.")},
            )  # fmt: skip
            self.fields[f"reading_{commodity}"] = forms.DecimalField(
                label=_("Måleren viser"),
                help_text=_("I %(unit)s, når den sidste dag er slut.") % {"unit": wording.SCALES[unit].symbol},
                required=False, localize=True, min_value=Decimal(0), max_digits=12, decimal_places=3,
                error_messages={"invalid": _("Skriv et tal, for eksempel 12,5."),
                                "min_value": _("En måler kan ikke vise under nul.")},
            )  # fmt: skip
            self.fields[f"despite_{commodity}"] = forms.BooleanField(
                label=_("Tallet er rigtigt, selv om det er meget højt"), required=False
            )

    def of_meters(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """Each meter's commodity with its fields."""
        for commodity, _unit in self.meters:
            yield commodity, [self[f"{name}_{commodity}"] for name in ("how", "reading", "despite")]

    def clean(self) -> dict[str, Any]:
        """Who has read the meter says what it shows."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for commodity, _unit in self.meters:
            missing = cleaned.get(f"reading_{commodity}") is None and f"reading_{commodity}" not in self.errors
            if cleaned.get(f"how_{commodity}") == READING and missing:
                self.add_error(f"reading_{commodity}", _("Skriv, hvad måleren viser."))
        return cleaned

    @property
    def told(self) -> dict[str, Told]:
        """What is known of each meter; nothing of those that wait."""
        found = {}
        for commodity, unit in self.meters:
            how = self.cleaned_data[f"how_{commodity}"]
            if how == LATER:
                continue
            reading = None
            if how == READING:
                shown = self.cleaned_data[f"reading_{commodity}"] * wording.SCALES[unit].base_units
                reading = int(shown.to_integral_value())
            found[commodity] = Told(reading, despite=self.cleaned_data[f"despite_{commodity}"])
        return found
