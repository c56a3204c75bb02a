"""What bills were made of is kept as long as the bills, which are issued in a later accounting year, and no longer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.models import Bill, FeeOf, SettledConsumption
from tests.books import books as books
from tests.books import pay
from tests.own_bills import Ground, heat_basis
from tests.retention.test_night import night
from tests.world import World

RECORDED_AT = datetime(2020, 1, 10, tzinfo=UTC)
Books = Mapping[int, int]


@pytest.fixture(autouse=True)
def nothing_is_vacuumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forsyn.workflows.night.clear_dead_rows", lambda *, tables: len(tables))


def _settled(agreement_id: int, year: int) -> None:
    SettledConsumption.objects.create(
        agreement_id=agreement_id, period=DateRange(date(year, 1, 1), date(year + 1, 1, 1)), amount=18_250_000,
        unit="watt_hours", quality="agreed", reason="Aftalt ved telefonen.", recorded_at=RECORDED_AT,
    )  # fmt: skip
    FeeOf.objects.create(
        agreement_id=agreement_id, component="visit", on_date=date(year, 11, 3), count=1, recorded_at=RECORDED_AT
    )


def _kept() -> tuple[int, int, int]:
    return Bill.objects.count(), SettledConsumption.objects.count(), FeeOf.objects.count()


def test_what_staff_settled_is_kept_as_long_as_the_bill_made_of_it(world: World, books: Books) -> None:
    anna = world.anna
    _settled(anna.agreements["heat"], 2019)
    basis = heat_basis(first=date(2019, 1, 1), until=date(2020, 1, 1))
    bill = Ground().settled(anna, basis, issued=date(2020, 1, 15), due=date(2020, 2, 15))
    pay(anna.customer_id, bill.to_pay_oere, "receipt:1", day=date(2020, 2, 1))
    night(date(2025, 12, 31))
    assert _kept() == (1, 1, 1)
    night(date(2026, 1, 1))
    night(date(2026, 1, 2))
    assert _kept()[1:] == (0, 0)


def test_what_no_bill_was_made_of_goes_by_its_own_days(world: World) -> None:
    _settled(world.anna.agreements["heat"], 2019)
    night(date(2024, 12, 31))
    assert _kept()[1:] == (1, 1)
    night(date(2025, 1, 1))
    assert _kept()[1:] == (0, 0)
