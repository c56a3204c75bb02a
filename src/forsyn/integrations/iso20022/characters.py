"""Characters that Danish banks take in payments: the Latin set of SWIFT, and Danish letters in names and texts."""

from __future__ import annotations

import re
import unicodedata

_BASIC = r"a-zA-Z0-9/?:().,'+ \-"
_NAME_OR_TEXT = re.compile(f"[{_BASIC}æøåÆØÅ]*")
_DANISH = frozenset("æøåÆØÅ")
_WRITTEN_AS = str.maketrans(
    {"&": "+", "_": "-", ";": ",", '"': "'", "–": "-", "—": "-", "’": "'", "‘": "'", "“": "'", "”": "'", "´": "'",
     "`": "'", "ß": "ss", "œ": "oe", "Œ": "OE", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L",
     "đ": "d", "Đ": "D", "\u00a0": " ", "\t": " ", "\n": " ", "\r": " "}
)  # fmt: skip


class NotPayable(ValueError):
    """A text that a bank would not take; the message says why."""


def payable_text(text: str) -> str:
    """A name or text as banks take it: æ, ø and å stay, other accents fall (é is e), blanks are single.

    Raises NotPayable for characters that have no such form.
    """
    composed = unicodedata.normalize("NFC", text).translate(_WRITTEN_AS)
    plain = "".join(letter if letter in _DANISH else _without_accent(letter) for letter in composed)
    kept = re.sub(" +", " ", plain).strip()
    if not _NAME_OR_TEXT.fullmatch(kept):
        wrong = sorted(set(re.sub(f"[{_BASIC}æøåÆØÅ]", "", kept)))
        raise NotPayable(f"has characters that banks do not take: {' '.join(ascii(each) for each in wrong[:5])}")
    return kept


def _without_accent(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))


def is_identifier(text: str, longest: int = 35) -> bool:
    """Whether it may be an identification: plain characters, no blank at an end, no slash at an end or twice."""
    return (
        0 < len(text) <= longest
        and re.fullmatch(f"[{_BASIC}]+", text) is not None
        and text == text.strip()
        and not text.startswith("/")
        and not text.endswith("/")
        and "//" not in text
    )
