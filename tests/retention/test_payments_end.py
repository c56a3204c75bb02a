"""Payments end as bookkeeping does, decided or not; mandates five years after they ended or their customer left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.ledger.models import YearTotal
from forsyn.domain.payments.models import (
    Collection,
    FileKind,
    Mandate,
    Payout,
    Receipt,
    ReceivedFile,
    SentFile,
    SentKind,
)
from forsyn.domain.payments.undecided_queries import DECIDE_WITHIN, Undecided, undecided_too_long
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.examination_of_waiting import payments_undecided
from forsyn.policy.purposes import P
from forsyn.workflows.payments_in import import_payments
from tests.books import books as books
from tests.paid_world import balance, bank_file, other
from tests.retention.test_night import night
from tests.world import NOW, World

Books = Mapping[int, int]
KEPT, GONE = date(2031, 12, 31), date(2032, 1, 1)
"""The last day on which what happened in 2026 is kept, and the first on which it is not."""


@pytest.fixture(autouse=True)
def nothing_is_vacuumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forsyn.workflows.night.clear_dead_rows", lambda *, tables: len(tables))


def _read() -> ReceivedFile:
    found: ReceivedFile = ReceivedFile.objects.create(
        kind=FileKind.AGREEMENTS, name="aftaler.txt", sha256="a" * 64, entry_count=1, known_count=0, credit_oere=0,
        debit_oere=0, received_at=NOW,
    )  # fmt: skip
    return found


def _mandate(customer_id: int, ended: date | None = None) -> Mandate:
    file = ReceivedFile.objects.first() or _read()
    found: Mandate = Mandate.objects.create(
        customer_id=customer_id, agreement_number="000000001", period=DateRange(date(2024, 1, 1), ended), file=file,
        ended_by="bank" if ended else "", recorded_at=NOW,
    )  # fmt: skip
    return found


def _collection(customer_id: int) -> None:
    """One that Betalingsservice never answered."""
    sent = SentFile.objects.create(
        kind=SentKind.COLLECTIONS, number=1, sha256="b" * 64, entry_count=1, sum_oere=100_00, made_at=NOW
    )
    Collection.objects.create(
        bill_id=1, customer_id=customer_id, sent_file=sent, reference="1", due_date=date(2026, 12, 1),
        amount_oere=100_00, state="sent",
    )  # fmt: skip


def _payout(customer_id: int, prepared_by_id: int) -> None:
    """One that nobody approved."""
    Payout.objects.create(
        customer_id=customer_id, amount_oere=100_00, balance_oere=100_00, reason="Flyttet.", route="nemkonto",
        payee_name="Anna Prøvesen", end_to_end_id="P-1", state="prepared", prepared_by_id=prepared_by_id,
        prepared_at=NOW,
    )  # fmt: skip


def _counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Receipt, Mandate, Collection, Payout))


def test_what_was_told_and_asked_goes_decided_or_not_and_the_money_stays_in_the_books(
    world: World, books: Books, tmp_path: Path
) -> None:
    import_payments(path=bank_file(tmp_path, other(100_00, debtor_name="Kurt Betaler", text="tak")), now=NOW)
    _mandate(world.anna.customer_id, ended=date(2026, 6, 1))
    _mandate(world.dorthe.customer_id)  # whose agreement ended in 2026
    running = _mandate(world.bo.customer_id)
    _collection(world.anna.customer_id)
    _payout(world.anna.customer_id, world.billing.pk)
    before = _counts()
    night(KEPT)
    assert _counts() == before == (1, 3, 1, 1)
    assert Receipt.objects.get().state == "suspense"
    assert balance("suspense") == -100_00
    night(GONE)
    assert _counts() == (0, 1, 0, 0)
    assert Mandate.objects.get() == running
    assert -sum(
        total.debit_oere - total.credit_oere for total in YearTotal.objects.filter(account__key="suspense")
    ) == (100_00)


def test_payments_that_wait_too_long_are_told_of(world: World, books: Books, tmp_path: Path) -> None:
    import_payments(path=bank_file(tmp_path, other(100_00, booking_date=date(2026, 9, 1))), now=NOW)
    with purpose(P.ACCOUNTING, actor=world.billing.pk):
        assert undecided_too_long(today=date(2026, 9, 1) + DECIDE_WITHIN) == Undecided(0, None)
        late = undecided_too_long(today=date(2026, 9, 2) + DECIDE_WITHIN)
    assert late == Undecided(1, date(2026, 9, 1))
    what, found, mend = payments_undecided()
    assert (what, found) == ("undecided payments", "1 older than 30 days, the oldest of 2026-09-01")
    assert "Betalinger" in mend
