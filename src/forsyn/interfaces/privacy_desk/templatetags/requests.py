"""Template filters that show requests in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from forsyn.domain.rights.queries import counts
from forsyn.interfaces.privacy_desk.request_words import WORDS
from forsyn.policy.purposes import P

register = template.Library()


@register.filter
def worded(value: str | None, kind: str) -> str:
    """A word of the queue: ``{{ line.right|worded:"right" }}``; a dash where there is none yet."""
    if not value:
        return "–"
    return str(WORDS[kind].get(value, value))


@register.filter
def late(days_left: int) -> int:
    """How many days a limit is past."""
    return -days_left


@register.inclusion_tag("privacy_desk/requests_waiting.html", takes_context=True)
def requests_waiting(context: template.Context) -> dict[str, Any]:
    """What is late or due soon, on every page of the desk: a limit of the law is not to be missed. 1 query."""
    reads = getattr(context["request"], "work", None) is P.PRIVACY_RIGHTS
    return {"waiting": counts(today=timezone.localdate()) if reads else None}
