"""What every declared thing of a policy has; and the roles of staff."""

from collections.abc import Mapping
from dataclasses import dataclass

from forsyn.policy.periods import Period
from forsyn.policy.vocabulary import Language


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    da: str
    en: str

    def in_(self, language: Language) -> str:
        return self.da if language is Language.DANISH else self.en


@dataclass(frozen=True, slots=True)
class Item:
    """What every declared thing has. ``key`` is its name in code, columns and roles; ``lines`` are its keys'."""

    key: str
    line: int
    lines: Mapping[str, int]
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffRole(Item):
    """A job: its ``purposes`` are all that those who have it work under.

    Access is granted for ``longest`` at most, and ends when nobody has reviewed it for ``review``. ``external``: a job
    for people whom another company employs, and for them alone.
    """

    name: Text
    description: Text
    purposes: tuple[str, ...]
    review: Period
    longest: Period
    external: bool
