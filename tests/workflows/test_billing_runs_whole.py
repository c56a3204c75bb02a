"""Runs from their preview to the customers, and back, where days are not as others and where nothing is metered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.models import Bill, BillKind, Terms
from forsyn.domain.ledger.actions import open_year
from forsyn.domain.ledger.models import OpenItem
from forsyn.kernel.charges.canonical import basis_from
from forsyn.kernel.charges.components import Factor, FixedCharge, Price
from forsyn.kernel.charges.tariff import Commodity, Tariff
from forsyn.workflows.billing_runs import preview_run, release_run, undo_run
from tests.billed_world import FIRST, LONG_AGO, UNTIL, BilledWorld, a_run, approved_version, billed
from tests.metered_world import HEAT_PER_HOUR, MeteredWorld
from tests.workflows.test_bill_corrections import deliver
from tests.workflows.test_billing_crossings import AT, posted

LEAP_YEAR = (date(2028, 1, 1), date(2029, 1, 1))
AFTER = datetime(2029, 1, 5, 9, tzinfo=UTC)
EDGES = (
    date(2028, 2, 29),
    date(2028, 3, 1),
    date(2028, 3, 26),
    date(2028, 3, 27),
    date(2028, 10, 29),
    date(2028, 10, 30),
)
HOURS = {date(2028, 2, 29): 24, date(2028, 3, 26): 23, date(2028, 10, 29): 25}
"""Of the leap day, and of the days on which the clock is changed."""


def used(bill: Bill) -> int:
    return sum(span.amount for span in basis_from(bill.basis.encode()).consumption)


def test_a_year_with_a_leap_day_and_both_changes_of_the_clock_is_the_sum_of_its_days(
    metered_world: MeteredWorld,
) -> None:
    made = billed(metered_world.world)
    for year in (2028, 2029):
        open_year(first_date=date(year, 1, 1), until_date=date(year + 1, 1, 1))
    deliver(*LEAP_YEAR, HEAT_PER_HOUR, now=AFTER)
    issued: dict[str, Any] = {
        "agreement_id": made.agreements["anna"], "issue_date": AFTER.date(), "due_date": date(2029, 2, 1), "now": AFTER,
    }  # fmt: skip
    whole = posted(made, a_run(made.world, from_date=LEAP_YEAR[0], until_date=LEAP_YEAR[1], **issued), AFTER)
    year = Bill.objects.get(run_id=whole)
    assert used(year) == 366 * 24 * HEAT_PER_HOUR
    assert year.net_oere == 60_000 + 366 * 24 * HEAT_PER_HOUR // 20
    undo_run(run_id=whole, undone_by_id=None, reason="I stykker.", now=AFTER)
    edges = (edge for day in HOURS for edge in (day, day + timedelta(days=1)))
    days = (LEAP_YEAR[0], *edges, LEAP_YEAR[1])
    for first, until in pairwise(days):
        run_id = posted(made, a_run(made.world, BillKind.INTERIM, from_date=first, until_date=until, **issued), AFTER)
        assert release_run(run_id=run_id, now=AFTER) == 1
    parts = Bill.objects.filter(state="released")
    for day, hours in HOURS.items():
        assert used(parts.get(period__startswith=day)) == hours * HEAT_PER_HOUR
    assert sum(map(used, parts)) == used(year)
    assert abs(sum(part.net_oere for part in parts) - year.net_oere) <= 2 * len(days)
    assert sum(OpenItem.objects.values_list("remaining_oere", flat=True)) == sum(part.to_pay_oere for part in parts)


def test_an_agreement_without_a_meter_is_billed_its_fixed_charges(billed_world: BilledWorld) -> None:
    """The shop has no reading and no meter; its bill was stopped for that under a tariff by MWh."""
    shop = billed_world.agreements["freja_shop"]
    standing = FixedCharge(
        key="standing", text_key="standing", account="sales_heat_fixed", factor=Factor.AGREEMENT,
        prices=(Price(LONG_AGO, None, Decimal(1200)),),
    )  # fmt: skip
    version = approved_version(Tariff(tariff_id="pipe", version=1, commodity=Commodity.HEAT, components=(standing,)))
    Terms.objects.filter(agreement_id=shop).update(
        tariff_id=version.tariff_id, period=DateRange(date(2024, 10, 1), None)
    )
    run_id = posted(billed_world, a_run(billed_world.world, agreement_id=shop))
    bill = Bill.objects.get(run_id=run_id)
    assert (bill.net_oere, bill.vat_oere, bill.remarks) == (120_000, 30_000, ["first_bill"])
    undo_run(run_id=run_id, undone_by_id=None, reason="Prøve.", now=AT)
    again = posted(billed_world, a_run(billed_world.world, agreement_id=shop))
    assert release_run(run_id=again, now=AT) == 1
    assert OpenItem.objects.get().remaining_oere == 150_000
    correction = a_run(billed_world.world, BillKind.CORRECTION, agreement_id=shop, from_date=FIRST, until_date=UNTIL)
    totals = preview_run(run_id=correction, clock=lambda: AT)
    assert (totals.bills, totals.stopped) == (0, 0)
