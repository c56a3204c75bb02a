"""Template filters that show restrictions and objections in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django import template
from django.utils import timezone

from forsyn.domain.safeguards.choices_rules import named
from forsyn.interfaces.privacy_desk.choice_words import EVERY_CHANNEL, LETTERS, SHORT_GROUNDS
from forsyn.interfaces.privacy_desk.templatetags.declarations import reader
from forsyn.policy.wording import date_words
from forsyn.workflows.declarations import current_policy

register = template.Library()


@register.filter
def day(moment: date) -> str:
    """A date, or the local date of an instant: "2. november 2026"."""
    return date_words(timezone.localdate(moment) if isinstance(moment, datetime) else moment, reader())


@register.filter
def ground(value: str) -> str:
    """Why a customer is restricted, in a few words."""
    return str(SHORT_GROUNDS[value])


@register.filter
def ground_letter(value: str) -> str:
    """The letter of Art. 18(1)."""
    return LETTERS[value]


@register.filter
def purpose_name(key: str) -> str:
    """What people call a purpose of the policy."""
    return named(current_policy(), key, reader())


@register.filter
def channel(value: str) -> str:
    """How somebody told us."""
    return str(EVERY_CHANNEL[value])


@register.filter
def consent_name(key: str) -> str:
    """What people call a consent of the policy; its key where the policy has it no longer."""
    found = current_policy().consents.get(key)
    return found.name.in_(reader()) if found else key


@register.filter("of")
def value_of(values: Mapping[int, str], key: int) -> str:
    """One of the values; a dash where it is not there."""
    return values.get(key, "–")
