"""How a customer wants to pay on account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from forsyn.interfaces.portal.instalments_page import Change
from forsyn.interfaces.portal.my_data_forms import OwnForm

MOST_DIGITS = 9


class ChangeForm(forms.Form):
    """How many instalments, and how much in all, from the day on that is offered; the limits, the plan itself says."""

    instalments = forms.IntegerField(
        label=gettext_lazy("Hvor mange rater vil du dele det i?"),
        min_value=1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), gettext_lazy("Vælg et antal rater fra listen.")
        ),
    )
    total_kr = forms.IntegerField(
        label=gettext_lazy("Hvor mange kroner vil du betale i alt, med moms?"),
        min_value=0,
        max_value=10**MOST_DIGITS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), gettext_lazy("Skriv et beløb i hele kroner.")
        ),
    )

    first = forms.DateField(widget=forms.HiddenInput, input_formats=["%Y-%m-%d"])

    def __init__(self, change: Change, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(number, str(number)) for number in range(1, change.most_instalments + 1)]
        self.fields["instalments"].widget = forms.Select(choices=choices)
        self.fields["total_kr"].widget = forms.TextInput(attrs={"inputmode": "numeric"})
        self.fields["total_kr"].help_text = change.limits
        self.initial = {
            "instalments": change.now_instalments,
            "total_kr": change.now_kr,
            "first": change.first.isoformat(),
        }


class ConfirmForm(OwnForm):
    """The same once more, with the day from which on it was shown to hold."""

    instalments = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=12)
    total_kr = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**MOST_DIGITS)
    first = forms.DateField(widget=forms.HiddenInput, input_formats=["%Y-%m-%d"])
