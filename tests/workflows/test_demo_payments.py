"""The demo's bank: what its files tell is booked on its bills, the sum once, and some waits with a suggestion."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Role
from forsyn.domain.ledger.models import Voucher
from forsyn.domain.payments import queries
from forsyn.domain.payments.models import Receipt, ReceivedFile
from forsyn.domain.payments.suggestion_queries import suggestions
from forsyn.workflows.demo_accounts import APPROVES_TARIFFS, DRAFTS_TARIFFS
from forsyn.workflows.demo_bills import make_demo_bills
from forsyn.workflows.demo_payments import make_demo_payments
from tests.billed_world import BilledWorld
from tests.paid_world import balance
from tests.world import BEGINNING, NOW

pytestmark = pytest.mark.django_db
TODAY = date(2026, 2, 20)
AT = datetime(2026, 2, 20, 9, tzinfo=UTC)


@pytest.fixture
def demo(billed_world: BilledWorld, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> BilledWorld:
    """The demo, in which every third customer does not pay on time."""
    settings.DEMO = True
    for where in ("demo_bills", "demo_payments"):
        monkeypatch.setattr(f"forsyn.workflows.{where}.is_paid_on_time", lambda number: bool(number % 3))
    for email in (DRAFTS_TARIFFS, APPROVES_TARIFFS):
        create_staff(
            email=email, name="Demo", roles=[Role.BILLING], first_date=BEGINNING, until_date=date(2099, 1, 1), now=NOW
        )
    return billed_world


def test_the_files_are_read_once_and_tell_of_payments_that_are_placed_and_of_some_that_wait(
    demo: BilledWorld, tmp_path: Path
) -> None:
    make_demo_bills(today=TODAY, now=AT)
    assert make_demo_payments(folder=tmp_path, today=TODAY, now=AT) > 0
    assert set(ReceivedFile.objects.values_list("kind", flat=True)) == {"camt053", "camt054", "bs0603"}
    on_time = Receipt.objects.filter(file__kind="camt054")
    assert set(on_time.values_list("state", flat=True)) == {"matched"}
    sum_of_them = Receipt.objects.get(state="told")
    assert sum_of_them.amount_oere == sum(on_time.values_list("amount_oere", flat=True))
    waiting = queries.waiting_receipts()
    assert len(waiting) >= 3
    assert any(suggestions(receipts=waiting).values())
    before = Voucher.objects.count(), balance("bank")
    assert make_demo_payments(folder=tmp_path, today=TODAY, now=AT) == 0
    make_demo_bills(today=TODAY, now=AT)
    assert (Voucher.objects.count(), balance("bank")) == before
