"""Forms of billing runs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.domain.billing.models import BillKind
from forsyn.interfaces.cpr_question import CprAskingForm
from forsyn.interfaces.office import billing_words, wording
from forsyn.interfaces.office.ledger_forms import day_field
from forsyn.kernel.charges.tariff import Commodity

NOTE_LENGTH = 300
MOST_AT_ONCE = 5_000
"""So many bills are released by one press: a page must answer."""
COMMODITIES = [(one.value, wording.COMMODITIES[one.value]) for one in Commodity if one.value in wording.COMMODITIES]
KINDS = [(kind, billing_words.RUN_KINDS[kind]) for kind in (BillKind.ANNUAL, BillKind.ON_ACCOUNT, BillKind.CORRECTION)]
"""Final and interim settlements are made where the move or the new tariff is."""


class RunForm(CprAskingForm):
    """What is to be billed."""

    asks_about = "note"

    kind = forms.ChoiceField(label=_("Hvad skal opkræves?"), choices=KINDS)
    commodity = forms.ChoiceField(label=_("Forsyning"), choices=COMMODITIES)
    first = day_field(
        _("Første dag"), _("For a conto: de rater, der forfalder i perioden. For rettelser: regninger for de dage.")
    )
    last = day_field(_("Sidste dag"))
    issue_date = day_field(_("Regningsdato"), _("Den dag regningerne bogføres. Den skal ligge i et åbent regnskabsår."))
    due_date = day_field(_("Sidste betalingsdag"))
    note = forms.CharField(
        label=_("Note"),
        help_text=_("Til kolleger. Skriv ikke navne."),
        required=False,
        max_length=NOTE_LENGTH,
        error_messages={"max_length": _("Noten er for lang. Skriv højst %(limit_value)d tegn.")},
    )

    def clean(self) -> dict[str, Any]:
        """The last day follows the first, and nobody has to pay before the bill is dated."""
        cleaned = super().clean()
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("Den sidste dag kan ikke ligge før den første."))
        if first and last and (last - first).days > 2 * 366:
            self.add_error("last", _("Perioden er over to år. Vælg en kortere."))
        issued, due = cleaned.get("issue_date"), cleaned.get("due_date")
        if issued and due and due < issued:
            self.add_error("due_date", _("Sidste betalingsdag kan ikke ligge før regningsdatoen."))
        return cleaned


def proposed(today: date) -> dict[str, Any]:
    """Last year's settlement, dated today, to be paid in 30 days."""
    year = today.year - 1
    return {
        "kind": BillKind.ANNUAL,
        "first": date(year, 1, 1),
        "last": date(year, 12, 31),
        "issue_date": today,
        "due_date": today + timedelta(days=30),
    }


class ApprovalForm(forms.Form):
    """Exactly what was seen."""

    seen = forms.RegexField(
        regex="^[0-9a-f]{64}$",
        widget=forms.HiddenInput,
        error_messages={"required": _("Se forhåndsvisningen igen."), "invalid": _("Se forhåndsvisningen igen.")},
    )


class ReleaseForm(forms.Form):
    """How many bills go now."""

    count = forms.IntegerField(
        label=_("Hvor mange?"),
        min_value=1,
        max_value=MOST_AT_ONCE,
        help_text=_("De næste efter regningsnummer. Begynd gerne med nogle få, og se, om de er rigtige."),
        error_messages={
            "required": _("Skriv, hvor mange regninger der skal frigives."),
            "invalid": _("Skriv et helt tal."),
            "min_value": _("Frigiv mindst én."),
            "max_value": _("Frigiv højst %(limit_value)d ad gangen."),
        },
    )


class ReasonForm(CprAskingForm):
    """Why a run is undone or discarded."""

    asks_about = "reason"

    reason = forms.CharField(
        label=_("Hvorfor?"),
        help_text=_("Til kolleger. Skriv ikke navne."),
        max_length=NOTE_LENGTH,
        error_messages={
            "required": _("Skriv hvorfor."),
            "max_length": _("Teksten er for lang. Skriv højst %(limit_value)d tegn."),
        },
    )


class DiscardForm(ReasonForm):
    """Nothing has happened yet, so no reason is demanded."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = False
