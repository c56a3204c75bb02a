"""What the door asks about, what it is told, and what it answers; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forsyn.kernel.periods import Period
from forsyn.policy.vocabulary import Channel, Language
from forsyn.policy.wording import date_words

_DA = Language.DANISH


@dataclass(frozen=True, slots=True)
class Request:
    """What is to leave. ``purpose`` and ``recipient`` are keys of the policy; ``to_person``: the recipient carries it.

    ``ground`` is an article of the GDPR such as ``6(1)(b)``; ``statute`` the law that demands it. ``their_marketing``:
    the recipient wants it for marketing of its own. ``country``: where a recipient is whom somebody named, so that the
    policy cannot know it (ISO 3166, two letters).
    """

    purpose: str
    categories: tuple[str, ...]
    recipient: str
    channel: Channel
    persons: int
    ground: str = ""
    statute: str = ""
    to_person: bool = False
    their_marketing: bool = False
    country: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """What stands for a payload that is too large to be held as one: SHA-256 of all of it, and its length."""

    sha256: bytes
    byte_count: int


@dataclass(frozen=True, slots=True)
class SubProcessorFacts:
    """Somebody who works for a processor, in a period."""

    name: str
    country: str
    period: Period


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """A processor agreement as the register has it."""

    id: int
    number: str
    period: Period
    signed_date: date | None
    has_document: bool
    storage_country: str
    sub_processors: tuple[SubProcessorFacts, ...] = ()

    def lacks(self, today: date) -> str | None:
        """Why it does not hold today, in Danish; None where it holds."""
        if self.signed_date is None or self.signed_date > today:
            return f"aftale {self.number} er ikke underskrevet"
        if not self.has_document:
            return f"dokumentet til aftale {self.number} er ikke lagt ind"
        if self.period.first > today:
            return f"aftale {self.number} gælder først fra {date_words(self.period.first, _DA)}"
        if self.period.until is not None and self.period.until <= today:
            return f"aftale {self.number} udløb {date_words(self.period.until, _DA)}"
        return None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """How many of the persons the purpose may not see, and why."""

    restricted: int = 0
    objecting: int = 0
    without_consent: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing against it: a code for machines, a sentence in Danish for the person who tried."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may leave; under which agreement, and all countries that it comes to."""

    agreement: AgreementFacts | None
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not; never without a reason."""

    reasons: tuple[Reason, ...]
