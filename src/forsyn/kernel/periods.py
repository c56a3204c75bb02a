"""Half-open periods of dates: from, up to but not including until."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class Period:
    """[first, until); until=None means: still running."""

    first: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.first:
            raise ValueError(f"a period must end after it begins: {self.first} to {self.until}")

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.until is None or day < self.until)

    def overlaps(self, other: Period) -> bool:
        """Whether some day lies in both."""
        return (other.until is None or self.first < other.until) and (self.until is None or other.first < self.until)

    def clip(self, other: Period) -> Period | None:
        """The days that lie in both, or None."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.until, other.until) if end is not None]
        return Period(max(self.first, other.first), min(ends) if ends else None)
