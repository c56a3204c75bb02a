"""Which notes may be stored. Pure."""

from __future__ import annotations

from forsyn.kernel.cpr_search import Found, find_cpr

TEXT_LENGTH = 4000
DENIED = " [ikke et CPR-nummer]"
"""Stands behind a CPR-like number where the writer has said so, in texts that keep no other record of it."""


class NotPossible(ValueError):
    """The note may not be stored so; the message says why and what to do, in Danish."""


def clean_text(text: str, *, cpr_denied: int = 0) -> str:
    """A note's text as it is stored; ``cpr_denied``: how many numbers in it the writer says are no CPR numbers.

    Raises NotPossible for an empty or endless text, and for one with a CPR-like number that nobody answered for.
    """
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise NotPossible("Noten er tom. Skriv, hvad I talte om.")
    if len(text) > TEXT_LENGTH:
        raise NotPossible(f"Noten er for lang. Skriv højst {TEXT_LENGTH} tegn; her er der {len(text)}.")
    if len(unanswered(text)) > cpr_denied:
        raise NotPossible(
            "Der står et tal i noten, som ligner et CPR-nummer. "
            "Flyt det til boksen, fjern det, eller sig, at det ikke er et."
        )
    return text


def unanswered(text: str) -> tuple[Found, ...]:
    """The CPR-like numbers of a text, but for those that the text itself says are none."""
    return tuple(one for one in find_cpr(text) if not text.startswith(DENIED, one.end))
