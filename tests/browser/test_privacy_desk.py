"""The privacy desk and the public notice in a real browser: accessible, whole at both widths, used by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from forsyn.interfaces.privacy_desk.tests.test_pages import signed_in
from tests.browser.conftest import fits
from tests.browser.pages import turn
from tests.world import World

Check = Callable[[Any], None]
DESK = ("home", "categories", "purposes", "retention", "recipients", "claims", "notice")
CHECKED = ("home", "categories", "purposes", "claims")
"""What axe reads. Retention and recipients are tables as on the categories' page; the notice is read where everybody
reads it."""


@pytest.fixture
def desk(page: Any, live_server: LiveServer, world: World, client: Client) -> Any:
    """A page in which the data protection officer is signed in."""
    signed_in(client, world.dpo)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


def test_the_desk_is_accessible(desk: Any, accessible: Check) -> None:
    for name in CHECKED:
        desk.goto(reverse(f"privacy_desk:{name}"))
        accessible(desk)
    desk.goto(f"{reverse('privacy_desk:columns')}?category=email")
    accessible(desk)


def test_no_page_of_the_desk_is_wider_than_the_screen(desk: Any) -> None:
    for name in DESK:
        desk.goto(reverse(f"privacy_desk:{name}"))
        fits(desk)


def test_from_the_overview_to_one_column_by_keyboard(desk: Any) -> None:
    desk.goto(reverse("privacy_desk:home"))
    desk.get_by_role("link", name="Politik", exact=True).press("Enter")
    desk.get_by_role("link", name="Kolonner", exact=True).press("Enter")
    desk.get_by_label("Søg efter").fill("birth_date")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**words=birth_date**")
    assert desk.get_by_role("heading", name="customers_customer").is_visible()
    desk.get_by_role("link", name="Fødselsdato").press("Enter")
    desk.wait_for_url("**#date_of_birth")


def test_anybody_reads_the_notice_in_either_language(page: Any, accessible: Check) -> None:
    page.goto(reverse("notices:page"))
    accessible(page)
    page.get_by_role("navigation").get_by_role("link", name="Dine rettigheder").click()
    assert page.url.endswith("#rights")
    turn(page, page.get_by_role("button", name="English"))
    assert page.get_by_role("heading", name="How we handle your data").is_visible()
    assert page.locator("html").get_attribute("lang") == "en"
