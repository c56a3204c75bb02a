"""Moving out: nobody pays for the other's days, and what nobody measured is read, guessed or stops the bill."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.billing.models import Bill, FeeOf, Instalment, Run, SettledConsumption, Terms
from forsyn.domain.billing.move_queries import PaidAhead, moving_together, paid_ahead
from forsyn.domain.billing.move_rules import FINAL_SETTLEMENT_LIMITS, settle_by
from forsyn.domain.customers.models import Agreement
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.metering import actions as metering
from forsyn.domain.metering.actions import NewMeter
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.tariff import Commodity
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import preview_run
from forsyn.workflows.moves import Told, look_at_move, move_out
from forsyn.workflows.on_account import make_plans
from tests.billing_ground import approved, hours, on_terms, sized
from tests.charge_samples import LONG_AGO, always, basis, fixed, tariff, variable, water
from tests.metered_world import HUNG_UP_DATE, WATER
from tests.world import World

pytestmark = pytest.mark.django_db

BEGAN = date(2026, 1, 1)
MOVED = date(2026, 6, 1)
TODAY = date(2026, 6, 10)
NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)
DAILY = 240


@pytest.fixture
def bos_water(world: World, books: Mapping[int, int]) -> int:
    """Bo and Birgit's water, read every hour until ten days before they move; nothing is billed since New Year."""
    number = f"{world.bo.home.number}2"
    metering.register_meters(meters=[NewMeter("0063001", "water", (WATER,), number, HUNG_UP_DATE)])
    prices = tariff(
        fixed("subscription", always("365")),
        variable("water", always("10"), "m3"),
        commodity=Commodity.WATER,
    )
    tariff_id, _ = approved(prices, key="water")
    agreement_id = world.bo.agreements["water"]
    on_terms(agreement_id, tariff_id, LONG_AGO)
    sized(agreement_id, "dwellings", "1", LONG_AGO)
    hours("0063001", "volume", BEGAN - timedelta(days=1), MOVED - timedelta(days=10), 10, counter=100_000)
    return agreement_id


def out(agreement_id: int, world: World, **told: Told) -> tuple[int, ...]:
    return move_out(
        agreement_id=agreement_id, until=MOVED, told=told, account_id=world.billing.pk, today=TODAY, now=NOW
    ).run_ids


def of_water(run_ids: tuple[int, ...]) -> Run:
    return Run.objects.get(pk__in=run_ids, commodity="water")


def look(agreement_id: int) -> int:
    """What the counter last showed."""
    with purpose(P.SETTLEMENT, actor=None):
        parts = look_at_move(agreement_id=agreement_id, until=MOVED, today=TODAY)
    (part,) = [part for part in parts if part.moving.agreement_id == agreement_id]
    (unknown,) = part.unknown
    assert (unknown.first, unknown.until) == (MOVED - timedelta(days=10), MOVED)
    assert unknown.probable == pytest.approx(10 * DAILY, abs=20)
    assert part.shown is not None
    return part.shown.value


def test_a_reading_settles_the_days_that_nobody_measured(world: World, bos_water: int) -> None:
    shown = look(bos_water)
    run = of_water(out(bos_water, world, water=Told(reading=shown + 3_000)))

    (settled,) = SettledConsumption.objects.all()
    assert (settled.amount, settled.quality, settled.period.upper) == (3_000, "self_read", MOVED)
    assert (run.kind, run.period.upper, run.agreement_id) == ("final", MOVED, bos_water)
    assert Agreement.objects.get(pk=bos_water).period.upper == MOVED
    totals = preview_run(run_id=run.pk, clock=lambda: NOW)
    assert (totals.bills, totals.stopped) == (1, 0)
    assert Bill.objects.get(run=run).customer_id == world.bo.customer_id


def test_without_a_reading_the_usual_is_guessed_and_said_to_be(world: World, bos_water: int) -> None:
    run = of_water(out(bos_water, world, water=Told(reading=None)))
    preview_run(run_id=run.pk, clock=lambda: NOW)
    assert SettledConsumption.objects.get().quality == "estimated"
    assert "estimated" in Bill.objects.get(run=run).remarks


def test_a_fee_after_the_last_day_falls_on_it(world: World, bos_water: int) -> None:
    """Who moves late was charged for days that are none of the agreement's any more; no bill would have them."""
    for day in (MOVED - timedelta(days=3), MOVED, MOVED + timedelta(days=4)):
        FeeOf.objects.create(agreement_id=bos_water, component="reminder", on_date=day, recorded_at=NOW)
    out(bos_water, world)
    days = FeeOf.objects.filter(agreement_id=bos_water).order_by("on_date").values_list("on_date", flat=True)
    assert list(days) == [MOVED - timedelta(days=3), MOVED - timedelta(days=1), MOVED - timedelta(days=1)]


def test_with_nothing_told_the_bill_stops(world: World, bos_water: int) -> None:
    run = of_water(out(bos_water, world))
    assert preview_run(run_id=run.pk, clock=lambda: NOW).stopped == 1


@pytest.mark.parametrize(("more", "word"), [(-1, "viste mere"), (1_000_000, "fem gange")])
def test_a_reading_that_cannot_be_is_refused_and_nothing_is_changed(
    world: World, bos_water: int, more: int, word: str
) -> None:
    shown = look(bos_water)
    with pytest.raises(NotPossible, match=word):
        out(bos_water, world, water=Told(reading=shown + more))
    assert Agreement.objects.get(pk=bos_water).period.upper is None
    assert not Run.objects.exists()
    if more > 0:
        out(bos_water, world, water=Told(reading=shown + more, despite=True))
        assert SettledConsumption.objects.get().amount == more


def test_what_was_to_be_paid_on_account_goes(world: World, bos_water: int) -> None:
    Terms.objects.filter(agreement_id=bos_water).update(instalments=4)
    made = make_plans(commodity="water", first=MOVED, until=date(2027, 1, 1), today=TODAY, now=NOW, actor=None)
    assert made.instalments > 0
    out(bos_water, world, water=Told(reading=None))
    assert not Instalment.objects.exists()


def test_what_was_billed_on_account_for_days_after_a_late_move_is_taken_off(world: World, bos_water: int) -> None:
    run = Run.objects.create(
        kind="on_account", commodity="water", period=DateRange(date(2026, 4, 1), date(2027, 1, 1)), issue_date=BEGAN,
        due_date=BEGAN, state="draft", made_at=NOW,
    )  # fmt: skip
    for month in (4, 7):  # the second is for days after the move
        period = DateRange(date(2026, month, 1), date(2026, month + 3, 1))
        bill = Bill.objects.create(
            run=run, customer_id=world.bo.customer_id, agreement_id=bos_water, kind="on_account", state="previewed",
            period=period, issue_date=BEGAN, due_date=BEGAN, net_oere=10_000, vat_oere=2_500,
            on_account_net_oere=0, on_account_vat_oere=0, to_pay_oere=12_500, vat_percent=25, posting_accounts=[],
            posting_oere=[], posting_vat=[],
        )  # fmt: skip
        Bill.objects.filter(pk=bill.pk).update(state="posted", number=month)
    with purpose(P.SETTLEMENT, actor=None):
        ahead = paid_ahead(moving=moving_together(agreement_id=bos_water, until=MOVED))
    assert ahead[bos_water] == PaidAhead(2, 25_000, date(2026, 10, 1))
    final = of_water(out(bos_water, world, water=Told(reading=None)))
    preview_run(run_id=final.pk, clock=lambda: NOW)
    bill = Bill.objects.get(run=final)
    assert (bill.on_account_net_oere, bill.on_account_vat_oere) == (20_000, 5_000)


def test_an_agreement_that_has_ended_does_not_end_otherwise(world: World, bos_water: int) -> None:
    out(bos_water, world, water=Told(reading=None))
    with pytest.raises(NotPossible, match="allerede afsluttet"):
        move_out(
            agreement_id=bos_water, until=MOVED + timedelta(days=1), told={}, account_id=world.billing.pk, today=TODAY,
            now=NOW,
        )  # fmt: skip


def test_a_day_to_come_is_not_read_yet(world: World, bos_water: int) -> None:
    with pytest.raises(NotPossible, match="ikke gået endnu"):
        move_out(
            agreement_id=bos_water, until=TODAY + timedelta(days=20), told={"water": Told(reading=None)},
            account_id=world.billing.pk, today=TODAY, now=NOW,
        )  # fmt: skip


@given(st.dates(date(2026, 1, 2), date(2026, 12, 31)), st.integers(0, 10**6), st.integers(0, 10**6))
def test_who_leaves_and_who_comes_pay_the_year_together(moved: date, before: int, after: int) -> None:
    """Within one øre a line: each line is rounded once."""
    of = tariff(fixed("subscription", always("365")), variable("water", always("12.34"), "m3"),
                commodity=Commodity.WATER)  # fmt: skip
    begin, end = date(2026, 1, 1), date(2027, 1, 1)
    leaves = calculate(basis(of, [water(begin, moved, before)], (begin, moved)))
    comes = calculate(basis(of, [water(moved, end, after)], (moved, end)))
    whole = calculate(basis(of, [water(begin, end, before + after)], (begin, end)))
    for left, came, undivided in zip(leaves.lines, comes.lines, whole.lines, strict=True):
        assert abs(left.net_oere + came.net_oere - undivided.net_oere) <= 1


def test_the_final_settlement_is_out_within_the_limit_in_force() -> None:
    assert settle_by(MOVED) == MOVED + timedelta(days=42)
    assert settle_by(date(2019, 1, 1)) is None
    assert not FINAL_SETTLEMENT_LIMITS[0].is_certain
