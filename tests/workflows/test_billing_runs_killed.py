"""A run that is killed half-way and gone on with leaves the same books, byte for byte, as one that was not."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections

from forsyn.config.embedded_postgres import SUPERUSER
from forsyn.domain.billing.actions_runs import approve_run
from forsyn.domain.billing.models import Bill, Run
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import execute_run, preview_run, undo_run
from tests.billed_world import a_run, build_billed_world, settle, sha_of

AT = datetime(2026, 1, 20, 9, tzinfo=UTC)
KILLED = """
import os, signal, sys
from datetime import UTC, datetime
import django; django.setup()
from forsyn.workflows import billing_runs
from forsyn.domain.billing import actions_execution

billing_runs.BILLS_AT_ONCE = 2
at, run_id = sys.argv[1], int(sys.argv[2])
if at == "inside":  # numbers are taken and vouchers posted, and nothing is committed
    posted = actions_execution.post_from_query
    def die(**given):
        posted(**given)
        os.kill(os.getpid(), signal.SIGKILL)
    actions_execution.post_from_query = die
billing_runs.execute_run(run_id=run_id, clock=lambda: datetime(2026, 1, 20, 9, tzinfo=UTC),
                         tell=lambda _: os.kill(os.getpid(), signal.SIGKILL))
"""
DUMPS = (
    "select number, agreement_id, customer_id, state, reasons, to_pay_oere, basis, calculation, sha256, posting_oere,"
    " (select number from ledger_voucher where id = voucher_id) from billing_bill order by agreement_id, period",
    "select number, year_id, customer_id, posting_date, line_count, kind, recorded_at, recorded_by_id, origin, text"
    " from ledger_voucher order by year_id, number",
    "select voucher.number, posting.line, account.key, posting.amount_oere, posting.due_date, posting.vat_code"
    "  from ledger_posting as posting join ledger_voucher as voucher on voucher.id = posting.voucher_id"
    "  join ledger_account as account on account.id = posting.account_id order by 1, 2",
    "select voucher.origin, item.amount_oere, item.remaining_oere, item.due_date from ledger_open_item as item"
    "  join ledger_voucher as voucher on voucher.id = item.voucher_id order by 1",
    "select last_number from billing_number_series",
    "select last_number from ledger_accounting_year order by period",
    "select state, recorded_at, sha256, totals from billing_run",
)


def dump() -> list[list[tuple[object, ...]]]:
    """The books and the bills, without the ids of rows."""
    found = []
    with connection.cursor() as cursor:
        for statement in DUMPS:
            cursor.execute(statement)
            found.append(cursor.fetchall())
    return found


def clock() -> datetime:
    return AT


@pytest.mark.crash
def test_a_killed_run_is_gone_on_with_and_comes_to_the_same(own_database: dict[str, str]) -> None:
    made = build_billed_world()
    run_id = a_run(made.world)
    preview_run(run_id=run_id, clock=clock)
    with purpose(P.SETTLEMENT, actor=made.world.clerk.pk):
        approve_run(run_id=run_id, sha256=sha_of(run_id), approved_by_id=made.world.clerk.pk, now=AT)
    settle(made.agreements["bo"], 1_000_000)  # changed since: it is left out, whoever goes on
    before = dump()
    connections["default"].close()
    for at, posted in (("between", 1), ("inside", 1), ("between", 3)):
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, at, str(run_id)], env=own_database, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert Run.objects.get().state == "executing"
        assert Bill.objects.filter(state="posted").count() == posted
    done = execute_run(run_id=run_id, clock=clock)
    assert done is not None
    assert (done.bills, done.left_out.bills) == (4, 1)
    after_kills = dump()
    assert after_kills != before

    undo_run(run_id=run_id, undone_by_id=made.world.clerk.pk, reason="Prøves igen.", now=AT)
    in_one_go(own_database["FORSYN_DATABASE"])
    assert dump() == after_kills


def in_one_go(database: str) -> None:
    """As if nothing had been posted: the same bills, and one execution that nobody disturbs."""
    with psycopg.connect(settings.INSTANCE.embedded.conninfo(database, SUPERUSER)) as administrator:
        administrator.execute(RESET)
    run = Run.objects.get()
    assert run.state == "approved"
    done = execute_run(run_id=run.pk, clock=clock)
    assert done is not None
    assert (done.bills, done.left_out.bills) == (4, 1)


RESET = """
    set session_replication_role = replica;
    update billing_bill set state = 'previewed', number = null, voucher_id = null, undoing_voucher_id = null
     where state = 'undone';
    update billing_bill set state = 'previewed', reasons = null where state = 'left_out';
    update billing_run set state = 'approved', recorded_at = null, executed_at = null, undone_at = null,
           undone_by_id = null, note = '';
    delete from ledger_allocation; delete from ledger_open_item; delete from ledger_posting; delete from ledger_voucher;
    update billing_number_series set last_number = 0;
    update ledger_accounting_year set last_number = 0;
    set session_replication_role = default;
"""
