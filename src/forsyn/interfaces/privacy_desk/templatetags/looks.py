"""The access log in the words of the privacy desk."""

from __future__ import annotations

from django import template

from forsyn.interfaces.privacy_desk.look_words import ASPECTS, KINDS, MARKS, VERDICTS

register = template.Library()


@register.filter
def kind_of_look(code: str) -> str:
    """``look`` as "så på"."""
    return str(KINDS.get(code, code))


@register.filter
def aspect(code: str) -> str:
    """What was looked at, in words."""
    return str(ASPECTS.get(code, code))


@register.filter
def mark(code: str) -> str:
    """Why a look stands out."""
    return str(MARKS.get(code, code))


@register.filter
def verdict_words(code: str) -> str:
    """What was found of a look."""
    return str(VERDICTS.get(code, code))
