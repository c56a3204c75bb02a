"""Forms of what is done about a breach: the risk, the notification, the letters, an exception."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.domain.accountability.texts import unfinished
from forsyn.interfaces.privacy_desk.breach_forms import NOT_CHOSEN, WithoutNumbers, long_text, moment_field
from forsyn.interfaces.privacy_desk.breach_words import EXCEPTIONS, RISKS


class RiskForm(WithoutNumbers):
    """What the breach may do to the persons."""

    risk = forms.ChoiceField(
        label=_("Hvor stor er risikoen for dem, det berører?"),
        choices=list(RISKS.items()),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg en risiko.")),
    )
    reason = long_text(
        _("Begrundelse"),
        _("Hvor følsomt er det, hvor mange er det, hvor let er de at kende, og hvor galt kan det gå?"),
    )


class NoticeForm(forms.Form):
    """How much the next part of the notification says."""

    final = forms.TypedChoiceField(
        label=_("Er det her det hele?"),
        choices=[("yes", _("Ja, der kommer ikke mere")), ("no", _("Nej, resten følger senere (artikel 33, stk. 4)"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg, om der følger mere.")),
    )


class SentForm(WithoutNumbers):
    """When somebody handed the text in, and what came back."""

    sent_at = moment_field(_("Hvornår blev den sendt?"))
    late_reason = long_text(
        _("Hvorfor kommer den efter de 72 timer?"), _("Kun hvis fristen var gået."), required=False, rows=3
    )
    receipt = forms.CharField(
        label=_("Kvittering eller sagsnummer"), help_text=_("Kan også skrives senere."), required=False, max_length=100
    )


class ReceiptForm(forms.Form):
    """The authority's number, when it comes."""

    receipt = forms.CharField(
        label=_("Kvittering eller sagsnummer"),
        max_length=100,
        error_messages={"required": _("Skriv nummeret.")},
    )


class LetterForm(WithoutNumbers):
    """What persons are to read."""

    danish = long_text(_("Brevet på dansk"), _("Hilsen, navn og kontakt kommer på af sig selv."), rows=18)
    english = long_text(_("Brevet på engelsk"), _("Til dem, der læser engelsk."), required=False, rows=18)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for name in ("danish", "english"):
            if unfinished(values.get(name) or ""):
                self.add_error(name, _("Noget står stadig i [kantede parenteser]. Skriv det færdigt, eller slet det."))
        return values


class ReasonForm(WithoutNumbers):
    """Some words on why."""

    reason = long_text(_("Begrundelse"))

    def __init__(self, *args: Any, label: Any = None, required: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = required
        if label is not None:
            self.fields["reason"].label = label


class ExceptionForm(ReasonForm):
    """Why persons need not be told one by one."""

    field_order = ["exception", "reason"]
    exception = forms.ChoiceField(
        label=_("Undtagelse i artikel 34, stk. 3"),
        choices=list(EXCEPTIONS.items()),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg en undtagelse.")),
    )
