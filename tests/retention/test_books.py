"""How the books end: kept for a person who is erased, gone five years after their year, and balances as they were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from forsyn.domain.customers.models import Customer, CustomerName
from forsyn.domain.ledger import queries
from forsyn.domain.ledger.actions_allocations import allocate, undo_allocation
from forsyn.domain.ledger.models import Allocation, OpenItem, Posting, Voucher, YearTotal
from forsyn.domain.ledger.rules import NotPossible
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.erasure import Outcome
from forsyn.policy.purposes import P
from forsyn.workflows.erasure import carry_out_erasure, plan_erasure
from tests.books import bill, pay
from tests.retention.test_night import SMALL, evidence, night
from tests.world import NOW, TODAY, World

Books = Mapping[int, int]
BEFORE_ITS_TIME, ITS_TIME = date(2025, 12, 31), date(2026, 1, 1)
"""The last day on which the vouchers of 2020 are kept, and the day on which they are not."""


@pytest.fixture(autouse=True)
def nothing_is_vacuumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forsyn.workflows.night.clear_dead_rows", lambda *, tables: len(tables))


def _origins() -> set[str]:
    return set(Voucher.objects.values_list("origin", flat=True))


def _a_settled_and_an_open_bill_of_2020(customer_id: int) -> None:
    bill(customer_id, 1000_00, "bill:settled", day=date(2020, 12, 20))
    pay(customer_id, 1000_00, "payment:later", day=date(2021, 1, 10))
    allocate(customer_id=customer_id, now=NOW)
    bill(customer_id, 300_00, "bill:owed", day=date(2020, 6, 1))


def test_a_year_goes_when_its_time_is_over_but_not_what_is_owed(world: World, books: Books) -> None:
    anna = world.anna.customer_id
    _a_settled_and_an_open_bill_of_2020(anna)
    night(BEFORE_ITS_TIME)
    assert _origins() == {"bill:settled", "payment:later", "bill:owed"}
    with purpose(P.ACCOUNTING, actor=None):
        before = [queries.trial_balance_of(year_id=books[year]) for year in (2020, 2021, 2026)]
        owed = queries.balance(customer_id=anna, today=ITS_TIME)
        told = queries.statement_of(customer_id=anna, from_date=date(2021, 1, 1), until_date=date(2022, 1, 1))
    done = night(ITS_TIME, pace=SMALL)
    assert _origins() == {"payment:later", "bill:owed"}
    assert {table: count for (_, table), count in evidence(done).items() if table.startswith("ledger")} == {
        "ledger_posting": 3,
        "ledger_voucher": 1,
    }
    with purpose(P.ACCOUNTING, actor=None):
        assert [queries.trial_balance_of(year_id=books[year]) for year in (2020, 2021, 2026)] == before
        assert queries.balance(customer_id=anna, today=ITS_TIME) == owed
        after = queries.statement_of(customer_id=anna, from_date=date(2021, 1, 1), until_date=date(2022, 1, 1))
    assert after == told
    assert (after.opening_oere, after.closing_oere) == (1300_00, 300_00)


def test_what_paid_a_bill_that_is_gone_cannot_be_spent_again(world: World, books: Books) -> None:
    anna = world.anna.customer_id
    _a_settled_and_an_open_bill_of_2020(anna)
    night(ITS_TIME)
    (paid,) = queries.allocations_of(customer_id=anna)
    with pytest.raises(NotPossible, match="slettet efter fem år"):
        undo_allocation(allocation_id=paid.id, now=NOW)
    assert [item.remaining_oere for item in queries.open_items(customer_id=anna)] == [300_00]


def test_what_was_owed_goes_once_it_is_paid_and_its_last_year_over(world: World, books: Books) -> None:
    anna = world.anna.customer_id
    _a_settled_and_an_open_bill_of_2020(anna)
    night(ITS_TIME)
    pay(anna, 300_00, "payment:last", day=date(2026, 3, 1))
    allocate(customer_id=anna, now=NOW)
    night(date(2027, 1, 1))
    assert _origins() == {"payment:last"}
    assert Allocation.objects.count() == 1
    night(date(2032, 1, 1))
    assert _origins() == set()
    assert not Posting.objects.exists()
    assert not OpenItem.objects.exists()
    assert not Allocation.objects.exists()
    assert sum(one.debit_oere - one.credit_oere for one in YearTotal.objects.all()) == 0


def test_an_erased_customers_books_are_kept_as_the_law_says_and_restricted(
    world: World, books: Books, tmp_path: Path, settings: Any
) -> None:
    settings.ERASURE_LOG = ErasureLog(tmp_path / "erasures.log")
    dorthe = world.dorthe.customer_id
    bill(dorthe, 100_00, "bill:1", day=TODAY - timedelta(days=30))
    pay(dorthe, 100_00, "payment:1")
    allocate(customer_id=dorthe, now=NOW)
    bill(world.bo.customer_id, 50_00, "bill:2")
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        plan = plan_erasure(customer_ids=[dorthe], today=TODAY, now=NOW, actor=world.dpo.pk)
        lines = {line.table: line for line in plan.lines if line.table.startswith("ledger")}
        assert {line.outcome for line in lines.values()} == {Outcome.KEPT}
        assert "bogføringsloven" in lines["ledger_voucher"].ground.da
        assert not plan.gaps
        carry_out_erasure(customer_ids=[dorthe], fingerprint=plan.fingerprint, today=TODAY, now=NOW, actor=world.dpo.pk)
    for work, seen in ((P.CUSTOMER_SERVICE, {"bill:2"}), (P.ACCOUNTING, {"bill:1", "payment:1", "bill:2"})):
        with purpose(work, actor=world.billing.pk):
            assert _origins() == seen
            assert Posting.objects.count() == sum(3 if origin.startswith("bill") else 2 for origin in seen)
    night(date(2031, 12, 31))
    assert _origins() == {"bill:1", "payment:1", "bill:2"}
    night(date(2032, 1, 1))
    assert _origins() == {"bill:2"}  # which nobody has paid


def test_a_former_customer_who_owes_is_kept_until_five_years_after_the_payment(world: World, books: Books) -> None:
    dorthe = world.dorthe.customer_id  # her agreement ended in 2026
    bill(dorthe, 500_00, "bill:last", day=date(2026, 11, 1))
    night(date(2032, 1, 1))
    assert CustomerName.objects.filter(customer_id=dorthe).exists()
    pay(dorthe, 500_00, "payment:last", day=date(2027, 2, 1))
    allocate(customer_id=dorthe, now=NOW)
    night(date(2032, 12, 31))
    assert CustomerName.objects.filter(customer_id=dorthe).exists()
    night(date(2033, 1, 1))
    assert not Customer.objects.filter(pk=dorthe).exists()
    assert _origins() == set()
