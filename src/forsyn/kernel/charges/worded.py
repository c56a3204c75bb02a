"""Codes that have an English text with places to fill; the key is what is kept and translated, the text is not."""

from __future__ import annotations

from enum import Enum


class Worded(Enum):
    """A code; its value is the text."""

    @property
    def key(self) -> str:
        """The code's own name, in small letters."""
        return self.name.lower()
