"""Forms of the pages on sensitive data. Free texts may hold no CPR number here either."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from forsyn.domain.safeguards.choices_models import Channel
from forsyn.domain.safeguards.choices_rules import Proof
from forsyn.domain.sensitive.rules import LONGEST_TEXT
from forsyn.interfaces.cpr_question import CprAskingForm
from forsyn.kernel import identifiers
from forsyn.policy.vocabulary import Source

REASON_LENGTH = 300


class NoticeForm(CprAskingForm):
    """What must be taken into account."""

    asks_about = "text"

    text = forms.CharField(
        label=_("Hvad skal vi vide?"),
        help_text=_("Skriv kun det, der er brug for ved en afbrydelse."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Skriv, hvad der skal tages hensyn til."),
            "max_length": _("Teksten er for lang. Skriv højst %(limit_value)d tegn: kun det nødvendige."),
        },
    )


class PremisesForm(NoticeForm):
    """Children or animals: who told us."""

    source = forms.ChoiceField(
        label=_("Hvor ved vi det fra?"),
        choices=[(Source.PERSON.value, _("Kunden har fortalt det")), (Source.UTILITY.value, _("Vi har selv set det"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Vælg, hvor vi ved det fra.")},
    )


class OffenceForm(NoticeForm):
    """What is needed to report an offence."""

    text = forms.CharField(
        label=_("Hvad er der sket?"),
        help_text=_("Hvor, hvornår, og hvad vi fandt. Kun det, der skal til for at anmelde det."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Skriv, hvad der er sket."),
            "max_length": _("Teksten er for lang. Skriv højst %(limit_value)d tegn: kun det nødvendige."),
        },
    )


class PaperForm(forms.Form):
    """A consent given on paper."""

    paper = forms.FileField(
        label=_("Underskrevet erklæring"),
        help_text=_("PDF eller billede, højst 10 MB."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/png,image/jpeg"}),
        error_messages={
            "required": _("Vælg den underskrevne erklæring. Uden den må vi ikke gemme noget om sygdom."),
            "empty": _("Filen er tom. Vælg den underskrevne erklæring igen."),
        },
    )

    def proof(self) -> Proof:
        """The paper as it is kept."""
        file: UploadedFile = self.cleaned_data["paper"]
        return Proof(file.read(), (file.name or "").replace("\x00", ""), file.content_type or "")


class ConsentForm(forms.Form):
    """A yes to one use of the CPR number, as a member of staff heard it."""

    consent = forms.ChoiceField(
        label=_("Hvad har kunden sagt ja til?"),
        help_text=_("Læs teksten højt, hvis I taler sammen. Hvert ja gælder kun sit eget."),
        widget=forms.RadioSelect,
        error_messages={"required": _("Vælg, hvad kunden har sagt ja til.")},
    )
    channel = forms.ChoiceField(
        label=_("Hvordan sagde kunden ja?"),
        choices=[
            (Channel.PHONE.value, _("I telefonen")),
            (Channel.IN_PERSON.value, _("Ved et besøg")),
            (Channel.LETTER.value, _("I et brev")),
            (Channel.EMAIL.value, _("I en e-mail")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Vælg, hvordan kunden sagde ja.")},
    )

    def __init__(self, *args: Any, consents: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["consent"].choices = consents  # type: ignore[attr-defined]


class CprForm(forms.Form):
    """A CPR number to be kept."""

    number = forms.CharField(
        label=_("CPR-nummer"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Skriv CPR-nummeret.")},
    )

    def clean_number(self) -> str:
        """Ten digits."""
        try:
            return identifiers.cpr(self.cleaned_data["number"])
        except identifiers.InvalidIdentifier as refusal:
            raise forms.ValidationError(str(refusal)) from None


class RevealForm(CprAskingForm):
    """Why the number must be seen; it goes on the access log."""

    asks_about = "reason"

    reason = forms.CharField(
        label=_("Hvad skal du bruge nummeret til?"),
        help_text=_("Begrundelsen bliver gemt i loggen, og kunden kan se, at der er kigget."),
        min_length=5,
        max_length=REASON_LENGTH,
        error_messages={
            "required": _("Skriv, hvad du skal bruge nummeret til."),
            "min_length": _("Skriv lidt mere, så andre kan forstå det."),
            "max_length": _("Skriv højst %(limit_value)d tegn."),
        },
    )


class ReceiptForm(forms.Form):
    """The authority's receipt."""

    reference = forms.CharField(
        label=_("Myndighedens journalnummer"),
        max_length=100,
        error_messages={"required": _("Skriv det journalnummer, som myndigheden har givet sagen.")},
    )


class AuthorityForm(forms.Form):
    """Whom an offence is reported to."""

    authority = forms.ChoiceField(
        label=_("Hvem skal have anmeldelsen?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Vælg, hvem der skal have anmeldelsen.")},
    )

    def __init__(self, *args: Any, authorities: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["authority"].choices = authorities  # type: ignore[attr-defined]
