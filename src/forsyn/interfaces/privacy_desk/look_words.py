"""The privacy desk's words for the access log."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forsyn.domain.safeguards.log_models import AccessKind, Aspect, Verdict
from forsyn.domain.safeguards.spot_check_rules import Mark

Words = Mapping[str, str | Promise]

KINDS: Words = {
    AccessKind.LOOK: _("så på"),
    AccessKind.LIST: _("så i en liste"),
    AccessKind.SEARCH: _("søgte"),
    AccessKind.EXPORT: _("hentede en fil"),
    AccessKind.CHANGE: _("rettede"),
}
ASPECTS: Words = {
    Aspect.CUSTOMER_FILE: _("kundens oplysninger"),
    Aspect.CONSUMPTION: _("forbrug"),
    Aspect.SUPPLY_POINT: _("forsyningssted"),
    Aspect.METER: _("måler"),
    Aspect.QUARANTINE: _("karantæne"),
    Aspect.NOTES: _("notater"),
    Aspect.CONSENTS: _("samtykker"),
    Aspect.PRIVACY_REQUESTS: _("anmodninger"),
    Aspect.DISCLOSURES: _("videregivelser"),
    Aspect.ACCESS_LOG: _("loggen over opslag"),
    Aspect.BREACHES: _("brud på sikkerheden"),
    Aspect.ACCOUNT: _("kundekonto"),
    Aspect.BILLS: _("regninger"),
    Aspect.BOOKS: _("bogholderiets bilag"),
    Aspect.SENSITIVE_CPR: _("CPR-nummer"),
    Aspect.SENSITIVE_HEALTH: _("helbred"),
    Aspect.SENSITIVE_THREATS: _("trusler"),
    Aspect.SENSITIVE_PREMISES: _("børn og dyr"),
    Aspect.SENSITIVE_OFFENCES: _("strafbare forhold"),
}
MARKS: Words = {
    Mark.OWN_NAME: _("samme navn som medarbejderen"),
    Mark.COLLEAGUE: _("samme navn som en kollega"),
    Mark.SAME_SURNAME: _("samme efternavn"),
    Mark.SAME_ADDRESS: _("samme adresse som en med medarbejderens navn"),
    Mark.OUT_OF_HOURS: _("uden for arbejdstiden"),
}
VERDICTS: Words = {
    Verdict.JUSTIFIED: _("Der var en grund"),
    Verdict.ASKED: _("Medarbejderen er spurgt"),
    Verdict.UNJUSTIFIED: _("Der var ingen grund"),
}
