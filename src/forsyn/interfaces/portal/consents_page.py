"""What a customer has said yes and no to, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from forsyn.domain.safeguards.choices_models import Channel
from forsyn.domain.safeguards.choices_rules import Answer, GivenConsent, Standing, standings
from forsyn.interfaces.portal import wording
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import capitalised, series

HOW: dict[str, str | Promise] = {
    Channel.PORTAL: _lazy("her i selvbetjeningen"),
    Channel.LETTER: _lazy("i et brev"),
    Channel.PHONE: _lazy("i telefonen"),
    Channel.IN_PERSON: _lazy("da du besøgte os"),
    Channel.EMAIL: _lazy("i en e-mail"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One consent: what it is about, how it stands, and what can be done."""

    key: str
    name: str
    text: str
    """What a yes is given to; of one that the policy has no longer, what it was given to."""
    used_for: str
    is_live: bool
    since: str
    former_text: str
    """What it said when the person said yes, where it says something else today."""
    may_give: bool
    needs_paper: bool
    earlier: tuple[str, ...]


def reading_language() -> Language:
    """The language of the page."""
    return Language.ENGLISH if (get_language() or "").startswith("en") else Language.DANISH


def cards(policy: Policy, rows: Iterable[GivenConsent]) -> list[Card]:
    """Every consent that is asked for here, in the policy's order, and what else is live."""
    return [_card(standing, reading_language()) for standing in standings(policy, rows)]


def _card(standing: Standing, language: Language) -> Card:
    live, asked = standing.live, standing.consent
    to_be_answered = standing.answer in (Answer.NOT_GIVEN, Answer.TEXT_CHANGED)
    text = asked.explanation.in_(language) if asked else ""
    return Card(
        key=standing.key,
        name=asked.name.in_(language) if asked else _("Et tidligere samtykke"),
        text=text or (live.text if live else ""),
        used_for=series([purpose.name.in_(language) for purpose in standing.purposes], language),
        is_live=standing.is_live,
        since=_given(live) if live else "",
        former_text=live.text if live and standing.answer is Answer.TEXT_CHANGED else "",
        may_give=to_be_answered and not standing.is_written,
        needs_paper=to_be_answered and standing.is_written,
        earlier=tuple(map(_past, standing.earlier)),
    )


def _given(row: GivenConsent) -> str:
    return _("Du sagde ja den %(day)s %(how)s.") % {"day": _day(row.given_at), "how": HOW[row.channel]}


def _past(row: GivenConsent) -> str:
    values = {
        "given": _day(row.given_at),
        "withdrawn": _day(row.withdrawn_at or row.given_at),
        "text": row.text,
        "how": HOW[row.withdrawn_channel or row.channel],
    }
    return capitalised(_("ja den %(given)s til »%(text)s«, trukket tilbage den %(withdrawn)s %(how)s") % values)


def _day(moment: datetime) -> str:
    return wording.long_date(timezone.localdate(moment))
