"""Forms of the breach register. No text of theirs may hold a CPR number: breaches are told without persons."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forsyn.domain.accountability.actions_persons import Search
from forsyn.domain.accountability.breach_models import SearchKind
from forsyn.domain.accountability.rules import TEXT_LENGTH, TITLE_LENGTH, BreachRefused, Reported, numbers_in
from forsyn.interfaces.privacy_desk.breach_words import NATURES, SEARCHES
from forsyn.interfaces.privacy_desk.labels import label
from forsyn.interfaces.privacy_desk.processor_forms import day_field
from forsyn.interfaces.privacy_desk.templatetags.declarations import capitalised, spoken
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Capacity, PersonGroup, Role
from forsyn.workflows.cpr_in_text import ask_about_cpr, plain

NOT_CHOSEN = ("required", "invalid_choice")
MOMENT = "%Y-%m-%dT%H:%M"


class WithoutNumbers(forms.Form):
    """A form whose texts are told without persons."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name, value in list(values.items()):
            if isinstance(value, str) and isinstance(self.fields[name].widget, forms.Textarea):
                values[name] = plain(value)
                if self.may_hold(name) and ask_about_cpr(value):
                    self.add_error(name, _("Her står noget, der ligner et CPR-nummer. Skriv uden at nævne personer."))
        return values

    def may_hold(self, name: str) -> bool:
        """Whether a field is looked through."""
        return True


def moment_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateTimeField:
    """A moment on the clock of the wall."""
    return forms.DateTimeField(
        label=label,
        help_text=hint,
        required=required,
        input_formats=[MOMENT, "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        error_messages={"required": _("Vælg dag og klokkeslæt."), "invalid": _("Skriv det som 2026-12-31 23:59.")},
    )


def long_text(label: Any, hint: Any = "", *, required: bool = True, rows: int = 5) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": _("Skriv noget her.")},
    )


class GroupedCheckboxes(forms.CheckboxSelectMultiple):
    """Check boxes under the names of their groups."""

    template_name = "privacy_desk/grouped_checkboxes.html"


class ReportedForm(WithoutNumbers):
    """What is known of a breach."""

    title = forms.CharField(
        label=_("Overskrift"),
        help_text=_("Så kolleger kan kende sagen igen. Nævn ingen kunder."),
        max_length=TITLE_LENGTH,
        error_messages={"required": _("Skriv en overskrift.")},
    )
    what_happened = long_text(_("Hvad er der sket?"), _("Fortæl det, som I ved det nu. Mere kan skrives til senere."))
    aware_at = moment_field(_("Hvornår blev I opmærksomme på det?"), _("Herfra løber de 72 timer, også i weekenden."))
    began_at = moment_field(_("Hvornår begyndte det?"), required=False)
    ended_at = moment_field(_("Hvornår stoppede det?"), required=False)
    natures = forms.MultipleChoiceField(
        label=_("Hvad består bruddet i?"),
        choices=list(NATURES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg mindst én.")),
    )
    data_categories = forms.MultipleChoiceField(
        label=_("Hvilke oplysninger?"),
        widget=GroupedCheckboxes,
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg mindst én slags oplysninger.")),
    )
    person_groups = forms.MultipleChoiceField(
        label=_("Hvem handler det om?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg mindst én gruppe.")),
    )
    approximate_persons = forms.IntegerField(
        label=_("Hvor mange personer, cirka?"),
        help_text=_("Kun hvis en søgning ikke kan finde dem."),
        required=False,
        min_value=0,
        max_value=10_000_000,
    )
    approximate_records = forms.IntegerField(
        label=_("Hvor mange registreringer, cirka?"), required=False, min_value=0, max_value=10**12
    )
    consequences = long_text(_("Hvad kan det føre til for dem?"), required=False)
    measures = long_text(_("Hvad har I gjort, og hvad vil I gøre?"), required=False)
    processor = forms.ChoiceField(label=_("Skete det hos en databehandler?"), required=False)
    on_behalf_of = forms.CharField(
        label=_("Er I selv databehandler her? Skriv, hvem der er dataansvarlig"), required=False, max_length=200
    )

    def __init__(self, policy: Policy, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        groups = {key: [] for key in policy.category_groups}  # type: ignore[var-annotated]
        for category in policy.categories.values():
            groups[category.group].append((category.key, capitalised(spoken(category.name))))
        choices = {
            "data_categories": [(spoken(policy.category_groups[key]), found) for key, found in groups.items() if found],
            "person_groups": [(group.value, capitalised(label(group))) for group in _groups(policy)],
            "processor": [
                ("", _("Nej")),
                *(
                    (one.key, capitalised(spoken(one.name)))
                    for one in policy.recipients.values()
                    if one.role is Role.PROCESSOR
                ),
            ],
        }
        for name, found in choices.items():
            self.fields[name].choices = found  # type: ignore[attr-defined]
        if all(one.capacity is Capacity.CONTROLLER for one in policy.purposes.values()):
            del self.fields["on_behalf_of"]

    @staticmethod
    def initial_of(reported: Reported) -> dict[str, Any]:
        """The form as it stands for a breach on the register."""
        facts = {name: getattr(reported, name) for name in Reported.__slots__}
        return facts | {"natures": [name for name in NATURES if facts[name]]}

    def reported(self) -> Reported:
        """What the form says."""
        values = dict(self.cleaned_data)
        natures = values.pop("natures")
        values |= {
            "data_categories": tuple(values["data_categories"]),
            "person_groups": tuple(PersonGroup(group) for group in values["person_groups"]),
        }
        return Reported(**values, **{name: name in natures for name in NATURES})


def _groups(policy: Policy) -> list[PersonGroup]:
    found = {group for category in policy.categories.values() for group in category.persons}
    return [group for group in PersonGroup if group in found]


class SearchForm(WithoutNumbers):
    """By what to find those whom a breach touched; each kind has fields of its own."""

    NEEDS = {
        SearchKind.NUMBERS: ("numbers",),
        SearchKind.PLACES: ("numbers", "postal_code", "street", "first_date", "last_date"),
        SearchKind.METERS: ("numbers", "first_date", "last_date"),
        SearchKind.SUPPLIED: ("first_date", "last_date"),
        SearchKind.LOOKS: ("account", "from_at", "until_at"),
        SearchKind.DISCLOSURES: ("recipient", "from_at", "until_at"),
    }

    numbers = forms.CharField(
        label=_("Numre"),
        help_text=_("Et på hver linje, eller med komma imellem."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2_000_000,
        error_messages={"required": _("Skriv mindst ét nummer.")},
    )
    postal_code = forms.RegexField(
        r"^[0-9]{4}$",
        label=_("Eller hele postnummeret"),
        required=False,
        error_messages={"invalid": _("Et postnummer har fire cifre.")},
    )
    street = forms.CharField(
        label=_("Kun én vej i postnummeret"),
        help_text=_("Vejens navn, som det staves på kuverter."),
        required=False,
        max_length=100,
    )
    account = forms.ChoiceField(
        label=_("Medarbejder"), error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg en medarbejder."))
    )
    recipient = forms.ChoiceField(label=_("Modtager"), error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg en modtager.")))
    from_at = moment_field(_("Fra"))
    until_at = moment_field(_("Til"))
    first_date = day_field(_("Første dag"))
    last_date = day_field(_("Sidste dag"))

    def __init__(
        self,
        kind: SearchKind,
        policy: Policy,
        *args: Any,
        staff: Any = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        for name in [name for name in self.fields if name not in self.NEEDS[kind]]:
            del self.fields[name]
        self.of_places = kind is SearchKind.PLACES
        if self.of_places:
            self.fields["numbers"].required = False
            self.fields["numbers"].label = _("Forsyningsstedernes numre")
        if "account" in self.fields:
            self.fields["account"].choices = [("", _("Vælg")), *staff]  # type: ignore[attr-defined]
        if "recipient" in self.fields:
            self.fields["recipient"].choices = [  # type: ignore[attr-defined]
                ("", _("Vælg")),
                *((one.key, capitalised(spoken(one.name))) for one in policy.recipients.values()),
            ]

    def may_hold(self, name: str) -> bool:
        return name != "numbers"

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        begins, ends = (values.get(first) or values.get(other) for first, other in _ENDS)
        if begins and ends and (ends < begins or (isinstance(begins, datetime) and ends == begins)):
            self.add_error(None, _("Perioden slutter, før den begynder."))
        if self.of_places and not self.errors and not (values.get("numbers") or values.get("postal_code")):
            self.add_error(None, _("Skriv forsyningsstedernes numre eller et postnummer."))
        return values

    def clean_numbers(self) -> tuple[str, ...]:
        if self.of_places and not self.cleaned_data["numbers"].strip():
            return ()
        try:
            return tuple(numbers_in(self.cleaned_data["numbers"]))
        except BreachRefused as refusal:
            raise forms.ValidationError(gettext(str(refusal))) from None

    def search(self) -> Search:
        """What the form asks for."""
        values = self.cleaned_data
        last: date | None = values.get("last_date")
        return Search(
            self.kind,
            account_id=int(values["account"]) if "account" in values else None,
            recipient=values.get("recipient", ""),
            numbers=values.get("numbers", ()),
            postal_code=values.get("postal_code", ""),
            street=values.get("street", "").strip(),
            from_at=values.get("from_at"),
            until_at=values.get("until_at"),
            from_date=values.get("first_date"),
            until_date=last + timedelta(days=1) if last else None,
        )


_ENDS = (("from_at", "first_date"), ("until_at", "last_date"))


class KindForm(forms.Form):
    """Which kind of search."""

    kind = forms.ChoiceField(
        label=_("Hvordan kan I finde dem?"),
        choices=list(SEARCHES.items()),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(NOT_CHOSEN, _("Vælg en måde.")),
    )


def this_minute() -> datetime:
    """What the clock on the wall shows, for a first value."""
    return timezone.localtime().replace(second=0, microsecond=0)
