"""Letters to print, many in one PDF, each beginning on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forsyn.integrations.documents.pdf import typeset
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import date_words


@dataclass(frozen=True, slots=True)
class PrintedLetter:
    """One letter. ``address`` are the envelope's lines; ``text`` is plain, its paragraphs parted by empty lines."""

    address: tuple[str, ...]
    subject: str
    text: str
    language: Language


def letters_pdf(letters: Sequence[PrintedLetter], *, title: str, sender: Sequence[str], dated: date) -> bytes:
    """One accessible PDF with all letters, in their order; ``sender`` are the lines of who writes. Raises
    `pdf.TypesettingError`."""
    document = {
        "title": title,
        "publisher": sender[0],
        "sender": list(sender),
        "letters": [
            {
                "address": list(letter.address),
                "subject": letter.subject,
                "paragraphs": [part.splitlines() for part in letter.text.strip().split("\n\n")],
                "lang": str(letter.language),
                "dated": date_words(dated, letter.language),
            }
            for letter in letters
        ],
    }
    return typeset(document, dated=dated, template="letters.typ")
