"""Persons' rights and requests in the portal's words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forsyn.domain.rights.rules import DocumentKind, Outcome, RefusalGround, State
from forsyn.domain.safeguards.choices_models import RestrictionGround
from forsyn.policy.vocabulary import Source

STATES: Mapping[str, Promise] = {
    State.RECEIVED: _("Vi har fået den"),
    State.IDENTITY_ASKED: _("Vi venter på at få at vide, hvem der spørger"),
    State.OPEN: _("Vi arbejder på den"),
    State.PLANNED: _("Vi arbejder på den"),
    State.ANSWERED: _("Besvaret"),
    State.REFUSED: _("Afslået"),
    State.WITHDRAWN: _("Taget tilbage"),
}
OUTCOMES: Mapping[str, Promise] = {
    Outcome.GRANTED: _("Du har fået det, du bad om."),
    Outcome.PARTLY: _("Du har fået noget af det, du bad om. Resten står i brevet med grunden."),
    Outcome.NOTHING_HELD: _("Vi har ikke noget om dig af det, du bad om."),
}
REFUSALS: Mapping[str, Promise] = {
    RefusalGround.UNIDENTIFIED: _("Vi kunne ikke afgøre, hvem der spurgte."),
    RefusalGround.NO_AUTHORITY: _("Det gjaldt en anden, og vi har ikke set, at du må tale for den person."),
    RefusalGround.UNFOUNDED: _("Der var ikke noget grundlag for det."),
    RefusalGround.EXCESSIVE: _("Du har bedt om det samme for mange gange."),
    RefusalGround.NOT_MET: _("Lovens betingelser er ikke opfyldt."),
    RefusalGround.REQUIRED_BY_LAW: _("En lov eller et krav gør, at vi skal gemme oplysningerne."),
    RefusalGround.NOT_COVERED: _("Reglerne om persondata gælder ikke for det."),
}
LETTERS: Mapping[str, Promise] = {
    DocumentKind.RECEIPT: _("Kvittering"),
    DocumentKind.QUESTION: _("Spørgsmål om, hvem det er"),
    DocumentKind.EXTENSION: _("Besked om længere frist"),
    DocumentKind.ANSWER: _("Svar"),
}
GROUNDS: Mapping[str, Promise] = {
    RestrictionGround.ACCURACY: _("Jeg mener, at noget er forkert. Hold pause, mens I undersøger det."),
    RestrictionGround.UNLAWFUL: _("I må ikke bruge det, men jeg vil hellere have det gemt end slettet."),
    RestrictionGround.CLAIM: _("I har ikke brug for det længere, men jeg skal bruge det til et krav."),
    RestrictionGround.OBJECTION: _("Jeg har sagt nej til noget. Hold pause, mens I tager stilling."),
}
"""The four grounds of Art. 18(1)."""
SOURCES: Mapping[str, Promise] = {
    Source.PERSON: _("dig selv"),
    Source.METER: _("målere"),
    Source.UTILITY: _("os selv"),
    Source.DERIVED: _("beregninger"),
    Source.EMPLOYER: _("din arbejdsplads"),
    Source.OTHER_PERSON: _("andre mennesker"),
    Source.PUBLIC_REGISTER: _("offentlige registre"),
    Source.PARTNER: _("samarbejdspartnere"),
    Source.SYSTEM: _("vores systemer"),
}
PLACES: Mapping[str, tuple[str, Promise]] = {
    "contact": ("portal:contact", _("Se og ret i Mine oplysninger")),
    "place": ("portal:consumption_start", _("Se det i Mit forbrug")),
    "payment": ("portal:agreements", _("Se det i Mine aftaler")),
    "dialogue": ("portal:consents", _("Se og ret dine samtykker")),
    "care": ("portal:consents", _("Se og ret dine samtykker")),
    "news": ("portal:consents", _("Se og ret dine samtykker")),
    "systems": ("portal:looks", _("Se, hvem der har kigget")),
}
"""Where the data of a group of categories are shown or corrected."""
