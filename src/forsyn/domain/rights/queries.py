"""Reads of requests for the desk: the queue, one request with its record. Each is a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Min, Q

from forsyn.domain.accounts.models import Colleague
from forsyn.domain.rights.models import (
    OPEN,
    IdentityCheck,
    Request,
    RequestCustomer,
    RequestDocument,
    RequestPlan,
    RequestStep,
    Withheld,
)
from forsyn.domain.rights.rules import SOON_DAYS, STOPPED_LONG_DAYS, Due, id_in, numbers_in
from forsyn.domain.safeguards.sealing import unseal
from forsyn.policy.vocabulary import Right


@dataclass(frozen=True, slots=True)
class Counts:
    """What the reminder says. ``unread``: nobody has read yet what is asked for; ``unclaimed``: nobody works on it.

    ``stopped_long``: of the stopped ones, those whose clock has stood for `rules.STOPPED_LONG_DAYS`.
    """

    overdue: int
    soon: int
    in_time: int
    stopped: int
    stopped_long: int
    unread: int
    unclaimed: int
    next_deadline_date: date | None

    @property
    def open(self) -> int:
        """All that wait for an answer."""
        return self.overdue + self.soon + self.in_time + self.stopped

    @property
    def urgent(self) -> int:
        """Those that a page must not let anybody overlook."""
        return self.overdue + self.soon + self.stopped_long


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A request in the queue. ``days_left`` is negative where it is late, and None where the clock stands.

    ``stopped_days``: so long it has stood now.
    """

    id: int
    number: str
    right: str | None
    state: str
    channel: str
    received_date: date
    deadline_date: date
    due: Due
    days_left: int | None
    stopped_days: int
    is_extended: bool
    requester_name: str
    on_behalf: str
    customer_ids: tuple[int, ...]
    assigned_to_id: int | None
    assigned_to: str
    version: int


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the record; ``by`` is empty where the program or the person did it."""

    at: datetime
    kind: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A kept file without its content."""

    id: int
    kind: str
    name: str
    content_type: str
    byte_count: int
    not_kept: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as it was made. ``counts`` is None until it is carried out."""

    id: int
    right: str
    plan: dict[str, object]
    fingerprint: str
    made_at: datetime
    made_by: str
    dropped_at: datetime | None
    carried_out_at: datetime | None
    carried_out_by: str
    counts: dict[str, object] | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request with all that belongs to it."""

    row: Request
    line: QueueLine
    steps: tuple[Step, ...]
    checks: tuple[IdentityCheck, ...]
    plans: tuple[PlanView, ...]
    """The latest first."""
    withheld: tuple[Withheld, ...]
    documents: tuple[DocumentLine, ...]

    @property
    def plan(self) -> PlanView | None:
        """The plan that holds: neither dropped nor followed by another."""
        return next((plan for plan in self.plans if plan.dropped_at is None), None)


# -- the queue -----------------------------------------------------------------------------------------------------


def counts(*, today: date) -> Counts:
    """How many are late, due soon, and so on. 1 query."""
    soon = today + timedelta(days=SOON_DAYS)
    running = Q(paused_since_date=None)
    found = Request.objects.filter(OPEN).aggregate(
        overdue=Count("pk", filter=running & Q(deadline_date__lt=today)),
        soon=Count("pk", filter=running & Q(deadline_date__gte=today, deadline_date__lte=soon)),
        in_time=Count("pk", filter=running & Q(deadline_date__gt=soon)),
        stopped=Count("pk", filter=~running),
        stopped_long=Count("pk", filter=Q(paused_since_date__lte=today - timedelta(days=STOPPED_LONG_DAYS))),
        unread=Count("pk", filter=Q(right=None)),
        unclaimed=Count("pk", filter=Q(assigned_to=None)),
        next_deadline_date=Min("deadline_date", filter=running),
    )
    return Counts(**found)


def queue(
    *, today: date, limit: int = 100, offset: int = 0, assigned_to_id: int | None = None, right: Right | None = None
) -> list[QueueLine]:
    """What waits for an answer: the longest overdue first, those whose clock stands last. 3 queries."""
    rows = Request.objects.filter(OPEN).order_by(F("paused_since_date").asc(nulls_first=True), "deadline_date", "pk")
    if assigned_to_id is not None:
        rows = rows.filter(assigned_to_id=assigned_to_id)
    if right is not None:
        rows = rows.filter(right=right)
    return _lines(rows[offset : offset + limit], today)


def closed(*, today: date, limit: int = 100, offset: int = 0, right: Right | None = None) -> list[QueueLine]:
    """Those that are over, the last first. 3 queries."""
    rows = Request.objects.exclude(OPEN).order_by("-closed_at", "-pk")
    if right is not None:
        rows = rows.filter(right=right)
    return _lines(rows[offset : offset + limit], today)


def request(*, request_id: int, today: date) -> RequestView:
    """One request with all that belongs to it. 8 queries. Raises Request.DoesNotExist."""
    row = Request.objects.get(pk=request_id)
    steps = list(RequestStep.objects.filter(request_id=request_id).order_by("at", "pk"))
    checks = list(IdentityCheck.objects.filter(request_id=request_id).order_by("made_at", "pk"))
    plans = list(RequestPlan.objects.filter(request_id=request_id).order_by("-made_at", "-pk"))
    withheld = list(Withheld.objects.filter(request_id=request_id).order_by("item"))
    documents = RequestDocument.objects.filter(request_id=request_id).order_by("recorded_at", "pk").defer("sealed")
    names = colleague_names(
        [
            row.assigned_to_id,
            *(step.by_id for step in steps),
            *(key for plan in plans for key in (plan.made_by_id, plan.carried_out_by_id)),
        ]
    )
    return RequestView(
        row,
        _line(row, _customers_of([request_id])[request_id], names, today),
        tuple(Step(step.at, step.kind, step.text, names.get(step.by_id, "")) for step in steps),
        tuple(checks),
        tuple(_plan(plan, names) for plan in plans),
        tuple(withheld),
        tuple(document_line(document) for document in documents),
    )


def request_id_of(*, number: str) -> int | None:
    """The id of a request by its number as typed; None where there is none. 1 query."""
    found = id_in(number)
    row = Request.objects.filter(pk=found[1], received_date__year=found[0]).first() if found else None
    return row.pk if row is not None else None


def is_received(*, message_sha256: bytes) -> bool:
    """Whether a mail opened a request before. 1 query."""
    return Request.objects.filter(message_sha256=message_sha256).exists()


def open_request_named(*, text: str, email: str) -> int | None:
    """The open request of this e-mail's sender that a subject names; None where there is none. 1 query."""
    named = [found for _, found in numbers_in(text)]
    rows = Request.objects.filter(OPEN, pk__in=named).only("received_date", "requester_email") if named else ()
    return next((row.pk for row in rows if row.requester_email.casefold() == email.strip().casefold() != ""), None)


def plan(*, plan_id: int) -> PlanView:
    """One plan. 2 queries. Raises RequestPlan.DoesNotExist."""
    row = RequestPlan.objects.get(pk=plan_id)
    return _plan(row, colleague_names([row.made_by_id, row.carried_out_by_id]))


def customers_of(*, request_id: int) -> tuple[int, ...]:
    """The customers that a request is about. 1 query."""
    return _customers_of([request_id])[request_id]


def was_carried_out(*, request_id: int) -> bool:
    """Whether a plan of the request has been carried out. 1 query."""
    return RequestPlan.objects.filter(request_id=request_id, carried_out_at__isnull=False).exists()


def withheld_items(*, request_id: int) -> dict[str, str]:
    """What is left out of the answer, and why: item key to the reason that the person reads. 1 query."""
    return dict(Withheld.objects.filter(request_id=request_id).order_by("item").values_list("item", "reason"))


def document(*, document_id: int) -> tuple[DocumentLine, bytes | None]:
    """A kept file with its content, None where it was not taken in. 1 query.

    Raises RequestDocument.DoesNotExist, and sealing.SealBroken.
    """
    row = RequestDocument.objects.get(pk=document_id)
    return document_line(row), None if row.sealed is None else unseal(bytes(row.sealed))


# -- within --------------------------------------------------------------------------------------------------------


def _lines(rows: Iterable[Request], today: date) -> list[QueueLine]:
    found = list(rows)
    customers = _customers_of([row.pk for row in found])
    names = colleague_names([row.assigned_to_id for row in found])
    return [_line(row, customers[row.pk], names, today) for row in found]


def _line(row: Request, customer_ids: tuple[int, ...], names: Mapping[int | None, str], today: date) -> QueueLine:
    due = Due.CLOSED if row.closed_at is not None else row.clock.due(today)
    counts_down = due not in (Due.CLOSED, Due.STOPPED)
    return QueueLine(
        row.pk,
        row.number,
        row.right,
        row.state,
        row.channel,
        row.received_date,
        row.deadline_date,
        due,
        (row.deadline_date - today).days if counts_down else None,
        (today - row.paused_since_date).days if row.paused_since_date else 0,
        row.extended_at is not None,
        row.requester_name,
        row.on_behalf,
        customer_ids,
        row.assigned_to_id,
        names.get(row.assigned_to_id, ""),
        row.version,
    )


def _customers_of(request_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = RequestCustomer.objects.filter(request_id__in=request_ids).order_by("pk")
    for request_id, customer_id in rows.values_list("request_id", "customer_id"):
        found[request_id].append(customer_id)
    return {key: tuple(found[key]) for key in request_ids}


def colleague_names(account_ids: Iterable[int | None]) -> Mapping[int | None, str]:
    """The names of members of staff, by account. 1 query."""
    wanted = {key for key in account_ids if key is not None}
    return dict(Colleague.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _plan(row: RequestPlan, names: Mapping[int | None, str]) -> PlanView:
    return PlanView(
        row.pk,
        row.right,
        row.plan,
        row.fingerprint,
        row.made_at,
        names.get(row.made_by_id, ""),
        row.dropped_at,
        row.carried_out_at,
        names.get(row.carried_out_by_id, ""),
        row.counts,
    )


def document_line(row: RequestDocument) -> DocumentLine:
    return DocumentLine(row.pk, row.kind, row.name, row.content_type, row.byte_count, row.not_kept, row.recorded_at)
