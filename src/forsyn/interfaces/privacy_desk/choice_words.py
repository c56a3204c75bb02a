"""Restrictions, objections and consents in the words of the privacy desk."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forsyn.domain.safeguards.choices_models import Channel, RestrictionGround
from forsyn.policy.vocabulary import Objection

GROUNDS: Mapping[str, Promise] = {
    RestrictionGround.ACCURACY: _("Personen siger, at oplysningerne er forkerte. Vi undersøger det."),
    RestrictionGround.UNLAWFUL: _("Behandlingen er ulovlig, og personen vil have oplysningerne gemt, ikke slettet."),
    RestrictionGround.CLAIM: _("Vi har ikke brug for dem længere, men personen skal bruge dem til et retskrav."),
    RestrictionGround.OBJECTION: _("Personen har gjort indsigelse. Vi afgør, hvis grunde der vejer tungest."),
}
LETTERS: Mapping[str, str] = dict(zip(GROUNDS, "abcd", strict=True)) | {RestrictionGround.KEPT: "–"}
"""The letter of Art. 18(1) of each ground."""
SHORT_GROUNDS: Mapping[str, Promise] = {
    RestrictionGround.ACCURACY: _("rigtigheden undersøges"),
    RestrictionGround.UNLAWFUL: _("ulovlig behandling, gemmes i stedet for at slettes"),
    RestrictionGround.CLAIM: _("personens retskrav"),
    RestrictionGround.OBJECTION: _("en indsigelse vurderes"),
    RestrictionGround.KEPT: _("slettet; resten gemmes kun efter loven"),
}
EFFECTS: Mapping[Objection, Promise] = {
    Objection.ASSESSED: _("Vurderes af et menneske, og stopper imens"),
    Objection.STOPS: _("Stopper straks, uden vurdering"),
    Objection.NONE: _("Ingen ret til indsigelse"),
}
CHANNELS: Mapping[str, Promise] = {
    Channel.LETTER: _("Brev"),
    Channel.PHONE: _("Telefon"),
    Channel.IN_PERSON: _("Personligt"),
    Channel.EMAIL: _("E-mail"),
}
"""How somebody tells the desk; what they do in the portal they do themselves."""
EVERY_CHANNEL: Mapping[str, Promise] = {Channel.PORTAL: _("Selvbetjening"), **CHANNELS}
