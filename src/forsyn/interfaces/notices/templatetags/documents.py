"""Template filters that set a plain document (integrations.documents.codec) as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def inline(parts: Iterable[dict[str, Any]]) -> SafeString:
    """Running text with its links and emphasis; every text and target is escaped."""
    return format_html_join("", "{}", ((_span(part),) for part in parts))


def _span(part: dict[str, Any]) -> str:
    text = format_html("<strong>{}</strong>", part["text"]) if part["strong"] else part["text"]
    target = f"#{part['anchor']}" if part["anchor"] else part["href"]
    return format_html('<a href="{}">{}</a>', target, text) if target else text


@register.filter
def titled(cells: Iterable[Any], headers: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Each cell of a row with its column's header, which a narrow screen shows above the cell."""
    return zip(headers, cells, strict=True)
