"""Why a recipient is told, in the words of the privacy desk."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forsyn.domain.customers.correction_models import NoticeCause

CAUSES: Mapping[str, Promise] = {
    NoticeCause.CHANGE: _("Noget er ændret"),
    NoticeCause.RECTIFICATION: _("Noget er rettet"),
    NoticeCause.ERASURE: _("Personen er slettet"),
    NoticeCause.RESTRICTION: _("Behandlingen er begrænset"),
    NoticeCause.LIFTING: _("Begrænsningen er ophævet"),
}
