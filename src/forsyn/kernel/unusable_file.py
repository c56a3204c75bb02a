"""The shape of every refusal of a file from outside: what is wrong, where, and the mend."""

from __future__ import annotations


class UnusableFile(Exception):
    """A file, or the profile for it, that cannot be used as a whole.

    Its text is one English sentence; a caller can show the three parts separately.
    """

    def __init__(self, what: str, *, where: str, mend: str) -> None:
        super().__init__(f"{where}: {what}; {mend}.")
        self.what = what
        self.where = where
        self.mend = mend
