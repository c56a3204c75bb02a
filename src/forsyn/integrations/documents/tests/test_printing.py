"""Many letters in one PDF: each begins on a front side, and its pages are told."""

from __future__ import annotations

import io

import pypdf

from forsyn.integrations.documents.printing import Pages, printed_together


def letter(*widths: int) -> bytes:
    """A PDF with a page of each width."""
    made, written = pypdf.PdfWriter(), io.BytesIO()
    for width in widths:
        made.add_blank_page(width, 842)
    made.write(written)
    return written.getvalue()


def test_letters_keep_their_order_and_begin_on_a_front_side() -> None:
    whole, pages = printed_together([letter(101), letter(201, 202), letter(301, 302, 303), letter(401)])
    assert pages == [Pages(1, 1), Pages(3, 4), Pages(5, 7), Pages(9, 9)]
    assert [each.sheets for each in pages] == [1, 1, 2, 1]
    widths = [int(page.mediabox.width) for page in pypdf.PdfReader(io.BytesIO(whole)).pages]
    assert [widths[each.first - 1] for each in pages] == [101, 201, 301, 401]
    assert [widths[each.last - 1] for each in pages] == [101, 202, 303, 401]
    assert len(widths) % 2 == 0


def test_nothing_is_no_letter() -> None:
    whole, pages = printed_together([])
    assert pages == []
    assert len(pypdf.PdfReader(io.BytesIO(whole)).pages) == 0
