"""What a plan needs to be told, right by right; the values go into the plan's ``details`` as JSON has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.domain.customers.correction_rules import Field
from forsyn.domain.customers.corrections_queries import CHOICES, Held
from forsyn.domain.safeguards.choices_rules import objectable
from forsyn.interfaces.privacy_desk.choice_forms import NOT_CHOSEN, channel_field
from forsyn.interfaces.privacy_desk.choice_words import EFFECTS, GROUNDS
from forsyn.interfaces.privacy_desk.request_forms import VersionedForm, chosen, text_field
from forsyn.interfaces.privacy_desk.request_words import FIELDS
from forsyn.interfaces.privacy_desk.templatetags.declarations import capitalised, spoken
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Objection

ADDRESS_PARTS = ("street", "house_number", "floor", "door", "postal_code", "city")


class PlanningForm(VersionedForm):
    """A plan that needs nothing more than the request."""

    def details(self) -> dict[str, Any]:
        """The plan's details."""
        return {}


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


class RectificationPlanForm(PlanningForm):
    """One datum: which, what is right, and what shows it."""

    what = forms.ChoiceField(
        label=_("Hvad er forkert?"), error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg det, der er forkert."))
    )
    right = forms.CharField(
        label=_("Det rigtige"),
        help_text=_("Tomt, hvis oplysningen slet ikke er personens. En adresse skrives i felterne nedenfor."),
        max_length=254,
        required=False,
    )
    street = forms.CharField(label=_("Vej"), max_length=100, required=False)
    house_number = forms.CharField(label=_("Husnummer"), max_length=10, required=False)
    floor = forms.CharField(label=_("Etage"), max_length=10, required=False)
    door = forms.CharField(label=_("Dør"), max_length=10, required=False)
    postal_code = forms.CharField(label=_("Postnummer"), max_length=4, required=False)
    city = forms.CharField(label=_("By"), max_length=60, required=False)
    evidence = text_field(_("Hvad viser, hvad der er rigtigt?"), _("For eksempel »dåbsattest set« eller »egen mail«."))

    def __init__(self, *args: Any, held: Sequence[Held], **options: Any) -> None:
        super().__init__(*args, **options)
        self.held = {f"{one.field}:{one.subject_id or ''}": one for one in held}
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            ("", _("Vælg")),
            *((key, _said(one)) for key, one in self.held.items()),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        one = self.held.get(cleaned.get("what", ""))
        if one is None:
            return cleaned
        if one.field is Field.ADDRESS and not all(cleaned.get(part) for part in ADDRESS_PARTS if part not in _OPTIONAL):
            self.add_error("street", _("Skriv hele den rigtige adresse."))
        known = CHOICES.get(one.field)
        if known is not None and cleaned.get("right") not in known:
            self.add_error("right", _("Skriv en af: %(known)s.") % {"known": ", ".join(known)})
        return cleaned

    def details(self) -> dict[str, Any]:
        one, said = self.held[self.cleaned_data["what"]], self.cleaned_data
        wish: dict[str, Any] = {"field": str(one.field), "right": said["right"], "subject_id": one.subject_id}
        if one.field is Field.ADDRESS:
            wish |= {"right": "", "address": {part: said[part] for part in ADDRESS_PARTS}}
        return {"wishes": [wish], "evidence": said["evidence"]}


_OPTIONAL = ("floor", "door")


def _said(one: Held) -> str:
    place = f", {one.place}" if one.place else ""
    return f"{FIELDS[one.field]}{place}: {one.value or '–'}"
