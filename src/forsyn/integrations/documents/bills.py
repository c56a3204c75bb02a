"""Bills as PDF, many in one process: tagged for screen readers (PDF/UA-1) and fit to be archived (PDF/A-2a)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from threading import local
from typing import Any

import typst

from forsyn.integrations.documents.pdf import ROOM, TypesettingError, fonts, midnight

TEMPLATE = "bill.typ"
STANDARDS = ["a-2a", "ua-1"]
"""Both at once: PDF/A-2 with all of its structure (ISO 19005-2, level A) and PDF/UA-1 (ISO 14289-1)."""
_kept = local()
"""A thread's compiler: it keeps the read template and fonts, and what did not change is not laid out again."""


def bill_pdf(layout: Mapping[str, Any], *, dated: date) -> bytes:
    """One bill's PDF; the same layout and date give the same bytes. Raises `pdf.TypesettingError`."""
    content: bytes = _compiled(layout, format="pdf", pdf_standards=STANDARDS, timestamp=midnight(dated))
    return content


def bill_images(layout: Mapping[str, Any], *, dots_per_inch: float = 72) -> list[bytes]:
    """Each page as PNG, to look at."""
    pages = _compiled(layout, format="png", ppi=dots_per_inch)
    return pages if isinstance(pages, list) else [pages]


def _compiled(layout: Mapping[str, Any], **options: Any) -> Any:
    try:
        # Texts go in as data, never as Typst: nothing that a name or an address says can run or lay out anything.
        return _compiler().compile(sys_inputs={"document": json.dumps(layout, ensure_ascii=False)}, **options)
    except typst.TypstError as error:
        raise TypesettingError(f"The bill cannot be typeset: {error.message}") from error


def _compiler() -> typst.Compiler:
    compiler: typst.Compiler | None = getattr(_kept, "compiler", None)
    if compiler is None:
        compiler = typst.Compiler(ROOM / TEMPLATE, root=ROOM, font_paths=fonts(), ignore_system_fonts=True)
        _kept.compiler = compiler
    return compiler
