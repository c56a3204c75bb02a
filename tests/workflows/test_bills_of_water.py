"""A year's water from a counter, through runs and corrections: what the meter tells late, and what staff take back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.actions_runs import approve_run, make_run
from forsyn.domain.billing.actions_settling import change_size, charge_fee, settle_consumption
from forsyn.domain.billing.models import Bill, BillKind, Run
from forsyn.domain.billing.run_rules import Totals
from forsyn.domain.customers.models import Agreement
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.ledger.actions import ensure_accounts, open_year
from forsyn.domain.metering.actions import NewMeter, register_meters
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.charges.components import Factor
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import execute_run, preview_run
from tests.billing_ground import approved, hours, on_terms, settled, sized
from tests.charge_samples import LONG_AGO, always, fixed, tariff, variable
from tests.metered_world import HUNG_UP_DATE, WATER
from tests.world import World

FIRST, UNTIL = date(2025, 1, 1), date(2026, 1, 1)
BILLED_AT = datetime(2026, 1, 20, 9, tzinfo=UTC)
LATER = datetime(2026, 2, 20, 9, tzinfo=UTC)
TARIFF = tariff(
    replace(fixed("area", always("9.99"), Factor.SQUARE_METRES), account="sales_water_fixed"),
    replace(variable("water", always("12.50"), "m3"), account="sales_water_variable"),
    commodity=Commodity.WATER,
)


@dataclass
class Water:
    """Anna's agreement for water."""

    world: World
    agreement_id: int

    def bill(self, kind: BillKind, at: datetime, *, by_name: bool = True) -> Totals:
        """A run of its kind, previewed, approved by another and posted, where there is anything to bill."""
        clerk, approver = self.world.billing.pk, self.world.clerk.pk
        with purpose(P.SETTLEMENT, actor=clerk):
            run_id = make_run(
                kind=kind, commodity=Commodity.WATER, from_date=FIRST, until_date=UNTIL, issue_date=at.date(),
                due_date=at.date() + timedelta(days=30), made_by_id=clerk, now=at,
                agreement_id=self.agreement_id if by_name else None,
            )  # fmt: skip
        totals = preview_run(run_id=run_id, clock=lambda: at)
        if totals.bills:
            with purpose(P.SETTLEMENT, actor=approver):
                sha256 = Run.objects.get(pk=run_id).sha256
                approve_run(run_id=run_id, sha256=sha256, approved_by_id=approver, now=at)
            assert execute_run(run_id=run_id, clock=lambda: at) is not None
        return totals


@pytest.fixture
def water(world: World) -> Water:
    """With a counter, a tariff by area and use, and open books."""
    ensure_accounts()
    for year in (2025, 2026):
        open_year(first_date=date(year, 1, 1), until_date=date(year + 1, 1, 1))
    register_meters(meters=[NewMeter("0062001", "water", (WATER,), f"{world.anna.home.number}2", HUNG_UP_DATE)])
    tariff_id, _ = approved(TARIFF)
    agreement_id = world.anna.agreements["water"]
    on_terms(agreement_id, tariff_id, LONG_AGO)
    sized(agreement_id, "square_metres", "137", LONG_AGO)
    return Water(world, agreement_id)


def test_a_reading_that_comes_late_into_a_gap_over_new_year_makes_one_correction(water: Water) -> None:
    """The year's end was divided by days; then the reading of 31 December comes, and nothing was used after it."""
    reached = hours("0062001", "volume", date(2024, 12, 30), date(2025, 12, 21), 10, counter=5_000)
    hours("0062001", "volume", date(2026, 1, 5), date(2026, 1, 7), 10, counter=reached + 3_600)
    assert water.bill(BillKind.ANNUAL, BILLED_AT).remarks["estimated"] == 1
    hours("0062001", "volume", date(2025, 12, 30), UNTIL, 0, counter=reached + 3_600, received_at=LATER)

    found = water.bill(BillKind.CORRECTION, LATER + timedelta(minutes=1), by_name=False)

    assert (found.bills, found.stopped) == (1, 0)
    litres = 354 * 240 + 3_600  # 1 January to 20 December, and all of the gap
    energy = litres * 125 // 100
    assert sum(Bill.objects.values_list("net_oere", flat=True)) == energy + 999 * 137
    assert water.bill(BillKind.CORRECTION, LATER + timedelta(minutes=2), by_name=False).bills == 0


def test_nothing_is_charged_or_settled_on_days_that_no_bill_has(water: Water) -> None:
    """A fee for moving that is dated after the last day would never be billed."""
    row = Agreement.objects.get(pk=water.agreement_id)
    row.period = DateRange(row.period.lower, date(2025, 7, 1))
    row.save()
    given: dict[str, Any] = {"agreement_id": water.agreement_id, "account_id": None, "now": LATER}
    with purpose(P.SETTLEMENT, actor=None):
        for day in (date(2025, 7, 1), row.period.lower - timedelta(days=1)):
            with pytest.raises(NotPossible, match="Vælg"):
                charge_fee(component="moving", on_date=day, count=1, **given)
        with pytest.raises(NotPossible, match="sluttede den"):
            settle_consumption(
                first=FIRST,
                until=UNTIL,
                amount=1,
                unit=BaseUnit.LITRES,
                quality=Quality.AGREED,
                reason="Aftalt",
                **given,
            )
        assert charge_fee(component="moving", on_date=date(2025, 6, 30), count=1, **given)


def test_a_size_that_is_changed_and_changed_back_corrects_nothing(water: Water) -> None:
    """Not even by the øre that lines cut in three are rounded by."""
    settled(water.agreement_id, FIRST, UNTIL, 90_000)
    water.bill(BillKind.ANNUAL, BILLED_AT)
    for first in (date(2025, 3, 4), date(2025, 3, 19)):
        for value in ("150", "137"):
            with purpose(P.SETTLEMENT, actor=None):
                change_size(
                    agreement_id=water.agreement_id, factor=Factor.SQUARE_METRES, first=first, value=Decimal(value),
                    account_id=None, now=LATER,
                )  # fmt: skip

    assert water.bill(BillKind.CORRECTION, LATER + timedelta(minutes=1)).bills == 0
