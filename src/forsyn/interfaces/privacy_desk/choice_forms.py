"""Forms by which the privacy desk records what people choose; none stores a CPR number in its reasons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.domain.safeguards.choices_rules import REASON_LENGTH, SIGNATURES, Proof, objectable
from forsyn.interfaces.cpr_question import CprAskingForm
from forsyn.interfaces.privacy_desk.choice_words import CHANNELS, EFFECTS, GROUNDS
from forsyn.interfaces.privacy_desk.templatetags.declarations import capitalised, spoken
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Objection

NOT_CHOSEN = ("required", "invalid_choice")


def customer_field() -> forms.CharField:
    """Whose: the number that stands on letters and bills."""
    return forms.CharField(
        label=_("Kundenummer"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Skriv kundens nummer.")},
    )


def reason_field(label: Any, hint: Any, *, required: bool = True) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=REASON_LENGTH,
        required=required,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Skriv en begrundelse.")},
    )


class RestrictionForm(CprAskingForm):
    """Whom, on which of the four grounds, and why."""

    asks_about = "reason"

    number = customer_field()
    ground = forms.ChoiceField(
        label=_("Grund"),
        choices=list(GROUNDS.items()),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg en af de fire grunde i artikel 18.")),
    )
    reason = reason_field(
        _("Hvad er sagen?"), _("Så den næste kan se, hvad der skal undersøges. Personen kan bede om at se det.")
    )


class LiftingForm(forms.Form):
    """Art. 18(3): the person is told first."""

    person_informed = forms.BooleanField(
        label=_("Personen har fået besked om, at begrænsningen ophæves"),
        error_messages={
            "required": _("Giv personen besked først, og sæt så kryds. Det kræver artikel 18, stk. 3."),
        },
    )


class AnnouncementForm(forms.Form):
    """Art. 18(3): why the restriction ends, and when; the person reads it."""

    why = reason_field(_("Hvorfor ophæves begrænsningen?"), _("Personen får begrundelsen."))
    lift_date = forms.DateField(
        label=_("Fra hvilken dag?"),
        help_text=_("Giv personen nogle dage til at gøre indvendinger."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Skriv dagen."), "invalid": _("Skriv dagen som åååå-mm-dd.")},
    )


class ObjectionForm(CprAskingForm):
    """Who says no, to what, and why."""

    asks_about = "reason"

    number = customer_field()
    purpose = forms.ChoiceField(
        label=_("Formål, der gøres indsigelse mod"),
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg et formål.")),
    )
    reason = reason_field(
        _("Personens begrundelse"),
        _("Ved markedsføring skal personen ikke begrunde noget."),
        required=False,
    )

    def __init__(self, policy: Policy, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        by_effect = objectable(policy)
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            ("", _("Vælg et formål")),
            *(
                (str(EFFECTS[effect]), [(one.key, capitalised(spoken(one.name))) for one in by_effect[effect]])
                for effect in (Objection.STOPS, Objection.ASSESSED, Objection.NONE)
                if by_effect[effect]
            ),
        ]


class DecisionForm(CprAskingForm):
    """Whether an objection is upheld, and why."""

    asks_about = "decision"

    upheld = forms.TypedChoiceField(
        label=_("Afgørelse"),
        choices=[
            ("yes", _("Indsigelsen er berettiget. Vi stopper for godt.")),
            ("no", _("Vores grunde vejer tungere. Behandlingen fortsætter.")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg, om indsigelsen er berettiget.")),
    )
    decision = reason_field(_("Begrundelse"), _("Personen har ret til at få den."))


class WhoseForm(forms.Form):
    """Whose consents to show."""

    kunde = customer_field()


def channel_field(label: Any) -> forms.ChoiceField:
    """How it reached us."""
    return forms.ChoiceField(
        label=label,
        choices=list(CHANNELS.items()),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg, hvordan kunden fortalte det.")),
    )


class GivingForm(forms.Form):
    """A yes that was not given in the portal."""

    version = forms.CharField(max_length=40, widget=forms.HiddenInput)
    language = forms.ChoiceField(
        label=_("Hvilken tekst sagde kunden ja til?"),
        choices=[("da", _("Den danske")), ("en", _("Den engelske"))],
        initial="da",
        widget=forms.RadioSelect,
    )
    channel = channel_field(_("Hvordan sagde kunden ja?"))
    paper = forms.FileField(
        label=_("Underskrevet erklæring"),
        help_text=_("PDF, PNG eller JPEG, højst 10 MB."),
        widget=forms.FileInput(attrs={"accept": ",".join(SIGNATURES)}),
        error_messages={
            "required": _("Det her samtykke skal være skriftligt. Vælg den underskrevne erklæring."),
            "empty": _("Filen er tom. Vælg den underskrevne erklæring igen."),
        },
    )

    def __init__(self, *args: Any, paper_required: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["paper"].required = paper_required

    def proof(self) -> Proof | None:
        """The paper as it is kept; None without one."""
        file = self.cleaned_data["paper"]
        return Proof(file.read(), (file.name or "").replace("\x00", ""), file.content_type or "") if file else None


class WithdrawalForm(forms.Form):
    """A yes taken back otherwise than in the portal."""

    channel = channel_field(_("Hvordan trak kunden det tilbage?"))
