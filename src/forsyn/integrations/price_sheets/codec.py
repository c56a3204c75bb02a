"""Price sheets as CSV: bytes to rows with every problem by line, and rows to bytes. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

COLUMNS = {"key": "nøgle", "from": "fra", "until": "indtil", "kr_without_vat": "kr. uden moms"}
"""The columns, and their Danish heads: those are written, and both are read."""
_IN_ENGLISH = {danish: english for english, danish in COLUMNS.items()}
DELIMITER = ";"
MOST_BYTES = 1_000_000
_DANISH_DAY = re.compile(r"(\d{1,2})[.\-/](\d{1,2})[.\-/](\d{4})")
_NUMBER = re.compile(r"-?\d{1,12}(?:[.,]\d{1,9})?")
_GROUPED = re.compile(r"-?\d{1,3}(?:\.\d{3})+,\d{1,9}")
_AMBIGUOUS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")


class SheetProblemCode(StrEnum):
    """What is wrong."""

    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    EMPTY = "empty"
    COLUMN_MISSING = "column_missing"
    COLUMN_UNKNOWN = "column_unknown"
    WRONG_LENGTH = "wrong_length"
    KEY_MISSING = "key_missing"
    WRONG_DATE = "wrong_date"
    PRICE_MISSING = "price_missing"
    WRONG_PRICE = "wrong_price"
    AMBIGUOUS_PRICE = "ambiguous_price"


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One thing that is wrong: in which line (1 is the heading, 0 the file), under which head, what stands there."""

    code: SheetProblemCode
    line: int
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One price in kr without VAT, in [from_date, until_date); `part` is empty where the key names none."""

    line: int
    key: str
    part: str
    from_date: date
    until_date: date | None
    kr: Decimal


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read; rows with problems are left out."""

    rows: tuple[SheetRow, ...]
    problems: tuple[SheetProblem, ...]


class NoNumber(ValueError):
    """A text that is no number, or could be two; `code` says which."""

    def __init__(self, code: SheetProblemCode) -> None:
        super().__init__(str(code))
        self.code = code


def read_sheet(content: bytes) -> Sheet:
    """A price sheet; never raises."""
    if len(content) > MOST_BYTES:
        return _nothing(SheetProblemCode.TOO_LARGE)
    text = _text(content)
    if text is None:
        return _nothing(SheetProblemCode.NOT_TEXT)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITER))
    except csv.Error:  # a cell without end
        return _nothing(SheetProblemCode.NOT_TEXT)
    if not lines:
        return _nothing(SheetProblemCode.EMPTY)
    heads = [" ".join(cell.split()).lower() for cell in lines[0]]
    heading = [_IN_ENGLISH.get(head, head) for head in heads]
    problems = list(_heading_problems(heading))
    if problems:
        return Sheet((), tuple(problems))
    rows = []
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(heading):
            problems.append(SheetProblem(SheetProblemCode.WRONG_LENGTH, number, value=str(len(cells))))
            continue
        row = _row(number, {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}, problems)
        rows += [row] if row else []
    if not rows and not problems:
        return _nothing(SheetProblemCode.EMPTY)
    called = dict(zip(heading, heads, strict=True))
    return Sheet(tuple(rows), tuple(replace(one, column=called.get(one.column, "")) for one in problems))


def write_sheet(rows: Iterable[SheetRow]) -> bytes:
    """A sheet that spreadsheets open as it is: UTF-8 with a byte order mark, decimals with a comma."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=DELIMITER)
    writer.writerow(COLUMNS.values())
    for row in rows:
        key = f"{row.key}:{row.part}" if row.part else row.key
        until = "" if row.until_date is None else row.until_date.isoformat()
        writer.writerow([key, row.from_date.isoformat(), until, f"{row.kr:f}".replace(".", ",")])
    return out.getvalue().encode("utf-8-sig")


def number_from(text: str) -> Decimal:
    """ "1.234,50", "1234,5" or "1234.5". Raises NoNumber, also for "1.234", which could be either."""
    plain = re.sub(r"\s", "", text)
    if not plain:
        raise NoNumber(SheetProblemCode.PRICE_MISSING)
    if _AMBIGUOUS.fullmatch(plain):
        raise NoNumber(SheetProblemCode.AMBIGUOUS_PRICE)
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(".", "")
    if not _NUMBER.fullmatch(plain):
        raise NoNumber(SheetProblemCode.WRONG_PRICE)
    return Decimal(plain.replace(",", "."))


def _nothing(code: SheetProblemCode) -> Sheet:
    return Sheet((), (SheetProblem(code, 0),))


def _text(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


def _heading_problems(heading: list[str]) -> Iterator[SheetProblem]:
    for name in COLUMNS:
        if heading.count(name) != 1:
            yield SheetProblem(SheetProblemCode.COLUMN_MISSING, 1, COLUMNS[name])
    for name in heading:
        if name not in COLUMNS:
            yield SheetProblem(SheetProblemCode.COLUMN_UNKNOWN, 1, value=name)


def _row(number: int, cells: Mapping[str, str], problems: list[SheetProblem]) -> SheetRow | None:
    key, _, part = cells["key"].partition(":")
    found = len(problems)
    if not key.strip():
        problems.append(SheetProblem(SheetProblemCode.KEY_MISSING, number, "key"))
    first = _day(number, "from", cells, problems)
    until = _day(number, "until", cells, problems) if cells["until"] else None
    kr = Decimal(0)
    try:
        kr = number_from(cells["kr_without_vat"])
    except NoNumber as wrong:
        problems.append(SheetProblem(wrong.code, number, "kr_without_vat", cells["kr_without_vat"]))
    if first is None or len(problems) > found:
        return None
    return SheetRow(number, key.strip(), part.strip().replace(",", "."), first, until, kr)


def _day(number: int, column: str, cells: Mapping[str, str], problems: list[SheetProblem]) -> date | None:
    text = cells[column]
    danish = _DANISH_DAY.fullmatch(text)
    try:
        if danish:
            return date(int(danish[3]), int(danish[2]), int(danish[1]))
        return date.fromisoformat(text)
    except ValueError:
        problems.append(SheetProblem(SheetProblemCode.WRONG_DATE, number, column, text))
        return None
