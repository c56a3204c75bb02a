"""The forms of moving in: from when and who, then on which terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from forsyn.domain.billing.tariff_queries import TariffRow
from forsyn.domain.customers.models import CustomerKind, Relation
from forsyn.interfaces.office import wording
from forsyn.interfaces.office.ledger_forms import day_field
from forsyn.kernel import identifiers
from forsyn.kernel.identifiers import InvalidIdentifier
from forsyn.workflows.moving_in import MoveIn, NewCustomer, Vacant

USUAL_INSTALMENTS = 4
NORM, PLACE = "norm", "place"


class FirstDayForm(forms.Form):
    """From which day somebody new is supplied, and what to look for the customer by."""

    first = day_field(_("Første dag"), _("Den dag, den nye kunde overtager stedet."))
    q = forms.CharField(
        label=_("Find kunden"),
        help_text=_("Navn eller kundenummer. Lad feltet stå tomt, hvis kunden er ny."),
        required=False,
        max_length=100,
    )


class MoveInForm(forms.Form):
    """The terms; what the meters showed; which tariff."""

    first = forms.DateField(widget=forms.HiddenInput)
    relation = forms.ChoiceField(
        label=_("Kundens forhold til stedet"),
        choices=[(code, wording.RELATIONS[code]) for code in Relation.values],
        widget=forms.RadioSelect,
        error_messages={"required": _("Vælg, hvad kunden er.")},
    )
    expected = forms.ChoiceField(
        label=_("A conto beregnes efter"),
        choices=[
            (NORM, _("hvad sådan en bolig plejer at bruge (normen)")),
            (PLACE, _("hvad der er brugt på stedet året før")),
        ],
        widget=forms.RadioSelect,
        initial=NORM,
    )

    def __init__(self, *args: Any, vacant: Vacant, tariffs: Sequence[TariffRow], **options: Any) -> None:
        super().__init__(*args, **options)
        self.vacant = vacant
        for supply in vacant.supplies:
            self._ask_for_tariff(supply.commodity, supply.tariff_id, tariffs)
            self.fields[f"instalments_{supply.commodity}"] = forms.IntegerField(
                label=_("A conto-rater om året"),
                help_text=_("Fra 1 til 12. Skriv 0, hvis kunden ikke skal betale a conto."),
                min_value=0,
                max_value=12,
                initial=USUAL_INSTALMENTS if supply.instalments is None else supply.instalments,
                error_messages=dict.fromkeys(
                    ("required", "invalid", "min_value", "max_value"), _("Skriv et tal fra 0 til 12.")
                ),
            )
        for commodity, counted in vacant.counted.items():
            self.fields[f"reading_{commodity}"] = forms.DecimalField(
                label=_("Måler %(number)s viser") % {"number": counted.meter_number},
                help_text=_("I %(unit)s. Må stå tomt: dagen afgør, hvem der betaler.")
                % {"unit": wording.SCALES[counted.unit.value].symbol},
                required=False, localize=True, min_value=Decimal(0), max_digits=12, decimal_places=3,
                error_messages={"invalid": _("Skriv et tal, for eksempel 12,5."),
                                "min_value": _("En måler kan ikke vise under nul.")},
            )  # fmt: skip

    def _ask_for_tariff(self, commodity: str, tariff_id: int | None, tariffs: Sequence[TariffRow]) -> None:
        usable = [each for each in tariffs if each.commodity == commodity and each.in_force is not None]
        english = get_language() == "en"
        choices = [(str(each.id), each.name_en if english else each.name_da) for each in usable]
        self.fields[f"tariff_{commodity}"] = forms.ChoiceField(
            label=_("Takst for %(goods)s") % {"goods": str(wording.COMMODITIES[commodity]).lower()},
            help_text=_("Stedet har ikke haft en takst før.") if tariff_id is None else "",
            choices=choices if tariff_id is not None else [("", _("Vælg en takst")), *choices],
            initial=str(tariff_id or ""),
            error_messages={"required": _("Vælg en takst."), "invalid_choice": _("Vælg en takst.")},
        )

    def of_commodities(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Each commodity with its fields: the tariff, the instalments, and the reading of its own meter."""
        found = []
        for supply in self.vacant.supplies:
            names = [f"{what}_{supply.commodity}" for what in ("tariff", "instalments", "reading")]
            found.append((supply.commodity, [self[name] for name in names if name in self.fields]))
        return found

    def wanted(self, *, supply_point_id: int, customer: int | NewCustomer) -> MoveIn:
        """The move, once the form is valid."""
        data = self.cleaned_data
        readings = {}
        for commodity, counted in self.vacant.counted.items():
            shown = data.get(f"reading_{commodity}")
            if shown is not None:
                readings[commodity] = int((shown * wording.SCALES[counted.unit.value].base_units).to_integral_value())
        return MoveIn(
            supply_point_id=supply_point_id, first_date=data["first"], customer=customer, relation=data["relation"],
            instalments={supply.commodity: data[f"instalments_{supply.commodity}"] for supply in self.vacant.supplies},
            tariffs=self._chosen(data), readings=readings,
            by_place=data["expected"] == PLACE,
        )  # fmt: skip

    def _chosen(self, data: Mapping[str, Any]) -> dict[str, int]:
        """The tariffs that are not those of before."""
        chosen = {supply: int(data[f"tariff_{supply.commodity}"]) for supply in self.vacant.supplies}
        return {supply.commodity: tariff for supply, tariff in chosen.items() if tariff != supply.tariff_id}


class NewCustomerForm(forms.Form):
    """Somebody who is not a customer yet."""

    name = forms.CharField(label=_("Navn"), max_length=200, error_messages={"required": _("Skriv kundens navn.")})
    kind = forms.ChoiceField(
        label=_("Kunden er"),
        choices=[(code, wording.CUSTOMER_KINDS[code]) for code in CustomerKind.values],
        widget=forms.RadioSelect,
        initial=CustomerKind.PERSON.value,
    )
    birth_date = day_field(_("Fødselsdato"), _("Kun privatpersoner."), required=False)
    cvr = forms.CharField(label=_("CVR-nummer"), help_text=_("Kun virksomheder."), required=False, max_length=20)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=254)
    mobile = forms.CharField(label=_("Mobil"), required=False, max_length=30)
    language = forms.ChoiceField(
        label=_("Sprog"),
        choices=list(wording.LANGUAGES.items()),
        widget=forms.RadioSelect,
        initial="da",
    )
    is_somebody_else = forms.BooleanField(label=_("Kunden er ingen af dem. Opret en ny."), required=False)

    def clean(self) -> dict[str, Any]:
        """What is written wrong is told where it stands, all of it at once."""
        cleaned = super().clean() or {}
        for name, check in (("cvr", identifiers.cvr), ("email", identifiers.email), ("mobile", identifiers.phone)):
            try:
                if cleaned.get(name):
                    check(cleaned[name])
            except InvalidIdentifier as wrong:
                self.add_error(name, gettext(str(wrong)))
        return cleaned

    @property
    def customer(self) -> NewCustomer:
        """Who it is, once the form is valid."""
        data = self.cleaned_data
        return NewCustomer(
            name=data["name"], kind=data["kind"], birth_date=data["birth_date"], cvr=data["cvr"] or None,
            email=data["email"] or None, mobile=data["mobile"] or None, language=data["language"],
            is_somebody_else=data["is_somebody_else"],
        )  # fmt: skip
