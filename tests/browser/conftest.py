"""A real Chromium on the real program: `page` as wide as its user has it, `accessible` checks it at both widths."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREEN, TELEPHONE, HEIGHT = 1280, 390, 900


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Any]:
    """Chromium, or a skipped test with the reason that `make test` has told."""
    executable = chromium.find()
    if executable is None:
        pytest.skip("no Chromium on this machine; `make test` says how to get one")
    # Playwright's loop stays in this thread for the rest of the run, so Django would take every test for asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - may not be usable everywhere

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(request: pytest.FixtureRequest, chromium_browser: Any, live_server: Any) -> Iterator[Any]:
    """A page on a screen, or on a telephone where the test is so marked. Errors on its console, and requests to
    anywhere else, fail the test.
    """
    width = TELEPHONE if request.node.get_closest_marker("telephone") else SCREEN
    context = chromium_browser.new_context(
        base_url=live_server.url, viewport={"width": width, "height": HEIGHT}, locale="da-DK"
    )
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    problems: list[str] = []
    opened.on("console", lambda message: problems.append(message.text) if _is_fault(message) else None)
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "request", lambda asked: problems.append(asked.url) if not asked.url.startswith(live_server.url) else None
    )
    yield opened
    context.close()
    assert problems == []


def _is_fault(message: Any) -> bool:
    """A form that comes back with a question (422) is none, although Chromium says so on the console."""
    return message.type == "error" and "status of 422" not in message.text


def fits(page: Any) -> None:
    """Check that a page needs no scrolling sideways, at either width."""
    own = page.viewport_size
    for width in (SCREEN, TELEPHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} is wider than {width} px"
    page.set_viewport_size(own)


@pytest.fixture
def accessible() -> Callable[[Any], None]:
    """Check a page with axe-core against WCAG 2.1 A and AA, and that it `fits`."""

    def check(page: Any) -> None:
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
        fits(page)

    return check
