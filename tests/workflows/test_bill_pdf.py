"""Bills as PDF: for screen readers and archives, complete, the same each time, deaf to what their texts might try."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from threading import Thread
from typing import Any

import pypdf
import pytest

from forsyn.integrations.documents.bills import bill_images, bill_pdf
from forsyn.integrations.documents.pdf import TypesettingError
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_document import BillDocument
from forsyn.workflows.bill_layout import layout_of
from forsyn.workflows.bill_numbers import amount_text
from tests import bill_samples as bills

DATED = date(2027, 1, 15)
HOSTILE = '#panic("x") #import "/etc/passwd" *fed* _skrå_ $x^2$ <mærke> @sted \\ // ` [a] {b} ~ "citat"'


def pdf_of(document: BillDocument) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(bill_pdf(layout_of(document), dated=DATED)))


def text_of(reader: pypdf.PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def elements(reader: pypdf.PdfReader) -> Iterator[Any]:
    """All structure elements."""
    waiting: list[Any] = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            yield node
            if "/K" in node:
                waiting.append(node["/K"])


@pytest.fixture(scope="module")
def annual() -> pypdf.PdfReader:
    return pdf_of(bills.annual())


def test_says_that_it_is_accessible_and_archivable_at_once(annual: pypdf.PdfReader) -> None:
    root = annual.trailer["/Root"]
    about = root["/Metadata"].get_object().get_data()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in about
    assert b"<pdfaid:part>2</pdfaid:part>" in about
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in about
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1", "colours mean the same on any screen"
    assert root["/Lang"] == "da"
    assert annual.metadata is not None
    assert annual.metadata.title == "Årsopgørelse for fjernvarme 4711"
    assert annual.metadata.author == "Nordby Varme A/S"


def test_headings_tables_and_drawings_are_tagged_as_what_they_are(annual: pypdf.PdfReader) -> None:
    found = Counter(str(node.get("/S", "")) for node in elements(annual))
    assert found["/Title"] == 1
    assert found["/H1"] >= 7
    assert found["/P"] >= 3 + 2 + 2 * 6, "the amount, the way to pay, and each line's steps are paragraphs"
    assert found["/TH"] == 5 + 6, "the specification and the readings have heads"
    drawings = [str(node.get("/Alt", "")) for node in elements(annual) if node.get("/S") == "/Figure"]
    assert len(drawings) == 2
    assert any("jan 2026: 2,89\N{NO-BREAK SPACE}MWh, året før 3,12\N{NO-BREAK SPACE}MWh." in alt for alt in drawings)
    assert any(alt.startswith("Fordeling af 25.180,71") for alt in drawings)


def test_fonts_are_within(annual: pypdf.PdfReader) -> None:
    fonts = [font.get_object() for page in annual.pages for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert {str(each["/FontName"]).partition("+")[2] for each in descriptors} == {
        "IBMPlexSans",
        "IBMPlexSans-SemiBold",
        "DejaVuSansMono",
    }
    assert all("/FontFile3" in each or "/FontFile2" in each for each in descriptors)


def test_the_front_page_says_what_must_be_known(annual: pypdf.PdfReader) -> None:
    front = annual.pages[0].extract_text().replace("\N{NO-BREAK SPACE}", " ")
    for part in (
        "Åse Ærø Østerby",
        "Du skal betale",
        "2.680,71 kr.",
        "Senest 15. februar 2027",
        "+71<000000000047118+81234567<",
        "Opkrævet a conto, 4 rater",
        "Det er 1,17 MWh (6 %) mindre end året før.",
    ):
        assert part in front, part


def test_every_line_and_step_is_there(annual: pypdf.PdfReader) -> None:
    text = text_of(annual).replace("\N{NO-BREAK SPACE}", " ")
    for item in layout_of(bills.annual())["reckoned"]["items"]:
        for step in item["steps"]:
            assert step.replace("\N{NO-BREAK SPACE}", " ") in text, step


def test_the_payment_line_is_set_in_letters_that_machines_read(annual: pypdf.PdfReader) -> None:
    seen: list[str] = []

    def note(text: str, _cm: Any, _tm: Any, font: Any, _size: Any) -> None:
        if "+71<" in text:
            seen.append(str(font["/BaseFont"]))

    annual.pages[0].extract_text(visitor_text=note)
    assert seen
    assert all("Mono" in name for name in seen)


@pytest.mark.parametrize("sample", bills.ALL.values(), ids=bills.ALL)
def test_every_kind_of_bill_can_be_typeset(sample: Callable[[], BillDocument]) -> None:
    document = sample()
    reader = pdf_of(document)
    assert layout_of(document)["box"]["amount"] in reader.pages[0].extract_text()
    assert str(reader.trailer["/Root"]["/Lang"]) == document.facts.addressee.language.value


def test_sixty_lines_repeat_the_head_and_lose_none() -> None:
    document = bills.many_lines()
    reader = pdf_of(document)
    pages = [page.extract_text() for page in reader.pages]
    assert sum("Pris uden moms" in page for page in pages) == 2
    specified = "\n".join(page for page in pages if "Pris uden moms" in page)
    assert all(amount_text(line.net_oere, Language.DANISH) in specified for line in document.lines)
    assert "Sønderstrandens fritidsbebyggelse" in text_of(reader)


def test_an_on_account_bill_is_one_page() -> None:
    assert len(pdf_of(bills.on_account()).pages) == 1


def test_the_same_bill_gives_the_same_bytes_whatever_came_before() -> None:
    first = bill_pdf(layout_of(bills.water()), dated=DATED)
    bill_pdf(layout_of(bills.refund()), dated=DATED)
    again: list[bytes] = []
    other = Thread(target=lambda: again.append(bill_pdf(layout_of(bills.water()), dated=DATED)))
    other.start()
    other.join()
    assert bill_pdf(layout_of(bills.water()), dated=DATED) == first
    assert again == [first], "in another thread, with a compiler of its own"


def test_hostile_texts_are_only_texts() -> None:
    address = replace(bills.HOME, additional=HOSTILE)
    hostile = replace(bills.PERSON, name=HOSTILE, address=address, customer_number="#1+1")
    text = text_of(pdf_of(bills.annual(addressee=hostile))).replace(" ", "")
    for part in ('#panic("x")', '#import"/etc/passwd"', "*fed*", "$x^2$", "<mærke>", "@sted", "[a]", "#1+1"):
        assert part in text, part


def test_a_letter_that_no_font_has_is_named() -> None:
    with pytest.raises(TypesettingError, match="𓇲"):
        pdf_of(bills.annual(addressee=replace(bills.PERSON, name="Ø 𓇲")))


def test_pages_as_pictures_to_look_at() -> None:
    pictures = bill_images(layout_of(bills.on_account()), dots_per_inch=20)
    assert len(pictures) == 1
    assert pictures[0].startswith(b"\x89PNG")
