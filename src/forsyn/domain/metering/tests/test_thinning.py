"""Hours become days, days become months: what is kept of them, for whom, and what happens when it is broken off."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.metering import actions, queries
from forsyn.domain.metering.actions_thinning import NOTHING, Thinned, thin_to_days, thin_to_months
from forsyn.domain.metering.models import (
    Day,
    DaySuperseded,
    Delivery,
    Level,
    Meter,
    Month,
    QuarantineItem,
    Spared,
    Thinning,
)
from forsyn.domain.metering.rules import Quality, Reason
from forsyn.domain.metering.spool import Chunk
from forsyn.domain.metering.thinning_queries import count_to_thin
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.purposes import P
from tests.meter_values import MeterStore
from tests.world import NOW, Party, World

pytestmark = pytest.mark.django_db
WATT_HOURS = 100


def all_days(before: date, spared: tuple[int, ...] = (), meters: int = 5_000) -> Thinned:
    total = NOTHING
    while total.more:
        with purpose(P.RETENTION, actor=None):
            total += thin_to_days(before=before, spared=spared, meters=meters)
    return total


def all_months(before: date, spared: tuple[int, ...] = (), meters: int = 5_000) -> Thinned:
    total = NOTHING
    while total.more:
        with purpose(P.RETENTION, actor=None):
            total += thin_to_months(before=before, spared=spared, meters=meters)
    return total


@pytest.fixture
def meter_store() -> MeterStore:
    return MeterStore()


@pytest.fixture
def installation(world: World, meter_store: MeterStore) -> int:
    """Anna's heat, with 100 Wh in each hour of February to May 2025."""
    place = world.anna.installations["heat"]
    meter = meter_store.meter(place, "heat", date(2025, 1, 1))
    meter_store.fill(meter, date(2025, 2, 1), date(2025, 5, 31), lambda *_: WATT_HOURS)
    counts = ("identical", "quarantined", "completed", "corrected", "rounded", "rounding_base_units")
    Delivery.objects.create(
        file_name="foraar.csv", sha256="1", size_bytes=1, profile="test", received_at=NOW, delivered=1, stored=1,
        new=1,
        first_at=datetime(2025, 2, 1, tzinfo=UTC), last_at=datetime(2025, 5, 31, tzinfo=UTC),
        **dict.fromkeys(counts, 0),
    )  # fmt: skip
    return place


def totals(installation: int, first: date, last: date) -> queries.DayTotals:
    return queries.day_totals(installation_id=installation, register_code="energy", first_date=first, last_date=last)


def months(installation: int) -> list[int]:
    found = queries.month_totals(installation_id=installation, register_code="energy", years=[2025])
    return found.total.tolist()


def test_a_day_keeps_its_total_and_loses_its_hours(installation: int) -> None:
    before = totals(installation, date(2025, 2, 1), date(2025, 5, 31))
    preview = count_to_thin(level=Level.HOURS, before=date(2025, 4, 11))
    done = all_days(date(2025, 4, 11))
    assert done.days == preview.days == 28 + 31 + 10
    after = totals(installation, date(2025, 2, 1), date(2025, 5, 31))
    assert (after.total == before.total).all()
    assert after.complete.all()
    assert after.without_hours.sum() == 69
    hours = queries.hourly_values(
        installation_id=installation, register_code="energy", first_date=date(2025, 4, 10), last_date=date(2025, 4, 11)
    )
    assert hours.present.tolist() == [False] * 24 + [True] * 24
    assert all_days(date(2025, 4, 11)).days == 0


def test_days_become_a_month_only_once_the_whole_month_is_old(installation: int) -> None:
    before = months(installation)
    done = all_months(date(2025, 4, 30))
    assert (done.days, done.months) == (28 + 31, 2)
    assert months(installation) == before
    march = Month.objects.get(first_day=date(2025, 3, 1))
    assert (march.until_day, march.days, march.complete_days) == (date(2025, 4, 1), 31, 31)
    assert march.total == (31 * 24 - 1) * WATT_HOURS
    assert not Day.objects.filter(day__lt=date(2025, 4, 1)).exists()
    assert all_months(date(2025, 4, 30)).days == 0


def test_chunks_of_single_meters_and_a_broken_run_end_the_same(world: World, meter_store: MeterStore) -> None:
    place = world.anna.installations["heat"]
    for _ in range(3):
        meter = meter_store.meter(place, "heat", date(2025, 1, 1))
        meter_store.fill(meter, date(2025, 2, 1), date(2025, 3, 31), lambda *_: WATT_HOURS)
    with purpose(P.RETENTION, actor=None):
        assert thin_to_days(before=date(2025, 2, 10), meters=2).days == 2 * 9
    # a later night asks for more, but the days under way are ended first
    assert all_days(date(2025, 3, 5), meters=2).days == 9 + 3 * (28 - 9 + 4)
    assert not Day.objects.filter(day__lt=date(2025, 3, 5)).exclude(values=[]).exists()
    assert Thinning.objects.get(level=Level.HOURS).done_before == date(2025, 3, 5)
    assert all_months(date(2025, 4, 1), meters=1).months == 6


def test_what_is_held_is_spared_until_it_is_released(installation: int, world: World) -> None:
    held = (world.anna.customer_id,)
    assert all_days(date(2025, 4, 1), held).days == 0
    assert all_months(date(2025, 4, 1), held).days == 0
    assert Spared.objects.filter(hours=True, days=True).count() == 1
    assert count_to_thin(level=Level.HOURS, before=date(2025, 4, 2), spared=held).days == 0
    assert count_to_thin(level=Level.HOURS, before=date(2025, 4, 2)).days == 60
    assert all_days(date(2025, 4, 2)).days == 60
    assert all_months(date(2025, 4, 2)).months == 2
    assert not Spared.objects.exists()


def test_a_month_is_parted_where_one_moves_out_and_another_in(world: World, meter_store: MeterStore) -> None:
    place = world.dorthe.installations["heat"]
    meter = meter_store.meter(place, "heat", date(2025, 1, 1))
    moved, month, until = date(2025, 3, 15), date(2025, 3, 1), date(2025, 4, 1)
    move(world.dorthe, DateRange(date(2024, 10, 1), moved))
    move(world.erik, DateRange(moved, None))
    meter_store.fill(meter, month, date(2025, 3, 31), lambda *_: WATT_HOURS)
    all_months(until)
    parts = list(Month.objects.order_by("first_day").values_list("first_day", "until_day"))
    assert parts == [(month, moved), (moved, until)]
    with purpose(P.SELF_SERVICE, actor=world.dorthe.account.pk):
        assert list(Month.objects.values_list("first_day", flat=True)) == [month]
    with purpose(P.SELF_SERVICE, actor=world.erik.account.pk):
        assert list(Month.objects.values_list("first_day", flat=True)) == [moved]


def move(party: Party, period: DateRange) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update customers_agreement set period = %s where id in ("
            "select agreement_id from customers_agreement_holder where customer_id = %s)",
            [period, party.customer_id],
        )


def deliver(number: str, at: datetime, values: list[int]) -> actions.Receipt:
    count = len(values)
    chunk = Chunk(
        meter=np.zeros(count, np.int32),
        register=np.zeros(count, np.int16),
        at=int(at.timestamp()) + 3600 * np.arange(1, count + 1, dtype=np.int64),
        value=np.array(values, np.int64),
        line=np.arange(2, count + 2, dtype=np.int64),
    )
    batch = actions.DeliveredBatch([number], ["energy"], chunk, np.zeros(count, np.uint8), {}, 0, 0.0)
    file = actions.DeliveredFile("rettelse.csv", f"{at:%Y%m%d%H}".zfill(64), 100, "test", {})
    with purpose(P.METERING, actor=None):
        return actions.take_in(file=file, batches=[batch], now=NOW)


def test_a_late_correction_waits_and_neither_brings_hours_back_nor_is_let_in(installation: int, world: World) -> None:
    all_days(date(2025, 4, 1))
    before = totals(installation, date(2025, 2, 1), date(2025, 5, 31)).total
    number = Meter.objects.get().number
    # two hours of the last closed day, two of the first open one
    receipt = deliver(number, datetime(2025, 3, 31, 20, tzinfo=UTC), [7, 7, 8, 8])
    assert (receipt.stored, receipt.quarantined, set(receipt.reasons)) == (2, 2, {Reason.TOO_OLD})
    after = totals(installation, date(2025, 2, 1), date(2025, 5, 31)).total
    assert (after - before).tolist() == [0] * 59 + [16 - 2 * WATT_HOURS] + [0] * 60
    item = QuarantineItem.objects.get()
    assert (item.reason, item.day, item.values) == ("too_old", date(2025, 3, 31), [7, 7])
    decision = {"account_id": world.clerk.pk, "now": NOW, "note": "forældet", "item_ids": [item.pk]}
    with pytest.raises(actions.NotPossible, match="correct the bill"), purpose(P.METERING, actor=world.clerk.pk):
        actions.release(**decision)
    assert all_days(date(2025, 4, 1)).quarantined == 0
    with purpose(P.METERING, actor=world.clerk.pk):
        actions.reject(**decision)
    assert count_to_thin(level=Level.HOURS, before=date(2025, 4, 1)).quarantined == 1
    assert all_days(date(2025, 4, 1)).quarantined == 1
    assert not QuarantineItem.objects.exists()


def test_a_version_that_was_replaced_loses_its_hours_and_goes_with_its_day(installation: int) -> None:
    deliver(Meter.objects.get().number, datetime(2025, 3, 4, 23, tzinfo=UTC), [1] * 24)
    old = DaySuperseded.objects.get()
    assert len(old.values) == 24
    preview = count_to_thin(level=Level.HOURS, before=date(2025, 4, 1))
    assert all_days(date(2025, 4, 1)).versions == preview.versions == 1
    thinned = DaySuperseded.objects.get()
    assert (thinned.values, thinned.total, thinned.version) == ([], old.total, 1)
    assert all_months(date(2025, 4, 1)).versions == 1
    assert not DaySuperseded.objects.exists()


def test_what_is_missing_of_a_day_stays_known(world: World, meter_store: MeterStore) -> None:
    place = world.anna.installations["heat"]
    meter = meter_store.meter(place, "heat", date(2025, 1, 1))
    gap = {(date(2025, 3, 3), 2): Quality.AFTER_GAP, (date(2025, 3, 4), 9): Quality.AFTER_GAP}
    missing = {(date(2025, 3, 2), 23), (date(2025, 3, 3), 0), (date(2025, 3, 3), 1), (date(2025, 3, 4), 8)}
    meter_store.fill(meter, date(2025, 3, 1), date(2025, 3, 4), lambda *at: None if at in missing else WATT_HOURS, gap)
    before = totals(place, date(2025, 3, 1), date(2025, 3, 4))
    all_days(date(2025, 4, 1))
    after = totals(place, date(2025, 3, 1), date(2025, 3, 4))
    for name in ("total", "present", "complete", "quality", "ends_measured"):
        assert getattr(after, name).tolist() == getattr(before, name).tolist(), name
    assert after.carried.tolist() == [0, 0, WATT_HOURS, 0]
    month = queries.month_totals(installation_id=place, register_code="energy", years=[2025])
    all_months(date(2025, 4, 1))
    same = queries.month_totals(installation_id=place, register_code="energy", years=[2025])
    for name in ("total", "days_present", "days_complete"):
        assert getattr(same, name).tolist() == getattr(month, name).tolist(), name


def test_nobody_else_may_thin(installation: int) -> None:
    with pytest.raises(PurposeViolation), purpose(P.CUSTOMER_SERVICE, actor=None):
        thin_to_days(before=date(2025, 4, 1))
