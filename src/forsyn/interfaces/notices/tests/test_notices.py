"""The public notice: for anybody, in both languages, cached while its words stay the same, and deaf to hostile text."""

from __future__ import annotations

import io
import re
from datetime import date
from html import unescape

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from forsyn.interfaces.notices import rendering
from forsyn.policy.document import (
    Block,
    BulletList,
    Contact,
    DefinitionList,
    Document,
    Heading,
    Inline,
    Paragraph,
    Section,
    Span,
    Table,
    plain,
)
from forsyn.policy.notice import notice
from forsyn.policy.vocabulary import Language
from forsyn.workflows.declarations import current_policy
from tests.world import World

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7|add:7 }} {% now "Y" %} &amp; "citat"'


def words(text: str) -> str:
    return re.sub(r"\s+", "", text)


def texts_of(document: Document) -> list[str]:
    """Every text of a document."""
    found = [document.title, document.publisher]
    for section in document.sections:
        found.append(section.title)
        for block in section.blocks:
            found += block_texts(block)
    return found


def block_texts(block: Block) -> list[str]:
    match block:
        case Heading():
            return [block.text]
        case Paragraph():
            return [plain(block.spans)]
        case BulletList():
            return list(map(plain, block.items))
        case Table():
            return [block.caption, *block.headers, *(plain(cell) for row in block.rows for cell in row)]
        case DefinitionList():
            return [plain(text) for term, texts in block.items for text in (term, *texts)]
        case Contact():
            return [block.name, *block.lines, *(span.text for _, span in block.ways)]


def visible(html: str) -> str:
    return words(unescape(re.sub(r"<[^>]*>", "", re.sub(r"(?s)<style>.*?</style>", "", html))))


@pytest.mark.parametrize("language", Language)
def test_every_text_of_the_notice_is_on_the_page_and_in_the_file(client: Client, language: Language) -> None:
    document = notice(current_policy(), language)
    client.cookies["forsyn_language"] = str(language)
    page = visible(client.get(reverse("notices:page")).content.decode())
    file = visible(rendering.standalone_html(document))
    assert not [text for text in texts_of(document) if words(text) not in page]
    assert not [text for text in texts_of(document) if words(text) not in file]


@pytest.mark.parametrize("language", Language)
def test_every_text_of_the_notice_is_in_the_pdf(client: Client, language: Language) -> None:
    document = notice(current_policy(), language)
    response = client.get(reverse("notices:pdf", args=[language]))
    reader = pypdf.PdfReader(io.BytesIO(response.content))
    footer = re.compile(rf"{document.publisher} · .*$", re.MULTILINE)
    whole = words("".join(footer.sub("", page.extract_text()) for page in reader.pages)).replace("-", "")
    missing = [text for text in texts_of(document) if words(text).replace("-", "") not in whole]
    split = {text for text in missing if len(text) > 60}  # a paragraph may be broken by a page, or beside a cell
    assert not [text for text in missing if text not in split]
    assert len(split) < len(texts_of(document)) / 10
    assert reader.metadata.title == document.title
    assert reader.trailer["/Root"]["/Lang"] == str(language)


def test_nobody_needs_to_sign_in_and_no_table_is_read(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get(reverse("notices:page")).status_code == 200
        assert client.get(reverse("notices:pdf", args=["da"])).status_code == 200


def test_every_page_links_to_it(client: Client) -> None:
    assert f'href="{reverse("notices:page")}"' in client.get(reverse("notices:page")).content.decode()


def test_the_page_is_the_visitors_and_asked_for_anew(client: Client, world: World) -> None:
    first = client.get(reverse("notices:page"))
    assert set(first["Cache-Control"].split(", ")) == {"private", "no-cache"}
    again = client.get(reverse("notices:page"), headers={"If-None-Match": first["ETag"]})
    assert again.status_code in {200, 304}
    client.force_login(world.anna.account, backend="forsyn.interfaces.sign_in.backend.PurposefulBackend")
    assert client.get(reverse("notices:page"), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_the_pdf_is_everybodys_and_sent_once(client: Client) -> None:
    first = client.get(reverse("notices:pdf", args=["da"]))
    assert first["Content-Type"] == "application/pdf"
    assert set(first["Cache-Control"].split(", ")) == {"public", "max-age=3600"}
    assert not first.cookies
    assert client.get(reverse("notices:pdf", args=["da"]), headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get(reverse("notices:pdf", args=["en"]), headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("language", ["fr", "DA", "da.da", "..", "%00"])
def test_other_languages_do_not_exist(client: Client, language: str) -> None:
    assert client.get(f"/privatlivspolitik/{language}.pdf").status_code == 404


def hostile() -> Document:
    line: Inline = (Span(HOSTILE), Span(HOSTILE, strong=True), Span("tryk", href="javascript:alert(1)"))
    blocks = (
        Heading("h", HOSTILE),
        Paragraph(line),
        BulletList((line,)),
        Table(HOSTILE, (HOSTILE, HOSTILE), ((line, line),)),
        DefinitionList(((line, (line,)),)),
        Contact(HOSTILE, (HOSTILE,), ((HOSTILE, Span(HOSTILE, href=f"https://proeve.example/{HOSTILE}")),)),
    )
    sections = (Section("s", HOSTILE, blocks),)
    return Document(Language.DANISH, HOSTILE, HOSTILE, HOSTILE, date(2026, 12, 1), sections)


def test_hostile_text_is_only_text() -> None:
    html = rendering.standalone_html(hostile())
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in html
    assert "{{ 7|add:7 }}" in html
    assert html.count("&lt;script&gt;") > 10
    assert rendering.pdf(hostile()).startswith(b"%PDF-")


def test_the_file_stands_alone() -> None:
    html = rendering.standalone_html(notice(current_policy(), Language.ENGLISH))
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert "<style>" in html
    assert "url(" not in html
    assert not re.findall(r"<(?:link|script|img|iframe)\b|src=", html)
    assert set(re.findall(r'id="([^"]+)"', html)) >= set(re.findall(r'href="#([^"]+)"', html))


def test_tables_have_heads_for_columns_and_rows() -> None:
    html = rendering.standalone_html(notice(current_policy(), Language.DANISH))
    assert html.count("<table") == html.count("<caption>") > 0
    assert '<th scope="col">' in html
    assert '<th scope="row"' in html


def test_another_word_gives_another_fingerprint() -> None:
    document = notice(current_policy(), Language.DANISH)
    other = Document(
        document.language, document.title, document.publisher, "9.9", document.valid_from, document.sections
    )
    assert rendering.digest(document) != rendering.digest(other)
    assert rendering.digest(document) == rendering.digest(notice(current_policy(), Language.DANISH))
