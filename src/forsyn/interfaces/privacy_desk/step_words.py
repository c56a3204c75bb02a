"""The steps of a request's record in words: what was read, refused, answered, and done to how much."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import ngettext_lazy

from forsyn.domain.rights.queries import Step
from forsyn.domain.rights.rules import StepKind
from forsyn.interfaces.privacy_desk.request_words import OUTCOMES, REFUSALS, RIGHTS
from forsyn.interfaces.privacy_desk.templatetags.declarations import reader
from forsyn.policy.wording import capitalised, series

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_COUNT = re.compile(r"(\w+): (\d+)")
_SILENT = frozenset({StepKind.CUSTOMER_LINKED, StepKind.CUSTOMER_UNLINKED})
_BY_KIND: Mapping[str, Mapping[str, Promise]] = {
    StepKind.RIGHT_READ: RIGHTS,
    StepKind.REFUSED: REFUSALS,
    StepKind.ANSWERED: OUTCOMES,
}
COUNTS: Mapping[str, Promise] = {
    "tables": ngettext_lazy("%(shown)s tabel", "%(shown)s tabeller", "n"),
    "rows": ngettext_lazy("%(shown)s række", "%(shown)s rækker", "n"),
    "readings": ngettext_lazy("%(shown)s måling", "%(shown)s målinger", "n"),
    "withheld": ngettext_lazy("%(shown)s del holdt ude", "%(shown)s dele holdt ude", "n"),
    "erased": ngettext_lazy("%(shown)s slettet", "%(shown)s slettet", "n"),
    "masked": ngettext_lazy("%(shown)s delvis tømt", "%(shown)s delvis tømt", "n"),
    "thinned": ngettext_lazy("%(shown)s lagt sammen", "%(shown)s lagt sammen", "n"),
    "kept": ngettext_lazy("%(shown)s gemt", "%(shown)s gemt", "n"),
    "corrected": ngettext_lazy("%(shown)s rettet", "%(shown)s rettet", "n"),
    "accounts_renamed": ngettext_lazy("%(shown)s brugerkonto omdøbt", "%(shown)s brugerkonti omdøbt", "n"),
    "sign_ins_changed": ngettext_lazy("%(shown)s login ændret", "%(shown)s logins ændret", "n"),
    "accesses_ended": ngettext_lazy("%(shown)s adgang lukket", "%(shown)s adgange lukket", "n"),
    "mails_readdressed": ngettext_lazy("%(shown)s mail fik ny adresse", "%(shown)s mails fik ny adresse", "n"),
    "mails_withdrawn": ngettext_lazy("%(shown)s mail trukket tilbage", "%(shown)s mails trukket tilbage", "n"),
    "restricted": ngettext_lazy("%(shown)s kunde begrænset", "%(shown)s kunder begrænset", "n"),
    "objections": ngettext_lazy("%(shown)s nej skrevet ind", "%(shown)s nej skrevet ind", "n"),
    "withdrawn": ngettext_lazy("%(shown)s samtykke trukket tilbage", "%(shown)s samtykker trukket tilbage", "n"),
    "recipients": ngettext_lazy("%(shown)s modtager får besked", "%(shown)s modtagere får besked", "n"),
    "mailed": ngettext_lazy("%(shown)s modtager får besked med mail", "%(shown)s modtagere får besked med mail", "n"),
    "tasks": ngettext_lazy("%(shown)s modtager skal have besked", "%(shown)s modtagere skal have besked", "n"),
}
"""What a deed has counted; ``shown`` is ``n`` as the page writes numbers."""


def words_of(step: Step) -> str:
    """What a step says besides its kind; empty where only a machine reads it."""
    if step.kind == StepKind.CARRIED_OUT:
        return _counted(step.text)
    if step.kind in _SILENT or _FINGERPRINT.fullmatch(step.text):
        return ""
    return str(_BY_KIND.get(step.kind, {}).get(step.text, step.text))


def _counted(text: str) -> str:
    said = [_number(key, int(number)) for key, number in _COUNT.findall(text) if key in COUNTS and int(number)]
    return capitalised(series(said, reader()))


def _number(key: str, n: int) -> str:
    return str(COUNTS[key] % {"n": n, "shown": number_format(n)})
