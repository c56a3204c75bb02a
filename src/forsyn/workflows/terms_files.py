"""On which tariffs agreements are billed, and how big what they are for is, from a CSV file: a line an agreement.

    agreement;tariff;from;until;instalments;single_pipe;square_metres;meter_size
    100001-1;varme;;;10;;142;

There is a column for each size that tariffs count; those not needed may be left out. The heads may be Danish. Without
days the terms hold as long as the agreement; `until` is the first day on which they hold no more. `terms_import`
records them. Pure.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from forsyn.integrations.price_sheets.codec import NoNumber, number_from
from forsyn.kernel.charges.components import Factor
from forsyn.kernel.unusable_file import UnusableFile

HEADS = {
    "agreement": "aftale",
    "tariff": "takst",
    "from": "fra",
    "until": "indtil",
    "instalments": "rater",
    "single_pipe": "enstreng",
    "square_metres": "kvadratmeter",
    "meter_size": "målerstørrelse",
    "dwellings": "boliger",
    "kilowatts": "kilowatt",
    "cubic_metres": "kubikmeter",
}
"""The columns, and what they are called in Danish."""
NEEDED = ("agreement", "tariff", "instalments")
SIZES = {factor.value: factor for factor in Factor if factor is not Factor.AGREEMENT}
MOST_INSTALMENTS = 12
LARGEST_SIZE = Decimal(10) ** 9
YES, NO = {"1", "ja", "yes", "x"}, {"", "0", "nej", "no"}
_DANISH_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)


class TermsFileError(UnusableFile):
    """A file that is none of terms; the text says where and how to mend it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a line of the file (the heads are line 1), and what to do."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class TermsLine:
    """One line, read; no day means the agreement's own."""

    line: int
    agreement: str
    tariff: str
    first: date | None
    until: date | None
    instalments: int
    is_single_pipe: bool
    sizes: Mapping[Factor, Decimal]


class WrongLine(ValueError):
    """A line that cannot be used; its text says why and what to do."""


def read_terms(content: bytes) -> tuple[list[TermsLine], list[Problem]]:
    """The lines that can be used, and what is wrong with the others. Raises TermsFileError."""
    try:
        rows = list(csv.reader(io.StringIO(_text(content), newline=""), delimiter=";"))
    except csv.Error as error:
        raise TermsFileError(str(error), where="the file", mend="save it as CSV with semicolons") from None
    columns = _columns(rows[0] if rows else [])
    lines, problems = [], []
    for number, cells in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            lines.append(_line(number, cells, columns))
        except WrongLine as wrong:
            problems.append(Problem(number, str(wrong)))
    return lines, problems


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TermsFileError("not text", where="the file", mend="save it as CSV, UTF-8")


def _columns(heads: Sequence[str]) -> list[str]:
    known = {name: name for name in HEADS} | {danish: name for name, danish in HEADS.items()}
    columns = [known.get(head.strip().lower(), "") for head in heads]
    for head, column in zip(heads, columns, strict=True):
        if not column or columns.count(column) > 1:
            mend = f"use each of these once: {', '.join(HEADS)}"
            raise TermsFileError(f"column {head.strip()!r} is unknown or there twice", where="line 1", mend=mend)
    for name in NEEDED:
        if name not in columns:
            raise TermsFileError(f"there is no column {name}", where="line 1", mend=f"begin with {';'.join(HEADS)}")
    return columns


def _line(number: int, cells: Sequence[str], columns: Sequence[str]) -> TermsLine:
    if len(cells) != len(columns):
        raise WrongLine(f"it has {len(cells)} cells and {len(columns)} heads: give each head one")
    given = dict.fromkeys(HEADS, "") | {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    instalments = given["instalments"]
    if not (instalments.isascii() and instalments.isdigit() and int(instalments) <= MOST_INSTALMENTS):
        raise WrongLine(f"{instalments!r} instalments: give a number from 0 to {MOST_INSTALMENTS}")
    if given["single_pipe"].lower() not in YES | NO:
        raise WrongLine(f"single_pipe is {given['single_pipe']!r}: write yes or no")
    return TermsLine(
        line=number,
        agreement=given["agreement"],
        tariff=given["tariff"],
        first=_day(given["from"]),
        until=_day(given["until"]),
        instalments=int(instalments),
        is_single_pipe=given["single_pipe"].lower() in YES,
        sizes={factor: _size(name, given[name]) for name, factor in SIZES.items() if given[name]},
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    danish = _DANISH_DAY.fullmatch(text)
    try:
        return date(int(danish[3]), int(danish[2]), int(danish[1])) if danish else date.fromisoformat(text)
    except ValueError:
        raise WrongLine(f"{text!r} is no day: write it as 2027-01-01 or 1.1.2027") from None


def _size(name: str, text: str) -> Decimal:
    try:
        size = number_from(text)
    except NoNumber:
        raise WrongLine(f"{name} is {text!r}: write a number such as 142 or 2,5") from None
    if not 0 <= size < LARGEST_SIZE or size != round(size, 3):
        raise WrongLine(f"{name} is {text}: give a size from 0 up, with at most three decimals")
    return size
