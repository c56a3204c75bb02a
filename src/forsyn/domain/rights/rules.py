"""How a request goes from receipt to answer (Art. 11, 12, 15–22, 77): its words, its states, what is due. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from forsyn.kernel.deadlines import answer_limits
from forsyn.policy.vocabulary import Right

WISH_LENGTH = 10_000
NAME_LENGTH = 200
TEXT_LENGTH = 4000
SOON_DAYS = 7
"""So many days before its limit a request is due soon."""
STOPPED_LONG_DAYS = 30
"""A clock that has stood so long is looked at: nobody may ever answer."""
CODE_LIFETIME = timedelta(minutes=15)
CODE_TRIES = 5
CODES_AN_HOUR = 3
"""So many codes may be sent for one request within an hour."""
CODES_AN_HOUR_TO_ONE = 5
"""So many to one contact point, whatever the requests."""
WRONG_CODES_ON_RECORD = 20
"""So many wrong tries of an hour are written down."""
NUMBER_PREFIX = "P"
EARLIEST_RECEIPT = timedelta(days=3 * 366)


class RequestRefused(ValueError):
    """It cannot be done with the request; the message says why and what to do, in Danish."""


class State(StrEnum):
    """How far a request has come."""

    RECEIVED = "received"
    """Nobody has yet settled who asks."""
    IDENTITY_ASKED = "identity_asked"
    OPEN = "open"
    """Who asks is known; it is being worked on."""
    PLANNED = "planned"
    """There is a plan to read, or one that has been carried out."""
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


CLOSED = frozenset({State.ANSWERED, State.REFUSED, State.WITHDRAWN})
MOVES: Mapping[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.IDENTITY_ASKED, State.OPEN, State.REFUSED, State.WITHDRAWN}),
    State.IDENTITY_ASKED: frozenset({State.OPEN, State.REFUSED, State.WITHDRAWN}),
    State.OPEN: frozenset({State.IDENTITY_ASKED, State.PLANNED, State.ANSWERED, State.REFUSED, State.WITHDRAWN}),
    State.PLANNED: frozenset({State.IDENTITY_ASKED, State.OPEN, State.ANSWERED, State.REFUSED, State.WITHDRAWN}),
    State.ANSWERED: frozenset(),
    State.REFUSED: frozenset(),
    State.WITHDRAWN: frozenset(),
}
"""From each state, those that may follow. The database knows the same; migration 0002."""


class Intake(StrEnum):
    """How a request came to us."""

    PORTAL = "portal"
    LETTER = "letter"
    PHONE = "phone"
    IN_PERSON = "in_person"
    EMAIL = "email"


class OnBehalf(StrEnum):
    """For whom the requester asks."""

    SELF = "self"
    CHILD = "child"
    """A parent with custody, for a minor."""
    ESTATE = "estate"
    """The contact of a dead person's estate. The GDPR does not cover the dead (recital 27); the estate gets what it
    needs in order to settle: answered as such, see `ANSWERED_FOR_ESTATE`."""
    WARD = "ward"
    """A guardian (værge)."""
    ATTORNEY = "attorney"
    """By power of attorney (fuldmagt)."""
    COMPANY = "company"
    """A company's contact: about himself or herself; the company itself has no rights under the GDPR."""


NEEDS_AUTHORITY = frozenset({OnBehalf.CHILD, OnBehalf.ESTATE, OnBehalf.WARD, OnBehalf.ATTORNEY})
"""For whom somebody speaks only with proof that was seen."""
ANSWERED_FOR_ESTATE = frozenset({Right.ACCESS, Right.RECTIFICATION, Right.COMPLAINT})
"""What an estate's contact is answered: what was owed and delivered, errors, complaints. The dead have no other rights,
and what the dead person alone decided is not decided for them."""


class Way(StrEnum):
    """By what it was settled who asks."""

    PORTAL = "portal"
    """Signed in."""
    CODE = "code"
    """A one-time code to a contact point that was on file already."""
    SEEN = "seen"
    """A clerk saw something, and noted what: a passport, a letter of probate; never its number."""


SETTLED_BY: Mapping[Way, str] = {
    Way.PORTAL: "Logget ind i selvbetjeningen.",
    Way.CODE: "Koden var den rigtige.",
}


class StepKind(StrEnum):
    """What happened to a request."""

    RECEIVED = "received"
    RIGHT_READ = "right_read"
    REQUESTER_CORRECTED = "requester_corrected"
    CUSTOMER_LINKED = "customer_linked"
    CUSTOMER_UNLINKED = "customer_unlinked"
    ASSIGNED = "assigned"
    IDENTITY_ASKED = "identity_asked"
    CODE_SENT = "code_sent"
    CODE_WRONG = "code_wrong"
    IDENTITY_SETTLED = "identity_settled"
    AUTHORITY_SEEN = "authority_seen"
    CLOCK_STOPPED = "clock_stopped"
    CLOCK_RESUMED = "clock_resumed"
    EXTENDED = "extended"
    PLANNED = "planned"
    PLAN_DROPPED = "plan_dropped"
    CARRIED_OUT = "carried_out"
    WITHHELD = "withheld"
    NOT_WITHHELD = "not_withheld"
    RECEIPT_SENT = "receipt_sent"
    REPLIED = "replied"
    """The person wrote again about it."""
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NOTED = "noted"


class Outcome(StrEnum):
    """What came of a request that was answered."""

    GRANTED = "granted"
    PARTLY = "partly"
    NOTHING_HELD = "nothing_held"


class RefusalGround(StrEnum):
    """Why a request is refused; each has its article, see `texts.REFUSALS`."""

    UNIDENTIFIED = "unidentified"
    """We cannot tell who asks: Art. 11(2), 12(2)."""
    NO_AUTHORITY = "no_authority"
    """It is about somebody else, and there is no proof of the right to speak for that person."""
    UNFOUNDED = "unfounded"
    EXCESSIVE = "excessive"
    """Art. 12(5)."""
    NOT_MET = "not_met"
    """The right's own conditions are not met: Art. 17(1), 18(1), 20(1), 21(1)."""
    REQUIRED_BY_LAW = "required_by_law"
    """A law or a legal claim demands keeping: Art. 17(3)."""
    NOT_COVERED = "not_covered"
    """The GDPR does not cover it: a company, a dead person."""


BEFORE_IDENTITY = frozenset({RefusalGround.UNIDENTIFIED, RefusalGround.NO_AUTHORITY, RefusalGround.NOT_COVERED})
"""Grounds that say nothing of what we hold."""


class DocumentKind(StrEnum):
    """What is kept with a request."""

    ATTACHMENT = "attachment"
    REPLY = "reply"
    """A later mail of the person's."""
    AUTHORITY = "authority"
    """Proof that the requester may speak for somebody."""
    RECEIPT = "receipt"
    QUESTION = "question"
    """Our letter that asks who it is."""
    EXTENSION = "extension"
    ANSWER = "answer"


class Due(StrEnum):
    """How urgent an open request is."""

    OVERDUE = "overdue"
    SOON = "soon"
    IN_TIME = "in_time"
    STOPPED = "stopped"
    """The clock stands while identity is in doubt."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a right needs before it can be answered."""

    identity: bool = True
    plan: bool = True
    decision: bool = False
    """A named person weighs whether it is granted."""


NEEDS: Mapping[Right, Needs] = {
    Right.ACCESS: Needs(),
    Right.RECTIFICATION: Needs(decision=True),
    Right.ERASURE: Needs(decision=True),
    Right.RESTRICTION: Needs(),
    Right.OBJECTION: Needs(decision=True),
    Right.PORTABILITY: Needs(),
    Right.WITHDRAWAL: Needs(plan=False),
    Right.COMPLAINT: Needs(identity=False, plan=False),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """The limits of a request, and the facts that they follow from. Dates are local days."""

    received_date: date
    paused_days: int = 0
    paused_since_date: date | None = None
    extended: bool = False

    @property
    def first_deadline_date(self) -> date:
        """The last day without an extension."""
        return answer_limits(self.received_date, paused_days=self.paused_days).first

    @property
    def deadline_date(self) -> date:
        """The last day to answer."""
        limits = answer_limits(self.received_date, paused_days=self.paused_days)
        return limits.last if self.extended else limits.first

    def due(self, today: date) -> Due:
        """How urgent it is today."""
        if self.paused_since_date is not None:
            return Due.STOPPED
        if self.deadline_date < today:
            return Due.OVERDUE
        return Due.SOON if self.deadline_date <= today + SOON_DAYS * timedelta(days=1) else Due.IN_TIME


def number_of(request_id: int, received_date: date) -> str:
    """``P-2026-00017``: how a person and a clerk name a request."""
    return f"{NUMBER_PREFIX}-{received_date.year}-{request_id:05d}"


def id_in(number: str) -> tuple[int, int] | None:
    """Year and id in a request's number as typed, ``p-2026-17`` too; None where it is none."""
    parts = number.strip().upper().split("-")
    if len(parts) != 3 or parts[0] != NUMBER_PREFIX or not all(re.fullmatch("[0-9]{1,9}", part) for part in parts[1:]):
        return None
    year, found = int(parts[1]), int(parts[2])
    return (year, found) if 1 <= year <= 9999 else None


def numbers_in(text: str) -> list[tuple[int, int]]:
    """Years and ids of the requests that a text, such as a mail's subject, names."""
    found = (id_in(number) for number in re.findall(rf"\b{NUMBER_PREFIX}-[0-9]{{4}}-[0-9]{{1,9}}\b", text.upper()))
    return [each for each in dict.fromkeys(found) if each is not None]


def check_received(*, received_at: datetime, now: datetime) -> None:
    """Refuse a receipt that has not happened yet, or that lies years back. Raises RequestRefused."""
    if received_at > now:
        raise RequestRefused("Anmodningen kan ikke være modtaget i fremtiden. Ret datoen.")
    if received_at < now - EARLIEST_RECEIPT:
        raise RequestRefused("Anmodningen kan ikke være modtaget for så længe siden. Ret datoen.")
