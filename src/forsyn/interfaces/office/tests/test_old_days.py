"""What staff see of a meter's time whose hours have become days, and whose days have become months."""

from __future__ import annotations

from datetime import date, timedelta

from django.test import Client
from django.urls import reverse

from forsyn.domain.metering.actions_thinning import thin_to_days, thin_to_months
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.office.tests.conftest import Store
from forsyn.interfaces.office.tests.reading import words
from forsyn.policy.purposes import P
from tests.world import TODAY, World


def thin(days_before: date | None = None) -> None:
    for step, before in ((thin_to_days, TODAY), (thin_to_months, days_before)):
        more = before is not None
        while more:
            with purpose(P.RETENTION, actor=None):
                more = step(before=before).more  # type: ignore[operator]


def day_page(client: Client, store: Store, day: date) -> str:
    return words(client, reverse("office:meter_day", args=[store.annas_heat, 1, day.isoformat()]))


def test_a_day_without_hours_keeps_its_versions_and_totals(world: World, store: Store, operations: Client) -> None:
    thin()
    text = day_page(operations, store, store.day)
    assert "Timerne er så gamle, at de er lagt sammen. Kun døgnets forbrug er gemt." in text
    assert "Dagen findes i 2 versioner" in text
    assert "00–01" not in text
    assert "27,732 kWh 0,168 kWh" in text


def test_a_day_that_became_part_of_a_month_shows_the_month(world: World, store: Store, operations: Client) -> None:
    first = TODAY - timedelta(days=7)
    assert first.month != TODAY.month
    thin(TODAY)
    text = day_page(operations, store, first)
    assert "Dagene er så gamle, at de er lagt sammen." in text
    assert "Dage med værdier" in text
    assert "Der er ikke leveret noget for denne dag" not in text


def test_the_customers_page_draws_the_same_months(world: World, store: Store, clerk: Client) -> None:
    address = reverse("office:customer", args=[world.anna.customer_id])
    before = words(clerk, address)
    thin(TODAY)
    assert words(clerk, address) == before
