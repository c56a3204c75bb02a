"""CPR numbers in free text: where they stand, and how sure that is.

A CPR number is a birth date and a serial, ddmmyy-nnnn; the serial's first digit tells the century (cpr.dk). Replacement
and test numbers have 60 added to the day. Since 1 October 2007 a number need not hold its modulus 11, so one that fails
is still possible. Ten digits that stand for something else, as the words around them say, are left alone.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Confidence(StrEnum):
    """How sure it is that a number is a CPR number."""

    CERTAIN = "certain"
    """The modulus 11 holds, or the text calls it so."""
    POSSIBLE = "possible"
    """The date can be one."""


@dataclass(frozen=True, slots=True)
class Found:
    """One number: ``text[start:end]``. The digits are kept out of repr, so that no log line shows them."""

    start: int
    end: int
    confidence: Confidence
    digits: str = field(repr=False)
    """Ten digits, ddmmyynnnn."""


_BLANK = "[\\s\u00ad\u200b\u2060\ufeff]"
_DASH = "[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"
_GAP = f"(?P<gap>{_BLANK}{{1,3}}{_DASH}?{_BLANK}{{0,3}}|{_DASH}{_BLANK}{{0,3}})"
_END = r"(?!\d|[.,:]\d)(?!-[0-9A-Fa-f]{4}-)"
_PAIR = f"(?:[./ \u00a0]|{_DASH})"

_UNDIVIDED = re.compile(rf"(?=(?P<all>(?<![\d+])(?P<date>\d{{6}})(?P<serial>\d{{4}})(?![^\W_]){_END}))")
_DIVIDED = re.compile(rf"(?=(?P<all>(?<![\d+])(?P<date>\d{{6}}|\d{{8}}){_GAP}(?P<serial>\d{{4}}){_END}))")
_IN_PAIRS = re.compile(
    rf"(?=(?P<all>(?<![\d+])(?P<date>\d\d(?P<pair>{_PAIR})\d\d{_PAIR}(?:\d{{4}}|\d\d)){_GAP}(?P<serial>\d{{4}}){_END}))"
)

_LOOK_BACK = 40
_CALLED_CPR = re.compile(
    r"(?:\bcpr|\bc\.p\.r|personn(?:umme)?r\w*|\bp\.?n(?:umme)?r)[^\w\]]*(?:n(?:umme)?r\w*)?[^\w\]]*(?:er|is)?[^\w\]]*$",
    re.IGNORECASE,
)
_CALLED_OTHERWISE = re.compile(
    r"(?:m(?:å|aa)ler\w*|\bmeter|installation\w*|\binst|\w*konto|\breg|plombe\w*|serie\w*|\w*tel(?:efon|f)?|\btlf|\bmobil\w*|\bmob"
    r"|faktura\w*|\bordre\w*|\bref(?:erence\w*)?|\bbetalings-?id|\bean|\bgln|\bbfe|\bfi|(?:kunde|aftale|sags|forbruger|ejendoms)-?(?=n))"
    r"[\W_]*(?:n(?:umme)?r)?[\W_]*$",
    re.IGNORECASE,
)
_PHONE_PREFIX = re.compile(r"(?:\+|(?<![\w-])00)[1-9]\d{0,2}[ \u00a0()-]*$")
_SORT_CODE = re.compile(r"(?<!\d)\d{4}[ \t\u00a0./-]{1,3}$")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")

_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_FIRST_YEAR = 1900
"""Nobody born earlier is alive; serials of the 19th century are no reason to ask."""
_YEARS_OF_NOTES = range(0, 40)
"""A two-digit year in which something may have been noted at a time of day."""


def find_cpr(text: str) -> tuple[Found, ...]:
    """The CPR-like numbers of a text, in order; none overlaps another.

    Found are ``ddmmyy-nnnn``, ``ddmmyynnnn`` and ``ddmmyy nnnn`` with any dash or blank (line breaks too) in between,
    the year in four digits, and the date in pairs (``01.01.90-1234``).
    """
    chosen: list[Found] = []
    rest = text
    while more := _first_search(rest):  # what stands beside a number can look otherwise once that is out of the way
        chosen += more
        rest = replace(rest, more, lambda found: "*" * (found.end - found.start))
    return tuple(sorted(chosen, key=lambda found: found.start))


def _first_search(text: str) -> list[Found]:
    chosen: list[Found] = []
    for candidate in sorted(_candidates(text), key=lambda found: (found.start, -found.end)):
        if not chosen or candidate.start >= chosen[-1].end:
            chosen.append(candidate)
    return chosen


def pieces(text: str, found: Iterable[Found]) -> Iterator[tuple[str, Found | None]]:
    """The text cut where numbers begin and end, each piece with its number, so that a page can mark them."""
    at = 0
    for number in found:
        yield text[at : number.start], None
        yield text[number.start : number.end], number
        at = number.end
    yield text[at:], None


def replace(text: str, found: Iterable[Found], by: Callable[[Found], str | None]) -> str:
    """The text with each number replaced by what ``by`` says of it; None leaves it standing."""
    return "".join(
        piece if number is None or (other := by(number)) is None else other for piece, number in pieces(text, found)
    )


def holds_modulus(digits: str) -> bool:
    """Whether ten digits hold the modulus 11 that all numbers given before 1 October 2007 hold."""
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11 == 0


def _candidates(text: str) -> Iterator[Found]:
    for pattern in (_UNDIVIDED, _DIVIDED, _IN_PAIRS):
        for match in pattern.finditer(text):
            number = _number(match["date"], match["serial"])
            if number is None:
                continue
            before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
            called = _CALLED_CPR.search(before) is not None
            certain = holds_modulus(number)
            if called or not _is_something_else(match, before, certain=certain):
                confidence = Confidence.CERTAIN if called or certain else Confidence.POSSIBLE
                yield Found(match.start("all"), match.end("all"), confidence, number)


def _number(date: str, serial: str) -> str | None:
    """Ten digits, where date and serial can belong to somebody; a year of four digits must agree with the serial."""
    digits = "".join(str(int(one)) for one in date + serial if one.isdecimal())
    day, month, year, serial = int(digits[:2]), int(digits[2:4]), digits[4:-4], digits[-4:]
    short = year[-2:]
    full = _century(int(serial[0]), int(short)) + int(short)
    if full < _FIRST_YEAR or (len(year) == 4 and int(year) != full):
        return None
    day = day - 60 if day > 60 else day
    if not (1 <= month <= 12 and 1 <= day <= monthrange(full, month)[1]):
        return None
    return digits[:4] + short + serial


def _century(first_of_serial: int, year: int) -> int:
    """The century of birth, by the table of the CPR office ("Personnummeret i CPR")."""
    if first_of_serial <= 3:
        return 1900
    if first_of_serial in (4, 9):
        return 2000 if year <= 36 else 1900
    return 2000 if year <= 57 else 1800


def _is_something_else(match: re.Match[str], before: str, *, certain: bool) -> bool:
    """Whether the words around say that the digits are a telephone, an account, a meter, or a date with a time."""
    divided = "gap" in match.re.groupindex
    if _CALLED_OTHERWISE.search(before) and not (divided and certain):
        return True
    if not divided:
        return bool(_PHONE_PREFIX.search(before) or _SORT_CODE.search(before) or before[-1:].isalpha())
    return "pair" in match.re.groupindex and bool(_PHONE_PREFIX.search(before) or _is_moment(match, before))


def _is_moment(match: re.Match[str], before: str) -> bool:
    """A date in pairs, as in 21.11.26 1430, or pairs that go on from a telephone number before it."""
    if re.search(rf"\d{re.escape(match['pair'])}$", before):
        return True
    bare_dash = match["gap"].strip() == match["gap"] and len(match["gap"]) == 1
    year = int(match["date"][-2:])
    return not bare_dash and year in _YEARS_OF_NOTES and _CLOCK.fullmatch(match["serial"]) is not None
