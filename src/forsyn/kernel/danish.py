"""Danish text: the sort order of names, without the database's collation (no embedded PostgreSQL has ICU)."""

from __future__ import annotations

import re
import unicodedata

# After z come æ, ø, å; aa sorts as å. These stand-ins sort so in plain code point order ("{" follows "z").
_ORDER = str.maketrans({"æ": "{1", "ø": "{2", "å": "{3", "ä": "{1", "ö": "{2", "ü": "y"})
_KEEP = str.maketrans({"æ": "æ", "ø": "ø", "å": "å", "ä": "æ", "ö": "ø"})


def sort_key(text: str) -> str:
    """A key that sorts as Retskrivningsordbogen does: case and accents ignored, æ ø å last, aa as å."""
    folded = unicodedata.normalize("NFC", text).casefold().replace("aa", "å").translate(_ORDER)
    plain = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", plain).strip()


def search_key(text: str) -> str:
    """A key under which spelling variants meet: case, accents, aa/å, ae/æ, oe/ø, spaces and signs ignored."""
    text = unicodedata.normalize("NFC", text).casefold().translate(_KEEP)
    text = text.replace("å", "aa").replace("æ", "ae").replace("ø", "oe")
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return re.sub(r"[^\w]+", " ", plain).strip()
