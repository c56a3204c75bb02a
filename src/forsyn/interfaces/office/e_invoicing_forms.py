"""The form of where, and how, a customer gets e-invoices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forsyn.domain.billing.models import EInvoiceFormat
from forsyn.interfaces.cpr_question import CprAskingForm
from forsyn.kernel.identifiers import InvalidIdentifier, gln

FORMATS = [
    (EInvoiceFormat.OIOUBL, _("OIOUBL, som NemHandel bruger i Danmark")),
    (EInvoiceFormat.PEPPOL, _("Peppol BIS Billing 3, som bruges i hele Europa")),
]
LENGTH = 60
_LONG = {"max_length": _("Teksten er for lang. Skriv højst %(limit_value)d tegn.")}


class EInvoicingForm(CprAskingForm):
    """The address, the format and the customer's own references."""

    asks_about = "buyer_reference"

    gln = forms.CharField(
        label=_("GLN-nummer (EAN)"),
        help_text=_("13 cifre. Lad feltet være tomt, hvis fakturaen skal sendes til kundens CVR-nummer."),
        required=False,
        max_length=20,
        error_messages=_LONG,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    format = forms.ChoiceField(
        label=_("Format"),
        choices=FORMATS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Vælg et format."), "invalid_choice": _("Vælg et af de to formater.")},
    )
    buyer_reference = forms.CharField(
        label=_("Kundens reference"),
        help_text=_("Den person eller afdeling hos kunden, som fakturaen er til. Offentlige kunder skal have en."),
        required=False,
        max_length=LENGTH,
        error_messages=_LONG,
    )
    order_reference = forms.CharField(
        label=_("Kundens ordrenummer"), required=False, max_length=LENGTH, error_messages=_LONG
    )
    account_code = forms.CharField(
        label=_("Kundens kontostreng"), required=False, max_length=LENGTH, error_messages=_LONG
    )

    def clean_gln(self) -> str:
        """13 digits with a check digit that fits; nothing for none."""
        text: str = self.cleaned_data["gln"].strip()
        if not text:
            return ""
        try:
            return gln(text)
        except InvalidIdentifier as wrong:
            raise forms.ValidationError(str(wrong)) from wrong

    def asked(self) -> dict[str, Any]:
        """What is to be noted, once the form is valid."""
        return self.cleaned_data | {"buyer_reference": self.settled.text} | {"format": self.chosen_format}

    @property
    def chosen_format(self) -> EInvoiceFormat:
        """How it is written."""
        return EInvoiceFormat(self.cleaned_data["format"])
