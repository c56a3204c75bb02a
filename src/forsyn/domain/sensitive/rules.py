"""What kinds of sensitive data there are, how often each is reviewed, and what may be written: pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

from forsyn.policy.periods import Period
from forsyn.policy.policy import Policy


class Kind(StrEnum):
    """Each kind is a table, and a data category of the policy by the same key."""

    CPR = "cpr"
    HEALTH = "health"
    THREATS = "threats"
    PREMISES = "children_and_animals"
    OFFENCES = "offences"


LONGEST_TEXT = 2000


class NotPossible(ValueError):
    """The change would break a rule; the message says why and what to do, in Danish. It repeats nothing sensitive."""


class NoReview(LookupError):
    """The policy keeps a sensitive category without saying how often it is looked through."""


def review_period(policy: Policy, kind: Kind) -> Period:
    """How long after writing, or after the last review, a row must be looked through: the shortest that is promised.

    Raises NoReview.
    """
    promised = [rule.review for rule in policy.retention_of(kind) if rule.review is not None]
    if not promised:
        raise NoReview(
            f"{policy.file} says of no retention rule for {str(kind)!r} when a row must be reviewed. "
            'Write review = "P6M" (or how often it is) in its rule of [retention].'
        )
    return min(promised, key=lambda period: after(date(2001, 1, 1), period))


def review_date(policy: Policy, kind: Kind, *, today: date) -> date:
    """The day by which a row written or reviewed today must be reviewed again. Raises NoReview."""
    return after(today, review_period(policy, kind))


def after(day: date, period: Period) -> date:
    """The day so much later; a month without that day ends on its last one (31 August and six months: 28 February)."""
    months = day.year * 12 + day.month - 1 + period.years * 12 + period.months
    year, month = divmod(months, 12)
    clamped = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return clamped + timedelta(weeks=period.weeks, days=period.days)


def clean_text(text: str) -> str:
    """What may stand in a notice. Raises NotPossible."""
    cleaned = text.strip()
    if not cleaned:
        raise NotPossible("Skriv, hvad der skal tages hensyn til.")
    if len(cleaned) > LONGEST_TEXT:
        raise NotPossible(f"Teksten er på {len(cleaned)} tegn. Skriv højst {LONGEST_TEXT}: kun det nødvendige.")
    return cleaned
