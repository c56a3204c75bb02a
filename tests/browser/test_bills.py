"""Bills in a real browser: what is owed, a bill line by line, instalments changed; by keyboard, at both widths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from tests.bill_samples import instalments
from tests.books import books as books
from tests.browser.pages import turn
from tests.meter_values import MeterStore
from tests.own_bills import Ground, billed, creditor, heat_basis, planned
from tests.signing_in import SignedIn
from tests.world import NOW, TODAY, World

Check = Callable[[Any], None]
pytestmark = pytest.mark.telephone


@pytest.fixture
def anna(
    page: Any,
    live_server: LiveServer,
    world: World,
    books: Mapping[int, int],
    signed_in: SignedIn,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """The page, with Anna signed in, who has a statement, bills on account and a plan."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    store = MeterStore()
    meter = store.meter(world.anna.installations["heat"], "heat", date(2020, 1, 1))
    store.fill(meter, date(2024, 10, 1), TODAY - timedelta(days=1), lambda day, _: 2600 - 300 * abs(7 - day.month))
    creditor()
    ground = Ground()
    ground.settled(
        world.anna,
        heat_basis(9_850_000, first=date(2024, 11, 1), until=date(2025, 11, 1), paid=instalments(4, 300_000)),
        issued=date(2025, 11, 20),
        due=date(2025, 12, 15),
    )
    billed(ground, world.anna, planned(world.anna), 3)
    session = signed_in(world.anna.account).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


def test_a_customer_reads_a_bill_and_changes_the_instalments(anna: Any, accessible: Check) -> None:
    anna.goto(reverse("portal:home"))
    turn(anna, anna.get_by_role("link", name="Regninger", exact=True), "Enter")
    anna.get_by_text("Du skal betale i alt").wait_for()
    accessible(anna)
    turn(anna, anna.get_by_role("link", name="Årsopgørelse for fjernvarme").first, "Enter")
    for summary in anna.locator("main details > summary").all():
        if summary.evaluate("summary => !summary.parentElement.open"):
            summary.press("Enter")
    anna.get_by_text("Vi regner med 130 m² areal.").wait_for()
    accessible(anna)
    anna.goto(reverse("portal:statement"))
    accessible(anna)
    anna.goto(reverse("portal:on_account"))
    accessible(anna)
    turn(anna, anna.get_by_role("link", name="Varme, Ærøvej 7"), "Enter")
    anna.get_by_label("Hvor mange kroner vil du betale i alt").fill("1")
    turn(anna, anna.get_by_role("button", name="Vis, hvordan det bliver"), "Enter")
    anna.get_by_text("Fejl: Det er mindre").wait_for()
    accessible(anna)
    anna.get_by_label("Hvor mange kroner vil du betale i alt").fill("6000")
    anna.get_by_label("Hvor mange rater").select_option("3")
    turn(anna, anna.get_by_role("button", name="Vis, hvordan det bliver"), "Enter")
    accessible(anna)
    turn(anna, anna.get_by_role("button", name="Ja, ret mine rater"), "Enter")
    anna.get_by_role("heading", name="Dine rater er rettet").wait_for()
    accessible(anna)
