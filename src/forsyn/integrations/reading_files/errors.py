"""What is told to the person who hands in a file that cannot be read."""

from __future__ import annotations


class ReadingFileError(Exception):
    """A delivery, or the profile for it, that cannot be used as a whole: what is wrong, where, and the mend.

    Its text is one English sentence; a caller can show the three parts separately.
    """

    def __init__(self, what: str, *, where: str, mend: str) -> None:
        super().__init__(f"{where}: {what}; {mend}.")
        self.what = what
        self.where = where
        self.mend = mend


class ProfileError(ReadingFileError):
    """A mapping profile that is wrong in itself, or does not fit the file."""
