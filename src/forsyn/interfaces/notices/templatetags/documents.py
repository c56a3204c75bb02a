"""Template filters that set a plain document (integrations.documents.codec) as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import template

register = template.Library()


@register.filter
def titled(cells: Iterable[Any], headers: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Each cell of a row with its column's header, which a narrow screen shows above the cell."""
    return zip(headers, cells, strict=True)
