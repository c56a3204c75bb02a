"""The office's words: Danish names and explanations of the codes that the registers use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from forsyn.domain.customers.timeline import EventKind, Happening
from forsyn.domain.metering.rules import Quality
from forsyn.kernel.calendar import Fold, LocalHour, local_hours
from forsyn.kernel.periods import Period
from forsyn.workflows.office_search import Group

Text = str | Promise

COMMODITIES: dict[str, Text] = {"heat": _("Varme"), "water": _("Vand"), "waste_water": _("Spildevand")}
RELATIONS: dict[str, Text] = {
    "owner": _("Ejer"),
    "tenant": _("Lejer"),
    "administrator": _("Administrator"),
}
HOUSING: dict[str, Text] = {
    "house": _("Parcelhus"),
    "terraced_house": _("Rækkehus"),
    "flat": _("Lejlighed"),
    "holiday_home": _("Fritidshus"),
    "business": _("Erhverv"),
}
CUSTOMER_KINDS: dict[str, Text] = {"person": _("Privatperson"), "company": _("Virksomhed")}
CONTACTS: dict[str, Text] = {
    "email": _("E-mail"),
    "mobile": _("Mobil"),
    "landline": _("Fastnettelefon"),
    "work_phone": _("Arbejdstelefon"),
}
SOURCES: dict[str, Text] = {
    "person": _("oplyst af kunden"),
    "meter": _("målt"),
    "utility": _("skrevet af os"),
    "derived": _("beregnet"),
    "employer": _("oplyst af arbejdsgiveren"),
    "other_person": _("oplyst af en anden"),
    "public_register": _("fra et offentligt register"),
    "partner": _("fra en samarbejdspartner"),
    "system": _("dannet af systemet"),
}
REGISTERS: dict[str, Text] = {
    "energy": _("Energi"),
    "volume": _("Volumen"),
    "flow_energy": _("Fremløbsenergi"),
    "return_energy": _("Returløbsenergi"),
}
LANGUAGES: dict[str, Text] = {"da": _("Dansk"), "en": _("Engelsk")}
NOTE_KINDS: dict[str, Text] = {
    "phone": _("I telefonen"),
    "visit": _("Ved et besøg"),
    "other": _("På anden måde"),
}
STATES: dict[str, Text] = {"open": _("Afventer"), "released": _("Frigivet"), "rejected": _("Afvist")}
STATE_SLUGS = {"open": "afventer", "released": "frigivet", "rejected": "afvist"}

GROUPS: dict[Group, Text] = {
    Group.CUSTOMERS: _("Kunder"),
    Group.SUPPLY_POINTS: _("Forsyningssteder"),
    Group.METERS: _("Målere"),
    Group.INSTALLATIONS: _("Installationer"),
    Group.AGREEMENTS: _("Aftaler"),
}
GROUP_SLUGS = {
    "kunder": Group.CUSTOMERS,
    "forsyningssteder": Group.SUPPLY_POINTS,
    "maalere": Group.METERS,
    "installationer": Group.INSTALLATIONS,
    "aftaler": Group.AGREEMENTS,
}
WHY_FOUND: dict[str, Text] = {
    "former_name": _("Tidligere navn: %s"),
    "cvr": _("CVR-nr. %s"),
    "phone": _("Telefon %s"),
    "former_phone": _("Tidligere telefon: %s"),
    "email": _("E-mail %s"),
    "former_email": _("Tidligere e-mail: %s"),
}

EVENT_KINDS: dict[EventKind, Text] = {
    EventKind.AGREEMENT: _("Flytning"),
    EventKind.NAME: _("Navn"),
    EventKind.CONTACT: _("Kontakt"),
    EventKind.METER: _("Måler"),
    EventKind.ACCESS: _("Portaladgang"),
}
EVENT_SLUGS = {
    "flytning": EventKind.AGREEMENT,
    "navn": EventKind.NAME,
    "kontakt": EventKind.CONTACT,
    "maaler": EventKind.METER,
    "adgang": EventKind.ACCESS,
}
HAPPENINGS: dict[Happening, Text] = {
    Happening.MOVED_IN: _("Flyttede ind: %(subject)s"),
    Happening.MOVED_OUT: _("Flyttede ud: %(subject)s"),
    Happening.WILL_MOVE_IN: _("Flytter ind: %(subject)s"),
    Happening.WILL_MOVE_OUT: _("Flytter ud: %(subject)s"),
    Happening.NAME_RECORDED: _("Navn registreret: %(after)s"),
    Happening.NAME_CHANGED: _("Skiftede navn fra %(before)s til %(after)s"),
    Happening.CONTACT_RECORDED: _("%(subject)s registreret: %(after)s"),
    Happening.CONTACT_CHANGED: _("%(subject)s ændret fra %(before)s til %(after)s"),
    Happening.CONTACT_REMOVED: _("%(subject)s fjernet: %(before)s"),
    Happening.ACCESS_GRANTED: _("%(subject)s fik adgang til portalen"),
    Happening.ACCESS_ENDED: _("%(subject)s har ikke længere adgang til portalen"),
    Happening.METER_MOUNTED: _("Måler %(after)s sat op ved installation %(subject)s"),
    Happening.METER_TAKEN_DOWN: _("Måler %(before)s taget ned ved installation %(subject)s"),
    Happening.METER_REPLACED: _("Måler %(before)s skiftet til %(after)s ved installation %(subject)s"),
}


@dataclass(frozen=True)
class ReasonText:
    """Why values stand in quarantine: in a few words, in a sentence, and what staff can do about it."""

    title: Text
    explanation: Text
    advice: Text


_ASK_THE_SENDER = _("Ret filen hos afsenderen, og indlæs den igen. Afvis derefter værdierne her.")
_RELEASE_IF_RIGHT = _("Se efter i målerens øvrige tal. Frigiv, hvis værdien er rigtig; ellers afvis.")

REASONS: dict[str, ReasonText] = {
    "value_missing": ReasonText(_("Værdi mangler"), _("Linjen har ingen værdi."), _ASK_THE_SENDER),
    "value_unreadable": ReasonText(
        _("Værdi kan ikke læses"), _("Værdien er ikke et tal, vi kan læse."), _ASK_THE_SENDER
    ),
    "value_not_finite": ReasonText(
        _("Værdi er ikke et tal"), _("Værdien er uendelig eller »ikke et tal«."), _ASK_THE_SENDER
    ),
    "value_too_large": ReasonText(
        _("Værdi er for stor"), _("Tallet er større, end nogen måler kan tælle."), _ASK_THE_SENDER
    ),
    "stamp_missing": ReasonText(_("Tidspunkt mangler"), _("Linjen har intet tidspunkt."), _ASK_THE_SENDER),
    "stamp_unreadable": ReasonText(
        _("Tidspunkt kan ikke læses"),
        _("Tidspunktet er skrevet på en måde, vi ikke kan læse."),
        _ASK_THE_SENDER,
    ),
    "local_hour_ambiguous": ReasonText(
        _("Dobbelttime er uklar"),
        _("Timen findes to gange, fordi uret blev stillet tilbage, og filen siger ikke hvilken."),
        _ASK_THE_SENDER,
    ),
    "local_hour_nonexistent": ReasonText(
        _("Timen findes ikke"), _("Timen blev sprunget over, da uret blev stillet frem."), _ASK_THE_SENDER
    ),
    "stamp_off_grid": ReasonText(
        _("Skævt tidspunkt"), _("Tidspunktet passer ikke til målerens timer eller dage."), _ASK_THE_SENDER
    ),
    "stamp_out_of_range": ReasonText(
        _("Umuligt årstal"), _("Tidspunktet ligger uden for de år, der kan have målinger."), _ASK_THE_SENDER
    ),
    "stamp_in_future": ReasonText(
        _("Tidspunkt i fremtiden"),
        _("Målingen er dateret efter, at filen blev modtaget. Målerens ur går forkert."),
        _("Lad måleren stille. Frigiv kun, hvis tidspunktet alligevel er rigtigt."),
    ),
    "meter_missing": ReasonText(_("Målernummer mangler"), _("Linjen nævner ingen måler."), _ASK_THE_SENDER),
    "meter_unknown": ReasonText(
        _("Ukendt måler"),
        _("Ingen måler har det nummer."),
        _("Opret måleren, og frigiv derefter: så gemmes dens værdier. Er den ikke vores, så afvis."),
    ),
    "meter_ambiguous": ReasonText(
        _("Flere målere med samme nummer"),
        _("Nummeret findes på flere målere, og filen siger ikke hvilken."),
        _("Ret filens profil, så den nævner forsyningsarten, og indlæs filen igen. Afvis derefter værdierne her."),
    ),
    "unit_unknown": ReasonText(_("Ukendt enhed"), _("Enheden kendes ikke."), _ASK_THE_SENDER),
    "row_malformed": ReasonText(
        _("Linjen er i stykker"), _("Linjen har ikke de kolonner, den skal have."), _ASK_THE_SENDER
    ),
    "register_unknown": ReasonText(
        _("Ukendt tælleværk"),
        _("Måleren har ikke det tælleværk, filen nævner."),
        _("Opret tælleværket på måleren, og frigiv derefter. Skal det ikke gemmes, så afvis."),
    ),
    "register_differs": ReasonText(
        _("Tælleværket passer ikke"),
        _("Filen leverer en anden slags tal, end tælleværket er oprettet til."),
        _("Ret tælleværket eller filens profil, og frigiv derefter; ellers afvis."),
    ),
    "not_mounted": ReasonText(
        _("Ikke monteret"),
        _("Måleren hang ingen steder på det tidspunkt."),
        _("Ret monteringens dato, hvis den er forkert, og frigiv derefter. Ellers afvis."),
    ),
    "impossible_value": ReasonText(
        _("Usandsynlig værdi"),
        _("Værdien er negativ eller større, end måleren kan nå på en time."),
        _RELEASE_IF_RIGHT,
    ),
    "backward_step": ReasonText(
        _("Tælleren går baglæns"),
        _("Målerstanden er lavere end den forrige."),
        _("Er måleren skiftet eller nulstillet, så registrer målerskiftet. Frigiv kun, hvis standen er rigtig."),
    ),
    "duplicate_in_hour": ReasonText(
        _("To værdier i samme time"),
        _("Filen har to forskellige værdier for samme time; den seneste er gemt."),
        _("Frigiv, hvis det er denne værdi, der er den rigtige; ellers afvis."),
    ),
    "too_old": ReasonText(
        _("Ældre end vi gemmer timer"),
        _("Timerne fra den tid er lagt sammen til døgn eller måneder. Det, en regning bygger på, bliver ikke ændret."),
        _("Afvis, og skriv i noten hvorfor. Var regningen forkert, og er kravet ikke forældet, så ret regningen."),
    ),
}


def reason_text(code: str) -> ReasonText:
    """Words for a reason; an unknown code speaks for itself."""
    return REASONS.get(code) or ReasonText(code, gettext("Årsagen har ingen forklaring endnu."), "")


QUALITIES: dict[int, Text] = {
    Quality.FIRST_READING: _("første aflæsning"),
    Quality.AFTER_GAP: _("med forbrug fra timer uden aflæsning"),
    Quality.RELEASED: _("frigivet fra karantæne"),
}


def quality_text(bits: int) -> str:
    """The remarks on an hour's value, as one phrase; empty where it is simply measured."""
    return ", ".join(str(text) for bit, text in QUALITIES.items() if bits & bit)


def day_text(day: date) -> str:
    """2. november 2026."""
    return date_format(day, pgettext("date format", "j. F Y"))


def moment_text(at: datetime) -> str:
    """2. november 2026 10:00, on the local clock."""
    local = timezone.localtime(at)
    return f"{day_text(local.date())} {date_format(local, 'H:i')}"


def period_text(period: Period) -> str:
    """fra 1. oktober 2024, or 1. oktober 2024 – 30. september 2026: the last day is named, not the one after."""
    if period.until is None:
        return gettext("fra %(first)s") % {"first": day_text(period.first)}
    last = period.until - timedelta(days=1)
    if last == period.first:
        return day_text(last)
    return gettext("%(first)s – %(last)s") % {"first": day_text(period.first), "last": day_text(last)}


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


def slot_names(day: date | None, slots: int) -> list[str]:
    """What the slots of a day are called: 23, 24 or 25 hours of the wall clock, or the day itself."""
    if day is None or slots == 0:
        return []
    return [_hour_name(hour) for hour in local_hours(day)][:slots] if slots > 1 else [day_text(day)]


def _hour_name(hour: LocalHour) -> str:
    """02–03; the doubled hour of autumn is 02–03 A in summer time, 02–03 B in standard time."""
    letter = {Fold.SUMMER_TIME: " A", Fold.STANDARD_TIME: " B"}.get(hour.fold, "")
    return f"{hour.hour:02}–{hour.hour + 1:02}{letter}"
