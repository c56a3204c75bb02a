"""The demo is the same each time, looks like a town, and comes in through the imports that everybody uses."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from forsyn.domain.accounts.models import Account
from forsyn.domain.customers import queries
from forsyn.domain.customers.models import Customer
from forsyn.domain.metering.models import Delivery, Meter, QuarantineItem
from forsyn.integrations.customer_files.codec import RowCodec
from forsyn.integrations.customer_files.profile import shipped_profiles
from forsyn.kernel import identifiers
from forsyn.workflows import demo
from forsyn.workflows.demo import NotADemo, prepare_demo
from forsyn.workflows.demo_series import Hours, heat_watt_hours, water_counters
from forsyn.workflows.demo_town import LAST_NAMES, Town, build_town, customer_rows
from forsyn.workflows.demo_windows import delivered_until, windows

ANCHOR = date(2026, 11, 21)
TOWN = build_town(ANCHOR)
OCCUPANTS = {each.number: each for home in TOWN.homes for occupancy in home.occupancies for each in occupancy.occupants}


def _digest() -> str:
    digest = hashlib.sha256()
    for row in customer_rows(TOWN):
        digest.update(repr(sorted(row.items())).encode())
    digest.update(heat_watt_hours(TOWN.meters("heat"), Hours.of(date(2026, 3, 28), date(2026, 3, 31))).tobytes())
    digest.update(water_counters(TOWN.meters("water"), date(2026, 10, 24), date(2026, 10, 27))[1].tobytes())
    return digest.hexdigest()


def test_the_same_anchor_gives_the_same_bytes() -> None:
    assert _digest() == "e1a4f74e4ff34886a8da4eceddd636ea9be596612f3d33a8f0f10a1989ce989c"


def test_three_hundred_customers_and_nobody_real() -> None:
    assert len(OCCUPANTS) == 300
    assert sorted(OCCUPANTS) == [str(100_001 + number) for number in range(300)]
    for each in OCCUPANTS.values():
        assert each.kind == "company" or each.name.split()[-1] in {
            *LAST_NAMES,
            "Døgnvil",
            "Tætsen",
            "Example",
            "Tobolig",
        }
        assert not each.email or each.email.endswith(".example")
        assert not each.cvr or (each.cvr.startswith("990") and identifiers.cvr(each.cvr) == each.cvr)


def test_the_town_has_what_the_demo_wants_to_show() -> None:
    occupancies = [home.occupancies for home in TOWN.homes]
    assert sum(len(each) == 2 for each in occupancies) == 21, "moves"
    assert sum(len(each[0].occupants) == 2 for each in occupancies) == 25, "households with two holders"
    assert sum(each.kind == "company" for each in OCCUPANTS.values()) == 19
    assert sum(meter.mounted_until is not None for meter in TOWN.meters("water")) == 13, "meter swaps"
    assert sum(meter.leak is not None for meter in TOWN.meters("water")) == 1


@given(st.dates(date(2026, 1, 1), date(2035, 12, 31)))
@hypothesis_settings(max_examples=6, deadline=None)
def test_on_any_day_the_town_is_a_good_customer_file(anchor: date) -> None:
    generic = next(profile for profile in shipped_profiles() if profile.key == "generic")
    columns = generic.wanted_columns()
    codec = RowCodec(generic, columns, where="kunder.csv")
    agreements: dict[tuple[str, str], set[tuple[date, date]]] = {}
    customers = set()
    for line, row in enumerate(customer_rows(build_town(anchor)), start=2):
        (values,), problems = codec.decode(line, [row.get(column, "") for column in columns])
        assert problems == []
        customers.add(values["customer_number"])
        place = values["supply_point_number"], values["commodity"]
        period = values["agreement_from"], values.get("agreement_until", date.max)
        agreements.setdefault(place, set()).add(period)
    assert len(customers) == 300
    for periods in agreements.values():
        assert all(one[1] <= other[0] for one, other in pairwise(sorted(periods)))


@given(st.integers(1, 20), st.sampled_from([date(2026, 3, 20), date(2026, 10, 15), date(2026, 10, 30)]))
@hypothesis_settings(max_examples=15, deadline=None)
def test_any_stretch_of_days_has_the_same_values_however_it_is_cut(cut: int, first: date) -> None:
    end, middle = first + timedelta(days=21), first + timedelta(days=cut)
    meters = TOWN.meters("water")[:20]
    whole = water_counters(meters, first, end)[1]
    parts = [water_counters(meters, first, middle)[1], water_counters(meters, middle, end)[1]]
    assert (np.concatenate(parts, axis=1) == whole).all()
    heat = TOWN.meters("heat")[:5]
    cuts = [heat_watt_hours(heat, Hours.of(first, middle)), heat_watt_hours(heat, Hours.of(middle, end))]
    assert (np.concatenate(cuts, axis=1) == heat_watt_hours(heat, Hours.of(first, end))).all()


def test_counters_never_step_back_and_the_leak_shows() -> None:
    meters = TOWN.meters("water")
    hours, counters = water_counters(meters, ANCHOR - timedelta(days=30), ANCHOR)
    assert (np.diff(counters, axis=1) >= 0).all()
    leaking = next(index for index, meter in enumerate(meters) if meter.leak)
    night = hours.clock[1:] == 3
    by_night = np.diff(counters[leaking])[night]
    assert by_night[:12].max() < 10
    assert by_night[14:26].min() >= 34


def test_heat_follows_the_cold() -> None:
    meters = TOWN.meters("heat")
    january = heat_watt_hours(meters, Hours.of(date(2026, 1, 1), date(2026, 2, 1))).sum()
    july = heat_watt_hours(meters, Hours.of(date(2026, 7, 1), date(2026, 8, 1))).sum()
    assert january > 5 * july > 0


@pytest.mark.parametrize(
    ("day", "hours", "clock"),
    [(date(2026, 3, 29), 23, [0, 1, 3, 4]), (date(2026, 10, 25), 25, [0, 1, 2, 2, 3])],
)
def test_the_days_on_which_the_clock_jumps(day: date, hours: int, clock: list[int]) -> None:
    found = Hours.of(day, day + timedelta(days=1))
    assert len(found.start) == hours
    assert list(found.clock[: len(clock)]) == clock
    assert found.clock[-1] == 23


@given(st.integers(0, 700), st.integers(0, 400))
def test_windows_cover_every_day_once(before: int, after: int) -> None:
    first, end = ANCHOR - timedelta(days=before), ANCHOR + timedelta(days=after)
    found = list(windows(first, ANCHOR, end))
    assert [window.first for window in found[:1]] == ([first] if first < end else [])
    assert all(one.end == other.first for one, other in pairwise(found))
    names = [window.file_name("water") for window in found]
    assert delivered_until(names, first) == (end if found else first)
    assert len(found) <= 24 + 45, "a long absence is caught up with by months"


@pytest.fixture
def small_town(monkeypatch: pytest.MonkeyPatch, settings: object) -> Town:
    """The town's first 50 homes and last three weeks, in an instance that says it is the demo."""
    settings.DEMO = True  # type: ignore[attr-defined]

    class Small(Town):
        first_day = ANCHOR - timedelta(days=20)  # type: ignore[assignment]

    small = Small(ANCHOR, TOWN.homes[:50])
    monkeypatch.setattr(demo, "build_town", lambda anchor: replace(small, anchor=anchor))
    monkeypatch.setattr(demo, "make_demo_bills", lambda **_: 0)  # tried in test_demo_bills.py
    return small


def _start(folder: Path, today: date) -> demo.DemoReady:
    return prepare_demo(folder=folder, today=today, now=datetime.combine(today, time(9), UTC))


@pytest.mark.django_db
def test_the_demo_comes_in_through_the_imports_and_is_topped_up_day_by_day(small_town: Town, tmp_path: Path) -> None:
    first = _start(tmp_path, ANCHOR)
    assert first.new_customers == Customer.objects.count() > 50
    assert Meter.objects.count() == len(small_town.meters("heat")) + len(small_town.meters("water"))
    for delivery in Delivery.objects.all():
        assert delivery.delivered == delivery.stored + delivery.identical + delivery.quarantined
    reasons = set(QuarantineItem.objects.values_list("reason", flat=True))
    assert reasons == {"backward_step", "impossible_value", "meter_unknown", "value_missing"}
    assert Delivery.objects.get(file_name__contains="rettelse").corrected == 24
    assert Delivery.objects.get(file_name__contains="efterslaeb").new == 48
    liv, frida = Customer.objects.get(number="100004"), Account.objects.get(name="Frida Tobolig")
    assert [each.name for each in queries.name_history(customer_id=liv.pk)] == ["Liv Lækagesen", "Liv Tætsen"]
    choices = queries.customers_of_account(account_id=frida.pk, today=ANCHOR)
    assert [each.number for each in choices] == ["100009", "100010"]
    again = _start(tmp_path, ANCHOR)
    assert (again.new_customers, again.deliveries) == (0, 0)
    later = _start(tmp_path, ANCHOR + timedelta(days=2))
    assert (later.anchor, later.deliveries) == (ANCHOR, 4)


@pytest.mark.django_db
def test_a_start_that_was_cut_off_goes_on_where_it_was(
    small_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = 0
    whole = demo.import_readings

    def stops_after_two(**arguments: object) -> object:
        nonlocal taken
        taken += 1
        if taken == 3:
            raise KeyboardInterrupt
        return whole(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(demo, "import_readings", stops_after_two)
    with pytest.raises(KeyboardInterrupt):
        _start(tmp_path, ANCHOR)
    monkeypatch.setattr(demo, "import_readings", whole)
    rest = _start(tmp_path, ANCHOR)
    assert (rest.new_customers, Delivery.objects.count()) == (0, rest.deliveries + 2)
    names = list(Delivery.objects.values_list("file_name", flat=True))
    assert len(names) == len(set(names))


@pytest.mark.django_db
def test_nothing_of_the_demo_comes_into_another_instance(tmp_path: Path) -> None:
    with pytest.raises(NotADemo):
        _start(tmp_path, ANCHOR)
    with pytest.raises(NotADemo):
        demo.empty_demo()
    assert not Account.objects.exists()
