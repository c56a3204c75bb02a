"""The world with meters, deliveries and a quarantine; and staff who are signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forsyn.domain.metering import actions
from forsyn.domain.metering.actions import DeliveredBatch, DeliveredFile, NewMeter, NewRegister, Receipt
from forsyn.domain.metering.spool import Chunk
from forsyn.kernel.local_days import day_start_seconds
from tests.world import BEGINNING, METER_SWAP_DATE, NOW, TODAY, World

HEAT = NewRegister("energy", "watt_hours", "interval", max_per_hour=50_000)
WATER = NewRegister("volume", "litres", "cumulative")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """See `stop_the_clock`."""
    stop_the_clock(monkeypatch)


def stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' clock stands at the world's moment."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: TODAY)


@dataclass(frozen=True)
class Values:
    """One meter's values, the first ending an hour after local midnight of `day`."""

    meter_number: str
    register_code: str
    day: date
    values: Sequence[int]


def deliver(name: str, parts: Sequence[Values], now: datetime = NOW) -> Receipt:
    """Take the values in, as a file of that name would bring them."""
    numbers = list(dict.fromkeys(part.meter_number for part in parts))
    codes = list(dict.fromkeys(part.register_code for part in parts))
    counts = [len(part.values) for part in parts]
    chunk = Chunk(
        meter=np.repeat(np.array([numbers.index(part.meter_number) for part in parts], np.int32), counts),
        register=np.repeat(np.array([codes.index(part.register_code) for part in parts], np.int16), counts),
        at=np.concatenate(
            [day_start_seconds(part.day) + 3600 * np.arange(1, len(part.values) + 1, dtype=np.int64) for part in parts]
        ),
        value=np.concatenate([np.array(part.values, np.int64) for part in parts]),
        line=np.arange(2, sum(counts) + 2, dtype=np.int64),
    )
    batch = DeliveredBatch(numbers, codes, chunk, np.zeros(sum(counts), np.uint8), {}, 0, 0.0)
    file = DeliveredFile(name, f"{name:0>64}"[-64:], 1000, "test", {})
    return actions.take_in(file=file, batches=[batch], now=now)


@dataclass(frozen=True)
class Store:
    """Meter ids, and what deliveries there were: heat with an impossible value and an unknown meter, then corrected."""

    annas_heat: int
    annas_old_water: int
    annas_new_water: int
    first: Receipt
    second: Receipt
    day: date


def build_store(world: World) -> Store:
    """A week of Anna's heat, with dirt in it; the last day corrected since."""
    swap = {"until_date": METER_SWAP_DATE}
    heating, water = (f"{world.anna.home.number}{digit}" for digit in "12")
    heat, old, new = actions.register_meters(
        meters=[
            NewMeter("0071001", "heat", (HEAT,), heating, BEGINNING, manufacturer="Måleprøve", model="M1"),
            NewMeter("0082001", "water", (WATER,), water, BEGINNING, **swap),
            NewMeter("0082002", "water", (WATER,), water, METER_SWAP_DATE),
        ]
    )
    first_day, corrected = TODAY - timedelta(days=7), TODAY - timedelta(days=1)
    hours = [1000 + hour for hour in range(24 * 7)]
    hours[5] = 900_000  # more than the meter can count in an hour
    first = deliver(
        "uge44.parquet",
        [Values("0071001", "energy", first_day, hours), Values("9999999", "energy", first_day, [1, 2, 3])],
        NOW - timedelta(hours=2),
    )
    second = deliver("rettelse.csv", [Values("0071001", "energy", corrected, [7] * 24)], NOW - timedelta(hours=1))
    return Store(heat, old, new, first, second, corrected)


@pytest.fixture
def store(world: World) -> Store:
    """See `build_store`."""
    return build_store(world)


def signed_in(client: Client, account: object) -> Client:
    """Signed in with a second factor."""
    client.force_login(account)  # type: ignore[arg-type]
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": 0}]
    session.save()
    return client


def count_queries(client: Client, address: str) -> int:
    """How many queries the page takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.fixture
def clerk(world: World) -> Client:
    return signed_in(Client(), world.clerk)


@pytest.fixture
def operations(world: World) -> Client:
    return signed_in(Client(), world.operations)
