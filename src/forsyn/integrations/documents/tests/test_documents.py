"""Documents as PDF: accessible, complete, the same each time, and deaf to what their texts might try."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date
from typing import Any

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.documents.codec import allowed_link, edition, to_plain
from forsyn.integrations.documents.pdf import TypesettingError, page_images, typeset
from forsyn.policy.document import (
    Block,
    BulletList,
    Contact,
    DefinitionList,
    Document,
    Heading,
    Paragraph,
    Section,
    Span,
    Table,
)
from forsyn.policy.vocabulary import Language

VALID_FROM = date(2026, 12, 1)
HOSTILE = '#panic("x") #import "/etc/passwd" *fed* _skrå_ $x^2$ <mærke> @sted \\ // /* ` [a] {b} ~ -- "citat" </h1>'


def document(*blocks: Block, language: Language = Language.DANISH) -> Document:
    return Document(
        language=language,
        title="Sådan behandler vi dine oplysninger",
        publisher="Prøveværket A/S",
        version="1.0",
        valid_from=VALID_FROM,
        sections=(Section("hvem", "Hvem er vi?", blocks),),
    )


def words(*texts: str) -> tuple[Span, ...]:
    return tuple(Span(text) for text in texts)


EVERYTHING = document(
    Paragraph((Span("Vi skal vide "), Span("noget", strong=True), Span(" om dig, Åse Ærø."))),
    Contact(
        "Prøveværket A/S",
        ("Prøvevej 1",),
        (("E-mail", Span("post@proeve.example", href="mailto:post@proeve.example")),),
    ),
    Heading("kontakt", "Hvem du er"),
    BulletList((words("Æbler"), (Span("Se "), Span("hvem vi er", href="#hvem")))),
    DefinitionList(((words("Navn"), (words("Dit fulde navn."), words("Og tidligere navne."))),)),
    Table(
        "Hvor længe vi gemmer",
        ("Hvad", "Hvor længe"),
        tuple((words(f"Sag {number}"), words("Slettes 5 år efter udgangen af regnskabsåret.")) for number in range(60)),
    ),
)


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def text_of(content: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read(content).pages))


def tags(content: bytes) -> Counter[str]:
    """How many of each structure element the document has."""
    found: Counter[str] = Counter()
    waiting: list[Any] = [read(content).trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            found[str(node.get("/S", ""))] += 1
            if "/K" in node:
                waiting.append(node["/K"])
    return found


@pytest.fixture(scope="module")
def everything() -> bytes:
    return typeset(to_plain(EVERYTHING), dated=VALID_FROM)


def test_says_that_it_is_accessible_and_in_which_language(everything: bytes) -> None:
    root = read(everything).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "da"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert read(everything).metadata.title == "Sådan behandler vi dine oplysninger"
    assert read(everything).metadata.author == "Prøveværket A/S"


def test_headings_lists_and_tables_are_tagged_as_what_they_are(everything: bytes) -> None:
    found = tags(everything)
    assert found["/Title"] == 1
    assert found["/H1"] == 2, "the contents and the one section"
    assert found["/H2"] == 1
    assert found["/TH"] == 2
    assert found["/TD"] == 120
    assert found["/Caption"] == 1
    assert found["/LI"] == 3, "two bullets and one term"
    assert found["/TOCI"] == 1


def test_has_bookmarks_and_links(everything: bytes) -> None:
    assert [entry.title for entry in read(everything).outline if not isinstance(entry, list)][-1] == "Hvem er vi?"
    links = [note.get_object() for page in read(everything).pages for note in page.get("/Annots", [])]
    assert any(link.get("/A", {}).get("/URI") == "mailto:post@proeve.example" for link in links)
    assert all(link.get("/Contents") or link.get("/StructParent") is not None for link in links)


def test_repeats_the_table_head_on_each_page(everything: bytes) -> None:
    pages = [page.extract_text() for page in read(everything).pages]
    assert len(pages) == 2
    assert all("Hvad Hvor længe\nSag" in page for page in pages)


def test_says_everything_once(everything: bytes) -> None:
    text = text_of(everything)
    for part in ("Vi skal vide noget om dig, Åse Ærø.", "Prøvevej 1", "Og tidligere navne.", "Sag 0", "Sag 59"):
        assert text.count(part) == 1, part
    assert "version 1.0, gælder fra 1. december 2026" in text
    assert "\u2060" not in text, "no invisible letters that copied text would carry along"


def test_only_the_fonts_that_lie_beside_the_template(everything: bytes) -> None:
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in read(everything).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("IBMPlexSans" in font for font in fonts)


def test_the_same_document_gives_the_same_bytes(everything: bytes) -> None:
    assert typeset(to_plain(EVERYTHING), dated=VALID_FROM) == everything


@pytest.mark.parametrize("place", ["paragraph", "heading", "list", "term", "cell", "caption", "contact", "title"])
def test_hostile_text_is_only_text(place: str) -> None:
    blocks: dict[str, Block] = {
        "paragraph": Paragraph(words(HOSTILE)),
        "heading": Heading("h", HOSTILE),
        "list": BulletList((words(HOSTILE),)),
        "term": DefinitionList(((words(HOSTILE), (words("."),)),)),
        "cell": Table("t", ("a", "b"), ((words(HOSTILE), words(".")),)),
        "caption": Table(HOSTILE, ("a", "b"), ((words("."), words(".")),)),
        "contact": Contact(HOSTILE, (), ()),
    }
    hostile = document(*([blocks[place]] if place in blocks else []))
    if place == "title":
        hostile = Document(Language.DANISH, HOSTILE, HOSTILE, HOSTILE, VALID_FROM, hostile.sections)
    text = text_of(typeset(to_plain(hostile), dated=VALID_FROM)).replace(" ", "")
    for part in ('#panic("x")', '#import"/etc/passwd"', "*fed*", "$x^2$", "<mærke>", "@sted", "[a]", "</h1>"):
        assert part in text, part


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F, exclude_categories=("Cc",)), max_size=40))
@settings(max_examples=25, deadline=None)
def test_any_latin_text_can_be_typeset(text: str) -> None:
    assert typeset(to_plain(document(Paragraph(words(f"a{text}")))), dated=VALID_FROM).startswith(b"%PDF-")


def test_a_letter_that_no_font_has_is_named() -> None:
    with pytest.raises(TypesettingError, match="𓇲"):
        typeset(to_plain(document(Paragraph(words("Hieroglyf: 𓇲")))), dated=VALID_FROM)


@pytest.mark.parametrize(
    ("href", "allowed"),
    [
        ("https://proeve.example/a?b=c", True),
        ("mailto:post@proeve.example", True),
        ("tel:+4500000001", True),
        ("#hvem", True),
        ("#findes-ikke", False),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//andet.example", False),
        (None, False),
    ],
)
def test_links_lead_only_where_a_document_may(href: str | None, allowed: bool) -> None:
    assert allowed_link(href, frozenset({"hvem"})) == (href if allowed else None)


def test_a_refused_link_stays_as_text() -> None:
    content = typeset(to_plain(document(Paragraph((Span("tryk her", href="javascript:x"),)))), dated=VALID_FROM)
    assert "tryk her" in text_of(content)
    assert b"javascript" not in content


def test_english_documents_speak_english() -> None:
    english = document(Paragraph(words("x")), language=Language.ENGLISH)
    assert edition(english) == "version 1.0, valid from 1 December 2026"
    content = typeset(to_plain(english), dated=VALID_FROM)
    assert read(content).trailer["/Root"]["/Lang"] == "en"
    assert "Contents" in text_of(content)


def test_pages_as_pictures_to_look_at() -> None:
    pictures = page_images(to_plain(EVERYTHING), dots_per_inch=20)
    assert len(pictures) == len(read(typeset(to_plain(EVERYTHING), dated=VALID_FROM)).pages)
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
