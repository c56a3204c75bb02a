"""What is told to the operator who hands in a file of customers."""

from __future__ import annotations

from dataclasses import dataclass

from forsyn.kernel.unusable_file import UnusableFile


class CustomerFileError(UnusableFile):
    """A file of customers, or the profile for it, that cannot be used as a whole."""


class ProfileError(CustomerFileError):
    """A mapping profile that is wrong in itself, or does not fit the file."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing in one row that keeps it out. ``column`` is as the file's header has it; empty: the whole row."""

    line: int
    column: str
    value: str
    what: str
    mend: str

    def __str__(self) -> str:
        cell = f', column "{self.column}" ({shortened(self.value)!r})' if self.column else ""
        return f"line {self.line}{cell}: {self.what}; {self.mend}"


def shortened(text: str, length: int = 60) -> str:
    """A value for a message, not too much of it."""
    return text if len(text) <= length else text[: length - 1] + "…"
