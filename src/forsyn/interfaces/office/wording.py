"""The office's words: Danish names and explanations of the codes that the registers use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import ngettext, pgettext

from forsyn.domain.customers.timeline import EventKind, Happening
from forsyn.kernel.periods import Period
from forsyn.workflows.office_search import Group

Text = str | Promise

COMMODITIES: dict[str, Text] = {"heat": later("Varme"), "water": later("Vand"), "waste_water": later("Spildevand")}
RELATIONS: dict[str, Text] = {
    "owner": later("Ejer"),
    "tenant": later("Lejer"),
    "administrator": later("Administrator"),
}
HOUSING: dict[str, Text] = {
    "house": later("Parcelhus"),
    "terraced_house": later("Rækkehus"),
    "flat": later("Lejlighed"),
    "holiday_home": later("Fritidshus"),
    "business": later("Erhverv"),
}
CUSTOMER_KINDS: dict[str, Text] = {"person": later("Privatperson"), "company": later("Virksomhed")}
CONTACTS: dict[str, Text] = {
    "email": later("E-mail"),
    "mobile": later("Mobil"),
    "landline": later("Fastnettelefon"),
    "work_phone": later("Arbejdstelefon"),
}
SOURCES: dict[str, Text] = {
    "person": later("oplyst af kunden"),
    "meter": later("målt"),
    "utility": later("skrevet af os"),
    "derived": later("beregnet"),
    "employer": later("oplyst af arbejdsgiveren"),
    "other_person": later("oplyst af en anden"),
    "public_register": later("fra et offentligt register"),
    "partner": later("fra en samarbejdspartner"),
    "system": later("dannet af systemet"),
}
REGISTERS: dict[str, Text] = {
    "energy": later("Energi"),
    "volume": later("Volumen"),
    "flow_energy": later("Fremløbsenergi"),
    "return_energy": later("Returløbsenergi"),
}
LANGUAGES: dict[str, Text] = {"da": later("Dansk"), "en": later("Engelsk")}
STATES: dict[str, Text] = {"open": later("Afventer"), "released": later("Frigivet"), "rejected": later("Afvist")}
STATE_SLUGS = {"open": "afventer", "released": "frigivet", "rejected": "afvist"}

GROUPS: dict[Group, Text] = {
    Group.CUSTOMERS: later("Kunder"),
    Group.SUPPLY_POINTS: later("Forsyningssteder"),
    Group.METERS: later("Målere"),
    Group.INSTALLATIONS: later("Installationer"),
    Group.AGREEMENTS: later("Aftaler"),
}
GROUP_SLUGS = {
    "kunder": Group.CUSTOMERS,
    "forsyningssteder": Group.SUPPLY_POINTS,
    "maalere": Group.METERS,
    "installationer": Group.INSTALLATIONS,
    "aftaler": Group.AGREEMENTS,
}
WHY_FOUND: dict[str, Text] = {
    "former_name": later("Tidligere navn: %s"),
    "cvr": later("CVR-nr. %s"),
    "phone": later("Telefon %s"),
    "former_phone": later("Tidligere telefon: %s"),
    "email": later("E-mail %s"),
    "former_email": later("Tidligere e-mail: %s"),
}

EVENT_KINDS: dict[EventKind, Text] = {
    EventKind.AGREEMENT: later("Flytning"),
    EventKind.NAME: later("Navn"),
    EventKind.CONTACT: later("Kontakt"),
    EventKind.METER: later("Måler"),
    EventKind.ACCESS: later("Portaladgang"),
}
EVENT_SLUGS = {
    "flytning": EventKind.AGREEMENT,
    "navn": EventKind.NAME,
    "kontakt": EventKind.CONTACT,
    "maaler": EventKind.METER,
    "adgang": EventKind.ACCESS,
}
HAPPENINGS: dict[Happening, Text] = {
    Happening.MOVED_IN: later("Flyttede ind: %(subject)s"),
    Happening.MOVED_OUT: later("Flyttede ud: %(subject)s"),
    Happening.WILL_MOVE_IN: later("Flytter ind: %(subject)s"),
    Happening.WILL_MOVE_OUT: later("Flytter ud: %(subject)s"),
    Happening.NAME_RECORDED: later("Navn registreret: %(after)s"),
    Happening.NAME_CHANGED: later("Skiftede navn fra %(before)s til %(after)s"),
    Happening.CONTACT_RECORDED: later("%(subject)s registreret: %(after)s"),
    Happening.CONTACT_CHANGED: later("%(subject)s ændret fra %(before)s til %(after)s"),
    Happening.CONTACT_REMOVED: later("%(subject)s fjernet: %(before)s"),
    Happening.ACCESS_GRANTED: later("%(subject)s fik adgang til portalen"),
    Happening.ACCESS_ENDED: later("%(subject)s har ikke længere adgang til portalen"),
    Happening.METER_MOUNTED: later("Måler %(after)s sat op ved installation %(subject)s"),
    Happening.METER_TAKEN_DOWN: later("Måler %(before)s taget ned ved installation %(subject)s"),
    Happening.METER_REPLACED: later("Måler %(before)s skiftet til %(after)s ved installation %(subject)s"),
}


@dataclass(frozen=True)
class ReasonText:
    """Why values stand in quarantine: in a few words, in a sentence, and what staff can do about it."""

    title: Text
    explanation: Text
    advice: Text


_ASK_THE_SENDER = later("Ret filen hos afsenderen, og indlæs den igen. Afvis derefter værdierne her.")
_RELEASE_IF_RIGHT = later("Se efter i målerens øvrige tal. Frigiv, hvis værdien er rigtig; ellers afvis.")

REASONS: dict[str, ReasonText] = {
    "value_missing": ReasonText(later("Værdi mangler"), later("Linjen har ingen værdi."), _ASK_THE_SENDER),
    "value_unreadable": ReasonText(
        later("Værdi kan ikke læses"), later("Værdien er ikke et tal, vi kan læse."), _ASK_THE_SENDER
    ),
    "value_not_finite": ReasonText(
        later("Værdi er ikke et tal"), later("Værdien er uendelig eller »ikke et tal«."), _ASK_THE_SENDER
    ),
    "value_too_large": ReasonText(
        later("Værdi er for stor"), later("Tallet er større, end nogen måler kan tælle."), _ASK_THE_SENDER
    ),
    "stamp_missing": ReasonText(later("Tidspunkt mangler"), later("Linjen har intet tidspunkt."), _ASK_THE_SENDER),
    "stamp_unreadable": ReasonText(
        later("Tidspunkt kan ikke læses"),
        later("Tidspunktet er skrevet på en måde, vi ikke kan læse."),
        _ASK_THE_SENDER,
    ),
    "local_hour_ambiguous": ReasonText(
        later("Dobbelttime er uklar"),
        later("Timen findes to gange, fordi uret blev stillet tilbage, og filen siger ikke hvilken."),
        _ASK_THE_SENDER,
    ),
    "local_hour_nonexistent": ReasonText(
        later("Timen findes ikke"), later("Timen blev sprunget over, da uret blev stillet frem."), _ASK_THE_SENDER
    ),
    "stamp_off_grid": ReasonText(
        later("Skævt tidspunkt"), later("Tidspunktet passer ikke til målerens timer eller dage."), _ASK_THE_SENDER
    ),
    "stamp_out_of_range": ReasonText(
        later("Umuligt årstal"), later("Tidspunktet ligger uden for de år, der kan have målinger."), _ASK_THE_SENDER
    ),
    "stamp_in_future": ReasonText(
        later("Tidspunkt i fremtiden"),
        later("Målingen er dateret efter, at filen blev modtaget. Målerens ur går forkert."),
        later("Lad måleren stille. Frigiv kun, hvis tidspunktet alligevel er rigtigt."),
    ),
    "meter_missing": ReasonText(later("Målernummer mangler"), later("Linjen nævner ingen måler."), _ASK_THE_SENDER),
    "meter_unknown": ReasonText(
        later("Ukendt måler"),
        later("Ingen måler har det nummer."),
        later("Opret måleren, og frigiv derefter: så gemmes dens værdier. Er den ikke vores, så afvis."),
    ),
    "meter_ambiguous": ReasonText(
        later("Flere målere med samme nummer"),
        later("Nummeret findes på flere målere, og filen siger ikke hvilken."),
        later("Ret filens profil, så den nævner forsyningsarten, og indlæs filen igen. Afvis derefter værdierne her."),
    ),
    "unit_unknown": ReasonText(later("Ukendt enhed"), later("Enheden kendes ikke."), _ASK_THE_SENDER),
    "row_malformed": ReasonText(
        later("Linjen er i stykker"), later("Linjen har ikke de kolonner, den skal have."), _ASK_THE_SENDER
    ),
    "register_unknown": ReasonText(
        later("Ukendt tælleværk"),
        later("Måleren har ikke det tælleværk, filen nævner."),
        later("Opret tælleværket på måleren, og frigiv derefter. Skal det ikke gemmes, så afvis."),
    ),
    "register_differs": ReasonText(
        later("Tælleværket passer ikke"),
        later("Filen leverer en anden slags tal, end tælleværket er oprettet til."),
        later("Ret tælleværket eller filens profil, og frigiv derefter; ellers afvis."),
    ),
    "not_mounted": ReasonText(
        later("Ikke monteret"),
        later("Måleren hang ingen steder på det tidspunkt."),
        later("Ret monteringens dato, hvis den er forkert, og frigiv derefter. Ellers afvis."),
    ),
    "impossible_value": ReasonText(
        later("Usandsynlig værdi"),
        later("Værdien er negativ eller større, end måleren kan nå på en time."),
        _RELEASE_IF_RIGHT,
    ),
    "backward_step": ReasonText(
        later("Tælleren går baglæns"),
        later("Målerstanden er lavere end den forrige."),
        later("Er måleren skiftet eller nulstillet, så registrer målerskiftet. Frigiv kun, hvis standen er rigtig."),
    ),
    "duplicate_in_hour": ReasonText(
        later("To værdier i samme time"),
        later("Filen har to forskellige værdier for samme time; den seneste er gemt."),
        later("Frigiv, hvis det er denne værdi, der er den rigtige; ellers afvis."),
    ),
}


def reason_text(code: str) -> ReasonText:
    """Words for a reason; an unknown code speaks for itself."""
    return REASONS.get(code) or ReasonText(code, _("Årsagen har ingen forklaring endnu."), "")


QUALITIES: dict[int, Text] = {
    1: later("første aflæsning"),
    2: later("med forbrug fra timer uden aflæsning"),
    4: later("frigivet fra karantæne"),
}


def quality_text(bits: int) -> str:
    """The remarks on an hour's value, as one phrase; empty where it is simply measured."""
    return ", ".join(str(text) for bit, text in QUALITIES.items() if bits & bit)


def day_text(day: date) -> str:
    """2. november 2026."""
    return date_format(day, pgettext("date format", "j. F Y"))


def period_text(period: Period) -> str:
    """fra 1. oktober 2024, or 1. oktober 2024 – 30. september 2026: the last day is named, not the one after."""
    if period.until is None:
        return _("fra %(first)s") % {"first": day_text(period.first)}
    last = period.until - timedelta(days=1)
    if last == period.first:
        return day_text(last)
    return _("%(first)s – %(last)s") % {"first": day_text(period.first), "last": day_text(last)}


@dataclass(frozen=True)
class Scale:
    """How a base unit is shown."""

    symbol: str
    base_units: int


SCALES = {
    "watt_hours": Scale("kWh", 1000),
    "litres": Scale("m³", 1000),
    "litre_degrees": Scale("m³·°C", 1000),
}
MAIN_UNITS = {"heat": "watt_hours", "water": "litres"}
"""The base unit of the register that is paid for."""


def amount_text(base_units: int, unit: str, decimals: int = 3) -> str:
    """1.204,500 kWh."""
    scale = SCALES.get(unit) or Scale(unit, 1)
    number = number_format(base_units / scale.base_units, decimals, use_l10n=True, force_grouping=True)
    return f"{number} {scale.symbol}"


def values_text(count: int) -> str:
    """1.204 værdier."""
    number = number_format(count, 0, use_l10n=True, force_grouping=True)
    return ngettext("%(number)s værdi", "%(number)s værdier", count) % {"number": number}
