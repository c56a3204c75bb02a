"""What is told to the person who hands in a file that cannot be read."""

from __future__ import annotations

from forsyn.kernel.unusable_file import UnusableFile


class ReadingFileError(UnusableFile):
    """A delivery, or the profile for it, that cannot be used as a whole."""


class HoldsNoReadingsError(ReadingFileError):
    """A file that a profile declares to hold no readings, such as a list of buildings: nothing is wrong with it."""

    def __init__(self, describes: str, *, where: str) -> None:
        what = f"it describes {describes} and holds no readings"
        super().__init__(what, where=where, mend="leave it out, or pass it over")
        self.describes = describes

    def __str__(self) -> str:
        return f"{self.where} describes {self.describes}; it holds no readings and was passed over."


class ProfileError(ReadingFileError):
    """A mapping profile that is wrong in itself, or does not fit the file."""
