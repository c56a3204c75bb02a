"""Forms by which the privacy desk holds something back, looks at it again, and lets go of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.interfaces.cpr_question import CprAskingForm
from forsyn.interfaces.privacy_desk.choice_forms import customer_field, reason_field
from forsyn.interfaces.privacy_desk.processor_forms import day_field
from forsyn.interfaces.privacy_desk.templatetags.declarations import capitalised, spoken
from forsyn.policy.policy import Policy


def _until() -> forms.DateField:
    hint = _("Et tilbagehold uden ende findes ikke. Det kan forlænges, når I ser på det igen.")
    return day_field(_("Holdes tilbage til"), hint)


def _review() -> forms.DateField:
    return day_field(_("Skal ses efter igen senest"), _("Den dag minder forsiden jer om det."))


class HoldForm(CprAskingForm):
    """Whose, what, on which ground, why, and until when."""

    asks_about = "reason"

    number = customer_field()
    ground = forms.CharField(
        label=_("Grundlag"),
        help_text=_("Den lov eller det krav, oplysningerne skal gemmes for, gerne med sagens nummer."),
        max_length=200,
        error_messages={"required": _("Skriv grundlaget.")},
    )
    categories = forms.MultipleChoiceField(
        label=_("Oplysninger"),
        help_text=_("Vælg kun det, der er brug for. Vælger du intet, holdes alt om kunden tilbage."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = reason_field(_("Hvorfor netop denne kunde?"), _("Personen kan bede om at se det."))
    end_date = _until()
    review_date = _review()

    def __init__(self, policy: Policy, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["categories"].choices = [  # type: ignore[attr-defined]
            (one.key, capitalised(spoken(one.name))) for one in policy.categories.values()
        ]


class ReviewForm(forms.Form):
    """It is still needed, until then."""

    end_date = _until()
    review_date = _review()


class ReleaseForm(CprAskingForm):
    """Why it is needed no longer."""

    asks_about = "reason"

    reason = reason_field(_("Hvorfor er der ikke længere brug for det?"), _("For eksempel at sagen er forligt."))
