"""The words in which customers read who has looked at their data: what, when and why, never which person it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.safeguards.log_queries import Outline
from forsyn.interfaces.design import in_language
from forsyn.interfaces.portal import wording
from forsyn.policy.policy import Policy

Words = str | Promise
GUARDED = _lazy("oplysninger, vi passer særligt på")
"""The same words for what a person should not learn of from a list: that a threat or a report is on file."""
ASPECTS: Mapping[str, Words] = {
    Aspect.CUSTOMER_FILE: _lazy("dine oplysninger"),
    Aspect.CONSUMPTION: _lazy("dit forbrug"),
    Aspect.SUPPLY_POINT: _lazy("stedet, hvor du har fået forsyning"),
    Aspect.METER: _lazy("en måler, der sidder eller har siddet hos dig"),
    Aspect.QUARANTINE: _lazy("målerværdier, der skulle undersøges"),
    Aspect.NOTES: _lazy("notater om samtaler med dig"),
    Aspect.CONSENTS: _lazy("dine samtykker"),
    Aspect.PRIVACY_REQUESTS: _lazy("dine anmodninger om persondata"),
    Aspect.DISCLOSURES: _lazy("hvem der har fået dine oplysninger"),
    Aspect.ACCESS_LOG: _lazy("listen over, hvem der har kigget"),
    Aspect.BREACHES: _lazy("et brud på sikkerheden, der berørte dig"),
    Aspect.ACCOUNT: _lazy("hvad du skylder og har betalt"),
    Aspect.BILLS: _lazy("dine regninger"),
    Aspect.BOOKS: _lazy("bogføringen af dine regninger og betalinger"),
    Aspect.SENSITIVE_CPR: _lazy("dit CPR-nummer"),
    Aspect.SENSITIVE_HEALTH: _lazy("oplysninger om helbred"),
    Aspect.SENSITIVE_THREATS: GUARDED,
    Aspect.SENSITIVE_PREMISES: _lazy("oplysninger om børn og dyr"),
    Aspect.SENSITIVE_OFFENCES: GUARDED,
}
ONCE: Mapping[str, Words] = {
    AccessKind.LOOK: _lazy("%(when)s så en medarbejder på %(what)s."),
    AccessKind.LIST: _lazy("%(when)s stod du på en liste, som en medarbejder så."),
    AccessKind.EXPORT: _lazy("%(when)s hentede en medarbejder en fil med %(what)s."),
    AccessKind.CHANGE: _lazy("%(when)s så en medarbejder på %(what)s og rettede noget."),
}
OFTEN: Mapping[str, Words] = {
    AccessKind.LOOK: _lazy("%(when)s så medarbejdere på %(what)s %(times)s gange."),
    AccessKind.LIST: _lazy("%(when)s stod du på %(times)s lister, som medarbejdere så."),
    AccessKind.EXPORT: _lazy("%(when)s hentede medarbejdere %(times)s filer med %(what)s."),
    AccessKind.CHANGE: _lazy("%(when)s så medarbejdere på %(what)s og rettede noget %(times)s gange."),
}


@dataclass(frozen=True, slots=True)
class Day:
    """One day's looks, each as a sentence with the purpose's name."""

    name: str
    day: date
    looks: list[tuple[str, str]]


def days(outlines: Iterable[Outline], policy: Policy) -> list[Day]:
    """The latest first."""
    return [
        Day(wording.long_date(day), day, [(sentence(one), _purpose(one, policy)) for one in found])
        for day, found in groupby(outlines, key=lambda one: one.day)
    ]


def sentence(one: Outline) -> str:
    """What happened."""
    words = (ONCE if one.times == 1 else OFTEN).get(one.kind, ONCE[AccessKind.LOOK])
    what = ASPECTS.get(one.aspect, GUARDED)
    return str(words) % {"when": _when(one.first_at, one.last_at), "what": what, "times": one.times}


def _when(first: datetime, last: datetime) -> str:
    begun, ended = _clock(first), _clock(last)
    if begun == ended:
        return _("Kl. %(time)s") % {"time": begun}
    return _("Mellem kl. %(first)s og %(last)s") % {"first": begun, "last": ended}


def _clock(at: datetime) -> str:
    return timezone.localtime(at).strftime(_("%H.%M"))


def _purpose(one: Outline, policy: Policy) -> str:
    declared = policy.purposes.get(one.purpose)
    return in_language(declared.name) if declared else _("et formål, der ikke længere bruges")
