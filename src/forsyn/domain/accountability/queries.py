"""Reads of the breach register. Under P.PRIVACY_RIGHTS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from forsyn.domain.accountability.models import Breach, BreachNotice, BreachPerson, BreachSearch, BreachStep
from forsyn.domain.accountability.rules import SOON, Clock, Progress, Task, clock, tasks

UNTOLD = Q(told_at=None, left_out_reason="")

_REMINDERS = """
    select count(*),
           count(*) filter (where waits and notify_by_at < %(now)s),
           count(*) filter (where waits and notify_by_at >= %(now)s and notify_by_at <= %(soon)s),
           count(*) filter (where risk = 'high' and capacity = 'controller' and exception is null
                              and exists (select from accountability_breach_person as person
                                           where person.breach_id = breach.id and person.told_at is null
                                             and person.left_out_reason = ''))
      from (select breach.*, (capacity = 'processor' or risk is distinct from 'none')
                             and not exists (select from accountability_breach_notice as notice
                                              where notice.breach_id = breach.id and notice.sent_at is not null)
                             as waits
              from accountability_breach as breach where breach.closed_at is null) as breach"""


@dataclass(frozen=True, slots=True)
class Reminders:
    """What must not be missed: 72 hours that are over, or end within a day; persons untold of a high risk."""

    open: int
    overdue: int
    soon: int
    untold: int

    def __bool__(self) -> bool:
        return bool(self.overdue or self.soon or self.untold)


def reminders(*, now: datetime) -> Reminders:
    """The counts for every page of the desk. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_REMINDERS, {"now": now, "soon": now + SOON})
        return Reminders(*cursor.fetchone())


@dataclass(frozen=True, slots=True)
class Line:
    """A breach with its clock, what remains to be done, and how many persons it touched."""

    row: Breach
    clock: Clock
    tasks: tuple[Task, ...]
    affected: int
    untold: int
    first_sent_at: datetime | None

    @property
    def told(self) -> int:
        return self.affected - self.untold


def _annotated() -> QuerySet[Breach]:
    sent = BreachNotice.objects.filter(breach=OuterRef("pk"), sent_at__isnull=False)
    return Breach.objects.select_related(
        "registered_by", "assessed_by", "letters_released_by", "excepted_by", "closed_by"
    ).annotate(
        first_sent_at=Subquery(sent.order_by("sent_at").values("sent_at")[:1]),
        has_final=Exists(sent.filter(final=True)),
        affected=Count("persons", filter=Q(persons__left_out_reason=""), distinct=True),
        untold=Count("persons", filter=Q(persons__told_at=None, persons__left_out_reason=""), distinct=True),
        searched=Exists(BreachSearch.objects.filter(breach=OuterRef("pk"))),
    )


def _line(row: Any, now: datetime) -> Line:
    progress = Progress(
        risk=row.risk,
        capacity=row.capacity,
        searched=row.searched,
        notified=row.first_sent_at is not None,
        final_notified=row.has_final,
        excepted=row.exception is not None,
        letters_released=row.letters_released_at is not None,
        untold=row.untold,
        closed=row.closed_at is not None,
    )
    stands = clock(
        notify_by_at=row.notify_by_at,
        risk=row.risk,
        capacity=row.capacity,
        first_sent_at=row.first_sent_at,
        now=now,
    )
    return Line(row, stands, tasks(progress), row.affected, row.untold, row.first_sent_at)


def breaches(*, now: datetime, limit: int = 200) -> list[Line]:
    """Open ones first, the most urgent at the top; then the closed, the latest first. 2 queries."""
    lines = [_line(row, now) for row in _annotated().filter(closed_at=None).order_by("notify_by_at", "id")]
    room = max(limit - len(lines), 0)
    closed = _annotated().filter(closed_at__isnull=False).order_by("-closed_at", "-id")[:room]
    return lines + [_line(row, now) for row in closed]


def breach(breach_id: int, *, now: datetime) -> Line:
    """One breach. Raises Breach.DoesNotExist. 1 query."""
    return _line(_annotated().get(pk=breach_id), now)


def steps(breach_id: int) -> list[BreachStep]:
    """The record, the earliest step first. 1 query."""
    return list(BreachStep.objects.filter(breach_id=breach_id).select_related("by").order_by("at", "id"))


def searches(breach_id: int) -> list[BreachSearch]:
    """What was searched by, the earliest first. 1 query."""
    found = BreachSearch.objects.filter(breach_id=breach_id).select_related("account", "made_by")
    return list(found.order_by("made_at", "id"))


def notices(breach_id: int) -> list[BreachNotice]:
    """What was prepared and sent, phase by phase. 1 query."""
    found = BreachNotice.objects.filter(breach_id=breach_id).select_related("prepared_by", "sent_by")
    return list(found.order_by("phase"))


def affected(breach_id: int, *, offset: int = 0, limit: int = 50) -> list[BreachPerson]:
    """Affected customers by number, those left out at the end. 1 query."""
    found = BreachPerson.objects.filter(breach_id=breach_id).select_related("customer", "search")
    return list(found.order_by("left_out_reason", "customer__number")[offset : offset + limit])
