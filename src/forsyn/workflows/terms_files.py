"""On which tariffs agreements are billed, and how big what they are for is, from a CSV file: a line an agreement.

    agreement;tariff;from;until;instalments;single_pipe;square_metres;meter_size;dwellings
    100001-1;varme;;;10;;142;;

The heads may be Danish. Without days the terms hold as long as the agreement; `until` is the first day on which they
hold no more. What was on record gives way from the first day on. Enter `P.SETTLEMENT`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from forsyn.domain.billing.actions_new_terms import (
    Former,
    NewFactor,
    NewTerms,
    begin_factors,
    begin_terms,
    end_factors,
    end_terms,
)
from forsyn.domain.billing.tariff_queries import tariffs
from forsyn.domain.billing.terms_queries import (
    AgreementDays,
    Recorded,
    agreements_with,
    sizes_recorded,
    terms_recorded,
)
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
class TermsImport:
    """What a file did: terms and sizes recorded, lines that were in force already, and lines that were left out."""

    terms: int
    sizes: int
    known: int
    problems: tuple[Problem, ...]
    written: bool


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


class _Wrong(ValueError):
    """A line that cannot be used; its text says why and what to do."""


@transaction.atomic
def import_terms(*, content: bytes, skip: bool, account_id: int | None, now: datetime) -> TermsImport:
    """Record terms and sizes for many agreements; lines that are in force already change nothing. 8 queries, and more
    for each 5,000 lines.

    One problem keeps all out, unless ``skip``: then the lines with problems are left out. Raises TermsFileError.
    """
    lines, problems = read_terms(content)
    decided = _decide(lines)
    problems = sorted([*problems, *decided.problems], key=lambda problem: problem.line)
    if problems and not skip:
        return TermsImport(0, 0, decided.known, tuple(problems), written=False)
    end_terms(former=decided.former_terms)
    end_factors(former=decided.former_sizes)
    made = begin_terms(terms=decided.terms, account_id=account_id, now=now)
    sized = begin_factors(factors=decided.sizes, account_id=account_id, now=now)
    return TermsImport(made, sized, decided.known, tuple(problems), written=True)


# -- the file ---------------------------------------------------------------------------------------------------------


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
        except _Wrong as wrong:
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
        raise _Wrong(f"it has {len(cells)} cells and {len(columns)} heads: give each head one")
    given = dict.fromkeys(HEADS, "") | {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    instalments = given["instalments"]
    if not (instalments.isascii() and instalments.isdigit() and int(instalments) <= MOST_INSTALMENTS):
        raise _Wrong(f"{instalments!r} instalments: give a number from 0 to {MOST_INSTALMENTS}")
    if given["single_pipe"].lower() not in YES | NO:
        raise _Wrong(f"single_pipe is {given['single_pipe']!r}: write yes or no")
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
        raise _Wrong(f"{text!r} is no day: write it as 2027-01-01 or 1.1.2027") from None


def _size(name: str, text: str) -> Decimal:
    try:
        size = number_from(text)
    except NoNumber:
        raise _Wrong(f"{name} is {text!r}: write a number such as 142 or 2,5") from None
    if not 0 <= size < LARGEST_SIZE or size != round(size, 3):
        raise _Wrong(f"{name} is {text}: give a size from 0 up, with at most three decimals")
    return size


# -- what becomes of it -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Decided:
    """What is to be recorded and what gives way to it; how many lines say nothing new, and which cannot be used."""

    terms: list[NewTerms] = field(default_factory=list)
    sizes: list[NewFactor] = field(default_factory=list)
    former_terms: list[Former] = field(default_factory=list)
    former_sizes: list[Former] = field(default_factory=list)
    known: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Held:
    """What holds of an agreement in [first, until): on record, or, without an id, by another line of the file."""

    id: int | None
    first: date
    until: date | None
    says: tuple[object, ...]


def _decide(lines: Sequence[TermsLine]) -> _Decided:
    agreements = {row.number: row for row in agreements_with(numbers={line.agreement for line in lines})}
    by_key = {row.key: (row.id, row.commodity) for row in tariffs()}
    ids = [row.id for row in agreements.values()]
    terms, sizes = _by_agreement(terms_recorded(agreement_ids=ids)), _by_agreement(sizes_recorded(agreement_ids=ids))
    decided = _Decided()
    for line in lines:
        try:
            agreed = _terms_of(line, agreements, by_key)
            sized = [
                NewFactor(agreed.agreement_id, factor, agreed.first, agreed.until, value)
                for factor, value in line.sizes.items()
            ]
            new_terms = _beside(_as_held(agreed), terms[agreed.agreement_id])
            new_sizes = [_beside(_as_held(each), _of(each.factor, sizes[each.agreement_id])) for each in sized]
        except _Wrong as wrong:
            decided.problems.append(Problem(line.line, str(wrong)))
            continue
        decided.known += new_terms is None and not any(found is not None for found in new_sizes)
        if new_terms is not None:
            decided.terms.append(agreed)
            decided.former_terms += new_terms
            terms[agreed.agreement_id].append(_as_held(agreed))
        for each, found in zip(sized, new_sizes, strict=True):
            if found is not None:
                decided.sizes.append(each)
                decided.former_sizes += found
                sizes[each.agreement_id].append(_as_held(each))
    return decided


def _terms_of(
    line: TermsLine, agreements: Mapping[str, AgreementDays], by_key: Mapping[str, tuple[int, str]]
) -> NewTerms:
    agreement = agreements.get(line.agreement)
    if agreement is None:
        raise _Wrong(f"there is no agreement {line.agreement!r}, or its customer's data are only stored: leave it out")
    if line.tariff not in by_key:
        raise _Wrong(f"there is no tariff {line.tariff!r}: `forsyn tariffs list` has the keys")
    tariff_id, commodity = by_key[line.tariff]
    if commodity != agreement.commodity:
        raise _Wrong(f"tariff {line.tariff} is for {commodity}, the agreement for {agreement.commodity}: take another")
    first, until = line.first or agreement.first, line.until or agreement.until
    if first < agreement.first or (agreement.until is not None and (until is None or until > agreement.until)):
        raise _Wrong(f"the agreement holds from {agreement.first} to {agreement.until or 'further notice'}: stay in it")
    if until is not None and until <= first:
        raise _Wrong(f"it ends on {until} and begins on {first}: let it end after it begins")
    return NewTerms(agreement.id, tariff_id, first, until, line.instalments, line.is_single_pipe)


def _beside(wanted: _Held, held: Iterable[_Held]) -> list[Former] | None:
    """What gives way to a new row from its first day on; None: it says nothing new. Raises _Wrong where it cannot."""
    former = []
    for other in held:
        if wanted.first >= (other.until or date.max) or other.first >= (wanted.until or date.max):
            continue
        if (other.first, other.until, other.says) == (wanted.first, wanted.until, wanted.says):
            return None
        if other.id is None:
            raise _Wrong("another line of the file is about the same days: let one end where the other begins")
        if other.first > wanted.first:
            raise _Wrong(f"something else is on record from {other.first}: let this end there, or begin later")
        if (wanted.until or date.max) < (other.until or date.max):
            raise _Wrong(f"what is on record holds to {other.until or 'further notice'}: let this hold as long")
        former.append(Former(other.id, wanted.first if other.first < wanted.first else None))
    return former


def _as_held(new: NewTerms | NewFactor) -> _Held:
    if isinstance(new, NewTerms):
        return _Held(None, new.first, new.until, (new.tariff_id, new.instalments, new.is_single_pipe))
    return _Held(None, new.first, new.until, (new.factor, new.value))


def _of(factor: Factor, held: Iterable[_Held]) -> list[_Held]:
    return [each for each in held if each.says[0] == factor]


def _by_agreement(rows: Iterable[Recorded]) -> defaultdict[int, list[_Held]]:
    found: defaultdict[int, list[_Held]] = defaultdict(list)
    for row in rows:
        found[row.agreement_id].append(_Held(row.id, row.first, row.until, row.says))
    return found
