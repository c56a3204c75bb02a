"""Forms of balancing tests and impact assessments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forsyn.domain.accountability.assessment_models import AssessmentKind, Decision
from forsyn.domain.accountability.assessment_rules import PART_LENGTH, PARTS
from forsyn.interfaces.privacy_desk.breach_forms import NOT_CHOSEN, WithoutNumbers, long_text
from forsyn.interfaces.privacy_desk.processor_forms import day_field
from forsyn.interfaces.privacy_desk.templatetags.declarations import spoken

DECISIONS = {
    Decision.CARRY_ON: _("Vi kan gøre det, som det er"),
    Decision.CARRY_ON_WITH: _("Vi kan gøre det med de foranstaltninger, der er nævnt"),
    Decision.STOP: _("Vi gør det ikke"),
    Decision.NOT_NEEDED: _("En konsekvensanalyse er ikke nødvendig"),
}


class TextsForm(WithoutNumbers):
    """One field a part of the document; a draft may have empty ones."""

    def __init__(self, kind: AssessmentKind, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for part in PARTS[kind]:
            self.fields[part.key] = forms.CharField(
                label=spoken(part.title),
                help_text=spoken(part.hint),
                required=False,
                max_length=PART_LENGTH,
                widget=forms.Textarea(attrs={"rows": 6}),
            )


class DecisionForm(WithoutNumbers):
    """What was decided, why, and when to look again."""

    decision = forms.ChoiceField(
        label=_("Afgørelse"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg en afgørelse.")),
    )
    reason = long_text(_("Begrundelse"))
    review_date = day_field(_("Se på den igen senest"), _("Inden for to år."))

    def __init__(self, kind: AssessmentKind, *args: Any, **options: Any) -> None:
        initial = {"review_date": timezone.localdate() + timedelta(days=365)}
        super().__init__(*args, initial=initial, **options)
        allowed = [one for one in Decision if kind is AssessmentKind.IMPACT or one is not Decision.NOT_NEEDED]
        self.fields["decision"].choices = [(one.value, DECISIONS[one]) for one in allowed]  # type: ignore[attr-defined]
