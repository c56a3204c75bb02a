"""What is wrong, where, and how it is mended: the one shape of every complaint of this room."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault. ``where`` is ``file:line`` or ``table.column``; ``what`` and ``mend`` are sentences."""

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.mend}".rstrip()


class PolicyError(Exception):
    """A policy file that cannot be used, with every problem found in it, in the order of its lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """``Did you mean 'x'?`` for a close word among the known, else the text given."""
    close = difflib.get_close_matches(word, [str(one) for one in known], n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}?" if close else otherwise


def listed(words: Iterable[str]) -> str:
    """``a, b or c`` for a mend that lists what is allowed."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"
