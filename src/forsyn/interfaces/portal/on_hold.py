"""What a customer is told whose data are only stored for the time being (Art. 18)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from forsyn.domain.safeguards.choices_models import RestrictionGround
from forsyn.domain.safeguards.choices_queries import restriction_of
from forsyn.interfaces.portal import wording

WHY: Mapping[str, str | Promise] = {
    RestrictionGround.ACCURACY: _lazy("mens vi undersøger, om de er rigtige"),
    RestrictionGround.UNLAWFUL: _lazy("fordi du hellere vil have dem gemt end slettet"),
    RestrictionGround.CLAIM: _lazy("fordi du skal bruge dem til et krav"),
    RestrictionGround.OBJECTION: _lazy("mens vi tager stilling til din indsigelse"),
}


def on_hold(customer_id: int) -> str:
    """One or two sentences for a customer whose data are restricted; empty for everybody else. 1 query."""
    held = restriction_of(customer_id=customer_id)
    if held is None:
        return ""
    values = {"day": wording.long_date(timezone.localdate(held.began_at)), "why": WHY[held.ground]}
    return (
        _("Siden %(day)s gemmer vi dine oplysninger uden at bruge dem til andet, %(why)s.") % values
        + " "
        + _("Vi giver dig besked, før pausen slutter. Du kan stadig se dine oplysninger her.")
    )
