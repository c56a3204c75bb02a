"""Takes the README's pictures from the running demo: `forsyn demo` in one window, `make pictures` in another."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
from chromium import find

IMAGES = Path(__file__).parents[1] / "docs" / "images"
CUSTOMER, OFFICER = "anna.proevesen@kunde.example", "dina.databeskytter@demo.example"
PASSWORD = "nordby-demo-kodeord"  # the demo's, printed at its start
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def _submit(page: Page) -> None:
    page.locator("main form button").first.click()
    page.wait_for_load_state()


def _portal(page: Page, demo: str) -> None:
    page.goto(f"{demo}/konto/?email={CUSTOMER}")
    _submit(page)
    mailbox = page.context.new_page()
    mailbox.goto(f"{demo}/demo/postkasse/")
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mailbox.inner_text("main"))
    mailbox.close()
    page.locator("main form input[type=text]").first.fill(code[0] if code else "")
    _submit(page)
    page.goto(f"{demo}/forbrug/")


def _privacy_desk(page: Page, demo: str) -> None:
    page.goto(f"{demo}/demo/")
    code = page.locator(f'tr:has-text("{OFFICER}") code').inner_text()
    page.goto(f"{demo}/konto/medarbejder/")
    page.fill("input[type=email]", OFFICER)
    page.fill("input[type=password]", PASSWORD)
    _submit(page)
    page.locator("main form input[type=text]").first.fill(code)
    _submit(page)
    page.goto(f"{demo}/persondata/")


def main(demo: str) -> None:
    """Write portal.png and privacy-desk.png."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        for name, open_page in (("portal", _portal), ("privacy-desk", _privacy_desk)):
            page = browser.new_context(viewport={"width": 1000, "height": 1000}, locale="da-DK").new_page()
            open_page(page, demo)
            page.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
