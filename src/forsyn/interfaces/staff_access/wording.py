"""Refusals and states in the words of the pages: Danish as the source, English by translation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forsyn.domain.accounts.access_queries import State
from forsyn.domain.accounts.rules import AccessRefused, Refusal


class Shown(NamedTuple):
    """A state's words, and the badge's class."""

    words: Promise
    badge: str


STATES: Mapping[State, Shown] = {
    State.COUNTS: Shown(_("gælder"), "badge-success"),
    State.REVIEW_SOON: Shown(_("gælder, skal snart gennemgås"), "badge-warning"),
    State.TO_COME: Shown(_("begynder senere"), "badge-info"),
    State.UNREVIEWED: Shown(_("ophørt: ikke gennemgået til tiden"), "badge-error"),
    State.NO_AGREEMENT: Shown(_("ophørt: ingen tavshedserklæring"), "badge-error"),
    State.CLOSED: Shown(_("kontoen er lukket"), "badge-error"),
    State.OVER: Shown(_("slut"), "badge-info"),
}

REFUSALS: Mapping[Refusal, Promise] = {
    Refusal.NOT_STAFF: _("Kun medarbejdere kan få roller."),
    Refusal.CLOSED: _("Kontoen er lukket, så den kan ikke få en adgang."),
    Refusal.ROLE_UNKNOWN: _("Politikken har ikke den rolle. Vælg en af dem, der står på siden."),
    Refusal.ROLE_FOR_EXTERNALS: _("Den rolle er kun for folk fra andre firmaer. Vælg en anden."),
    Refusal.REASON_MISSING: _("Skriv en begrundelse. Den bliver stående, så andre kan se, hvorfor."),
    Refusal.WORDS_TOO_LONG: _("Teksten er for lang. Skriv højst 1000 tegn."),
    Refusal.BACKWARDS: _("Slutdatoen ligger før begyndelsen. Ret en af dem."),
    Refusal.OVER: _("Slutdatoen er allerede passeret. Vælg en senere."),
    Refusal.TOO_LONG: _("Rollen gives ikke så længe ad gangen. Sidste dag kan højst være %(limit)s."),
    Refusal.ALREADY_HELD: _("Rollen er allerede givet i en del af den tid."),
    Refusal.ALREADY_ASKED: _("Du har allerede bedt om den rolle. Vent på svaret."),
    Refusal.DECIDED: _("Der er allerede svaret på anmodningen."),
    Refusal.ENDED: _("Adgangen er slut og kan ikke gennemgås. Personen må bede om en ny."),
    Refusal.OWN: _("Ingen tager stilling til sin egen adgang. Det gør en anden, der har retten til det."),
    Refusal.MAY_NOT_DECIDE: _("Du har ikke længere ret til at tage stilling til adgange."),
    Refusal.NO_AGREEMENT: _(
        "Der skal være en tavshedserklæring, som gælder hele tiden. Læg den ind, eller vælg en kortere tid."
    ),
    Refusal.NOT_EXTERNAL: _("Kun folk fra andre firmaer skal have en tavshedserklæring her."),
    Refusal.NO_DOCUMENT: _("Filen er tom. Vælg den underskrevne erklæring."),
    Refusal.DOCUMENT_TOO_LARGE: _("Filen er større end 10 MB. Scan den i mindre størrelse."),
    Refusal.NOT_A_DOCUMENT: _("Filen er hverken PDF, JPEG eller PNG. Vælg den underskrevne erklæring som en af dem."),
    Refusal.SIGNED_LATER: _(
        "Erklæringen skal være underskrevet senest den dag, den begynder at gælde, og ikke i fremtiden."
    ),
    Refusal.AGREEMENT_OVERLAPS: _(
        "Der er allerede en erklæring for en del af den tid. Lad den nye begynde dagen efter."
    ),
}


def told(error: AccessRefused) -> str:
    """Why, and what to do."""
    limit = date_format(error.limit, "DATE_FORMAT") if error.limit else ""
    return str(REFUSALS[error.refusal]) % {"limit": limit} if limit else str(REFUSALS[error.refusal])
