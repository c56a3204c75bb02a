"""Typesets a plain document (see `codec`) as an accessible PDF: tagged, PDF/UA-1, fonts embedded."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

ROOM = Path(__file__).parent
NOTICE = "notice.typ"


class TypesettingError(RuntimeError):
    """A document that cannot be typeset; the message says why."""


@cache
def fonts() -> typst.Fonts:
    """The fonts beside this file, and Typst's own for letters that they lack; none of the machine's."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[ROOM / "fonts"])


def typeset(document: dict[str, Any], *, dated: date, template: str = NOTICE) -> bytes:
    """The PDF's bytes; the same document and date give the same bytes. ``template`` is a file beside this one.

    Raises `TypesettingError`.
    """
    content: bytes = _compile(document, template, format="pdf", pdf_standards=["ua-1"], timestamp=midnight(dated))
    return content


def page_images(document: dict[str, Any], *, dots_per_inch: float = 72, template: str = NOTICE) -> list[bytes]:
    """Each page as PNG, to look at."""
    pages = _compile(document, template, format="png", ppi=dots_per_inch)
    return pages if isinstance(pages, list) else [pages]


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _compile(document: dict[str, Any], template: str, **options: Any) -> Any:
    compiler = typst.Compiler(
        ROOM / template,
        root=ROOM,
        font_paths=fonts(),
        ignore_system_fonts=True,
        # Texts go in as data, never as Typst: nothing that a policy says can run or lay out anything.
        sys_inputs={"document": json.dumps(document, ensure_ascii=False)},
    )
    try:
        return compiler.compile(**options)
    except typst.TypstError as error:
        raise TypesettingError(f"The document cannot be typeset: {error.message}") from error
