"""What is held of a customer, in words: what, what for, how long, where from, and who has received it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from forsyn.domain.safeguards.receivers import Receiver
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.interfaces.portal.my_data_words import PLACES, SOURCES
from forsyn.policy.notice import NoticeWriter
from forsyn.policy.policy import Category, Policy
from forsyn.policy.vocabulary import Capacity, PersonGroup
from forsyn.policy.wording import capitalised, series
from forsyn.workflows.own_data import End, Held

GUARDED = frozenset({"threats", "offences", "report_receipt"})
"""Whether there is something of these is not told on a page: it may be about those who wrote it, too."""
OURS = frozenset({PersonGroup.CUSTOMER, PersonGroup.HOUSEHOLD, PersonGroup.CONTACT_PERSON})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of data that is held. ``ends``: whole sentences; ``received``: who got it, and when."""

    key: str
    name: str
    description: str
    purposes: tuple[str, ...]
    ends: tuple[str, ...]
    source: str
    received: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of data that belong together, and where the person sees or corrects them."""

    key: str
    title: str
    kinds: tuple[Kind, ...]
    href: str
    link: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What is held, in groups; what is not, in one sentence; and what is not told here, whether held or not."""

    groups: tuple[Group, ...]
    not_held: str
    guarded: str


def data_overview(policy: Policy, held: Collection[Held], live: Collection[str], refused: Collection[str]) -> Overview:
    """``live``: keys of the consents given; ``refused``: of the purposes that the person has said no to."""
    shown = {one.category: one for one in held if one.category not in GUARDED}
    language = reading_language()
    absent = [
        category.name.in_(language)
        for key, category in policy.categories.items()
        if key not in shown and key not in GUARDED and not OURS.isdisjoint(category.persons)
    ]
    guarded = [policy.categories[key].name.in_(language) for key in policy.categories if key in GUARDED]
    words = _Words(policy, frozenset(live), frozenset(refused))
    return Overview(tuple(_groups(policy, shown, words)), series(absent, language), series(guarded, language))


def _groups(policy: Policy, shown: Mapping[str, Held], words: _Words) -> Iterator[Group]:
    for key, title in policy.category_groups.items():
        kinds = [
            words.kind(one, shown[one.key])
            for one in policy.categories.values()
            if one.group == key and one.key in shown
        ]
        if kinds:
            place = PLACES.get(key)
            href, link = (reverse(place[0]), str(place[1])) if place else ("", "")
            yield Group(key, title.in_(reading_language()), tuple(kinds), href, link)


class _Words:
    """One policy's words in the language of the page."""

    def __init__(self, policy: Policy, live: frozenset[str], refused: frozenset[str]) -> None:
        self.policy, self.live, self.refused = policy, live, refused
        self.language = reading_language()
        self.writer = NoticeWriter(policy, self.language)

    def kind(self, category: Category, held: Held) -> Kind:
        return Kind(
            category.key,
            capitalised(category.name.in_(self.language)),
            category.description.in_(self.language),
            tuple(self._purposes(category.key)),
            tuple(map(self._end, held.ends)),
            series([str(SOURCES[source]) for source in category.sources], self.language),
            tuple(map(self._receiver, held.received)),
        )

    def _purposes(self, category: str) -> Iterator[str]:
        """What it is used for with this person: not what needs a yes that was not given, nor what was refused."""
        for purpose in self.policy.purposes.values():
            by_yes = purpose.consent is None or purpose.consent in self.live
            ours = purpose.capacity is Capacity.CONTROLLER and not purpose.all_categories
            if ours and by_yes and category in purpose.categories and purpose.key not in self.refused:
                yield capitalised(purpose.name.in_(self.language))

    def _end(self, end: End) -> str:
        text = self.writer.until(end.rule)
        if end.end_date is not None:
            day = {"day": wording.long_date(end.end_date)}
            text += " " + (_("Det ældste forsvinder den %(day)s.") if end.oldest else _("Det er den %(day)s.")) % day
        return f"{text} {end.rule.reason.in_(self.language)}"

    def _receiver(self, got: Receiver) -> str:
        declared = self.policy.recipients.get(got.recipient)
        name = declared.name.in_(self.language) if declared else _("En, vi ikke bruger længere")
        values = {"who": capitalised(name), "day": wording.long_date(timezone.localdate(got.last_at))}
        if got.only_carried:
            return _("%(who)s bragte det til dig, senest den %(day)s.") % values
        return _("%(who)s fik det, senest den %(day)s.") % values
