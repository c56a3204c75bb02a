"""What is told to the operator about a delivery that cannot be read or written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forsyn.kernel.unusable_file import UnusableFile


class Malformed(ValueError):
    """One field or record that cannot be: what is wrong with it, and the mend."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}; {mend}")
        self.what = what
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a delivery out. ``place`` is a line of the file, or an entry of what was to be written."""

    place: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}; {self.mend}"


class BetalingsserviceFileError(UnusableFile):
    """A delivery of which nothing was read, with every problem in it. Its text has one problem a line."""

    def __init__(self, problems: Sequence[Problem], *, where: str, mend: str) -> None:
        count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"nothing was read because of {count}", where=where, mend=mend)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *map(str, self.problems)])


class NotWritable(ValueError):
    """Entries that the format has no place for; nothing was written. Its text has one problem a line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
