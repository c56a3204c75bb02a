"""A document as a plain tree, for others to set as HTML, PDF or text.

    Document
      └ Section*            one <section> with an <h2 id>; the table of contents lists these
          └ Block*          Heading | Paragraph | BulletList | Table | DefinitionList | Contact

Blocks do not nest. Running text is *inline*: a tuple of `Span`. All text is plain (nothing is escaped,
nothing is markup) and in the document's one language; spans carry their own spaces and punctuation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from forsyn.policy.vocabulary import Language


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text. ``strong``: emphasised. ``href``: a link: ``https:``, ``mailto:``, ``tel:`` or ``#section-id``."""

    text: str
    strong: bool = False
    href: str | None = None


Inline = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section: level 3. ``id`` is unique in the document and fit for an anchor."""

    id: str
    text: str
    level: int = 3


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: Inline


@dataclass(frozen=True, slots=True)
class BulletList:
    """An unordered list."""

    items: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption. The first cell of each row heads that row (``<th scope="row">``)."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Inline, ...], ...]


@dataclass(frozen=True, slots=True)
class DefinitionList:
    """Terms, each with one or more paragraphs under it (``<dt>``, then a ``<dd>`` each)."""

    items: tuple[tuple[Inline, tuple[Inline, ...]], ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact block (``<address>``): a name, lines of address, then labelled ways to get in touch."""

    name: str
    lines: tuple[str, ...]
    ways: tuple[tuple[str, Span], ...]


Block = Heading | Paragraph | BulletList | Table | DefinitionList | Contact


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document. ``articles`` are those of the GDPR that it answers: ``13(1)(a)``."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. ``publisher`` stands at its head; ``version`` and ``valid_from`` at head or foot."""

    language: Language
    title: str
    publisher: str
    version: str
    valid_from: date
    sections: tuple[Section, ...]


def plain(inline: Inline) -> str:
    """The text of a run of spans, without emphasis and links."""
    return "".join(span.text for span in inline)


def as_text(document: Document) -> str:
    """The document as plain text with Markdown's marks, for mail, comparison and reading aloud."""
    lines = [f"# {document.title}", ""]
    for section in document.sections:
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            lines += [*_lines(block), ""]
    return "\n".join(lines)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {block.text}"
        case Paragraph():
            yield plain(block.spans)
        case BulletList():
            yield from (f"- {plain(item)}" for item in block.items)
        case Table():
            yield from (f"| {' | '.join(cells)} |" for cells in _cells(block))
        case DefinitionList():
            for term, paragraphs in block.items:
                yield f"- {plain(term)}"
                yield from (f"  {plain(paragraph)}" for paragraph in paragraphs)
        case Contact():
            yield from (block.name, *block.lines, *(f"{label}: {span.text}" for label, span in block.ways))


def _cells(table: Table) -> Iterator[tuple[str, ...]]:
    yield table.headers
    yield tuple("---" for _ in table.headers)
    yield from (tuple(plain(cell) for cell in row) for row in table.rows)
