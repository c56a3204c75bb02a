"""The named world with meters, and hours of consumption around the days that matter: a swap, a move, the last week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest

from forsyn.domain.metering import actions
from forsyn.domain.metering.actions import DeliveredBatch, DeliveredFile, NewMeter, NewRegister
from forsyn.domain.metering.spool import Chunk
from forsyn.kernel.local_days import day_start_seconds
from tests.world import DIGIT, METER_SWAP_DATE, MOVING_DATE, NOW, TODAY, World

HEAT = NewRegister("energy", "watt_hours", "interval", max_per_hour=50_000)
WATER = NewRegister("volume", "litres", "cumulative", max_per_hour=2_000)
HUNG_UP_DATE = date(2020, 1, 1)
HEAT_PER_HOUR = 1_500
"""Watt hours that everybody uses in every hour."""
WATER_PER_HOUR = 12
"""Litres."""


@dataclass(frozen=True)
class MeteredWorld:
    """The world, and its meters' ids. Anna has heat and a swapped water meter; Dorthe's home became Erik's."""

    world: World
    annas_heat: int
    annas_old_water: int
    annas_new_water: int
    terrace_heat: int


@pytest.fixture
def metered_world(world: World) -> MeteredWorld:
    """Hours of three days before and after the swap and the move, and of the last week for Anna's heat."""
    anna, terrace = ({kind: f"{home.number}{DIGIT[kind]}" for kind in home.installations} for home in
                     (world.anna.home, world.erik.home))  # fmt: skip
    heat, old, new, terrace_heat = actions.register_meters(
        meters=[
            NewMeter("0061001", "heat", (HEAT,), anna["heat"], HUNG_UP_DATE, manufacturer="Måleprøve", model="V1"),
            NewMeter("0062001", "water", (WATER,), anna["water"], HUNG_UP_DATE, METER_SWAP_DATE),
            NewMeter("0062002", "water", (WATER,), anna["water"], METER_SWAP_DATE),
            NewMeter("0061004", "heat", (HEAT,), terrace["heat"], HUNG_UP_DATE),
        ]
    )
    before, after = METER_SWAP_DATE - timedelta(days=3), METER_SWAP_DATE + timedelta(days=3)
    _deliver("0062001", "volume", before, METER_SWAP_DATE, counter=987_000)
    _deliver("0062002", "volume", METER_SWAP_DATE, after, counter=0)
    _deliver("0061004", "energy", MOVING_DATE - timedelta(days=3), MOVING_DATE + timedelta(days=3))
    _deliver("0061001", "energy", TODAY - timedelta(days=7), TODAY)
    return MeteredWorld(world, heat, old, new, terrace_heat)


def _deliver(meter_number: str, register: str, first: date, end: date, *, counter: int | None = None) -> None:
    """A file with the hours of [first, end): the same each hour, or what a counter shows after each."""
    start, stop = day_start_seconds(first), day_start_seconds(end)
    at = np.arange(start + 3600, stop + 1, 3600, dtype=np.int64)
    used = np.full(len(at), HEAT_PER_HOUR if counter is None else WATER_PER_HOUR, np.int64)
    values: Sequence[int] = used if counter is None else counter + np.cumsum(used)  # type: ignore[assignment]
    chunk = Chunk(
        meter=np.zeros(len(at), np.int32),
        register=np.zeros(len(at), np.int16),
        at=at,
        value=np.asarray(values, np.int64),
        line=np.arange(2, len(at) + 2, dtype=np.int64),
    )
    batch = DeliveredBatch([meter_number], [register], chunk, np.zeros(len(at), np.uint8), {}, 0, 0.0)
    name = f"{meter_number}-{first}.csv"
    actions.take_in(file=DeliveredFile(name, f"{name:0>64}", 1_000, "world", {}), batches=[batch], now=NOW)
