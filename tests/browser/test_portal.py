"""A customer's way through the portal in a real browser, by keyboard too, at both widths."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.browser.pages import turn
from tests.meter_values import MeterStore
from tests.world import METER_SWAP_DATE, NOW, TODAY, Party, World

pytestmark = pytest.mark.telephone

GAP = {date(2026, 3, 5), date(2026, 3, 6)}


@pytest.fixture
def anna(live_server: Any, world: World, page: Any, monkeypatch: pytest.MonkeyPatch) -> Party:
    """Anna has signed in; heat with a gap in March, water with a meter swap."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    store, yesterday = MeterStore(), TODAY - timedelta(days=1)
    heat, water = (world.anna.installations[commodity] for commodity in ("heat", "water"))
    meter = store.meter(heat, "heat", date(2020, 1, 1))
    store.fill(meter, date(2025, 1, 1), yesterday, lambda day, hour: None if day in GAP else 900 + 20 * hour)
    meter = store.meter(water, "water", date(2020, 1, 1), METER_SWAP_DATE)
    store.fill(meter, date(2026, 1, 1), METER_SWAP_DATE - timedelta(days=1), lambda *_: 6)
    store.fill(store.meter(water, "water", METER_SWAP_DATE), METER_SWAP_DATE, yesterday, lambda *_: 5)
    client = Client()
    client.force_login(world.anna.account)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    return world.anna


def test_from_the_year_down_to_the_hour_by_keyboard(anna: Party, page: Any, accessible: Callable[[Any], None]) -> None:
    page.goto("/")
    accessible(page)
    turn(page, page.get_by_role("link", name="Mit forbrug", exact=True))
    accessible(page)
    march = page.get_by_role("link", name=re.compile(r"^Marts 2026: .* kWh, sidste år .*, der mangler målinger$"))
    march.focus()
    assert page.locator(".slot:focus .reading").is_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/2026/3/")
    accessible(page)
    page.get_by_text("Tallene i en tabel").click()
    row = page.get_by_role("row", name=re.compile(r"Torsdag den 5\."))
    assert "Mangler målinger" in row.inner_text()
    accessible(page)
    page.get_by_role("link", name=re.compile(r"^Lørdag den 14\. marts 2026: ")).last.click()
    page.wait_for_url("**/2026/3/14/")
    accessible(page)
    page.get_by_role("link", name=re.compile(r"^Kl\. 13–14: 1,16")).focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#r13")
    assert page.locator("#r13").is_visible()


def test_a_file_comes_down(anna: Party, page: Any) -> None:
    page.goto(f"/forbrug/{anna.installations['water']}/2026/")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Alle timer i 2026 som CSV-fil").click()
    assert waiting.value.suggested_filename == "vand-2026-timer.csv"


def test_a_new_email_is_confirmed(anna: Party, page: Any, accessible: Callable[[Any], None]) -> None:
    page.goto("/oplysninger/")
    accessible(page)
    turn(page, page.get_by_role("link", name="Ret e-mail"))
    page.get_by_label("E-mail").fill("ikke en adresse")
    turn(page, page.get_by_role("button", name="Send kode"))
    accessible(page)
    page.get_by_label("E-mail").fill("anna.ny@kunde.example")
    page.get_by_role("button", name="Send kode").click()
    page.wait_for_url("**/bekraeft/")
    accessible(page)
    code = re.search(r"\d{6}", mail.outbox[-1].body)
    assert code
    page.get_by_label("Kode").fill(code.group())
    page.get_by_role("button", name="Bekræft").click()
    page.wait_for_url("**/oplysninger/")
    assert page.get_by_text("anna.ny@kunde.example", exact=True).is_visible()
    accessible(page)


def test_agreements_and_their_english(anna: Party, page: Any, accessible: Callable[[Any], None]) -> None:
    page.goto("/aftaler/")
    assert page.get_by_text("Tidligere måler").is_visible()
    accessible(page)
    turn(page, page.get_by_role("button", name="English"))
    assert page.get_by_role("heading", level=1, name="My agreements").is_visible()
    page.goto(f"/forbrug/{anna.installations['heat']}/2026/10/25/")
    assert page.get_by_role("link", name=re.compile(r"^02–03 \(standard time\): 0\.96")).count() == 1
    accessible(page)
