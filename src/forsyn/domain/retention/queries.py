"""Reads of the night: what would go, whose time is over, and what earlier nights did."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from forsyn.domain.customers.models import PortalAccess
from forsyn.domain.retention.models import Erasure, Night, NightState, Step, StepState, Work
from forsyn.domain.retention.rules import Spared, spare
from forsyn.domain.safeguards.holds_queries import live_holds, restricted_customers
from forsyn.policy.night import ForeignKey, MaskStep, NightPlan, PersonStep, RowStep

# Keys that delete what refers to a row with it count like the others: nothing goes that no rule of its own lets go.
_FOREIGN_KEYS = """
    select referring.relname, refers.attname, target.relname, referred.attname
      from pg_constraint as key
      join pg_class as referring on referring.oid = key.conrelid
      join pg_class as target on target.oid = key.confrelid
      join pg_attribute as refers on refers.attrelid = key.conrelid and refers.attnum = key.conkey[1]
      join pg_attribute as referred on referred.attrelid = key.confrelid and referred.attnum = key.confkey[1]
     where key.contype = 'f' and key.connamespace = 'public'::regnamespace and cardinality(key.conkey) = 1
       and not referring.relispartition
     order by 1, 2
"""


def foreign_keys() -> tuple[ForeignKey, ...]:
    """The foreign keys of one column, of the live database. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN_KEYS)
        return tuple(ForeignKey(*row) for row in cursor.fetchall())


def whom_to_spare(holding: Mapping[str, frozenset[str]], *, today: date) -> Spared:
    """Who is held or restricted now, table by table. 3 queries, 2 where nobody is. Under retention."""
    holds, restricted = live_holds(today=today), restricted_customers()
    everybody = restricted | {held.customer_id for held in holds}
    accounts = (
        list(PortalAccess.objects.filter(customer_id__in=everybody).values_list("account_id", "customer_id"))
        if everybody
        else []
    )
    return spare(holding, holds=holds, restricted=restricted, accounts=accounts)


def last_of_next(table: str, *, after: int, persons: int) -> int | None:
    """The id of the last of the next persons of a table; None where none is left. 1 query, whatever ids are unused."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select max(id) from (select id from public.{table} where id > %s order by id limit %s) as next",  # noqa: S608 - a name of the bindings
            [after, persons],
        )
        found: int | None = cursor.fetchone()[0]
        return found


def persons_over(
    steps: Sequence[PersonStep | MaskStep],
    *,
    before: Mapping[str, date],
    spared: Spared,
    after: int = 0,
    until: int | None = None,
) -> dict[str, list[int]]:
    """For each step, the ids of the persons (above ``after``, up to ``until``) whose time is over and who are not held.

    One query for each event, however many steps and rules go by it.
    """
    latest: dict[str, date] = {}
    for step in steps:
        for moment, rule in step.moments:
            latest[moment] = max(latest.get(moment, date.min), before[rule.key])
    days = {moment: _days(moment, last, after, until) for moment, last in latest.items()}
    found: dict[str, list[int]] = {}
    for step in steps:
        over: set[int] | None = None
        for moment, rule in step.moments:
            persons = {person for person, day in days[moment] if day < before[rule.key]}
            over = persons if over is None else over & persons
        held = spared.customers if step.root == "customers_customer" else spared.accounts
        found[step.name] = sorted((over or set()) - held.get(step.table.name, frozenset()))
    return found


def _days(moment: str, before: date, after: int, until: int | None) -> list[tuple[int, date]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"select person, day from ({moment}) as event"  # noqa: S608 - SQL of the bindings
            " where person > %(after)s and (%(until)s::bigint is null or person <= %(until)s) and day < %(before)s",
            {"after": after, "until": until, "before": before},
        )
        return list(cursor.fetchall())


def of_persons(steps: Sequence[PersonStep | MaskStep], persons: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """The persons as parameters of the steps' conditions."""
    found: dict[str, Any] = {}
    for step in steps:
        mine, others = ("customers", "accounts") if step.root == "customers_customer" else ("accounts", "customers")
        found[f"{mine}_{step.name}"] = list(persons.get(step.name, ()))
        found[f"{others}_{step.name}"] = []
    return found


def count(step: RowStep | PersonStep | MaskStep, given: Mapping[str, Any]) -> int:
    """How many rows a step would take now. 1 query, by the step's own condition; none where nobody's time is over."""
    if isinstance(step, RowStep):
        statement = f"select count(*) from public.{step.table.name} as t0 where {step.condition}"  # noqa: S608
    elif not (given[f"customers_{step.name}"] or given[f"accounts_{step.name}"]):
        return 0
    else:
        statement = f"{step.rows.select('count(*)')} and {step.condition}"
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        counted: int = cursor.fetchone()[0]
        return counted


def all_parameters(
    plan: NightPlan, given: Mapping[str, Any], *, before: Mapping[str, date], spared: Spared
) -> dict[str, Any]:
    """Parameters with everybody whose time is over, as a preview wants them."""
    steps: list[PersonStep | MaskStep] = [*plan.persons, *plan.masks]
    return {**given, **of_persons(steps, persons_over(steps, before=before, spared=spared))}


def access_months_over(*, before: datetime) -> list[tuple[date, int, bool]]:
    """Months of the access log that are over: the month, its rows, and whether all of them are sealed. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute("select month, row_count, sealed from safeguards_access_months_over(%s)", [before])
        return list(cursor.fetchall())


def months_about(customer_ids: Collection[int]) -> frozenset[date]:
    """The months of the access log that tell of somebody among these customers. 1 query; none for nobody."""
    if not customer_ids:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct date_trunc('month', at at time zone 'UTC')::date from safeguards_access_log"
            " where customer_id = any(%s)",
            [list(customer_ids)],
        )
        return frozenset(month for (month,) in cursor.fetchall())


# -- earlier nights ------------------------------------------------------------------------------------------------


def running_night() -> Night | None:
    """The night that has begun and not finished. 1 query."""
    return Night.objects.filter(state=NightState.RUNNING).first()


def last_day() -> date | None:
    """The day of the newest night. 1 query."""
    return Night.objects.order_by("-started_at").values_list("today", flat=True).first()


def nights() -> QuerySet[Night]:
    """All nights, the newest first."""
    return Night.objects.order_by("-started_at", "-pk")


def nights_with_totals(*, limit: int) -> list[Night]:
    """The newest nights with what they did: ``gone`` and ``waiting`` (steps that others' locks held up). 1 query."""
    beside_tidying = ~Q(steps__work=Work.DEAD)
    return list(
        nights().annotate(
            gone=Coalesce(Sum("steps__done_count", filter=beside_tidying), 0),
            waiting=Count("steps", filter=Q(steps__state=StepState.HELD_UP)),
        )[:limit]
    )


def steps_of(night_id: int) -> list[Step]:
    """The steps of a night in their order. 1 query."""
    return list(Step.objects.filter(night_id=night_id).order_by("number"))


def next_step(night_id: int) -> Step | None:
    """The first step that has not come to its end. 1 query."""
    open_ = (StepState.WAITING, StepState.RUNNING)
    return Step.objects.filter(night_id=night_id, state__in=open_).order_by("number").first()


# -- erasures ------------------------------------------------------------------------------------------------------


def erasures_carried_out() -> set[tuple[str, datetime]]:
    """The entries of the log of erasures that this database has carried out: hash and time of each. 1 query."""
    return set(Erasure.objects.values_list("person", "logged_at"))
