"""The desk's own menu: four groups, and the entries of the group that the page is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu. ``also``: other addresses under the desk whose pages belong to it."""

    name: str
    text: str | Promise
    also: Sequence[str] = ()

    @property
    def address(self) -> str:
        return reverse(f"privacy_desk:{self.name}")

    def leads_to(self, path: str) -> bool:
        desk = reverse("privacy_desk:home")
        return any(path.startswith(start) for start in (self.address, *(desk + one for one in self.also)))


GROUPS: Sequence[tuple[str | Promise, Sequence[Entry]]] = (
    (
        _("Sager"),
        (
            Entry("requests", _("Anmodninger")),
            Entry("notices_owed", _("Beskeder")),
            Entry("consents", _("Samtykker")),
            Entry("restrictions", _("Begrænsninger")),
            Entry("objections", _("Indsigelser")),
            Entry("holds", _("Tilbagehold")),
            Entry("breaches", _("Brud")),
        ),
    ),
    (
        _("Aftaler og spor"),
        (
            Entry("processors", _("Databehandlere"), ("aftaler/", "underdatabehandlere/")),
            Entry("disclosures", _("Videregivelser")),
            Entry("looks", _("Opslag")),
            Entry("nights", _("Oprydning")),
        ),
    ),
    (
        _("Politik"),
        (
            Entry("categories", _("Kategorier")),
            Entry("purposes", _("Formål")),
            Entry("retention", _("Opbevaring")),
            Entry("recipients", _("Modtagere")),
            Entry("columns", _("Kolonner")),
            Entry("assessments", _("Vurderinger")),
            Entry("record", _("Fortegnelse")),
            Entry("claims", _("Krav")),
            Entry("proof", _("Bevis")),
            Entry("notice", _("Privatlivspolitik")),
        ),
    ),
)


@register.inclusion_tag("privacy_desk/desk_menu.html", takes_context=True)
def desk_menu(context: template.Context) -> dict[str, Any]:
    """The groups; those entries of which the page is one, it is marked; no queries."""
    path = context["request"].path
    here = next((one for _text, entries in GROUPS for one in entries if one.leads_to(path)), None)
    return {
        "groups": [(text, entries, here in entries) for text, entries in GROUPS],
        "entries": next((entries for _text, entries in GROUPS if here in entries), ()),
        "here": here,
        "path": path,
        "home": reverse("privacy_desk:home"),
    }
