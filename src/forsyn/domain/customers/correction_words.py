"""Values of the register as people read and write them, where what is stored is a code, a date or a bare number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from forsyn.domain.customers.correction_rules import Field, agreement_period
from forsyn.domain.customers.rules import NotPossible
from forsyn.policy.policy import Text
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import date_words

CHOICES: Mapping[Field, Mapping[str, Text]] = {
    Field.LANGUAGE: {"da": Text("dansk", "Danish"), "en": Text("engelsk", "English")},
    Field.HOUSING_KIND: {
        "house": Text("parcelhus", "detached house"),
        "terraced_house": Text("rækkehus", "terraced house"),
        "flat": Text("lejlighed", "flat"),
        "holiday_home": Text("fritidshus", "holiday home"),
        "business": Text("erhverv", "business"),
    },
    Field.RELATION: {
        "owner": Text("ejer", "owner"),
        "tenant": Text("lejer", "tenant"),
        "administrator": Text("administrator", "administrator"),
    },
}
"""The words of each code."""
_PHONES = frozenset({Field.MOBILE, Field.LANDLINE, Field.WORK_PHONE})
_DANISH_PHONE = re.compile(r"\+45(\d\d)(\d\d)(\d\d)(\d\d)")


def as_read(field: str, value: str, language: Language) -> str:
    """A stored value in words; as it is where it says nothing else, and empty where it is empty."""
    known = CHOICES.get(Field(field), {})
    if value in known:
        return known[value].in_(language)
    if field in _PHONES:
        return _DANISH_PHONE.sub(r"\1 \2 \3 \4", value)
    try:
        if field == Field.BIRTH_DATE:
            return date_words(date.fromisoformat(value), language)
        return _days(value, language) if field == Field.AGREEMENT_PERIOD else value
    except (ValueError, NotPossible):
        return value


def as_stored(field: Field, text: str) -> str:
    """The code that a word in either language stands for; other text as it is."""
    spoken = text.strip().casefold()
    for code, words in CHOICES.get(field, {}).items():
        if spoken in {words.da, words.en.casefold()}:
            return code
    return text


def _days(value: str, language: Language) -> str:
    period = agreement_period(value)
    first = date_words(period.first, language)
    if period.until is None:
        return f"fra {first}" if language is Language.DANISH else f"from {first}"
    last = date_words(period.until - timedelta(days=1), language)
    return f"{first} til og med {last}" if language is Language.DANISH else f"{first} to {last}"
