"""Reads of what waits for staff: runs and drafts of prices to approve, bills that were stopped, or have not left."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from forsyn.domain.billing.models import Run, RunState, TariffVersion
from forsyn.domain.billing.tariff_models import VersionState

MOST = 50
"""So many of a kind at most: a page is read by people."""


def runs_waiting() -> list[Run]:
    """Runs that staff have a next step for, with who made them, the oldest first. 1 query."""
    states = (RunState.PREVIEWED, RunState.APPROVED, RunState.EXECUTED)
    return list(Run.objects.filter(state__in=states).select_related("made_by").order_by("made_at", "pk")[:MOST])


def drafts_waiting() -> list[TariffVersion]:
    """Drafts of tariffs with their tariff, who wrote them, and ``is_reckoned`` for last year. 1 query."""
    rows = TariffVersion.objects.filter(state=VersionState.DRAFT).select_related("tariff", "drafted_by")
    rows = rows.defer("document", "preview").annotate(is_reckoned=Q(preview__isnull=False))
    return list(rows.order_by("drafted_at", "pk")[:MOST])


@dataclass(frozen=True, slots=True)
class OfRun:
    """A run by what it is called."""

    run_id: int
    kind: str
    commodity: str
    period: DateRange


@dataclass(frozen=True, slots=True)
class StoppedBills:
    """Bills of a run in the books that were stopped, or left out, and not made since; how many for which reason."""

    of: OfRun
    state: str
    bills: int
    reasons: Mapping[str, int]


_STOPPED = """
    with stopped as materialized (
        select bill.run_id, bill.id, bill.state, bill.reasons
          from billing_run as run
          join billing_bill as bill on bill.run_id = run.id and bill.state in ('stopped', 'left_out')
         where run.state in ('executed', 'released') and run.executed_at >= %(since)s
           and not exists (select from billing_bill as later
                            where later.agreement_id = bill.agreement_id and later.id > bill.id
                              and later.period && bill.period and later.state not in ('previewed', 'undone')
                              and (later.kind = 'on_account') = (bill.kind = 'on_account'))),
    counted as (
        select run_id, state, count(distinct id) as bills,
               case when state = 'left_out' then coalesce(nullif(each ->> 'value', ''), each ->> 'code')
                    else each ->> 'code' end as code
          from stopped cross join lateral jsonb_array_elements(reasons) as each group by run_id, state, code)
    select run.id, run.kind, run.commodity, run.period, counted.state,
           (select count(*) from stopped where stopped.run_id = run.id and stopped.state = counted.state),
           jsonb_object_agg(counted.code, counted.bills)
      from counted join billing_run as run on run.id = counted.run_id
     group by run.id, counted.state order by run.id desc, counted.state limit %(most)s"""


def stopped_bills(*, since: datetime) -> list[StoppedBills]:
    """Of runs posted since then, the newest first. 1 query."""
    rows = _rows(_STOPPED, {"since": since, "most": MOST})
    return [StoppedBills(OfRun(*of), state, bills, json.loads(reasons)) for *of, state, bills, reasons in rows]


@dataclass(frozen=True, slots=True)
class UnsentBills:
    """Released bills of a run that have not left by any way, and when the first of them was released."""

    of: OfRun
    bills: int
    first_released_at: datetime


_UNSENT = """
    select run.id, run.kind, run.commodity, run.period, count(*), min(bill.released_at)
      from billing_run as run
      join billing_bill as bill on bill.run_id = run.id and bill.state = 'released'
     where run.state in ('executed', 'released') and coalesce(run.released_at, %(since)s) >= %(since)s
       and not exists (select from billing_dispatch as sent
                        where sent.bill_id = bill.id and sent.channel <> 'betalingsservice')
     group by run.id order by run.id desc limit %(most)s"""


def unsent_bills(*, since: datetime) -> list[UnsentBills]:
    """Of runs that were not all released before then, the newest first. 1 query."""
    return [UnsentBills(OfRun(*row[:4]), *row[4:]) for row in _rows(_UNSENT, {"since": since, "most": MOST})]


def _rows(statement: str, given: Mapping[str, Any]) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
