"""When access to people's data may be given, and how long it lasts. Dates in, refusals out; no clock, no database."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from forsyn.policy.periods import Period
from forsyn.policy.policy import StaffRole

MAX_DOCUMENT_BYTES = 10_000_000
MAX_WORDS = 1_000


class Refusal(StrEnum):
    """Why an access is not given, reviewed or ended; interfaces have the words."""

    NOT_STAFF = "not_staff"
    CLOSED = "closed"
    ROLE_UNKNOWN = "role_unknown"
    ROLE_FOR_EXTERNALS = "role_for_externals"
    REASON_MISSING = "reason_missing"
    WORDS_TOO_LONG = "words_too_long"
    BACKWARDS = "backwards"
    OVER = "over"
    TOO_LONG = "too_long"
    ALREADY_HELD = "already_held"
    ALREADY_ASKED = "already_asked"
    DECIDED = "decided"
    ENDED = "ended"
    OWN = "own"
    MAY_NOT_DECIDE = "may_not_decide"
    NO_AGREEMENT = "no_agreement"
    NOT_EXTERNAL = "not_external"
    NO_DOCUMENT = "no_document"
    DOCUMENT_TOO_LARGE = "document_too_large"
    NOT_A_DOCUMENT = "not_a_document"
    SIGNED_LATER = "signed_later"
    AGREEMENT_OVERLAPS = "agreement_overlaps"


class AccessRefused(ValueError):
    """An access cannot be given, reviewed or ended. ``limit`` is the last day that would have been possible, if any."""

    def __init__(self, refusal: Refusal, limit: date | None = None) -> None:
        super().__init__(refusal.value if limit is None else f"{refusal.value} {limit.isoformat()}")
        self.refusal = refusal
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Term:
    """From a first day to before ``until_date``."""

    first_date: date
    until_date: date

    @property
    def last_date(self) -> date:
        return self.until_date - timedelta(days=1)

    def within(self, other: Term) -> bool:
        return other.first_date <= self.first_date and self.until_date <= other.until_date


def after(day: date, period: Period) -> date:
    """The day that lies a calendar period later: 31 January and one month is the last of February."""
    months = day.year * 12 + day.month - 1 + period.years * 12 + period.months
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(days=period.weeks * 7 + period.days)


def check_reason(words: str) -> str:
    """The reason without the space around it. Raises AccessRefused."""
    reason = words.strip()
    if not reason:
        raise AccessRefused(Refusal.REASON_MISSING)
    if len(reason) > MAX_WORDS:
        raise AccessRefused(Refusal.WORDS_TOO_LONG)
    return reason


def check_term(role: StaffRole, term: Term, *, today: date) -> None:
    """Refuses a time that runs backwards, is over already, or is longer than the policy grants the role for."""
    if term.until_date <= term.first_date:
        raise AccessRefused(Refusal.BACKWARDS)
    if term.until_date <= today:
        raise AccessRefused(Refusal.OVER)
    longest = after(term.first_date, role.longest)
    if term.until_date > longest:
        raise AccessRefused(Refusal.TOO_LONG, longest - timedelta(days=1))


def check_employment(role: StaffRole, *, external: bool) -> None:
    """Refuses a role for external people to one's own staff."""
    if role.external and not external:
        raise AccessRefused(Refusal.ROLE_FOR_EXTERNALS)


def review_date(role: StaffRole, term: Term, *, since: date) -> date:
    """The last day on which an access counts unless it is reviewed: never after the access itself has ended."""
    return max(term.first_date, min(after(since, role.review), term.last_date))


def check_agreement(document: bytes, *, signed_date: date, term: Term, today: date) -> None:
    """Refuses what is no signed agreement for a time that is still to come."""
    if not document:
        raise AccessRefused(Refusal.NO_DOCUMENT)
    if len(document) > MAX_DOCUMENT_BYTES:
        raise AccessRefused(Refusal.DOCUMENT_TOO_LARGE)
    if not document.startswith((b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        raise AccessRefused(Refusal.NOT_A_DOCUMENT)
    if term.until_date <= term.first_date:
        raise AccessRefused(Refusal.BACKWARDS)
    if term.until_date <= today:
        raise AccessRefused(Refusal.OVER)
    if signed_date > min(term.first_date, today):
        raise AccessRefused(Refusal.SIGNED_LATER)
