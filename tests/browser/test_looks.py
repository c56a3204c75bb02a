"""Who has looked at what, in a real browser: for the customer, and for the data protection officer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from forsyn.domain.accounts.models import Account
from forsyn.domain.safeguards.log_models import SpotCheckItem
from tests.browser.pages import turn
from tests.world import World

Check = Callable[[Any], None]
AT = datetime(2026, 10, 24, 13, 5, tzinfo=UTC)
ROWS = (
    ("look", "customer_file", None, None),
    ("look", "consumption", None, "Kunden ringede om en høj regning og ville vide, om der var en lækage i haven."),
    ("search", "customer_file", "Prøvesen Ærøvej", None),
    ("list", "customer_file", None, None),
)


@pytest.fixture
def looked_at(page: Any, world: World) -> World:
    """Anna has been looked at, on two days."""
    with connection.cursor() as cursor:
        for hours, (kind, aspect, search, reason) in enumerate(ROWS * 2):
            customer_id = None if kind == "search" else world.anna.customer_id
            cursor.execute(
                "insert into safeguards_access_log (at, actor_id, customer_id, kind, aspect, purpose, search, reason,"
                " request_id) values (%s, %s, %s, %s, %s, 'customer_service', %s, %s, gen_random_uuid())",
                [AT + timedelta(hours=6 * hours), world.clerk.pk, customer_id, kind, aspect, search, reason],
            )
    return world


@pytest.fixture
def as_account(page: Any, live_server: LiveServer, signed_in: Callable[[Account], Client]) -> Callable[[Account], Any]:
    """The page, with an account signed in."""

    def enter(account: Account) -> Any:
        session = signed_in(account).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return page

    return enter


@pytest.mark.telephone
def test_the_customer_sees_who_has_looked(
    looked_at: World, as_account: Callable[[Account], Any], accessible: Check
) -> None:
    page = as_account(looked_at.anna.account)
    page.goto(reverse("portal:home"))
    turn(page, page.get_by_role("link", name="Mine data"))
    turn(page, page.get_by_role("link", name="Se, hvem der har kigget").last)
    accessible(page)
    assert page.get_by_text("så en medarbejder på dit forbrug").count() == 2


def test_the_officer_searches_the_log_and_answers_a_spot_check(
    looked_at: World, as_account: Callable[[Account], Any], accessible: Check
) -> None:
    page = as_account(looked_at.dpo)
    page.goto(reverse("privacy_desk:looks"))
    accessible(page)
    turn(page, page.get_by_role("link", name="Stikprøver"))
    accessible(page)
    page.get_by_label("Fra og med").fill("2026-10-01")
    page.get_by_label("Til og med").fill("2026-10-31")
    page.get_by_role("button", name="Træk en stikprøve").click()
    page.wait_for_url("**/stikproever/*/")
    accessible(page)
    page.goto(reverse("privacy_desk:spot_check_verdict", args=[SpotCheckItem.objects.order_by("id")[0].pk]))
    accessible(page)
    page.get_by_label("Medarbejderen er spurgt").check()
    turn(page, page.get_by_role("button", name="Gem svaret"))
    assert page.get_by_text("Skriv en note").first.is_visible()
    page.get_by_label("Note").fill("Spurgt i dag.")
    page.get_by_role("button", name="Gem svaret").click()
    page.wait_for_url("**/stikproever/*/")
    assert page.get_by_text("Spurgt i dag.").is_visible()
