"""What a rectification needs to be told, and a refusal of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from forsyn.domain.customers.correction_rules import Field, PlaceAddress
from forsyn.domain.customers.correction_words import as_read, as_stored
from forsyn.domain.customers.corrections_queries import CHOICES, Held
from forsyn.domain.rights.actions import Attachment
from forsyn.domain.safeguards.choices_rules import SIGNATURES, ChoiceRefused, Proof, check_proof
from forsyn.interfaces.privacy_desk.choice_forms import NOT_CHOSEN
from forsyn.interfaces.privacy_desk.request_forms import VersionedForm, text_field
from forsyn.interfaces.privacy_desk.request_words import FIELDS
from forsyn.interfaces.privacy_desk.templatetags.declarations import reader
from forsyn.workflows.rectification_plan import Wish

ADDRESS_PARTS = ("street", "house_number", "floor", "door", "postal_code", "city")
_OPTIONAL = ("floor", "door")


class ContestedForm(VersionedForm):
    """One datum that the person says is wrong, and what the person says is right."""

    what = forms.ChoiceField(
        label=_("Hvad er forkert?"),
        help_text=_("Målinger rettes ikke her. En ny levering retter dem, og den gamle værdi bliver stående."),
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg det, der er forkert.")),
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
        cleaned["right"] = as_stored(one.field, cleaned.get("right", ""))
        known = CHOICES.get(one.field)
        if known is not None and cleaned["right"] not in known:
            said = ", ".join(as_read(one.field, value, reader()) for value in known)
            self.add_error("right", _("Skriv en af: %(known)s.") % {"known": said})
        return cleaned

    def wish(self) -> Mapping[str, Any]:
        """The wish as JSON has it."""
        one, said = self.held[self.cleaned_data["what"]], self.cleaned_data
        wish: dict[str, Any] = {"field": str(one.field), "right": said["right"], "subject_id": one.subject_id}
        if one.field is Field.ADDRESS:
            wish |= {"right": "", "address": {part: said[part] for part in ADDRESS_PARTS}}
        return wish


class RectificationPlanForm(ContestedForm):
    """One datum: which, what is right, and what shows it."""

    evidence = text_field(_("Hvad viser, hvad der er rigtigt?"), _("For eksempel »dåbsattest set« eller »egen mail«."))
    paper = forms.FileField(
        label=_("Dokument, der viser det"),
        help_text=_("Kun hvis I har brug for at gemme det. PDF, PNG eller JPEG, højst 10 MB."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(SIGNATURES)}),
        error_messages={"empty": _("Filen er tom. Vælg den igen.")},
    )

    def clean_paper(self) -> Attachment | None:
        """The document as it is kept; None without one."""
        file: UploadedFile | None = self.cleaned_data["paper"]
        if not file:
            return None
        content, name, kind = file.read(), (file.name or "").replace("\x00", ""), file.content_type or ""
        try:
            check_proof(Proof(content, name, kind))
        except ChoiceRefused:
            raise forms.ValidationError(_("Vælg en PDF, en PNG eller en JPEG på højst 10 MB.")) from None
        return Attachment(name, kind, len(content), content)

    def details(self) -> dict[str, Any]:
        """The plan's details."""
        return {"wishes": [self.wish()], "evidence": self.cleaned_data["evidence"]}

    def document(self) -> Attachment | None:
        """What shows it, if there is a paper."""
        paper: Attachment | None = self.cleaned_data["paper"]
        return paper


class RefusedRectificationForm(ContestedForm):
    """What stands as it is, why, and what the person wants to stand beside it."""

    reason = text_field(_("Hvorfor er det rigtigt, som det står?"), _("Personen får begrundelsen."))
    statement = text_field(
        _("Personens egen erklæring"),
        _("Står ved siden af oplysningen, hvis personen ønsker det (artikel 16). Med personens egne ord."),
        required=False,
    )

    def wishes(self) -> list[Wish]:
        """What was wished."""
        said = self.wish()
        address = PlaceAddress(**said["address"]) if "address" in said else None
        return [Wish(Field(said["field"]), said["right"], said["subject_id"], None, address)]


def _said(one: Held) -> str:
    place = f", {one.place}" if one.place else ""
    return f"{FIELDS[one.field]}{place}: {as_read(one.field, one.value, reader()) or '–'}"
