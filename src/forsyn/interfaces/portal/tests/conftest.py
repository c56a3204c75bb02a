"""The world at a fixed moment, with meter values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from tests.meter_values import MeterStore
from tests.world import NOW, TODAY, Party, World


@pytest.fixture
def meter_store(db: None) -> MeterStore:
    return MeterStore()


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the world's today."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def signed_in(client: Client) -> Callable[[Party], Client]:
    """A browser in which a customer has signed in."""

    def sign_in(party: Party) -> Client:
        client.force_login(party.account)
        return client

    return sign_in


@pytest.fixture
def anna(world: World, meter_store: MeterStore) -> Party:
    """Anna with two years of heat: 1 kWh an hour in 2025 and before, 0.9 kWh in 2026, up to yesterday."""
    meter = meter_store.meter(world.anna.installations["heat"], "heat", date(2020, 1, 1))
    yesterday = TODAY - timedelta(days=1)
    meter_store.fill(meter, date(2024, 10, 1), yesterday, lambda day, _: 900 if day.year == 2026 else 1000)
    return world.anna


@pytest.fixture
def client_of_anna(signed_in: Callable[[Party], Client], anna: Party) -> Client:
    """A browser in which Anna has signed in."""
    return signed_in(anna)
