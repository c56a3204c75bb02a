"""What people write, as it is stored: without control characters, CPR numbers, and numbers of documents. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forsyn.domain.rights.rules import NAME_LENGTH, TEXT_LENGTH, WISH_LENGTH, RequestRefused
from forsyn.kernel.cpr_search import find_cpr, replace

CPR_TAKEN_OUT = "[CPR-nummer fjernet]"
ANSWER_ADDRESS = "Adressen, svaret skal sendes til, er skrevet ind."
NOT_TAKEN_IN = "Filen blev ikke taget ind."
_CONTROL = dict.fromkeys(
    [
        *(code for code in range(32) if code not in (9, 10)),
        *range(127, 160),
        *range(0x2028, 0x202F),
        *range(0x2066, 0x206A),
        *(0x200E, 0x200F, 0xFEFF),
    ]
)
"""Control characters, and those that turn the direction of a text; they go."""
_DOCUMENT_NUMBER = re.compile(r"\d(?:[ .-]?\d){5,}")
_NOT_IN_FILE_NAMES = re.compile(r"[\\/:*?\"<>|\t\n]+")


def plain_text(text: str, length: int) -> str:
    """Text without control characters, with plain line breaks, cut to a length where it is longer."""
    cleaned = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL).strip()
    return cleaned if len(cleaned) <= length else cleaned[: length - 2].rstrip() + " …"


def one_line(text: str, length: int) -> str:
    """Text on one line."""
    return plain_text(" ".join(text.split()), length)


@dataclass(frozen=True, slots=True)
class WordsOfRequest:
    """What the requester says: who it is and how to answer, as given and not believed, and what is wished for.

    ``address`` may have several lines. ``language`` (da, en) is the one to answer in.
    """

    name: str = ""
    email: str = ""
    address: str = ""
    wish: str = ""
    subject: str = ""
    language: str = "da"

    def cleaned(self) -> tuple[WordsOfRequest, int]:
        """As they are stored, and how many CPR numbers were taken out: a request needs none, so none is kept."""
        subject, in_subject = without_cpr(one_line(self.subject, 400))
        wish, in_wish = without_cpr(plain_text(self.wish, WISH_LENGTH))
        name, in_name = without_cpr(one_line(self.name, NAME_LENGTH))
        address, in_address = without_cpr(plain_text(self.address, 400))
        words = WordsOfRequest(
            name=name[:NAME_LENGTH],
            email=one_line(self.email, 254),
            address=address,
            wish=wish,
            subject=subject[:400],
            language=self.language if self.language in ("da", "en") else "da",
        )
        return words, in_subject + in_wish + in_name + in_address


def without_cpr(text: str) -> tuple[str, int]:
    """The text with `CPR_TAKEN_OUT` where CPR-like numbers stood, and how many those were."""
    found = tuple(find_cpr(text))
    return (replace(text, found, lambda _: CPR_TAKEN_OUT), len(found)) if found else (text, 0)


def receipt_note(taken_out: int) -> str:
    """What the record says of numbers that were not kept."""
    if not taken_out:
        return ""
    what = "1 CPR-nummer" if taken_out == 1 else f"{taken_out} CPR-numre"
    return f"{what} i teksten blev fjernet og er ikke gemt."


def file_name(name: str) -> str:
    """A name for a file that came from outside: no path, no control characters."""
    return _NOT_IN_FILE_NAMES.sub("_", one_line(name, NAME_LENGTH)).strip("._ ") or "fil"


def clean_note(text: str) -> str:
    """A line for the record. Raises RequestRefused for none, and for one with a CPR number."""
    text = plain_text(text, TEXT_LENGTH + 1)
    if not text:
        raise RequestRefused("Noten er tom. Skriv, hvad der skal huskes.")
    if len(text) > TEXT_LENGTH:
        raise RequestRefused(f"Teksten er for lang. Skriv højst {TEXT_LENGTH} tegn.")
    if without_cpr(text)[1]:
        raise RequestRefused("Der står et tal i teksten, som ligner et CPR-nummer. Skriv det ikke.")
    return text


def clean_reason(text: str, *, about: str) -> str:
    """A reason that somebody will read. Raises RequestRefused; ``about`` begins the sentence that asks for it."""
    if not text.strip():
        raise RequestRefused(f"{about}.")
    return clean_note(text)


def clean_seen(text: str) -> str:
    """What a clerk saw: kind of paper and what fitted. Raises RequestRefused for the number of a document."""
    text = clean_reason(text, about="Skriv, hvad du så, for eksempel »pas, foto og navn passer«")
    if _DOCUMENT_NUMBER.search(text):
        raise RequestRefused("Skriv ikke dokumentets nummer. Det er nok at skrive, hvad det var, og at det passede.")
    return text
