"""Runs up to their approval: made, previewed with all their bills, approved by another person, or discarded.

The caller has entered settlement. Refusals are `RunRefused`, and then nothing is done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing import run_queries
from forsyn.domain.billing.models import BillKind, BillState, Run, RunState
from forsyn.domain.billing.run_refusal_rules import Refusal, RunRefused, check_dates, expect_state
from forsyn.domain.billing.run_rules import NewBill, Reckoned, Totals, postings_side_by_side
from forsyn.kernel.charges.tariff import Commodity


def make_run(
    *,
    kind: BillKind,
    commodity: Commodity,
    from_date: date,
    until_date: date,
    issue_date: date,
    due_date: date,
    made_by_id: int | None,
    now: datetime,
    agreement_id: int | None = None,
    note: str = "",
) -> int:
    """Make a draft and return its id; a run on account bills the instalments that are due in its period.

    ``agreement_id``: about that agreement alone, as a move is.
    """
    check_dates(from_date=from_date, until_date=until_date, issue_date=issue_date, due_date=due_date)
    run = Run.objects.create(
        kind=kind,
        commodity=commodity,
        agreement_id=agreement_id,
        period=DateRange(from_date, until_date),
        issue_date=issue_date,
        due_date=due_date,
        state=RunState.DRAFT,
        note=note.strip(),
        made_by_id=made_by_id,
        made_at=now,
    )
    return int(run.pk)


def lock_run(*, run_id: int) -> Run:
    """The run, at which nobody else works until the transaction ends. Raises Run.DoesNotExist."""
    found: Run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
    return found


@transaction.atomic
def reckon_anew(*, run_id: int) -> Run:
    """Make the run a draft again; until `begin_preview` it still has the bills of the preview before."""
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.DRAFT, RunState.PREVIEWED)
    if run_queries.is_half_undone():
        raise RunRefused(Refusal.HALF_UNDONE)
    if run.state == RunState.PREVIEWED:
        run.state = RunState.DRAFT
        run.save(update_fields=["state"])
    return run


_DELETE = """
    delete from billing_bill
     where id in (select id from billing_bill where run_id = %(run)s order by id limit %(limit)s)"""


@transaction.atomic
def delete_bills(*, run_id: int, limit: int) -> int:
    """Delete the next bills of a draft, or of a run that was discarded; return how many."""
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.DRAFT, RunState.DISCARDED)
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, {"run": run_id, "limit": limit})
        return int(cursor.rowcount)


@transaction.atomic
def begin_preview(*, run_id: int) -> Run:
    """Begin to reckon a draft whose earlier bills are deleted: it keeps nothing of an earlier preview."""
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.DRAFT)
    run.previewed_at, run.totals, run.sha256 = None, None, ""
    run.save(update_fields=["previewed_at", "totals", "sha256"])
    return run


_COLUMNS = {
    "agreement_id": "bigint",
    "customer_id": "bigint",
    "state": "text",
    "period": "daterange",
    "due_date": "date",
    "reasons": "jsonb",
    "remarks": "text[]",
    "tariff_version_id": "bigint",
    "instalment_id": "bigint",
    "corrects_id": "bigint",
    "vat_percent": "numeric",
    "net_oere": "bigint",
    "vat_oere": "bigint",
    "on_account_net_oere": "bigint",
    "on_account_vat_oere": "bigint",
    "to_pay_oere": "bigint",
    "last_year_net_oere": "bigint",
    "basis": "text",
    "calculation": "text",
    "sha256": "text",
    "posting_accounts": "text[]",
    "posting_oere": "bigint[]",
    "posting_vat": "text[]",
}
_NAMES = ", ".join(_COLUMNS)
_DEFINED = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
_STAGE = f"create temp table staged_bill (place integer, {_DEFINED}) on commit drop"
_COPY = f"copy staged_bill (place, {_NAMES}) from stdin"
_INSERT = f"""
    insert into billing_bill (run_id, kind, issue_date, {_NAMES})
    select %(run)s, %(kind)s, %(issue_date)s, {_NAMES} from staged_bill order by place"""  # noqa: S608 - constants


@transaction.atomic
def add_bills(*, run: Run, bills: Sequence[NewBill]) -> None:
    """Keep what was reckoned of some agreements, in the order of their numbers: rows' ids follow it. 4 statements.

    By way of a temporary table, since PostgreSQL copies nothing into a table with row policies.
    """
    if not bills:
        return
    given = {"run": run.pk, "kind": run.kind, "issue_date": run.issue_date}
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for place, bill in enumerate(bills):
                copy.write_row((place, *_row(run, bill)))
        cursor.execute(_INSERT, given)
        cursor.execute("drop table staged_bill")


def _row(run: Run, bill: NewBill) -> Iterator[Any]:
    outcome = bill.outcome
    due_date = max(bill.due_date or run.due_date, run.issue_date)
    period = f"[{bill.from_date},{bill.until_date})"
    refers = (bill.tariff_version_id, bill.instalment_id, bill.corrects_id)
    if not isinstance(outcome, Reckoned):
        nothing = (None,) * 6
        yield from (bill.agreement_id, bill.customer_id, BillState.STOPPED.value, period, due_date)
        yield from (json.dumps(outcome.reasons), [], *refers, *nothing, bill.last_year_net_oere, None, None, "")
        yield from (None, None, None)
        return
    yield from (bill.agreement_id, bill.customer_id, BillState.PREVIEWED.value, period, due_date)
    yield from (None, [remark.value for remark in outcome.remarks], *refers)
    yield from (outcome.vat_percent, outcome.net_oere, outcome.vat_oere)
    yield from (outcome.on_account_net_oere, outcome.on_account_vat_oere, outcome.to_pay_oere)
    yield from (bill.last_year_net_oere, outcome.basis, outcome.calculation, outcome.sha256)
    yield from postings_side_by_side(outcome.postings)


@transaction.atomic
def finish_preview(*, run_id: int, now: datetime) -> Totals:
    """Write down the totals and the fingerprint over all bills: what an approver is shown, and approves."""
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.DRAFT)
    found = run_queries.totals(run_id=run_id)
    run.state, run.previewed_at, run.totals = RunState.PREVIEWED, now, found.document()
    run.sha256 = run_queries.fingerprint(run_id=run_id)
    run.save(update_fields=["state", "previewed_at", "totals", "sha256"])
    return found


@transaction.atomic
def approve_run(*, run_id: int, sha256: str, approved_by_id: int, now: datetime) -> None:
    """Approve exactly what was seen: the run's fingerprint as the approver was shown it, taken anew from its bills."""
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.PREVIEWED)
    if approved_by_id == run.made_by_id:
        raise RunRefused(Refusal.SAME_PERSON, run=run_id)
    if not run.sha256 or not sha256 == run.sha256 == run_queries.fingerprint(run_id=run_id):
        raise RunRefused(Refusal.CHANGED, run=run_id)
    if not run.totals["bills"]:
        raise RunRefused(Refusal.NOTHING_TO_BILL, run=run_id)
    run.state, run.approved_by_id, run.approved_at = RunState.APPROVED, approved_by_id, now
    run.save(update_fields=["state", "approved_by", "approved_at"])


@transaction.atomic
def discard_run(*, run_id: int, reason: str = "") -> None:
    """Give a run up before it is in the books; its bills are deleted next. ``reason`` is added to its note."""
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.DRAFT, RunState.PREVIEWED, RunState.APPROVED)
    run.state, run.note = RunState.DISCARDED, noted(run.note, reason)
    run.save(update_fields=["state", "note"])


def noted(note: str, addition: str) -> str:
    """A run's note with one more sentence, as far as there is room."""
    return " ".join(part for part in (note, addition.strip()) if part)[: Run._meta.get_field("note").max_length]
