"""Kinds of fields, and how each is read and written. Pure; text is what ISO 8859-1 can say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from enum import Enum, auto
from functools import lru_cache
from typing import Any

from forsyn.integrations.betalingsservice.errors import Malformed

FIRST_YEAR = 1970
"""DDMMYY has no century: 70 is 1970 and 69 is 2069. Betalingsservice began in 1974, and dates near at hand follow."""


class Kind(Enum):
    """N fields of the guide stand right with zeros in front, X fields stand left with blanks behind."""

    ZEROS = auto()
    """Filler of zeros; not looked at when reading."""
    DIGITS = auto()
    """A number that names something: all its digits, as text."""
    DIGITS_OR_NONE = auto()
    """The same; zeros or blanks are the empty text."""
    NUMBER = auto()
    """A whole number, zero or more."""
    NUMBER_OR_BLANK = auto()
    """The same; blanks are zero."""
    TEXT = auto()
    """Blanks behind are not part of it."""
    KEY = auto()
    """Customer number: capital letters and digits, no blanks."""
    DAY_6 = auto()
    """DDMMYY; zeros or blanks are None."""
    DAY_8 = auto()
    """DDMMYYYY; zeros or blanks are None."""


MAY_BE_BLANK = frozenset({Kind.ZEROS, Kind.DIGITS_OR_NONE, Kind.NUMBER_OR_BLANK, Kind.TEXT, Kind.DAY_6, Kind.DAY_8})
_PLAIN = {"–": "-", "—": "-", "−": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "…": "...", "€": "EUR"}
_PLAIN |= {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE", "\t": " ", "\u202f": " "}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def latin_1(text: str) -> str:
    """A text as ISO 8859-1 can say it: æøåéü stay; dashes, quotation marks and letters of other countries get plain.

    Raises Malformed for what has no plain form.
    """
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text)
    said = "".join(sign if ord(sign) < 256 else _plain(sign) for sign in composed)
    if control := _CONTROL.search(said):
        raise Malformed(f"has the control character U+{ord(control[0]):04X}", "remove it")
    return said


def _plain(sign: str) -> str:
    plain = _PLAIN.get(sign) or "".join(c for c in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(c))
    if not plain or max(map(ord, plain)) > 255:
        raise Malformed(f'has "{sign}", which ISO 8859-1 has no sign for', "write it in Latin letters")
    return plain


def read(kind: Kind, raw: str) -> Any:
    """The value in a field. Raises Malformed."""
    return _READERS[kind](raw)


def write(kind: Kind, value: Any, length: int) -> str:
    """A field of exactly ``length`` characters. Raises Malformed."""
    raw = _WRITERS[kind](value, length)
    if len(raw) > length:
        raise Malformed(f"is {len(raw)} long and has room for {length}", "shorten it")
    return raw.ljust(length)


def _digits(raw: str) -> str:
    if not (raw.isascii() and raw.isdigit()):
        raise Malformed(f'is "{raw}"', f"it should be {len(raw)} digits")
    return raw


def _digits_or_none(raw: str) -> str:
    return _digits(raw) if raw.strip(" 0") else ""


def _number_or_blank(raw: str) -> int:
    return int(_digits(raw)) if raw.strip(" ") else 0


def _key(raw: str) -> str:
    key = raw.strip(" ")
    if not key:
        raise Malformed("is empty", "a record without a customer number is nobody's")
    return key


@lru_cache(maxsize=4096)
def _day_6(raw: str) -> date | None:
    if not raw.strip(" 0"):
        return None
    year = int(_digits(raw)[4:])
    return _date(raw, year + (1900 if year >= FIRST_YEAR % 100 else 2000))


@lru_cache(maxsize=4096)
def _day_8(raw: str) -> date | None:
    return _date(raw, int(_digits(raw)[4:])) if raw.strip(" 0") else None


def _date(raw: str, year: int) -> date:
    try:
        return date(year, int(raw[2:4]), int(raw[:2]))
    except ValueError:
        raise Malformed(f'is "{raw}"', "it should be a date, day first") from None


_READERS: dict[Kind, Callable[[str], Any]] = {
    Kind.ZEROS: lambda raw: None,
    Kind.DIGITS: _digits,
    Kind.DIGITS_OR_NONE: _digits_or_none,
    Kind.NUMBER: lambda raw: int(_digits(raw)),
    Kind.NUMBER_OR_BLANK: _number_or_blank,
    Kind.TEXT: lambda raw: raw.rstrip(" "),
    Kind.KEY: _key,
    Kind.DAY_6: _day_6,
    Kind.DAY_8: _day_8,
}


def _from_digits(value: str, length: int) -> str:
    if len(value) != length or not (value.isascii() and value.isdigit()):
        raise Malformed(f'is "{value}"', f"it should be {length} digits")
    return value


def _from_digits_or_none(value: str, length: int) -> str:
    if value and not value.strip("0"):
        raise Malformed("is all zeros, which says that there is none", "leave it empty")
    return _from_digits(value, length) if value else "0" * length


def _from_number(value: int, length: int) -> str:
    if not 0 <= value < 10**length:
        raise Malformed(f"is {value}", f"it should be a number of up to {length} digits, not below zero")
    return f"{value:0{length}d}"


def _from_key(value: str, length: int) -> str:
    if not re.fullmatch(r"[0-9A-ZÆØÅ]+", value):
        raise Malformed(f'is "{value}"', f"it should be up to {length} digits and capital letters")
    return value


def _from_day_6(value: date | None, length: int) -> str:
    if value is None:
        return "0" * length
    if not FIRST_YEAR <= value.year < FIRST_YEAR + 100:
        raise Malformed(f"is {value}", f"DDMMYY reaches from {FIRST_YEAR} to {FIRST_YEAR + 99}")
    return f"{value:%d%m%y}"


def _from_day_8(value: date | None, length: int) -> str:
    return "0" * length if value is None else f"{value.day:02d}{value.month:02d}{value.year:04d}"


_WRITERS: dict[Kind, Callable[[Any, int], str]] = {
    Kind.ZEROS: lambda value, length: "0" * length,
    Kind.DIGITS: _from_digits,
    Kind.DIGITS_OR_NONE: _from_digits_or_none,
    Kind.NUMBER: _from_number,
    Kind.NUMBER_OR_BLANK: _from_number,
    Kind.TEXT: lambda value, length: latin_1(value).rstrip(" "),
    Kind.KEY: _from_key,
    Kind.DAY_6: _from_day_6,
    Kind.DAY_8: _from_day_8,
}
