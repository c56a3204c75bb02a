"""Forms of the tariff pages: new prices from a day, a price sheet, and the decision on a draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from forsyn.domain.billing.tariff_queries import Texts
from forsyn.domain.billing.tariff_rules import Change, PriceChange, StepsChange, TermsChange
from forsyn.domain.billing.tariff_series_rules import entry_on, series_of
from forsyn.integrations.price_sheets.codec import MOST_BYTES, NoNumber, number_from
from forsyn.interfaces.cpr_question import CprAskingForm
from forsyn.interfaces.office import tariff_page
from forsyn.interfaces.office import tariff_wording as wording
from forsyn.kernel.charges.components import AnyComponent, Incentive, SteppedCharge
from forsyn.kernel.charges.incentive import FixedCooling, FixedReturn, IncentiveTerms, ReturnByFlow
from forsyn.kernel.charges.tariff import Tariff
from forsyn.workflows.bill_words import component_text

NOTE_LENGTH = 400
PERCENTS = ("surcharge_percent", "bonus_percent")
ZONES = ("surcharge_free_degrees", "bonus_free_degrees")
_HUNDRED = Decimal(100)


class NumberField(forms.CharField):
    """A number with comma or point; empty is None."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(required=False, max_length=20, widget=forms.TextInput(attrs=attrs), **options)

    def clean(self, value: Any) -> Any:
        """Decimal, or None."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return number_from(text)
        except NoNumber as wrong:
            raise forms.ValidationError(
                str(wording.SHEET_PROBLEMS[wrong.code]) % {"value": text, "column": ""}
            ) from None


class TableField(forms.CharField):
    """Flow and expected return, a line each: "68 37,7". Whole degrees of flow, rising."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 8}), **options)

    def clean(self, value: Any) -> Any:
        """Rows of (int, Decimal)."""
        rows = []
        for number, line in enumerate(super().clean(value).splitlines(), 1):
            parts = line.replace(";", " ").split()
            try:
                if parts:
                    flow, celsius = parts
                    rows.append((int(flow), number_from(celsius)))
            except (ValueError, NoNumber):
                text = _("Linje %(line)d: skriv fremløb i hele grader og returløb, for eksempel »68 37,7«.")
                raise forms.ValidationError(text, params={"line": number}) from None
        return tuple(rows)


def _note(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("Teksten er for lang. Skriv højst %(limit_value)d tegn.")},
    )


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A field for a price, beside what holds on the day that the form opens with."""

    name: str
    part: str
    unit: str
    now: tariff_page.Amount | None
    field: BoundField


class NewPricesForm(CprAskingForm):
    """New prices from a day; what is left empty stays as it is."""

    asks_about = "note"

    from_date = forms.DateField(
        label=_("De nye priser gælder fra"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=dict.fromkeys(("required", "invalid"), _("Skriv en dato, for eksempel 1.1.2027.")),
    )
    note = _note(
        _("Hvad ændres, og hvorfor?"),
        _("Den, der godkender, læser det. Ændres noget tilbage i tiden, skal du skrive hvorfor."),
    )

    def __init__(self, data: Any = None, *, tariff: Tariff, texts: Texts, first: date, **options: Any) -> None:
        super().__init__(data, initial={"from_date": first, **options.pop("initial", {})}, **options)
        self.tariff, self.texts, self.first = tariff, texts, first
        self._series: dict[str, tuple[AnyComponent, str]] = {}
        for component in tariff.components:
            if isinstance(component, Incentive):
                self._put_terms(component)
                continue
            for part in series_of(component):
                name = f"price_{len(self._series)}"
                self._series[name] = component, part
                self.fields[name] = NumberField(label=self._label(component, part))
            if isinstance(component, SteppedCharge):
                self._put_steps(component)

    def price_rows(self) -> Iterator[PriceRow]:
        """The table of the form."""
        for name, (component, part) in self._series.items():
            entry = entry_on(series_of(component)[part], self.first)
            yield PriceRow(
                self._name(component),
                tariff_page.part_text(component, part),
                tariff_page.unit_text(component),
                tariff_page.amount(component, entry, None),
                self[name],
            )

    def step_fields(self) -> list[BoundField]:
        """Where steps begin and what share of the first one they cost."""
        return [self[name] for name in self.fields if name.startswith("step_")]

    def terms_fields(self) -> list[BoundField]:
        """What incentives ask and give."""
        return [self[name] for name in self.fields if name.startswith("terms_")]

    def changes(self) -> list[Change]:
        """What was written; the same as before is no change."""
        day: date = self.cleaned_data["from_date"]
        found: list[Change] = [
            PriceChange(component.key, day, self.cleaned_data[name], part=part)
            for name, (component, part) in self._series.items()
            if self.cleaned_data[name] is not None
        ]
        for component in self.tariff.components:
            if isinstance(component, SteppedCharge):
                found += self._steps_changed(component)
            elif isinstance(component, Incentive):
                found += self._terms_changed(component, day)
        return found

    def _name(self, component: AnyComponent) -> str:
        return component_text(component.text_key, self.texts, wording.language())

    def _label(self, component: AnyComponent, part: str) -> str:
        return ", ".join(text for text in (self._name(component), tariff_page.part_text(component, part)) if text)

    def _put_steps(self, component: SteppedCharge) -> None:
        for number, step in enumerate(component.steps[1:], 2):
            names = {"name": self._name(component), "number": number}
            above, share = f"step_{component.key}_{number}_above", f"step_{component.key}_{number}_share"
            self.fields[above] = NumberField(
                label=_("%(name)s, trin %(number)d: over så mange m³ om året") % names,
                initial=tariff_page.plain_number(step.above),
            )
            if step.share is not None:
                self.fields[share] = NumberField(
                    label=_("%(name)s, trin %(number)d: procent af prisen på trin 1") % names,
                    initial=tariff_page.plain_number(step.share * _HUNDRED),
                )

    def _steps_changed(self, component: SteppedCharge) -> list[Change]:
        rows = [(component.steps[0].above, component.steps[0].share)]
        for number, step in enumerate(component.steps[1:], 2):
            above = self.cleaned_data.get(f"step_{component.key}_{number}_above")
            share = self.cleaned_data.get(f"step_{component.key}_{number}_share")
            shared = step.share if share is None else share / _HUNDRED
            rows.append((step.above if above is None else above, shared))
        if rows == [(step.above, step.share) for step in component.steps]:
            return []
        return [StepsChange(component.key, tuple(rows))]

    def _put_terms(self, component: Incentive) -> None:
        terms = self._terms(component)
        if terms is None:
            return
        name, put = self._name(component), f"terms_{component.key}"
        match terms.expected:
            case ReturnByFlow(rows):
                lines = "\n".join(f"{flow} {tariff_page.plain_number(celsius)}" for flow, celsius in rows)
                self.fields[f"{put}_table"] = TableField(
                    label=_("%(name)s: fremløb og forventet returløb i °C, et par på hver linje") % {"name": name},
                    initial=lines,
                )
            case FixedReturn(degrees) | FixedCooling(degrees):
                self.fields[f"{put}_expected"] = NumberField(
                    label=_("%(name)s: forventet returløb i °C eller afkøling i grader") % {"name": name},
                    initial=tariff_page.plain_number(degrees),
                )
        labels = (
            _("%(name)s: tillæg i procent for hver grad"),
            _("%(name)s: fradrag i procent for hver grad"),
            _("%(name)s: så mange grader for varmt koster intet"),
            _("%(name)s: så mange grader for koldt giver intet"),
        )
        for field, label in zip((*PERCENTS, *ZONES), labels, strict=True):
            value = getattr(terms, field)
            self.fields[f"{put}_{field}"] = NumberField(
                label=label % {"name": name}, initial="" if value is None else tariff_page.plain_number(value)
            )

    def _terms(self, component: Incentive) -> IncentiveTerms | None:
        return entry_on(component.terms, self.first) or (component.terms[-1] if component.terms else None)

    def _terms_changed(self, component: Incentive, day: date) -> list[Change]:
        terms, put = self._terms(component), f"terms_{component.key}"
        if terms is None:
            return []
        values = {field: self.cleaned_data.get(f"{put}_{field}") for field in (*PERCENTS, *ZONES)}
        values |= {field: values[field] or Decimal(0) for field in ZONES}
        expected = terms.expected
        table, degrees = self.cleaned_data.get(f"{put}_table"), self.cleaned_data.get(f"{put}_expected")
        if isinstance(expected, ReturnByFlow) and table is not None:
            expected = replace(expected, rows=table)
        elif isinstance(expected, FixedReturn) and degrees is not None:
            expected = FixedReturn(degrees)
        elif isinstance(expected, FixedCooling) and degrees is not None:
            expected = FixedCooling(degrees)
        made = replace(terms, expected=expected, **values)
        return [] if made == terms else [TermsChange(component.key, replace(made, from_date=day, until_date=None))]


class PriceSheetForm(CprAskingForm):
    """A price sheet as CSV."""

    asks_about = "note"

    file = forms.FileField(
        label=_("Prisliste"),
        help_text=_("En CSV-fil med kolonnerne nøgle, fra, indtil og kr. uden moms."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": _("Vælg en fil."), "empty": _("Filen er tom. Vælg prislisten igen.")},
    )
    note = _note(
        _("Hvad ændres, og hvorfor?"),
        _("Den, der godkender, læser det. Ændres noget tilbage i tiden, skal du skrive hvorfor."),
    )

    def clean_file(self) -> bytes:
        """The file's bytes; no more of them than a sheet may have."""
        content: bytes = self.cleaned_data["file"].read(MOST_BYTES + 1)
        return content


class ApprovalForm(forms.Form):
    """Approving exactly what was shown."""

    sha256 = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
