"""Many letters as one PDF for a printer: every letter begins on a front side when all of it is printed on both sides.

What screen readers need is not kept: it is paper that comes of it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter

SIDES = 2


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one letter in the whole, counted from 1, ``last`` included; a blank after them is not counted."""

    first: int
    last: int

    @property
    def sheets(self) -> int:
        """Of paper, printed on both sides."""
        return (self.last - self.first) // SIDES + 1


def printed_together(letters: Iterable[bytes]) -> tuple[bytes, list[Pages]]:
    """One PDF of all letters in their order, and which pages are whose."""
    whole = PdfWriter()
    found: list[Pages] = []
    for letter in letters:
        first = len(whole.pages) + 1
        whole.append(PdfReader(io.BytesIO(letter)), import_outline=False)
        found.append(Pages(first, len(whole.pages)))
        if len(whole.pages) % SIDES:
            whole.add_blank_page()
    written = io.BytesIO()
    whole.write(written)
    return written.getvalue(), found
