"""kill -9 in the middle of a bank file: what is there afterwards is all of the file or nothing of it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from forsyn.domain.ledger.actions import ensure_accounts, open_year
from forsyn.domain.payments.rules import AlreadyRead
from forsyn.workflows.payments_in import import_payments
from tests.paid_world import a_posted_bill, bank_file, other, paid
from tests.world import NOW, build_world

pytestmark = pytest.mark.crash

PAYMENTS, TRIALS = 1_500, 4
IMPORT = """
import sys, django
django.setup()
from datetime import UTC, datetime
from pathlib import Path
from forsyn.workflows.payments_in import import_payments
print("begun", flush=True)
import_payments(path=Path(sys.argv[1]), now=datetime(2026, 11, 2, 9, tzinfo=UTC))
"""


def _state() -> tuple[int, int, int, int]:
    """Files, receipts, vouchers of receipts, allocations; seen when the killed one's lock has gone."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [0x7061794D])
        cursor.execute(
            "select (select count(*) from payments_received_file), (select count(*) from payments_receipt),"
            " (select count(*) from ledger_voucher where origin like 'receipt:%'),"
            " (select count(*) from ledger_allocation)",
        )
        found = cursor.fetchone()
        cursor.execute("select pg_advisory_unlock(%s)", [0x7061794D])
    return tuple(found)  # type: ignore[return-value]


def test_a_killed_import_leaves_all_or_nothing(own_database: dict[str, str], tmp_path: Path) -> None:
    world = build_world()
    ensure_accounts()
    open_year(first_date=date(2026, 1, 1), until_date=date(2027, 1, 1))
    bills = [a_posted_bill(party, number, 100_00) for number, party in enumerate((world.anna, world.bo, world.gorm), 1)]
    entries = [paid(bill) for bill in bills] + [
        other(number, bank_reference=f"R{number}") for number in range(1, PAYMENTS)
    ]
    path = bank_file(tmp_path, *entries)
    whole, chance, interrupted = (1, len(entries), len(entries), len(bills)), random.Random(7), 0
    for _ in range(TRIALS):
        with subprocess.Popen(
            [sys.executable, "-c", IMPORT, str(path)], env=own_database, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            time.sleep(chance.uniform(0.05, 0.8))
            process.kill()
        state = _state()
        if state == whole:
            break
        assert state == (0, 0, 0, 0)
        interrupted += 1
    assert interrupted
    if _state() != whole:
        import_payments(path=path, now=NOW)
    assert _state() == whole
    with pytest.raises(AlreadyRead):
        import_payments(path=path, now=NOW)
