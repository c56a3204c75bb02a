"""Forms of the register of processors."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.domain.safeguards.actions_register import DOCUMENT_BYTES, Document
from forsyn.interfaces.privacy_desk.templatetags.door import country_choices

TEXT_LENGTH = 5000


def day_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    """A day, by the browser's own calendar."""
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Vælg en dag."), "invalid": _("Skriv dagen som 2026-12-31.")},
    )


def text_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Skriv noget her.")},
    )


def line_field(label: Any, hint: Any = "", *, length: int = 200) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=length, error_messages={"required": _("Skriv noget her.")}
    )


def country_field(label: Any, hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=hint, choices=country_choices, error_messages={"required": _("Vælg et land.")}
    )


def document_field(*, required: bool) -> forms.FileField:
    return forms.FileField(
        label=_("Den underskrevne aftale"),
        help_text=_("PDF, højst 20 MB"),
        required=required,
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
        error_messages={"required": _("Vælg den underskrevne aftale."), "empty": _("Filen er tom.")},
    )


def until(last: date | None) -> date | None:
    """The first day after a last one."""
    return last + timedelta(days=1) if last else None


class WithDocument(forms.Form):
    """A form with the signed agreement in it."""

    def document(self) -> Document | None:
        """The file, cut at what the register takes, so that a huge one is refused there with a sentence."""
        given = self.cleaned_data.get("document")
        if not given:
            return None
        return Document(given.name, "application/pdf", given.read(DOCUMENT_BYTES + 1))


class AgreementForm(WithDocument):
    """A new agreement; what is not known yet may follow."""

    number = line_field(_("Aftalens nummer"), _("Det, der står på aftalen"), length=60)
    first_date = day_field(_("Første dag"))
    last_date = day_field(_("Sidste dag"), _("Tom, hvis aftalen gælder, til den bliver sagt op"), required=False)
    storage_country = country_field(_("Hvor opbevares oplysningerne?"))
    instructions = text_field(
        _("Instruks"), _("Hvad databehandleren må gøre, og hvad ikke (artikel 28, stk. 3, litra a)"), required=False
    )
    signed_date = day_field(_("Underskrevet"), _("Tom, hvis den ikke er underskrevet endnu"), required=False)
    document = document_field(required=False)


class SignedForm(WithDocument):
    """The signature and the paper, where they follow later."""

    signed_date = day_field(_("Underskrevet"))
    document = document_field(required=True)


class InstructionsForm(forms.Form):
    """What the processor is told."""

    instructions = text_field(_("Instruks"), _("Hvad databehandleren må gøre, og hvad ikke"))


class EndForm(forms.Form):
    """When something ends."""

    last_date = day_field(_("Sidste dag"))


class SubProcessorForm(forms.Form):
    """Somebody who works for the processor."""

    name = line_field(_("Navn"))
    service = line_field(_("Hvad gør den?"), _("For eksempel: opbevarer sikkerhedskopier"))
    country = country_field(_("Land"), _("Uden for EU og EØS stopper alt, hvad vi sender til databehandleren"))
    first_date = day_field(_("Fra"))
    last_date = day_field(_("Til og med"), _("Tom, hvis det fortsætter"), required=False)


class AuditForm(forms.Form):
    """A look at how the processor keeps its promises."""

    audit_date = day_field(_("Tilsyn holdt"))
    finding = text_field(_("Hvad viste det?"), _("Skriv ikke navne på mennesker her."))
    next_date = day_field(_("Næste tilsyn"), required=False)
