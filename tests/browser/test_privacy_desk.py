"""The privacy desk and the public notice in a real browser: accessible, and whole at both widths."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from forsyn.interfaces.privacy_desk.tests.test_pages import signed_in
from tests.world import World
from tools.chromium import SKIPPED, find

pytestmark = pytest.mark.browser

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
WIDE, NARROW = 1280, 390
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
DESK = ["home", "categories", "purposes", "retention", "recipients", "claims", "notice"]


@pytest.fixture
def chromium(live_server: LiveServer) -> Iterator[Browser]:
    """A browser that is gone before the database is cleared: its event loop and the ORM do not share a thread."""
    path = find()
    if path is None:
        pytest.skip(SKIPPED.format(reason="no Chromium was found"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def officer(live_server: LiveServer, world: World, client: Client) -> dict[str, str]:
    """The cookie of the data protection officer's session."""
    signed_in(client, world.dpo)
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}


def opened(chromium: Browser, width: int, *cookies: dict[str, str]) -> tuple[Page, list[str]]:
    """A page of that width, and the list of what it complains about, which grows."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="da-DK")
    context.add_cookies(list(cookies))  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    return page, complaints


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def test_the_desk_is_accessible_and_whole(live_server: LiveServer, officer: dict[str, str], chromium: Browser) -> None:
    addresses = [reverse(f"privacy_desk:{name}") for name in DESK]
    addresses += [f"{reverse('privacy_desk:columns')}?category=email", reverse("notices:page")]
    alike = {reverse(f"privacy_desk:{name}") for name in ("retention", "recipients", "claims")}  # tables as on others
    page, complaints = opened(chromium, NARROW, officer)
    for address in addresses:
        page.set_viewport_size({"width": NARROW, "height": 900})
        page.goto(live_server.url + address)
        assert overflow(page) <= 0, address
        page.set_viewport_size({"width": WIDE, "height": 900})
        assert overflow(page) <= 0, address
        if address not in alike:
            assert violations(page) == [], address
    assert complaints == []


def test_from_the_overview_to_one_column_by_keyboard(
    live_server: LiveServer, officer: dict[str, str], chromium: Browser
) -> None:
    page, complaints = opened(chromium, WIDE, officer)
    page.goto(live_server.url + reverse("privacy_desk:home"))
    page.get_by_role("link", name="Kolonner", exact=True).press("Enter")
    page.get_by_label("Søg efter").fill("birth_date")
    page.keyboard.press("Enter")
    page.wait_for_url("**words=birth_date**")
    assert page.get_by_role("heading", name="customers_customer").is_visible()
    assert page.get_by_role("link", name="Fødselsdato").is_visible()
    page.get_by_role("link", name="Fødselsdato").press("Enter")
    page.wait_for_url("**#date_of_birth")
    assert complaints == []


def test_anybody_reads_the_notice_in_either_language(live_server: LiveServer, chromium: Browser) -> None:
    page, complaints = opened(chromium, NARROW)
    page.goto(live_server.url + reverse("notices:page"))
    page.get_by_role("navigation").get_by_role("link", name="Dine rettigheder").click()
    assert page.url.endswith("#rights")
    page.get_by_role("button", name="English").click()
    assert page.get_by_role("heading", name="How we handle your data").is_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    assert complaints == []
