"""Bills to be printed and posted: one PDF in the order of the postal round, and a list of each letter's pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from forsyn.integrations.documents.bills import bill_pdf
from forsyn.integrations.documents.pdf import TypesettingError
from forsyn.integrations.documents.printing import Pages, printed_together
from forsyn.integrations.outgoing_files.codec import csv_bytes
from forsyn.integrations.outgoing_files.transport import NewBatch
from forsyn.workflows.bill_facts import NotReady, Ready
from forsyn.workflows.bill_layout import layout_of

LETTERS, LIST = "letters.pdf", "letters.csv"
HEAD = (
    "letter", "bill", "customer", "name", "street", "postal_code", "city", "country", "first_page", "last_page",
    "sheets", "language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typeset:
    """A bill with its PDF."""

    ready: Ready
    pdf: bytes


def typeset(ready: Sequence[Ready]) -> tuple[list[Typeset], list[NotReady]]:
    """Each bill's PDF, and those that cannot be laid out: about 30 a second of a processor core."""
    done, problems = [], []
    for each in ready:
        try:
            pdf = bill_pdf(layout_of(each.document), dated=each.document.facts.issue_date)
        except TypesettingError as wrong:
            problems.append(NotReady(each.bill_id, int(each.document.facts.number), str(wrong)))
            continue
        done.append(Typeset(each, pdf))
    return done, problems


def by_postal_round(ready: Sequence[Ready]) -> list[Ready]:
    """As they are delivered: by postal code, street and number; bills of one customer beside each other."""
    return sorted(ready, key=_round)


def write_letters(batch: NewBatch, letters: Sequence[Typeset]) -> dict[str, object]:
    """The PDF of all letters and the printer's list; what the batch's list says of them."""
    whole, pages = printed_together(letter.pdf for letter in letters)
    batch.write(LETTERS, whole)
    rows = [_row(place, *each) for place, each in enumerate(zip(letters, pages, strict=True), 1)]
    batch.write(LIST, csv_bytes(HEAD, rows))
    sheets = [each.sheets for each in pages]
    return {
        "letters": len(letters),
        "sheets": sum(sheets),
        "letters_by_sheets": {str(count): sheets.count(count) for count in sorted(set(sheets))},
        "printed_on": "both sides",
    }


def _round(each: Ready) -> tuple[str, str, str, int]:
    address = each.document.facts.addressee.address
    return address.postal_code, as_walked(address.street), each.addressee.number, int(each.document.facts.number)


def as_walked(street: str) -> str:
    """A street and number so that number 5 comes before number 13."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(6), street.casefold())


def _row(place: int, letter: Typeset, pages: Pages) -> tuple[object, ...]:
    facts = letter.ready.document.facts
    to = facts.addressee
    return (
        place, facts.number, to.customer_number, to.name, to.address.street, to.address.postal_code, to.address.city,
        to.address.country, pages.first, pages.last, pages.sheets, to.language.value,
    )  # fmt: skip
