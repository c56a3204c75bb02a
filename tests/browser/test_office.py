"""A clerk finds a customer and their place; an operations engineer releases a value. By mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.interfaces.office.tests.conftest import Store, build_store, signed_in, stop_the_clock
from tests.browser.pages import turn
from tests.world import World

Check = Callable[[Any], None]


@pytest.fixture
def store(world: World, monkeypatch: pytest.MonkeyPatch) -> Store:
    stop_the_clock(monkeypatch)
    return build_store(world)


@pytest.fixture
def at_the_desk(page: Any, live_server: Any) -> Callable[[object], Any]:
    """Opens the browser for a member of staff."""

    def opened(account: object) -> Any:
        page.context.clear_cookies()
        cookie = signed_in(Client(), account).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return page

    return opened


def test_a_clerk_finds_a_customer_by_keyboard_alone(
    world: World, store: Store, at_the_desk: Callable[[object], Any], accessible: Check
) -> None:
    page = at_the_desk(world.clerk)
    page.goto(reverse("office:search"))
    accessible(page)
    page.keyboard.type("aakjær ågade")  # the box has the focus from the beginning
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    accessible(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Bo Åkjær", level=1).wait_for()
    accessible(page)
    page.keyboard.press("/")
    page.keyboard.type("ærøvej 7")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Ærøvej 7, 9999 Nordby").click()
    page.get_by_role("heading", name="Ærøvej 7", level=1).wait_for()
    accessible(page)


def test_the_customers_timeline_is_filtered(
    world: World, store: Store, at_the_desk: Callable[[object], Any], accessible: Check
) -> None:
    page = at_the_desk(world.clerk)
    page.goto(reverse("office:customer", args=[world.anna.customer_id]))
    for details in page.locator("details").all():
        details.locator("summary").click()
    accessible(page)
    page.get_by_role("navigation", name="Vis kun").get_by_role("link", name="Måler").click()
    page.wait_for_url("**tidslinje=maaler**")
    assert page.locator(".timeline > li").count() == 3
    accessible(page)


def test_a_value_is_released_from_the_place_where_it_is_missed(
    world: World, store: Store, at_the_desk: Callable[[object], Any], accessible: Check
) -> None:
    page = at_the_desk(world.operations)
    page.goto(reverse("office:supply_points"))
    page.get_by_label("Søg", exact=True).fill("ærøvej")
    page.get_by_role("button", name="Søg").click()
    page.get_by_role("link", name="Ærøvej 7, 9999 Nordby").click()
    turn(page, page.get_by_role("link", name="Usandsynlig værdi, 26. oktober 2026"))
    accessible(page)
    page.get_by_role("button", name="Frigiv …").click()
    page.get_by_role("heading", name="Det vil ske").wait_for()
    accessible(page)
    page.get_by_role("button", name="Frigiv", exact=True).click()  # the note is missing: the browser asks for it
    page.get_by_label("Note").fill("Trykprøve af anlægget")
    page.get_by_role("button", name="Frigiv", exact=True).click()
    page.get_by_role("status").get_by_text("Gemt: 1 værdi.").wait_for()
    accessible(page)
    page.goto(reverse("office:meter", args=[store.annas_heat]))
    page.get_by_role("link", name="26. oktober 2026").first.click()
    page.get_by_text("frigivet fra karantæne").wait_for()
    accessible(page)


def test_a_group_is_chosen_by_meter_and_rejected(
    world: World, store: Store, at_the_desk: Callable[[object], Any], accessible: Check
) -> None:
    page = at_the_desk(world.operations)
    page.goto(reverse("office:deliveries"))
    accessible(page)
    turn(page, page.get_by_role("link", name="uge44.parquet"))
    accessible(page)
    turn(page, page.get_by_role("link", name="Ukendt måler"))
    accessible(page)
    page.get_by_label("Måler 9999999").check()
    page.get_by_role("button", name="Afvis …").click()
    page.get_by_label("Note").fill("Naboens måler")
    page.get_by_role("button", name="Afvis", exact=True).click()
    page.get_by_text("1 post er afvist.").wait_for()
    accessible(page)
