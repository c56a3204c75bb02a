"""Runs from their approval on: into the ledger in chunks, released in batches, or undone as a whole.

Each chunk is one transaction, and what comes next is asked of the bills themselves: whatever ends the program, going on
gives the same numbers, vouchers and postings. The caller has entered settlement (accounting, to undo), and holds
`only_run`; refusals are `RunRefused`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import psycopg
from django.db import Error as DatabaseFailure
from django.db import connection, connections, transaction

from forsyn.domain.billing import run_queries
from forsyn.domain.billing.actions_runs import lock_run, noted
from forsyn.domain.billing.left_out_queries import approved_bills
from forsyn.domain.billing.left_out_rules import Approved
from forsyn.domain.billing.models import BillState, NumberSeries, Run, RunState
from forsyn.domain.billing.run_refusal_rules import Refusal, RunRefused, expect_state
from forsyn.domain.billing.run_rules import Stopped
from forsyn.domain.ledger.actions_allocations import allocate_oldest
from forsyn.domain.ledger.actions_bulk import post_from_query, reverse_many
from forsyn.domain.ledger.owing_queries import customers_with_both
from forsyn.kernel.local_days import local_day

LOCK = (1181705077, 3)


@contextlib.contextmanager
def only_run() -> Iterator[None]:
    """Until the block ends, no other process previews, executes or undoes a run. Raises RunRefused where one does."""
    own = connections.create_connection("default")
    try:
        with own.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s, %s)", LOCK)
            mine = bool(cursor.fetchone()[0])
        if not mine:
            raise RunRefused(Refusal.BUSY)
        yield
    finally:
        with contextlib.suppress(DatabaseFailure, psycopg.Error), own.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock_all()")
        own.close()


# -- into the ledger --------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_execution(*, run_id: int, now: datetime) -> Run:
    """Begin to post an approved run; one that has begun goes on as it is. ``now`` stands on all of its vouchers.

    Everything that could stop it half-way is looked at here.
    """
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.APPROVED, RunState.EXECUTING)
    NumberSeries.objects.select_for_update().get()  # of two that begin, the second sees the first
    if other := run_queries.run_in_the_way(run_id=run_id):
        raise RunRefused(Refusal.ANOTHER_EXECUTING, run=run_id, other=other)
    if run.state == RunState.EXECUTING:
        return run
    if run.sha256 != run_queries.fingerprint(run_id=run_id):
        raise RunRefused(Refusal.CHANGED, run=run_id)
    if unknown := run_queries.unknown_accounts(run_id=run_id):
        raise RunRefused(Refusal.UNKNOWN_ACCOUNT, run=run_id, account=", ".join(unknown))
    if not run_queries.is_year_open(day=run.issue_date):
        raise RunRefused(Refusal.NO_OPEN_YEAR, run=run_id, day=run.issue_date)
    run.state, run.recorded_at = RunState.EXECUTING, now
    run.save(update_fields=["state", "recorded_at"])
    return run


_VOUCHERS = """
    select numbered.place, 'bill:' || (%(last)s + numbered.place) as origin,
           case when bill.kind <> 'correction' then 'bill' when bill.to_pay_oere < 0 then 'credit_note'
                else 'correction' end as kind,
           bill.customer_id, bill.due_date,
           case bill.kind when 'on_account' then 'A conto-regning ' when 'correction' then 'Rettelse '
                else 'Regning ' end
             || (%(last)s + numbered.place) as text,
           bill.posting_accounts::text[] as accounts, bill.posting_oere as amounts_oere,
           bill.posting_vat::text[] as vat_codes
      from unnest(%(bills)s::bigint[]) with ordinality as numbered (bill_id, place)
      join billing_bill as bill on bill.id = numbered.bill_id
     where cardinality(bill.posting_oere) > 0"""
_POSTED = """
    update billing_bill as bill
       set state = 'posted', number = %(last)s + numbered.place, voucher_id = voucher.id
      from unnest(%(bills)s::bigint[]) with ordinality as numbered (bill_id, place)
      left join ledger_voucher as voucher on voucher.origin = 'bill:' || (%(last)s + numbered.place)
     where bill.id = numbered.bill_id"""


@transaction.atomic
def next_approved(*, run_id: int, limit: int) -> tuple[Run, list[Approved]]:
    """The run, held until the transaction ends, and its next bills, of which the caller looks whether they still hold.

    An agreement's bills come together.
    """
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.EXECUTING)
    return run, approved_bills(run_id=run_id, limit=limit)


_LEFT_OUT = """
    update billing_bill as bill set state = 'left_out', reasons = changed.reasons
      from unnest(%(bills)s::bigint[], %(reasons)s::jsonb[]) as changed (bill_id, reasons)
     where bill.id = changed.bill_id"""


@transaction.atomic
def leave_out(*, left_out: Mapping[int, Stopped]) -> None:
    """Post these bills not: they keep what was approved, and why it holds no longer. By the bills' ids."""
    if not left_out:
        return
    given = {"bills": list(left_out), "reasons": [json.dumps(each.reasons) for each in left_out.values()]}
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_OUT, given)
        _expect_all(cursor.rowcount, given["bills"])


@transaction.atomic
def post_bills(*, run: Run, bills: Sequence[int]) -> None:
    """Post the next bills of a run, in the order given: numbers, vouchers, and the bills' own rows.

    A bill of nothing at all takes a number and no voucher.
    """
    if not bills:
        return
    series = NumberSeries.objects.select_for_update().get()
    given: dict[str, Any] = {"bills": list(bills), "last": series.last_number}
    post_from_query(
        query=_VOUCHERS,
        given=given,
        posting_date=run.issue_date,
        now=run.recorded_at,
        account_id=run.approved_by_id,
    )
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, given)
        _expect_all(cursor.rowcount, bills)
    NumberSeries.objects.filter(pk=series.pk).update(last_number=series.last_number + len(bills))


@transaction.atomic
def finish_execution(*, run_id: int, now: datetime) -> None:
    """Write down that all bills are posted, but those left out, and of customers who are not to be billed since."""
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.EXECUTING)
    run.state, run.executed_at = RunState.EXECUTED, now
    run.save(update_fields=["state", "executed_at"])


# -- released ---------------------------------------------------------------------------------------------------------

_RELEASE = """
    update billing_bill set state = 'released', released_at = %(now)s
     where id in (select id from billing_bill
                   where run_id = %(run)s and state = 'posted' order by id limit %(limit)s)
    returning customer_id"""
_LEFT = "select exists (select from billing_bill where run_id = %(run)s and state = 'posted')"


@transaction.atomic
def release_chunk(*, run_id: int, limit: int, now: datetime) -> int:
    """Let the next bills of an executed run go to their customers; return how many. The last one releases the run:
    while the customer of one is restricted, it waits for that one.

    What their customers have with us, be it by these bills, pays what they owe, the oldest due first.
    """
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.EXECUTED)
    given = {"run": run_id, "limit": limit, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, given)
        customers = [customer_id for (customer_id,) in cursor.fetchall()]
        cursor.execute(_LEFT, given)
        (left,) = cursor.fetchone()
    allocate_oldest(customer_ids=customers_with_both(customer_ids=customers), now=now)
    if not left and not run_queries.held_back(run_id=run_id, state=BillState.POSTED):
        run.state, run.released_at = RunState.RELEASED, now
        run.save(update_fields=["state", "released_at"])
    return len(customers)


# -- undone -----------------------------------------------------------------------------------------------------------

_NEXT_POSTED = """
    select id from billing_bill where run_id = %(run)s and state = 'posted' order by id limit %(limit)s"""
_UNDONE = """
    update billing_bill as bill set state = 'undone', undoing_voucher_id = (
           select reversal.id from ledger_voucher as reversal where reversal.reverses_id = bill.voucher_id)
     where bill.id = any(%(bills)s)"""
_VOUCHERS_OF = "select voucher_id from billing_bill where id = any(%(bills)s) and voucher_id is not null"


@transaction.atomic
def begin_undo(*, run_id: int, undone_by_id: int | None, reason: str, now: datetime) -> Run:
    """Begin to take a whole executed run back, of which nothing was released; one that has begun goes on as it is.

    The caller has entered accounting, here and until it is undone: it sees the books of customers restricted since.
    """
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.EXECUTED, RunState.UNDOING)
    if other := run_queries.run_in_the_way(run_id=run_id):
        raise RunRefused(Refusal.ANOTHER_EXECUTING, run=run_id, other=other)
    if run.state == RunState.UNDOING:
        return run
    if not reason.strip():
        raise RunRefused(Refusal.NO_REASON)
    if released := run_queries.counts_by_state(run_id=run_id).get("released", 0):
        raise RunRefused(Refusal.ALREADY_RELEASED, run=run_id, count=released)
    if built := run_queries.count_built_upon(run_id=run_id):
        raise RunRefused(Refusal.BUILT_UPON, run=run_id, count=built)
    day = _undone_on(run.issue_date, now)
    if not run_queries.is_year_open(day=day):
        raise RunRefused(Refusal.NO_OPEN_YEAR, run=run_id, day=day)
    run.state, run.undone_by_id, run.undone_at, run.note = RunState.UNDOING, undone_by_id, now, noted(run.note, reason)
    run.save(update_fields=["state", "undone_by", "undone_at", "note"])
    return run


@transaction.atomic
def undo_chunk(*, run_id: int, limit: int) -> int:
    """Reverse the next bills of a run, on the day it was decided, but not before their own; return how many.

    Their numbers stay theirs.
    """
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.UNDOING)
    bills = _next(_NEXT_POSTED, run_id, limit)
    if not bills:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_VOUCHERS_OF, {"bills": bills})
        vouchers = [key for (key,) in cursor.fetchall()]
        if vouchers:
            reverse_many(
                voucher_ids=vouchers,
                posting_date=_undone_on(run.issue_date, run.undone_at),
                text=f"Kørsel {run_id} fortrudt",
                now=run.undone_at,
                account_id=run.undone_by_id,
            )
        cursor.execute(_UNDONE, {"bills": bills})
        _expect_all(cursor.rowcount, bills)
    return len(bills)


@transaction.atomic
def finish_undo(*, run_id: int) -> None:
    """Write down that no bill of the run stands."""
    run = lock_run(run_id=run_id)
    expect_state(run_id, run.state, RunState.UNDOING)
    run.state = RunState.UNDONE
    run.save(update_fields=["state"])


def _undone_on(issue_date: date, undone_at: datetime) -> date:
    return max(local_day(undone_at), issue_date)


def _expect_all(changed: int, bills: Sequence[int]) -> None:
    """Nothing of a chunk stands where a customer of it was restricted between two of its statements."""
    if changed != len(bills):
        raise RunRefused(Refusal.BUSY)


def _next(statement: str, run_id: int, limit: int) -> Sequence[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"run": run_id, "limit": limit})
        return [key for (key,) in cursor.fetchall()]
