"""What somebody typed into the search box, understood as words and as numbers; and what a hit is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from forsyn.kernel.danish import search_key
from forsyn.kernel.identifiers import InvalidIdentifier, cvr

MAX_CHARACTERS = 100
"""Longer input is cut: no name, address or number is longer, and a pasted letter is no search."""
MAX_WORDS = 8
MIN_INFIX = 3
"""Shorter pieces of a word have no trigram, so they are found at the beginnings of words only."""

Reason = Literal[
    "name", "former_name", "address", "name_and_address", "similar",
    "customer_number", "cvr", "phone", "former_phone", "email", "former_email",
    "agreement_number", "supply_point_number", "installation_number",
]  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """One row found: its id, why, and the text that answered."""

    id: int
    reason: Reason
    text: str
    exact: bool = False


@dataclass(frozen=True)
class SearchTerms:
    """One search; empty fields mean that the text cannot be that.

    words: each of them must be found in a name or an address, in any order.
    number: the text without blanks, as the numbers of customers, agreements, installations and meters are written.
    phone: the beginning of a telephone number as E.164.
    """

    text: str
    shortened: bool
    words: tuple[str, ...]
    number: str
    phone: str
    email: str
    cvr: str

    @property
    def too_short(self) -> bool:
        """One letter finds half the register."""
        return len("".join(self.words)) < 2


def parse(text: str) -> SearchTerms:
    """Understand the search box's text; never raises."""
    plain = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]+", " ", text)
    plain = re.sub(r"\s+", " ", plain).strip()
    cut = plain[:MAX_CHARACTERS].rstrip()
    compact = cut.replace(" ", "")
    return SearchTerms(
        text=cut,
        shortened=cut != plain,
        words=tuple(dict.fromkeys(search_key(cut).split()))[:MAX_WORDS],
        number=compact if re.search(r"\d", compact) and len(compact) <= 20 else "",
        phone=_phone(compact),
        email=compact.lower() if "@" in compact and len(compact) >= 4 else "",
        cvr=_cvr(compact),
    )


def _phone(compact: str) -> str:
    digits = re.sub(r"[().-]", "", compact)
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    if re.fullmatch(r"[2-9][0-9]{3,7}", digits):
        return "+45" + digits
    return digits if re.fullmatch(r"\+[1-9][0-9]{3,14}", digits) else ""


def _cvr(compact: str) -> str:
    try:
        return cvr(compact)
    except InvalidIdentifier:
        return ""


def relevance(words: Sequence[str], key: str) -> tuple[int, int, int]:
    """How well a search key answers the words; smaller is better.

    Counts the words that are no whole word in the key, those that no word of the key begins with, and whether the
    key begins otherwise than with the first word typed.
    """
    present = key.split()
    parts = set(present)
    not_whole = sum(word not in parts for word in words)
    not_begun = sum(not any(part.startswith(word) for part in present) for word in words)
    return not_begun, not_whole, int(not words or not key.startswith(words[0]))
