"""The breach register in a real browser: from the form to the letters, accessible and whole at both widths."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from tests.browser.pages import turn
from tests.signing_in import SignedIn
from tests.world import World


def test_a_breach_from_discovery_to_letters(
    page: Any, live_server: LiveServer, world: World, signed_in: SignedIn, accessible: Callable[[Any], None]
) -> None:
    client: Client = signed_in(world.dpo)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    page.goto(reverse("privacy_desk:register_breach"))
    accessible(page)
    _submit(page)
    assert "Skriv en overskrift." in page.inner_text("main")
    page.fill("input[name=title]", "Usb-nøgle glemt i toget")
    page.fill("textarea[name=what_happened]", "En nøgle med en liste over målere blev glemt i toget.")
    aware = timezone.localtime() - timedelta(hours=60)
    page.fill("input[name=aware_at]", aware.strftime("%Y-%m-%dT%H:%M"))
    for box in ("confidentiality", "meter_number", "customer"):
        page.check(f"input[value={box}]")
    _submit(page)
    assert "1 brud skal anmeldes inden et døgn." in page.inner_text("body")
    here = page.url

    page.goto(f"{here}find/numbers/")
    page.fill("textarea[name=numbers]", "1001\n1002")
    _submit(page)
    page.goto(f"{here}risiko/")
    page.check("input[value=high]")
    page.fill("textarea[name=reason]", "Målernumre fortæller ikke, hvor folk bor, men listen gør.")
    _submit(page)
    page.goto(f"{here}brev/")
    page.fill("textarea[name=danish]", "Vi har tabt en nøgle med dit målernummer.")
    page.fill("textarea[name=english]", "")
    _submit(page)
    page.goto(f"{here}brev/frigiv/")
    accessible(page)
    assert "Kære [Kundens navn]" in page.inner_text("main")
    _submit(page)
    assert "2 af 2 har fået besked." in page.inner_text("main")
    accessible(page)


def _submit(page: Any) -> None:
    turn(page, page.locator("main form button.button-primary"))
