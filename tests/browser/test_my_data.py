"""Mine data in a real browser: accessible, whole at both widths, used by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from forsyn.domain.accounts.models import Account
from forsyn.domain.customers.models import Customer
from tests.browser.pages import turn
from tests.signing_in import SignedIn
from tests.world import World

Check = Callable[[Any], None]
pytestmark = pytest.mark.telephone
LONG = "Anna-Kirstine Østergård Åkjær-Søndersø Ærøbrandt von der Prøvesenhausen-Langeland"


@pytest.fixture
def anna(page: Any, live_server: LiveServer, world: World, signed_in: SignedIn) -> Any:
    """The page, with Anna signed in, whose name is long."""
    account: Account = world.anna.account
    client: Client = signed_in(account)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    Customer.objects.get(pk=world.anna.customer_id).names.update(name=LONG)
    return page


def test_a_customer_looks_at_all_and_asks_for_what_is_hers(anna: Any, accessible: Check) -> None:
    anna.goto(reverse("portal:home"))
    turn(anna, anna.get_by_role("link", name="Mine data"), "Enter")
    accessible(anna)
    anna.locator("summary", has_text="Mobilnummer").press("Enter")
    anna.get_by_text("Slettes 6 måneder efter, at din aftale er ophørt.").first.wait_for()
    for opened in anna.locator("details.kind > summary").all():
        if opened.evaluate("summary => !summary.parentElement.open"):
            opened.press("Enter")
    accessible(anna)
    turn(anna, anna.get_by_role("link", name="Slet noget"))
    accessible(anna)
    anna.get_by_label("Er det kun noget bestemt").fill("Kun mit mobilnummer.")
    turn(anna, anna.get_by_role("button", name="Bed om sletning"), "Enter")
    anna.get_by_text("Tak. Vi har fået din anmodning").wait_for()
    accessible(anna)
    turn(anna, anna.get_by_role("link", name="Mine anmodninger"))
    accessible(anna)


def test_every_right_has_a_page_that_all_can_use(anna: Any, accessible: Check) -> None:
    for name in ("correct", "pause", "refusals", "complain", "my_requests", "consents", "looks"):
        anna.goto(reverse(f"portal:{name}"))
        accessible(anna)
    anna.goto(reverse("portal:pause"))
    turn(anna, anna.get_by_role("button", name="Bed om en pause"), "Enter")
    accessible(anna)
    anna.goto(reverse("portal:refuse", args=["operation_optimisation"]))
    accessible(anna)
    anna.get_by_label("Hvorfor siger du nej?").fill("Mine vaner er mine egne.")
    turn(anna, anna.locator("main form button.button-primary"), "Enter")
    anna.get_by_text("Tak. Vi har fået din anmodning").wait_for()
    anna.goto(reverse("portal:refusals"))
    anna.get_by_text("Du har sagt nej").first.wait_for()
    accessible(anna)
