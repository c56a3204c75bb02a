"""The office's words for runs, bills and the books: Danish names of the codes that billing and the ledger use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

Text = str | Promise
NO_BREAK = "\N{NO-BREAK SPACE}"

RUN_KINDS: dict[str, Text] = {
    "annual": _("Årsopgørelse"),
    "on_account": _("A conto"),
    "interim": _("Mellemopgørelse"),
    "final": _("Slutopgørelse"),
    "correction": _("Rettelse"),
}
RUN_STATES: dict[str, Text] = {
    "draft": _("Beregnes"),
    "previewed": _("Klar til godkendelse"),
    "approved": _("Godkendt"),
    "executing": _("Bogføres"),
    "executed": _("Bogført"),
    "released": _("Frigivet"),
    "undoing": _("Fortrydes"),
    "undone": _("Fortrudt"),
    "discarded": _("Kasseret"),
}
BILL_STATES: dict[str, Text] = {
    "stopped": _("Stoppet"),
    "previewed": _("Beregnet"),
    "left_out": _("Udeladt"),
    "posted": _("Bogført"),
    "released": _("Frigivet"),
    "undone": _("Fortrudt"),
}
CHANNELS: dict[str, Text] = {
    "email": _("E-mail"),
    "digital_post": _("Digital Post"),
    "print": _("Brev"),
    "e_invoice": _("E-faktura"),
    "betalingsservice": _("Betalingsservice"),
}
VOUCHER_KINDS: dict[str, Text] = {
    "bill": _("Regning"),
    "credit_note": _("Kreditnota"),
    "payment": _("Indbetaling"),
    "payout": _("Udbetaling"),
    "return": _("Tilbageført betaling"),
    "correction": _("Tilbageførsel"),
    "closing": _("Årsafslutning"),
    "other": _("Andet"),
}
VAT_CODES: dict[str, Text] = {"standard": _("Med moms"), "outside": _("Uden moms"), "": ""}
QUALITIES: dict[str, Text] = {
    "measured": _("målt"),
    "self_read": _("aflæst af kunden"),
    "estimated": _("skønnet"),
    "agreed": _("aftalt"),
}
FACTORS: dict[str, Text] = {
    "agreement": _("aftale"),
    "square_metres": _("Areal (m²)"),
    "meter_size": _("Målerstørrelse (m³/h)"),
    "dwellings": _("Antal boliger"),
    "kilowatts": _("Effekt (kW)"),
    "cubic_metres": _("Rumfang (m³)"),
}
EXPECTED_FROM: dict[str, Text] = {
    "last_year": _("Beregnet efter forbruget året før."),
    "degree_days": _("Beregnet efter forbruget året før og et år med normalt vejr."),
    "norm": _("Beregnet efter det, sådan en bolig plejer at bruge."),
    "staff": _("Aftalt med kunden."),
    "customer": _("Valgt af kunden selv."),
}
REMARKS: dict[str, Text] = {
    "far_above_last_year": _("Meget højere end året før"),
    "far_below_last_year": _("Meget lavere end året før"),
    "first_bill": _("Uden et år at sammenligne med"),
    "estimated": _("Med skønnet forbrug"),
    "zero_consumption": _("Uden forbrug"),
    "negative_to_pay": _("Kunden får penge tilbage"),
}
"""In the order in which the approver should look."""


@dataclass(frozen=True)
class StopText:
    """Why bills are stopped: in a few words, and what to do."""

    title: Text
    advice: Text


_READ = _("Indhent en aflæsning, eller aftal et forbrug på aftalen. Beregn derefter kørslen igen.")
_METER = _("Se målerens tal efter, og ret dem. Beregn derefter kørslen igen.")
_TARIFF = _("Ret taksten, og få den nye udgave godkendt. Beregn derefter kørslen igen.")
_SIZE = _("Registrer størrelsen på aftalen. Beregn derefter kørslen igen.")
_FEE = _("Ret gebyret på aftalen. Beregn derefter kørslen igen.")
_DATES = _("Ret datoerne. Beregn derefter kørslen igen.")
_BEFORE = _("Se, hvad der er opkrævet tidligere i takståret. Kontakt support, hvis det ser rigtigt ud.")

STOPPED_BY: dict[str, StopText] = {
    "open_privacy_request": StopText(
        _("Kunden har bedt om at få rettet eller begrænset sine oplysninger"),
        _("Vent, til anmodningen er besvaret. Så kommer regningen med i den næste kørsel."),
    ),
    "needs_staff": StopText(
        _("Kan ikke regnes om, som det blev opkrævet"),
        _("Regningens dage eller takst er anderledes nu. Se på aftalen, og afgør, hvad kunden skal betale."),
    ),
    "overtaken": StopText(
        _("Ændret siden forhåndsvisningen"), _("Lav en ny kørsel for de dage. Så kommer regningen med.")
    ),
    "no_terms": StopText(_("Aftalen har ingen takst"), _("Vælg en takst til aftalen. Beregn derefter kørslen igen.")),
    "no_approved_tariff": StopText(
        _("Taksten er ikke godkendt"), _("Få en udgave af taksten godkendt. Beregn derefter kørslen igen.")
    ),
    "no_primary_holder": StopText(
        _("Ingen får regningen"), _("Vælg, hvem af kunderne der er hovedkunde. Beregn derefter kørslen igen.")
    ),
    "empty_period": StopText(_("Perioden har ingen dage"), _DATES),
    "absurd_period": StopText(_("Perioden kan ikke være rigtig"), _DATES),
    "before_agreement": StopText(_("Perioden begynder før aftalen"), _DATES),
    "missing_price": StopText(_("En pris mangler"), _TARIFF),
    "missing_size_price": StopText(_("En pris for målerstørrelsen mangler"), _TARIFF),
    "missing_factor": StopText(_("Areal, målerstørrelse eller antal boliger mangler"), _SIZE),
    "overlapping_factors": StopText(_("En størrelse er registreret to gange"), _SIZE),
    "wrong_factor": StopText(_("En størrelse kan ikke være rigtig"), _SIZE),
    "missing_consumption": StopText(_("Der mangler forbrug"), _READ),
    "overlapping_consumption": StopText(_("Forbruget er opgjort to gange"), _READ),
    "negative_consumption": StopText(_("Forbruget er negativt"), _METER),
    "absurd_consumption": StopText(_("Forbruget er mere, end en måler kan tælle"), _METER),
    "empty_span": StopText(_("En opgørelse af forbrug har ingen dage"), _DATES),
    "consumption_outside": StopText(_("Forbrug uden for regningens dage"), _METER),
    "consumption_across_start": StopText(_("Forbruget går hen over regningens første dag"), _READ),
    "not_measured_at_change": StopText(_("Der mangler en aflæsning den dag, prisen skifter"), _READ),
    "missing_temperatures": StopText(_("Frem- og returtemperatur mangler"), _METER),
    "temperatures_twice": StopText(_("Temperaturerne er angivet to gange"), _METER),
    "wrong_temperatures": StopText(_("Temperaturerne kan ikke være rigtige"), _METER),
    "flow_outside_table": StopText(_("Fremløbet ligger uden for takstens tabel"), _TARIFF),
    "missing_billed_before": StopText(_("Det er ukendt, hvad der er opkrævet før i takståret"), _BEFORE),
    "billed_before_unknown": StopText(_("Det opkrævede fra før hører ikke til her"), _BEFORE),
    "billed_before_twice": StopText(_("Det opkrævede fra før er talt to gange"), _BEFORE),
    "unknown_fee": StopText(_("Et gebyr findes ikke i taksten"), _FEE),
    "fee_outside_period": StopText(_("Et gebyr ligger uden for perioden"), _FEE),
    "wrong_fee_count": StopText(_("Et gebyr har et forkert antal"), _FEE),
    "wrong_vat_percent": StopText(_("Momssatsen er forkert"), _("Ret momssatsen. Beregn derefter kørslen igen.")),
    "wrong_on_account": StopText(_("Det opkrævede a conto er forkert"), _BEFORE),
    "commodity_differs": StopText(_("Taksten gælder en anden forsyning"), _TARIFF),
}


def stop_text(code: str) -> StopText:
    """Words for why bills are stopped; an unknown code speaks for itself."""
    return STOPPED_BY.get(code) or StopText(code, _("Se på den enkelte regning, hvad der mangler."))


_PAYMENT = _("Bilaget hører til en indbetaling. Ret indbetalingen under Betalinger.")
_OWNERS: dict[str, Text] = {
    "bill": _("Bilaget hører til en regning. Ret regningen; så laver vi selv de bilag, der skal til."),
    "receipt": _PAYMENT,
    "placed": _PAYMENT,
    "aside": _PAYMENT,
    "payout": _("Bilaget hører til en udbetaling. Ret udbetalingen under Betalinger."),
}


def owner_of(origin: str) -> Text | None:
    """Where a voucher of this origin is to be corrected; None where it may be reversed by hand."""
    return _OWNERS.get(origin.partition(":")[0])


# -- numbers and days ------------------------------------------------------------------------------------------------


def kr_text(oere: int) -> str:
    """1.204,50 kr., with a true minus sign; never broken before its currency."""
    return (gettext("%(amount)s kr.") % {"amount": amount_text(oere)}).replace(" ", NO_BREAK)


def amount_text(oere: int) -> str:
    """1.204,50, as in a column of amounts."""
    number = number_format(f"{abs(oere) // 100}.{abs(oere) % 100:02}", 2, use_l10n=True, force_grouping=True)
    return f"−{number}" if oere < 0 else number


def count_text(count: int) -> str:
    """1.204."""
    return number_format(count, use_l10n=True, force_grouping=True)


def short_day_text(day: date) -> str:
    """2.11.2026, for columns; as bills have it."""
    return date_format(day, pgettext("short date format", "j.n.Y"))


def days_text(days: DateRange) -> str:
    """1.1.2026–31.12.2026: the last day is named, not the one after."""
    first, last = days.lower, days.upper and days.upper - timedelta(days=1)
    if first is None or last is None:
        return gettext("fra %(first)s") % {"first": short_day_text(first)} if first else "–"
    return short_day_text(first) if first == last else f"{short_day_text(first)}–{short_day_text(last)}"


def change_text(before: int, now: int) -> str:
    """+12 %, of a change; nothing where there is nothing to compare with."""
    if before <= 0:
        return ""
    percent = round((now - before) * 100 / before)
    sign = "−" if percent < 0 else "+" if percent > 0 else ""
    return f"{sign}{number_format(abs(percent), use_l10n=True)} %"
