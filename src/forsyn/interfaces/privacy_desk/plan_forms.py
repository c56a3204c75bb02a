"""What a plan needs to be told, right by right; the values go into the plan's ``details`` as JSON has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.domain.rights.actions import Attachment
from forsyn.domain.safeguards.choices_rules import objectable
from forsyn.interfaces.privacy_desk.choice_forms import NOT_CHOSEN, channel_field
from forsyn.interfaces.privacy_desk.choice_words import EFFECTS, GROUNDS
from forsyn.interfaces.privacy_desk.request_forms import VersionedForm, chosen, text_field
from forsyn.interfaces.privacy_desk.templatetags.declarations import capitalised, spoken
from forsyn.interfaces.privacy_desk.templatetags.door import country_choices
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Objection


class PlanningForm(VersionedForm):
    """A plan that needs nothing more than the request."""

    def details(self) -> dict[str, Any]:
        """The plan's details."""
        return {}

    def document(self) -> Attachment | None:
        """A paper that the plan rests on."""
        return None


class PortabilityPlanForm(PlanningForm):
    """To whom it goes: to the person, or straight to a company that the person names (Art. 20(2))."""

    receiver = forms.CharField(
        label=_("Send til en anden virksomhed"),
        max_length=200,
        required=False,
        help_text=_("Virksomhedens navn, hvis personen har bedt om det. Ellers får personen selv pakken."),
    )
    receiver_country = forms.ChoiceField(
        label=_("Landet, hvor virksomheden er"),
        choices=country_choices,
        required=False,
        help_text=_("Vi sender kun til lande i EU og EØS."),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("receiver", "").strip() and not found.get("receiver_country"):
            self.add_error("receiver_country", _("Vælg det land, hvor virksomheden er."))
        return found

    def details(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"receiver": given["receiver"].strip(), "receiver_country": given["receiver_country"]}


class RestrictionPlanForm(PlanningForm):
    """On which of the four grounds, and why."""

    ground = chosen(_("Grund"), list(GROUNDS.items()), _("Vælg en af de fire grunde i artikel 18."))
    reason = text_field(_("Hvad er sagen?"), _("Så den næste kan se, hvad der skal undersøges."))

    def details(self) -> dict[str, Any]:
        return {"ground": self.cleaned_data["ground"], "reason": self.cleaned_data["reason"]}


class ObjectionPlanForm(PlanningForm):
    """To what, and why."""

    purpose = forms.ChoiceField(
        label=_("Formål, der gøres indsigelse mod"), error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg et formål."))
    )
    reason = text_field(
        _("Personens begrundelse"), _("Ved markedsføring skal personen ikke begrunde noget."), required=False
    )

    def __init__(self, *args: Any, policy: Policy, **options: Any) -> None:
        super().__init__(*args, **options)
        by_effect = objectable(policy)
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            ("", _("Vælg et formål")),
            *(
                (str(EFFECTS[effect]), [(one.key, capitalised(spoken(one.name))) for one in by_effect[effect]])
                for effect in (Objection.STOPS, Objection.ASSESSED)
                if by_effect[effect]
            ),
        ]

    def details(self) -> dict[str, Any]:
        return {"purpose": self.cleaned_data["purpose"], "reason": self.cleaned_data["reason"]}


class WithdrawalPlanForm(PlanningForm):
    """Which of the live consents."""

    consents = forms.MultipleChoiceField(
        label=_("Samtykker, der trækkes tilbage"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Vælg mindst ét samtykke.")},
    )
    channel = channel_field(_("Hvordan sagde personen det?"))

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["consents"].choices = choices  # type: ignore[attr-defined]

    def details(self) -> dict[str, Any]:
        return {"consents": sorted(self.cleaned_data["consents"]), "channel": self.cleaned_data["channel"]}
