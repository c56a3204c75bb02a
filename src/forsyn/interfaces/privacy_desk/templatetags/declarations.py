"""Template filters that show declarations: texts in the reader's language, vocabulary as words, lists with "og"."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django import template
from django.utils.translation import get_language, gettext

from forsyn.interfaces.privacy_desk.labels import SECTIONS, label
from forsyn.interfaces.privacy_desk.presenters import RetentionRow
from forsyn.policy.countries import Country
from forsyn.policy.periods import Period
from forsyn.policy.policy import Item, Text
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import article_words, capitalised, period_words, series

register = template.Library()
register.filter("capitalised", capitalised)


def reader() -> Language:
    """The language of the request."""
    return Language.ENGLISH if (get_language() or "").startswith("en") else Language.DANISH


@register.filter
def spoken(text: Text) -> str:
    """A declared text in the language of the request."""
    return text.in_(reader())


@register.filter
def country(place: Country) -> str:
    """A country's name in the language of the request."""
    return place.en if reader() is Language.ENGLISH else place.da


@register.filter
def section(key: str) -> str:
    """What kind of declaration an item is."""
    return str(SECTIONS[key])


@register.filter
def item_name(item: Item) -> str:
    """What people call an item: its name, else the key that the policy file has."""
    name = getattr(item, "name", None) or getattr(getattr(item, "contact", None), "name", None)
    return spoken(name) if isinstance(name, Text) else name or item.key


@register.filter
def word(value: StrEnum) -> str:
    """One word of the policy's vocabulary."""
    return label(value)


@register.filter
def words(values: Iterable[StrEnum]) -> str:
    """Several words of the vocabulary: "a, b og c"."""
    return series([label(value) for value in values], reader())


@register.filter
def length_in_words(period: Period) -> str:
    """A period as people say it: "1 år og 6 måneder"."""
    return period_words(period, reader())


@register.filter
def kept(row: RetentionRow) -> str:
    """Until when a retention rule keeps something: "5 år efter …", or "indtil …" where it ends at once."""
    event = spoken(row.event.phrase)
    if reader() is Language.DANISH and event.startswith("at "):
        event = f"\0{event}"  # a clause has a comma before it
    period = length_in_words(row.rule.period)
    text = gettext("%(period)s efter %(event)s") if period else gettext("straks efter %(event)s")
    return (text % {"period": period, "event": event}).replace(" \0", ", ")


@register.filter
def article(number: str) -> str:
    """An article of the GDPR: "artikel 6, stk. 1, litra c"."""
    return article_words(number, reader())
