"""What is wrong with a bank file, all of it at once, in English for the operator."""

from __future__ import annotations

from dataclasses import dataclass

from forsyn.kernel.unusable_file import UnusableFile

MOST_KEPT = 100
"""Problems that are told one by one; a file with more is another kind of file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``line`` of the file, from 1; ``place`` is the statement and entry, or empty."""

    line: int
    place: str
    what: str
    mend: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.place}" if self.place else f"line {self.line}"
        return f"{where}: {self.what}; {self.mend}"


class UnusableBankFile(UnusableFile):
    """A bank file of which nothing may be used. ``problems`` holds each; ``further`` counts those not kept."""

    def __init__(self, name: str, problems: tuple[Problem, ...], further: int = 0) -> None:
        told = "\n".join(f"  {problem}" for problem in problems)
        more = f"\n  and {further} more" if further else ""
        count = len(problems) + further
        super().__init__(
            f"nothing of the file was used, for it has {count} {'problem' if count == 1 else 'problems'}",
            where=name,
            mend=f"see to each\n{told}{more}",
        )
        self.problems = problems
        self.further = further


class Problems:
    """Gathers what is wrong while a file is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._kept: list[Problem] = []
        self._further = 0

    def add(self, line: int, place: str, what: str, mend: str) -> None:
        if len(self._kept) < MOST_KEPT:
            self._kept.append(Problem(line, place, what, mend))
        else:
            self._further += 1

    def raise_any(self) -> None:
        """Raises UnusableBankFile if anything was added."""
        if self._kept:
            raise UnusableBankFile(self.name, tuple(self._kept), self._further)
