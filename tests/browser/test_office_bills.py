"""A billing run by two: seen, approved by another, posted, released; and what a customer owes for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.billing.models import Bill
from forsyn.interfaces.office.tests.billing import a_second_billing_clerk, previewed
from forsyn.interfaces.office.tests.conftest import signed_in, stop_the_clock
from forsyn.workflows.billing_runs import go_on
from tests.billed_world import BilledWorld, billed
from tests.browser.pages import turn
from tests.world import NOW, World

Check = Callable[[Any], None]


@pytest.fixture
def made(world: World, monkeypatch: pytest.MonkeyPatch) -> BilledWorld:
    stop_the_clock(monkeypatch)
    return billed(world)


def test_a_run_is_seen_approved_posted_and_released(
    made: BilledWorld, page: Any, live_server: Any, accessible: Check
) -> None:
    run_id = previewed(made)
    cookie = signed_in(Client(), a_second_billing_clerk()).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto(reverse("office:runs"))
    accessible(page)
    page.goto(reverse("office:today"))
    accessible(page)
    turn(page, page.locator("[aria-labelledby=godkend]").get_by_role("link", name="Årsopgørelse, varme"))
    accessible(page)
    turn(page, page.get_by_role("link", name="Der mangler forbrug"))
    accessible(page)
    page.go_back()
    turn(page, page.get_by_role("link", name="Godkend …"))
    accessible(page)
    turn(page, page.get_by_role("button", name="Godkend"))
    turn(page, page.get_by_role("link", name="Bogfør …"))
    turn(page, page.get_by_role("button", name="Bogfør"))
    page.get_by_text("0 af 5.").wait_for()
    accessible(page)
    go_on(clock=lambda: NOW, budget_seconds=60)
    page.get_by_role("link", name="Frigiv …").wait_for()  # the page sees by itself that the work is done
    turn(page, page.get_by_role("link", name="Frigiv …"))
    accessible(page)
    turn(page, page.get_by_role("button", name="Frigiv"))
    page.get_by_text("5 regninger er frigivet.").wait_for()
    anna = Bill.objects.get(run_id=run_id, agreement_id=made.agreements["anna"])
    page.goto(reverse("office:account", args=[anna.customer_id]))
    accessible(page)
    turn(page, page.get_by_role("link", name=f"Årsopgørelse {anna.number}"))
    for steps in page.get_by_text("Vis udregningen").all():
        steps.click()
    accessible(page)
    turn(page, page.get_by_role("link", name="Læg forbruget fast …"))
    accessible(page)
    page.goto(reverse("office:books"))
    accessible(page)
    turn(page, page.get_by_role("link", name="Se bilag"))
    turn(page, page.get_by_role("link", name="1", exact=True))
    accessible(page)
