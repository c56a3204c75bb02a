"""What one can ask of the list of disclosures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.interfaces.privacy_desk.templatetags.declarations import capitalised, spoken
from forsyn.interfaces.privacy_desk.templatetags.door import STATES
from forsyn.policy.policy import Policy


class DisclosureFilter(forms.Form):
    """Recipient, customer and state; all may be left out."""

    number = forms.CharField(label=_("Kundenummer"), required=False, max_length=20)
    recipient = forms.ChoiceField(label=_("Modtager"), required=False)
    state = forms.ChoiceField(
        label=_("Afsendelse"), required=False, choices=[("", _("Alle")), *((key, text) for key, text in STATES.items())]
    )

    def __init__(self, policy: Policy, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        names = [(key, capitalised(spoken(one.name))) for key, one in policy.recipients.items()]
        self.fields["recipient"].choices = [("", _("Alle")), *names]  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, str]:
        """The filter's values; empty strings where nothing valid is asked for."""
        self.full_clean()
        return {name: self.cleaned_data.get(name, "").strip() for name in self.fields}
