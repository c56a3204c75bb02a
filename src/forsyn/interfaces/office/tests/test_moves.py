"""A move out, as staff carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.billing.models import Run, SettledConsumption
from forsyn.domain.customers.models import Agreement
from forsyn.domain.metering import actions
from forsyn.domain.metering.actions import NewMeter
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.interfaces.office.tests.conftest import WATER, signed_in
from forsyn.interfaces.office.tests.reading import words
from forsyn.kernel.charges.tariff import Commodity
from tests.billing_ground import approved, hours, on_terms
from tests.charge_samples import LONG_AGO, always, tariff, variable
from tests.world import TODAY, World

LAST, READ_UNTIL = date(2026, 10, 31), date(2026, 10, 22)


@pytest.fixture
def gorms_water(world: World, books: Mapping[int, int]) -> int:
    """Gorm's water, read until ten days before he moves out."""
    number = f"{world.gorm.home.number}2"
    actions.register_meters(meters=[NewMeter("0069001", "water", (WATER,), number, date(2020, 1, 1))])
    tariff_id, _ = approved(tariff(variable("water", always("10"), "m3"), commodity=Commodity.WATER), key="water")
    agreement_id = world.gorm.agreements["water"]
    on_terms(agreement_id, tariff_id, LONG_AGO)
    hours("0069001", "volume", date(2025, 12, 31), READ_UNTIL, 10, counter=100_000)
    return agreement_id


def test_a_move_is_looked_at_first_and_then_carried_out(world: World, gorms_water: int) -> None:
    clerk = signed_in(Client(), world.billing)
    address = reverse("office:move", args=[gorms_water])
    assert "Sidste dag" in words(clerk, address)
    page = words(clerk, f"{address}?last={LAST}")
    for said in ("Der mangler målinger for 10 dage, den første er 22. oktober 2026", "Vores skøn er 2,400 m³",
                 "Måler 0069001 viste", "som en anden skal godkende"):  # fmt: skip
        assert said in page, said
    assert AccessEntry.objects.filter(aspect="customer_file", kind="look", subject_id=gorms_water).count() == 2

    low = clerk.post(address, {"last": LAST, "how_water": "reading", "reading_water": "1"})
    assert low.status_code == 422
    assert "viste mere" in low.content.decode()
    lacking = clerk.post(address, {"last": LAST, "how_water": "reading"})
    assert "Skriv, hvad måleren viser" in lacking.content.decode()

    done = clerk.post(address, {"last": LAST, "how_water": "guess"})

    receipt = reverse("office:moved_out", args=[gorms_water])
    assert done.headers["Location"] == receipt
    assert Agreement.objects.get(pk=gorms_water).period.upper == date(2026, 11, 1)
    assert SettledConsumption.objects.filter(agreement_id=gorms_water).get().amount == 2_400
    assert Run.objects.get(agreement_id=gorms_water).kind == "final"
    said = words(clerk, receipt)
    for part in ("Flytningen er gemt.", "Sidste dag er 31. oktober 2026", "senest 13. december 2026"):
        assert part in said, part
    onwards = f"{reverse('office:move_in', args=[world.gorm.home.supply_point_id])}?first=2026-11-01"
    assert onwards in clerk.get(receipt).content.decode()
    assert "Stedet er ledigt" in words(clerk, onwards)


def test_a_day_that_is_billed_or_none_is_refused_in_words(world: World, gorms_water: int) -> None:
    clerk = signed_in(Client(), world.billing)
    address = reverse("office:move", args=[gorms_water])
    assert "Vælg en dato" in clerk.get(f"{address}?last=").content.decode()
    early = clerk.get(f"{address}?last=2024-08-31")
    assert early.status_code == 422
    assert "begynder først den 1.10.2024" in early.content.decode()
    assert clerk.get(reverse("office:move", args=[404_404])).status_code == 404


def test_only_settlement_moves_customers(world: World, gorms_water: int) -> None:
    clerk = signed_in(Client(), world.operations)
    assert clerk.get(reverse("office:move", args=[gorms_water])).status_code == 404


def test_a_move_ahead_is_kept_without_figures(world: World, gorms_water: int) -> None:
    clerk = signed_in(Client(), world.billing)
    ahead = date(2026, 12, 31)
    assert ahead > TODAY
    address = reverse("office:move", args=[gorms_water])
    assert "ikke gået endnu" in words(clerk, f"{address}?last={ahead}")
    assert clerk.post(address, {"last": ahead}).status_code == 302
    assert not SettledConsumption.objects.exists()
