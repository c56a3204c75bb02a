"""The form by which staff write down a request about a person's rights, at the privacy desk and in the office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forsyn.domain.rights.rules import NAME_LENGTH, WISH_LENGTH, Intake, OnBehalf
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.kernel.local_days import COPENHAGEN
from forsyn.policy.vocabulary import Right

NOT_CHOSEN = ("required", "invalid_choice")
NOT_READ = ("", _("Det er ikke læst endnu"))
RIGHTS: Mapping[str, Promise] = {
    Right.ACCESS: _("Indsigt"),
    Right.RECTIFICATION: _("Rettelse"),
    Right.ERASURE: _("Sletning"),
    Right.RESTRICTION: _("Begrænsning"),
    Right.OBJECTION: _("Indsigelse"),
    Right.PORTABILITY: _("Dataportabilitet"),
    Right.WITHDRAWAL: _("Tilbagetrukket samtykke"),
    Right.COMPLAINT: _("Klage"),
}
INTAKES: Mapping[str, Promise] = {
    Intake.PORTAL: _("Selvbetjening"),
    Intake.LETTER: _("Brev"),
    Intake.PHONE: _("Telefon"),
    Intake.IN_PERSON: _("Personligt"),
    Intake.EMAIL: _("E-mail"),
}
ON_BEHALF: Mapping[str, Promise] = {
    OnBehalf.SELF: _("Sig selv"),
    OnBehalf.CHILD: _("Sit barn under 18 år"),
    OnBehalf.ESTATE: _("Et dødsbo"),
    OnBehalf.WARD: _("En, man er værge for"),
    OnBehalf.ATTORNEY: _("En, man har fuldmagt fra"),
    OnBehalf.COMPANY: _("Sig selv, som en virksomheds kontaktperson"),
}


def chosen(label: Any, choices: Any, missing: Any, *, radio: bool = True) -> forms.ChoiceField:
    """One of a few."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect if radio else forms.Select,
        error_messages=dict.fromkeys(NOT_CHOSEN, missing),
    )


class RequestForm(forms.Form):
    """What somebody asked by letter, by telephone, by mail, or in person."""

    channel = chosen(
        _("Hvordan kom anmodningen?"),
        [(key, INTAKES[key]) for key in Intake if key is not Intake.PORTAL],
        _("Vælg, hvordan anmodningen kom."),
    )
    received_date = forms.DateField(
        label=_("Modtaget"),
        help_text=_("Den dag, den nåede os. Fristen regnes fra den."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Skriv dagen."), "invalid": _("Skriv dagen som åååå-mm-dd.")},
    )
    right = forms.ChoiceField(label=_("Hvad bedes der om?"), choices=[NOT_READ, *RIGHTS.items()], required=False)
    on_behalf = chosen(_("For hvem?"), list(ON_BEHALF.items()), _("Vælg, hvem anmodningen gælder."), radio=False)
    name = forms.CharField(label=_("Navn"), max_length=NAME_LENGTH, required=False)
    email = forms.EmailField(
        label=_("E-mail"), required=False, error_messages={"invalid": _("Skriv adressen som navn@eksempel.dk.")}
    )
    address = forms.CharField(
        label=_("Postadresse"),
        help_text=_("Hvis svaret skal med brev til en anden adresse end kundens."),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    wish = forms.CharField(
        label=_("Hvad ønsker personen?"),
        help_text=_("Med personens egne ord. CPR-numre bliver fjernet."),
        max_length=WISH_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    language = chosen(_("Svar på"), [("da", _("Dansk")), ("en", _("Engelsk"))], _("Vælg et sprog."))

    def __init__(self, *args: Any, today: date, initial: Mapping[str, Any] | None = None, **options: Any) -> None:
        usual = {"received_date": today, "language": "da", "on_behalf": OnBehalf.SELF, "channel": Intake.PHONE}
        options["initial"] = usual | dict(initial or {})
        super().__init__(*args, **options)

    def received_at(self, now: datetime) -> datetime:
        """The instant of receipt: now for today, else noon of the day."""
        day = self.cleaned_data["received_date"]
        noon = datetime.combine(day, time(12), ZoneInfo(COPENHAGEN))
        return now if day == now.astimezone(ZoneInfo(COPENHAGEN)).date() else noon

    def received(self, now: datetime) -> dict[str, Any]:
        """What was received, as `workflows.privacy_requests.receive_at_desk` takes it."""
        said = {key: self.cleaned_data[key] for key in ("name", "email", "address", "wish", "language")}
        return {
            "channel": Intake(self.cleaned_data["channel"]),
            "right": Right(self.cleaned_data["right"]) if self.cleaned_data["right"] else None,
            "said": WordsOfRequest(**said),
            "received_at": self.received_at(now),
            "now": now,
            "on_behalf": OnBehalf(self.cleaned_data["on_behalf"]),
        }
