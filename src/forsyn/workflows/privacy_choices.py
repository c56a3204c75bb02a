"""Restrictions and objections as the privacy desk handles them: the rows, with who they are about and who did what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from forsyn.domain.accounts.models import Colleague
from forsyn.domain.customers.introductions import Introduction, introductions
from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.safeguards import choices_queries as queries
from forsyn.domain.safeguards.choices_models import Objection, Restriction
from forsyn.domain.safeguards.choices_queries import OpenChoices
from forsyn.domain.safeguards.choices_rules import ChoiceRefused, answer_by, objectable
from forsyn.kernel.local_days import COPENHAGEN
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Objection as Effect

PAST = 50
"""So many of those that are over are shown."""
PAGE = 100


@dataclass(frozen=True)
class RestrictionLine:
    """A restriction; ``days`` is how long it has lasted, in days begun."""

    row: Restriction
    customer: Introduction
    days: int
    recorded_by: str
    ended_by: str


@dataclass(frozen=True)
class ObjectionLine:
    """An objection; ``due_date`` is the last day to decide it, where somebody must."""

    row: Objection
    customer: Introduction
    days: int
    due_date: date
    is_late: bool
    recorded_by: str
    decided_by: str


@dataclass(frozen=True)
class Restrictions:
    """Those that hold, the oldest first, and those lifted last."""

    live: list[RestrictionLine]
    past: list[RestrictionLine]


@dataclass(frozen=True)
class Objections:
    """Those to decide, the oldest first; those that stand for good, a page of them; and those that are over."""

    undecided: list[ObjectionLine]
    standing: list[ObjectionLine]
    past: list[ObjectionLine]
    has_more: bool


def assessed(policy: Policy) -> list[str]:
    """The purposes objections to which somebody must decide."""
    return [purpose.key for purpose in objectable(policy)[Effect.ASSESSED]]


def open_choices(*, policy: Policy) -> OpenChoices:
    """What stands open. 1 query."""
    return queries.open_choices(assessed=assessed(policy))


def restrictions(*, today: date) -> Restrictions:
    """All that hold, and the last that do no more. 5 queries."""
    live, past = queries.live_restrictions(), queries.ended_restrictions(limit=PAST)
    lines = _restriction_lines([*live, *past], today)
    return Restrictions(lines[: len(live)], lines[len(live) :])


def restriction(*, restriction_id: int, today: date) -> RestrictionLine:
    """One; raises Restriction.DoesNotExist. 4 queries."""
    return _restriction_lines([queries.restriction(restriction_id=restriction_id)], today)[0]


def objections(*, policy: Policy, today: date, page: int = 1) -> Objections:
    """Those that stand, a page of what needs no decision, and the last that stand no more. 6 queries."""
    decided_too = assessed(policy)
    undecided = queries.undecided_objections(purposes=decided_too)
    standing = queries.standing_objections(decided_too=decided_too, limit=PAGE + 1, offset=(page - 1) * PAGE)
    past = queries.past_objections(limit=PAST)
    shown = standing[:PAGE]
    lines = iter(_objection_lines([*undecided, *shown, *past], today))
    first, second = ([next(lines) for _ in part] for part in (undecided, shown))
    return Objections(first, second, list(lines), has_more=len(standing) > PAGE)


def objection(*, objection_id: int, today: date) -> ObjectionLine:
    """One; raises Objection.DoesNotExist. 4 queries."""
    return _objection_lines([queries.objection(objection_id=objection_id)], today)[0]


def customer_with_number(number: str, *, today: date) -> Introduction:
    """The customer of a number as typed. 3 queries. Raises ChoiceRefused."""
    typed = number.strip()
    found = customer_ids(numbers=[typed])
    if typed not in found:
        raise ChoiceRefused(f"Der er ingen kunde med nummer {typed}. Se efter i brevet eller på regningen.")
    return introductions(customer_ids=found.values(), today=today)[found[typed]]


def customer(customer_id: int, *, today: date) -> Introduction | None:
    """One customer; None where there is none. 2 queries."""
    return introductions(customer_ids=[customer_id], today=today).get(customer_id)


def _restriction_lines(rows: list[Restriction], today: date) -> list[RestrictionLine]:
    customers = introductions(customer_ids={row.customer_id for row in rows}, today=today)
    names = colleague_names(key for row in rows for key in (row.recorded_by_id, row.ended_by_id))
    return [
        RestrictionLine(
            row,
            customers[row.customer_id],
            (today - _day(row.began_at)).days + 1,
            names.get(row.recorded_by_id, ""),
            names.get(row.ended_by_id, ""),
        )
        for row in rows
    ]


def _objection_lines(rows: list[Objection], today: date) -> list[ObjectionLine]:
    customers = introductions(customer_ids={row.customer_id for row in rows}, today=today)
    names = colleague_names(key for row in rows for key in (row.recorded_by_id, row.decided_by_id))
    lines = []
    for row in rows:
        made = _day(row.made_at)
        due = answer_by(made)
        lines.append(
            ObjectionLine(
                row,
                customers[row.customer_id],
                (today - made).days + 1,
                due,
                is_late=due < today,
                recorded_by=names.get(row.recorded_by_id, ""),
                decided_by=names.get(row.decided_by_id, ""),
            )
        )
    return lines


def colleague_names(account_ids: Iterable[int | None]) -> Mapping[int | None, str]:
    """The names of members of staff, by account. 1 query."""
    wanted = {key for key in account_ids if key is not None}
    return dict(Colleague.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(COPENHAGEN)).date()
