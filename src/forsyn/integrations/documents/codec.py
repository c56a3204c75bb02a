"""A document tree as the plain values that the typesetter's template reads; pure.

All texts stay texts. A link is kept only where its target is one that a document may have: a web address, mail,
telephone, or a heading of the same document; anything else is set as text.
"""

from __future__ import annotations

from math import sqrt
from statistics import fmean
from typing import Any

from forsyn.policy.document import (
    Block,
    BulletList,
    Contact,
    DefinitionList,
    Document,
    Heading,
    Inline,
    Paragraph,
    Span,
    Table,
    plain,
)
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import date_words

Plain = dict[str, Any]

SCHEMES = ("https:", "http:", "mailto:", "tel:")
WORDS = {
    Language.DANISH: {"page": "Side", "contents": "Indhold", "version": "version", "valid_from": "gælder fra"},
    Language.ENGLISH: {"page": "Page", "contents": "Contents", "version": "version", "valid_from": "valid from"},
}


def anchors(document: Document) -> frozenset[str]:
    """The ids of all headings of a document."""
    headings = (block.id for section in document.sections for block in section.blocks if isinstance(block, Heading))
    return frozenset([*(section.id for section in document.sections), *headings])


def allowed_link(href: str | None, known: frozenset[str]) -> str | None:
    """The target if a document may link to it, else None."""
    if href is None:
        return None
    if href.startswith("#"):
        return href if href[1:] in known else None
    return href if href.lower().startswith(SCHEMES) else None


def edition(document: Document) -> str:
    """``version 1.0, gælder fra 1. december 2026``."""
    words = WORDS[document.language]
    day = date_words(document.valid_from, document.language)
    return f"{words['version']} {document.version}, {words['valid_from']} {day}"


def to_plain(document: Document, *, contents: bool = True) -> Plain:
    """Everything that the template needs, as JSON can carry it; ``contents``: with a table of contents."""
    known = anchors(document)
    return {
        "title": document.title,
        "publisher": document.publisher,
        "lang": str(document.language),
        "edition": edition(document),
        "page_word": WORDS[document.language]["page"],
        "contents_word": WORDS[document.language]["contents"] if contents else "",
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "blocks": [_block(block, known) for block in section.blocks],
            }
            for section in document.sections
        ],
    }


def _block(block: Block, known: frozenset[str]) -> Plain:
    def inline(spans: Inline) -> list[Plain]:
        return [_span(span, known) for span in spans]

    match block:
        case Heading():
            return {"kind": "heading", "id": block.id, "text": block.text, "level": block.level}
        case Paragraph():
            return {"kind": "paragraph", "spans": inline(block.spans)}
        case BulletList():
            return {"kind": "list", "entries": [inline(item) for item in block.items]}
        case Table():
            rows = [[inline(cell) for cell in row] for row in block.rows]
            fixed = {"caption": block.caption, "headers": list(block.headers), "widths": _widths(block)}
            return {"kind": "table", "rows": rows} | fixed
        case DefinitionList():
            terms = [{"term": inline(term), "texts": [inline(text) for text in texts]} for term, texts in block.items]
            return {"kind": "terms", "entries": terms}
        case Contact():
            ways = [{"label": label, "spans": inline((span,))} for label, span in block.ways]
            return {"kind": "contact", "name": block.name, "lines": list(block.lines), "ways": ways}


def _span(span: Span, known: frozenset[str]) -> Plain:
    target = allowed_link(span.href, known)
    inside = target is not None and target.startswith("#")
    return {
        "text": span.text,
        "strong": span.strong,
        "anchor": target[1:] if target and inside else None,
        "href": None if inside else target,
    }


def _widths(table: Table) -> list[float]:
    """Shares of the page's width: wider for longer texts, but less than in proportion, and none very narrow."""
    columns = [[len(plain(row[place])) for row in table.rows] or [0] for place in range(len(table.headers))]
    lengths = [
        max(len(header), (fmean(column) + max(column)) / 2)
        for header, column in zip(table.headers, columns, strict=True)
    ]
    shares = [sqrt(max(length, 1)) for length in lengths]
    return [round(max(share / sum(shares), 0.14), 3) for share in shares]
