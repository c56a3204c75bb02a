"""Corrections after the fact: one exact difference for what changed, and none the second time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Sum

from forsyn.domain.billing.actions_runs import approve_run
from forsyn.domain.billing.models import Bill, BillKind, Terms
from forsyn.domain.billing.run_rules import Totals
from forsyn.domain.billing.standing_queries import standing_bills
from forsyn.domain.ledger.models import Posting, Voucher
from forsyn.domain.metering.actions import DeliveredBatch, DeliveredFile, take_in
from forsyn.domain.metering.spool import Chunk
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.canonical import bill_from
from forsyn.kernel.local_days import day_start_seconds
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import execute_run, preview_run, undo_run
from tests.billed_world import FIRST, UNTIL, BilledWorld, a_run, billed, settle, sha_of
from tests.metered_world import HEAT_PER_HOUR, MeteredWorld
from tests.world import NOW, World

AT = datetime(2026, 1, 20, 9, tzinfo=UTC)
LATER = datetime(2026, 2, 20, 9, tzinfo=UTC)
JULY = date(2025, 7, 1)


def post(made: BilledWorld, run_id: int) -> Totals:
    totals = preview_run(run_id=run_id, clock=lambda: AT)
    with purpose(P.SETTLEMENT, actor=made.world.clerk.pk):
        approve_run(run_id=run_id, sha256=sha_of(run_id), approved_by_id=made.world.clerk.pk, now=AT)
    assert execute_run(run_id=run_id, clock=lambda: AT) is not None
    return totals


def corrections(made: BilledWorld, **more: Any) -> int:
    issued = {"issue_date": date(2026, 2, 21), "due_date": date(2026, 3, 10)}
    return a_run(made.world, BillKind.CORRECTION, now=LATER, **issued, **more)


def found(made: BilledWorld, **more: Any) -> tuple[int, Totals]:
    run_id = corrections(made, **more)
    return run_id, preview_run(run_id=run_id, clock=lambda: LATER)


@pytest.fixture
def annual(billed_world: BilledWorld) -> BilledWorld:
    post(billed_world, a_run(billed_world.world))
    return billed_world


def test_nothing_is_corrected_while_nothing_changed(annual: BilledWorld) -> None:
    _, totals = found(annual)
    assert (totals.bills, totals.stopped) == (0, 0)


def test_a_later_reading_makes_one_correction_and_none_the_second_time(annual: BilledWorld) -> None:
    anna = annual.agreements["anna"]
    settle(anna, 18_000_000, now=LATER)
    run_id = corrections(annual)
    totals = post(annual, run_id)
    assert (totals.bills, totals.net_oere, totals.vat_oere) == (1, 50_000, 12_500)
    bill = Bill.objects.get(run_id=run_id)
    corrected = Bill.objects.get(kind="annual", agreement_id=anna)
    assert (bill.corrects_id, bill.to_pay_oere, bill.number) == (corrected.pk, 62_500, 6)
    assert bill_from(bill.calculation.encode()).net_oere == 960_000
    assert Voucher.objects.get(pk=bill.voucher_id).kind == "correction"
    assert sum(Posting.objects.filter(voucher_id=bill.voucher_id).values_list("amount_oere", flat=True)) == 0
    for _ in range(2):
        again, totals = found(annual)
        assert (totals.bills, totals.stopped) == (0, 0)
        assert not Bill.objects.filter(run_id=again).exists()


def test_less_used_is_a_credit_note_and_the_next_corrects_the_correction(annual: BilledWorld) -> None:
    anna = annual.agreements["anna"]
    settle(anna, 16_000_000, now=LATER)
    first = corrections(annual)
    post(annual, first)
    credit = Bill.objects.get(run_id=first)
    assert (credit.to_pay_oere, credit.remarks) == (-62_500, ["negative_to_pay"])
    assert Voucher.objects.get(pk=credit.voucher_id).kind == "credit_note"
    settle(anna, 17_000_000, now=LATER)
    second = corrections(annual)
    post(annual, second)
    back = Bill.objects.get(run_id=second)
    assert (back.corrects_id, back.to_pay_oere) == (credit.pk, 62_500)
    billed_in_all = Bill.objects.filter(agreement_id=anna).aggregate(Sum("net_oere"))
    assert billed_in_all["net_oere__sum"] == 910_000


def test_a_correction_undone_leaves_the_bill_to_be_corrected(annual: BilledWorld) -> None:
    settle(annual.agreements["anna"], 18_000_000, now=LATER)
    run_id = corrections(annual)
    post(annual, run_id)
    undo_run(run_id=run_id, undone_by_id=None, reason="For tidligt.", now=LATER)
    _, totals = found(annual)
    assert (totals.bills, totals.net_oere) == (1, 50_000)


def test_a_run_may_be_about_one_agreement_alone(annual: BilledWorld) -> None:
    _, totals = found(annual, agreement_id=annual.agreements["bo"])
    assert totals.bills == 0
    settle(annual.agreements["bo"], 10_000_000, now=LATER)
    settle(annual.agreements["anna"], 18_000_000, now=LATER)
    run_id, totals = found(annual, agreement_id=annual.agreements["bo"])
    assert totals.bills == 1
    assert Bill.objects.get(run_id=run_id).agreement_id == annual.agreements["bo"]


def test_what_was_billed_is_kept_where_the_tariff_was_another_since(annual: BilledWorld) -> None:
    """The bill's days are now in two, so that nobody can say what it should have been: staff decide."""
    anna = annual.agreements["anna"]
    Terms.objects.filter(agreement_id=anna).update(period=DateRange(date(2024, 10, 1), JULY), recorded_at=LATER)
    settle(anna, 18_000_000, now=LATER)
    run_id, totals = found(annual)
    assert totals.reasons == {"needs_staff": 1}
    assert Bill.objects.get(run_id=run_id).state == "stopped"


def test_finding_asks_by_sets(annual: BilledWorld, django_assert_max_num_queries: Any) -> None:
    for name in ("anna", "bo", "gorm", "dorthe"):
        settle(annual.agreements[name], 20_000_000, now=LATER)
    run_id = corrections(annual)
    with django_assert_max_num_queries(45):
        assert preview_run(run_id=run_id, clock=lambda: LATER).bills == 4


def test_bills_of_one_year_that_count_on_are_corrected_by_one(world: World) -> None:
    made = billed(world, steps=True)
    anna = made.agreements["anna"]
    settle(anna, 4_000_000, until=JULY)
    settle(anna, 9_000_000, first=JULY)
    halves = ((FIRST, JULY), (JULY, UNTIL))
    for first, until in halves:
        post(made, a_run(world, BillKind.INTERIM, from_date=first, until_date=until, agreement_id=anna))
    settle(anna, 7_000_000, until=JULY, now=LATER)
    run_id = corrections(made, agreement_id=anna)
    post(made, run_id)
    bill = Bill.objects.get(run_id=run_id)
    assert (bill.period.lower, bill.period.upper) == (FIRST, UNTIL)
    # the first ten MWh of the year cost 500, what is above them 300
    whole = 60_000 + 10 * 50_000 + 6 * 30_000
    assert bill_from(bill.calculation.encode()).net_oere == whole
    assert Bill.objects.filter(agreement_id=anna).aggregate(Sum("net_oere"))["net_oere__sum"] == whole
    assert [each.bill_id for each in standing_bills(agreement_ids=[anna])] == [bill.pk]
    _, totals = found(made)
    assert totals.bills == 0


# -- what meters delivered -------------------------------------------------------------------------------------------

WEEK = (date(2026, 10, 26), date(2026, 11, 2))
AFTER = datetime(2026, 11, 3, 9, tzinfo=UTC)


def deliver(first: date, until: date, watt_hours: int, *, now: datetime) -> None:
    """Hours of Anna's heat meter, the same in each."""
    start, stop = day_start_seconds(first), day_start_seconds(until)
    at = np.arange(start + 3600, stop + 1, 3600, dtype=np.int64)
    chunk = Chunk(
        meter=np.zeros(len(at), np.int32),
        register=np.zeros(len(at), np.int16),
        at=at,
        value=np.full(len(at), watt_hours, np.int64),
        line=np.arange(2, len(at) + 2, dtype=np.int64),
    )
    name = f"rettet-{first}-{watt_hours}.csv"
    batch = DeliveredBatch(["0061001"], ["energy"], chunk, np.zeros(len(at), np.uint8), {}, 0, 0.0)
    take_in(file=DeliveredFile(name, f"{name:0>64}", 1_000, "world", {}), batches=[batch], now=now)


def test_values_that_a_meter_corrects_make_one_correction(metered_world: MeteredWorld) -> None:
    made = billed(metered_world.world)
    anna = made.agreements["anna"]
    days: dict[str, Any] = {"from_date": WEEK[0], "until_date": WEEK[1], "issue_date": WEEK[1], "due_date": WEEK[1]}
    totals = post(made, a_run(made.world, BillKind.INTERIM, agreement_id=anna, now=NOW, **days))
    assert (totals.bills, totals.reasons) == (1, {})
    hours = 7 * 24
    bill = Bill.objects.get(kind="interim")
    assert bill.net_oere == round(Fraction(60_000 * 7, 365)) + hours * HEAT_PER_HOUR // 20
    deliver(date(2026, 10, 28), date(2026, 10, 29), HEAT_PER_HOUR + 500, now=AFTER)
    deliver(date(2026, 11, 2), date(2026, 11, 3), HEAT_PER_HOUR, now=AFTER)  # a later day is none of the bill's
    correction = a_run(made.world, BillKind.CORRECTION, now=AFTER, **days)
    assert post(made, correction).net_oere == 24 * 500 // 20
    again = a_run(made.world, BillKind.CORRECTION, now=AFTER, **days)
    assert preview_run(run_id=again, clock=lambda: AFTER).bills == 0


def test_values_delivered_again_as_they_were_correct_nothing(metered_world: MeteredWorld) -> None:
    made = billed(metered_world.world)
    days: dict[str, Any] = {"from_date": WEEK[0], "until_date": WEEK[1], "issue_date": WEEK[1], "due_date": WEEK[1]}
    post(made, a_run(made.world, BillKind.INTERIM, agreement_id=made.agreements["anna"], now=NOW, **days))
    deliver(date(2026, 10, 28), date(2026, 10, 29), HEAT_PER_HOUR, now=AFTER)
    run_id = a_run(made.world, BillKind.CORRECTION, now=AFTER, **days)
    assert preview_run(run_id=run_id, clock=lambda: AFTER).bills == 0
