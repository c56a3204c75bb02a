"""The words of the tariff pages: refusals, states, bands of change, and prices as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from forsyn.domain.billing.basis_rules import NotReadyCode
from forsyn.domain.billing.tariff_difference_rules import What
from forsyn.domain.billing.tariff_rules import Refusal, RefusalCode, TariffRefused
from forsyn.integrations.price_sheets.codec import SheetProblem, SheetProblemCode
from forsyn.kernel.charges.reasons import ImpossibleTariff, ReasonCode
from forsyn.kernel.charges.work import plain
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_numbers import day_text, kr_number_text, number_text
from forsyn.workflows.bill_words import reason_sentence
from forsyn.workflows.tariff_desk import SheetRefused

Text = str | Promise

COMMODITIES: dict[str, Text] = {
    "heat": _("Varme"),
    "water": _("Vand"),
    "waste_water": _("Spildevand"),
    "waste": _("Affald"),
}
STATES: dict[str, Text] = {
    "draft": _("Udkast"),
    "approved": _("Godkendt"),
    "withdrawn": _("Trukket tilbage"),
}
WHAT: dict[What, Text] = {
    What.ADDED: _("Ny del"),
    What.REMOVED: _("Falder bort"),
    What.PRICE: _("Pris"),
    What.STEP: _("Trin"),
    What.OTHER: _("Andet"),
    What.YEAR_START: _("Takstårets første dag"),
    What.ORDER: _("Rækkefølge på regningen"),
}
OTHER: dict[str, Text] = {
    "kind": _("Beregningsmåde"),
    "text_key": _("Navn på regningen"),
    "account": _("Konto i bogholderiet"),
    "vat": _("Moms"),
    "factor": _("Hvad der tælles"),
    "unit": _("Enhed"),
    "split": _("Deling, når prisen skifter"),
    "is_tax": _("Afgift til staten"),
    "of": _("Regnes af"),
}
BANDS: dict[str, Text] = {
    "lower_20": _("Mere end 20 % lavere"),
    "lower_10": _("10–20 % lavere"),
    "lower_5": _("5–10 % lavere"),
    "lower_0": _("Op til 5 % lavere"),
    "same": _("Uændret"),
    "higher_0": _("Op til 5 % højere"),
    "higher_5": _("5–10 % højere"),
    "higher_10": _("10–20 % højere"),
    "higher_20": _("Mere end 20 % højere"),
}
REFUSALS: dict[RefusalCode, Text] = {
    RefusalCode.NO_SUCH_COMPONENT: _(
        "Taksten har ingen del, der hedder %(component)s. Brug en nøgle, som taksten har."
    ),
    RefusalCode.NO_SUCH_PART: _(
        "%(component)s har ikke delen »%(value)s«. Skriv en målerstørrelse i m³/h eller nummeret på et trin med egne "
        "priser."
    ),
    RefusalCode.NOT_DATED_SO: _("%(component)s kan ikke ændres på den måde."),
    RefusalCode.EMPTY_DATES: _("%(component)s får en pris fra %(first)s, der slutter, før den begynder. Ret datoerne."),
    RefusalCode.TWICE: _("%(component)s får to priser for %(first)s. Behold den ene."),
    RefusalCode.GAP: _(
        "%(component)s ville stå uden pris fra %(first)s. Lad den nye pris begynde eller slutte der, hvor en anden gør "
        "det."
    ),
    RefusalCode.STEP_WITHOUT_PRICE: _(
        "%(component)s har ingen pris på trin %(value)s. Skriv, hvor mange procent det er af prisen på trin 1."
    ),
    RefusalCode.BACK_IN_TIME: _(
        "%(component)s ændrer sig fra en dag, der er gået (%(first)s). Skriv hvorfor; regninger, der er sendt, kan "
        "blive rettet."
    ),
    RefusalCode.NOTHING_CHANGES: _("Intet er ændret: alle priser er, som de var. Skriv mindst én ny pris."),
    RefusalCode.KEY_TAKEN: _("Der er allerede en takst med nøglen %(value)s. Vælg en anden."),
    RefusalCode.KEY_WRONG: _("%(value)s er ingen nøgle. Brug små bogstaver, tal og bindestreger."),
    RefusalCode.NAME_MISSING: _("Taksten mangler et navn på et af sprogene (%(value)s)."),
    RefusalCode.COMMODITY_DIFFERS: _("Taksten er for noget andet end %(value)s."),
    RefusalCode.UNKNOWN_ACCOUNT: _(
        "%(component)s bogføres på %(value)s, som bogholderiet ikke har. Vælg en konto, det har."
    ),
    RefusalCode.RESERVED_ACCOUNT: _("%(component)s bogføres på %(value)s, som regningerne selv bruger. Vælg en anden."),
    RefusalCode.TEXT_MISSING: _("%(component)s mangler et navn på et af sprogene (%(value)s)."),
    RefusalCode.DRAFT_EXISTS: _("Der er allerede et udkast (udgave %(value)s). Ret det, eller træk det tilbage."),
    RefusalCode.NOT_A_DRAFT: _("Udgave %(value)s er ikke længere et udkast. Nogen har afgjort det imens."),
    RefusalCode.SAME_PERSON: _("Du har selv skrevet udgave %(value)s. En anden skal godkende den."),
    RefusalCode.PREVIEW_MISSING: _("Udgave %(value)s er ikke regnet igennem. Gør det først, og se på resultatet."),
    RefusalCode.CHANGED_SINCE: _("Udgave %(value)s er ændret, siden du så den. Se på den igen."),
}
SHEET_PROBLEMS: dict[SheetProblemCode, Text] = {
    SheetProblemCode.TOO_LARGE: _("Filen er for stor til at være en prisliste."),
    SheetProblemCode.NOT_TEXT: _("Filen er ikke en CSV-fil. Gem regnearket som CSV (semikolon)."),
    SheetProblemCode.EMPTY: _("Filen har ingen priser."),
    SheetProblemCode.COLUMN_MISSING: _("Kolonnen »%(column)s« mangler eller er der to gange."),
    SheetProblemCode.COLUMN_UNKNOWN: _("Kolonnen »%(value)s« kendes ikke. Slet den."),
    SheetProblemCode.WRONG_LENGTH: _("Linjen har %(value)s felter i stedet for fire."),
    SheetProblemCode.KEY_MISSING: _("Linjen siger ikke, hvilken pris det er. Skriv nøglen i »key«."),
    SheetProblemCode.WRONG_DATE: _("»%(value)s« er ingen dato (kolonnen %(column)s). Skriv for eksempel 1.1.2027."),
    SheetProblemCode.PRICE_MISSING: _("Prisen mangler. Skriv 0, hvis det er gratis."),
    SheetProblemCode.WRONG_PRICE: _("»%(value)s« er ikke et tal. Skriv for eksempel 12,50."),
    SheetProblemCode.AMBIGUOUS_PRICE: _(
        "»%(value)s« kan læses på to måder. Skriv uden punktum eller med alle decimaler."
    ),
}
NOT_READY: dict[str, Text] = {
    NotReadyCode.NO_TERMS.key: _("Aftalen har ingen takst."),
    NotReadyCode.NO_APPROVED_TARIFF.key: _("Taksten er ikke godkendt i nogen udgave."),
    NotReadyCode.NO_PRIMARY_HOLDER.key: _("Aftalen har ingen, der får regningen."),
}
STOPS: dict[str, Text] = {
    ReasonCode.MISSING_PRICE.key: _("En pris mangler i en del af året."),
    ReasonCode.MISSING_SIZE_PRICE.key: _("Der er ingen pris for målerens størrelse."),
    ReasonCode.MISSING_FACTOR.key: _("Areal, målerstørrelse eller antal boliger er ikke registreret."),
    ReasonCode.MISSING_CONSUMPTION.key: _("Der mangler forbrug i en del af året."),
    ReasonCode.NOT_MEASURED_AT_CHANGE.key: _("Der mangler en aflæsning på en dag, hvor prisen skifter."),
    ReasonCode.MISSING_TEMPERATURES.key: _("Der mangler frem- og returtemperaturer."),
    ReasonCode.FLOW_OUTSIDE_TABLE.key: _("Fremløbet ligger uden for motivationstariffens tabel."),
    ReasonCode.MISSING_BILLED_BEFORE.key: _("Det vides ikke, hvad der er regnet før i takståret."),
    ReasonCode.UNKNOWN_FEE.key: _("Der er skrevet et gebyr på, som taksten ikke har."),
}
"""Why bills would stop, as one counts them; the reasons of a single one name days and amounts."""


def language() -> Language:
    """The page's."""
    return Language.ENGLISH if get_language() == "en" else Language.DANISH


def number(value: Decimal) -> str:
    """1.234,5."""
    return number_text(plain(value), language())


def kr(value: Decimal) -> str:
    """1.234,50 kr., with more decimals where the price has them."""
    return kr_number_text(plain(value), language())


def stop_text(key: str) -> Text:
    """Why bills would stop; a key without words speaks for itself."""
    return STOPS.get(key) or NOT_READY.get(key) or key


def refusal_text(refusal: Refusal, names: Mapping[str, str]) -> str:
    """What is refused, with the component's own name."""
    values = {
        "component": f"»{names.get(refusal.component, refusal.component)}«",
        "first": day_text(refusal.first, language()) if refusal.first else str(_("altid")),
        "value": refusal.value,
    }
    return str(REFUSALS[refusal.code]) % values


def refused_texts(refused: TariffRefused | ImpossibleTariff, names: Mapping[str, str]) -> list[str]:
    """Each thing that is refused, once."""
    if isinstance(refused, TariffRefused):
        found: Iterable[str] = (refusal_text(refusal, names) for refusal in refused.refusals)
    else:
        found = (reason_sentence(reason, names, language()) for reason in refused.reasons)
    return list(dict.fromkeys(found))


def problem_text(problem: SheetProblem) -> str:
    """What is wrong in a sheet."""
    return str(SHEET_PROBLEMS[problem.code]) % {"column": problem.column, "value": problem.value}


def line_text(line: int, text: str) -> str:
    """Linje 3: …; without a line what is said of the whole."""
    return str(_("Linje %(line)d: %(text)s")) % {"line": line, "text": text} if line else text


def sheet_texts(refused: SheetRefused, names: Mapping[str, str]) -> list[str]:
    """Everything that is refused of a sheet, by line."""
    problems = [line_text(each.line, problem_text(each)) for each in refused.problems]
    refusals = [line_text(each.line, refusal_text(each.refusal, names)) for each in refused.refusals]
    return list(dict.fromkeys([*problems, *refusals]))


def end_text(ending: Refusal, names: Mapping[str, str]) -> str:
    """That a price ends without another."""
    name = names.get(ending.component, ending.component)
    values = {
        "name": f"{name} ({ending.value})" if ending.value else name,
        "day": day_text(ending.first, language()) if ending.first else "",
    }
    return str(_("%(name)s har ingen pris fra %(day)s. Regninger, der går ud over den dag, standser.")) % values
