"""What every declared thing of a policy has; staff roles, rights, cookies, commitments and statements."""

from collections.abc import Mapping
from dataclasses import dataclass

from forsyn.policy.periods import Period
from forsyn.policy.vocabulary import Language, Right, Topic


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


@dataclass(frozen=True, slots=True)
class RightRule(Item):
    """One right of the person: what it gives and how to use it. ``article`` is of the GDPR."""

    right: Right
    article: str
    name: Text
    explanation: Text


@dataclass(frozen=True, slots=True)
class Cookie(Item):
    """A cookie that the portal sets; ``key`` is its name. ``lasts`` zero means until the browser closes."""

    does: Text
    lasts: Period


@dataclass(frozen=True, slots=True)
class Commitment(Item):
    """A promise that is not a category, purpose, period or recipient: backups, instructions, accuracy."""

    topic: Topic
    text: Text


@dataclass(frozen=True, slots=True)
class Statement(Item):
    """A paragraph that the law wants said: automated decisions, third countries, the duty to give data."""

    text: Text
