"""Template tags of the design, built into every template: icons, navigation entries, the empty state."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from forsyn.policy.policy import Text
from forsyn.policy.vocabulary import Language

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", classes: str = "") -> SafeString:
    """One of the design system's icons; decoration unless it has a label."""
    address = f"{static('dkfds/img/all-svg-icons.svg')}#{name}"
    meaning = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon-svg {}" focusable="false" {}><use href="{}"></use></svg>', classes, meaning, address
    )


@register.simple_tag(takes_context=True)
def navigation_item(context: template.Context, name: str, text: str, under: str = ".") -> SafeString:
    """One entry of the main menu, marked where the page lies under it; nothing where the address is not routed.

    ``under``: the folders that belong to it, as seen from its own address; for those whose own holds others' too.
    """
    try:
        address = reverse(name)
    except NoReverseMatch:
        return mark_safe("")
    path = context["request"].path
    if path == address:
        current = mark_safe(' aria-current="page"')
    elif any(path.startswith(folder) for each in under.split() if (folder := urljoin(address, each)) != "/"):
        current = mark_safe(' aria-current="true"')
    else:
        current = mark_safe("")
    return format_html('<li><a href="{}"{}>{}</a></li>', address, current, text)


@register.filter
def in_language(text: Text) -> str:
    """One of the policy's texts in the page's language."""
    return text.in_(Language.ENGLISH if get_language() == "en" else Language.DANISH)


@register.inclusion_tag("empty_state.html")
def empty_state(heading: str, text: str, *, href: str = "", action: str = "", level: int = 2) -> dict[str, Any]:
    """What a page shows where there is nothing yet: what it would show, and what to do."""
    return {"heading": heading, "text": text, "href": href, "action": action, "level": level}
