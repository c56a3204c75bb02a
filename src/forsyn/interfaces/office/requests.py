"""Reading what an address says: pages and dates. What cannot be read is page 1, or a page that does not exist."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest

LAST_PAGE = 10_000


def page_number(request: HttpRequest) -> int:
    """The page asked for, from 1."""
    text = request.GET.get("side", "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def whole_number(text: str | None) -> int:
    """An id within an address; anything else does not exist (404)."""
    if not text or not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Http404
    return int(text)


def iso_date(text: str) -> date:
    """2026-11-02; anything else does not exist (404)."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
