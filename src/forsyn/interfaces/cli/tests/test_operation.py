"""`forsyn operation`: leaks and poor cooling by pseudonyms, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from forsyn.domain.metering.models import Register
from forsyn.interfaces.cli.main import app
from tests.meter_values import MeterStore
from tests.world import World

LAST = date(2026, 9, 14)
FIRST = LAST - timedelta(days=29)


@pytest.fixture
def run() -> Callable[..., Result]:
    host = SimpleNamespace(database=nullcontext)
    return lambda *arguments: CliRunner().invoke(app, ["operation", *arguments, "--until", f"{LAST}"], obj=host)


def test_leaks_are_listed_by_pseudonyms(world: World, run: Callable[..., Result]) -> None:
    store = MeterStore()
    leaking = store.meter(world.anna.installations["water"], "water", FIRST)
    tight = store.meter(world.gorm.installations["water"], "water", FIRST)
    store.fill(leaking, FIRST, LAST, lambda day, hour: 20)
    store.fill(tight, FIRST, LAST, lambda day, hour: 0 if hour < 6 else 40)
    ((said,), asked) = json.loads(run("leaks", "--json").stdout), run("leaks")
    assert (said["litres_per_hour"], said["litres"]) == (20, 14 * 24 * 20)
    assert UUID(said["pseudonym"])
    shown = " ".join(asked.stdout.split())
    assert "175" in shown, "20 litres an hour are 175 m³ a year"
    assert "1 water meter ran in every night hour, 2026-09-01 to 2026-09-14." in shown
    assert world.anna.name not in shown
    assert leaking.number not in shown
    assert "0 water meters" in run("leaks", "--days", "60").stdout


def test_poor_cooling_asks_for_energy_and_volume(world: World, run: Callable[..., Result]) -> None:
    store = MeterStore()
    meter = store.meter(world.anna.installations["heat"], "heat", FIRST)
    store.fill(meter, FIRST, LAST, lambda day, hour: 500)
    assert "0 heat meters cooled by less than 30 °C" in run("cooling").stdout
    Register.objects.create(meter=meter, number=2, code="volume", unit="litres", values="interval", resolution="hour")
    assert json.loads(run("cooling", "--json").stdout) == []
