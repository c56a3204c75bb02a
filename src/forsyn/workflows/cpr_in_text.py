"""Asking whoever writes a free text about the CPR-like numbers in it, before anything is stored.

A form asks `ask_about_cpr(text)`. Where there is a question, the page marks the numbers and offers the `Answer`s; the
writer may also edit the text, which is then asked about anew. `settle` turns answers into the text to be stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from forsyn.domain.correspondence.rules import DENIED, unanswered
from forsyn.kernel.cpr_search import Confidence, Found, pieces, replace

MOVED = "[CPR-nummer flyttet]"
TAKEN_OUT = "[CPR-nummer fjernet]"


class Answer(StrEnum):
    """What is to become of a number."""

    MOVE = "move"
    """Out of the text, and into the vault."""
    TAKE_OUT = "take_out"
    """Out of the text, and kept nowhere."""
    NOT_CPR = "not_cpr"
    """It is no CPR number, says the writer: it stays."""


class NotSettled(ValueError):
    """The answers do not go together; the message says why, in Danish."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is asked about, wherever it stands in the text. ``written``: as it stands there first."""

    digits: str = field(repr=False)
    written: str = field(repr=False)
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Question:
    """The numbers of a text, each once, in order. ``key`` tells one text from another and says nothing of it."""

    text: str = field(repr=False)
    numbers: tuple[Number, ...]
    key: str

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, and whether each is a number asked about."""
        return ((piece, found is not None) for piece, found in pieces(self.text, unanswered(self.text)))


@dataclass(frozen=True, slots=True)
class Settled:
    """What is stored: the text, how many numbers stay and how many left, and the one for the vault (ten digits)."""

    text: str = field(repr=False)
    denied: int = 0
    taken_out: int = 0
    moved: str | None = field(default=None, repr=False)


def ask_about_cpr(text: str) -> Question | None:
    """What must be asked before a text is stored; None where no CPR-like number stands in it."""
    text = plain(text)
    found = unanswered(text)
    if not found:
        return None
    numbers: dict[str, Number] = {}
    for one in found:
        certain = one.confidence is Confidence.CERTAIN
        known = numbers.get(one.digits)
        written = known.written if known else text[one.start : one.end]
        numbers[one.digits] = Number(one.digits, written, certain or (known is not None and known.is_certain))
    return Question(text, tuple(numbers.values()), sha256(text.encode()).hexdigest()[:32])


def settle(question: Question, answers: Sequence[Answer], *, mark_denied: bool = False) -> Settled:
    """The text as it is stored, by one answer for each of the question's numbers.

    ``mark_denied``: a number that stays gets the writer's word behind it, for texts that keep no record of answers.
    Raises NotSettled where two different numbers are to go to the vault: a customer has one.
    """
    chosen = {number.digits: answer for number, answer in zip(question.numbers, answers, strict=True)}
    moved = [digits for digits, answer in chosen.items() if answer is Answer.MOVE]
    if len(moved) > 1:
        raise NotSettled(
            "Kunden har kun ét CPR-nummer. Flyt det, og fjern de andre: andres CPR-numre må ikke stå hos kunden."
        )
    found = unanswered(question.text)

    def instead(one: Found) -> str | None:
        answer = chosen[one.digits]
        if answer is Answer.NOT_CPR:
            return question.text[one.start : one.end] + DENIED if mark_denied else None
        return MOVED if answer is Answer.MOVE else TAKEN_OUT

    text = replace(question.text, found, instead)
    denied = sum(chosen[one.digits] is Answer.NOT_CPR for one in found)
    return Settled(text, denied, len(found) - denied, moved[0] if moved else None)


def plain(text: str) -> str:
    """A text as it is searched and stored: line ends of one kind, no blanks around, nothing that a database refuses."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip()
