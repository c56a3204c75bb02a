"""The queue of requests in a real browser: from a letter to the answer, accessible and whole at both widths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from forsyn.domain.rights.models import Request
from forsyn.domain.rights.rules import State
from forsyn.domain.safeguards.choices_models import LIVE_RESTRICTION, Restriction
from tests.browser.pages import turn
from tests.signing_in import SignedIn
from tests.world import World


def test_a_letter_becomes_a_restriction_and_an_answer(
    page: Any, live_server: LiveServer, world: World, signed_in: SignedIn, accessible: Callable[[Any], None]
) -> None:
    client: Client = signed_in(world.dpo)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    page.goto(reverse("privacy_desk:requests"))
    accessible(page)
    turn(page, page.get_by_role("link", name="Skriv en anmodning ind"))
    page.check("input[name=channel][value=letter]")
    page.select_option("select[name=right]", "restriction")
    page.fill("input[name=numbers]", "9999")
    page.fill("input[name=name]", "Anna Prøvesen")
    page.fill("textarea[name=wish]", "Måleren viser forkert.\nBrug ikke tallene, før I har set efter.")
    _submit(page)
    assert "ingen kunde med nummer 9999" in page.inner_text("main")
    accessible(page)
    page.fill("input[name=numbers]", world.anna.number)
    _submit(page)
    assert "er skrevet ind" in page.inner_text("body")
    accessible(page)

    turn(page, page.get_by_role("button", name="Tag den op"))
    _act(page, "Jeg har set, hvem det er", {"seen": "Pas, foto og navn passer"}, "Identiteten er på plads")
    turn(page, page.get_by_role("link", name="Læg en plan"))
    accessible(page)
    page.check("input[name=ground][value=accuracy]")
    page.fill("textarea[name=reason]", "Måleren skal prøves.")
    _submit(page)
    assert "Intet er gjort endnu." in page.inner_text("main")
    assert not Restriction.objects.filter(LIVE_RESTRICTION).exists()
    accessible(page)

    turn(page, page.get_by_role("button", name="Udfør planen"))
    assert Restriction.objects.filter(LIVE_RESTRICTION, customer_id=world.anna.customer_id).exists()
    page.check("input[name=outcome][value=granted]")
    turn(page, page.get_by_role("button", name="Send svaret"))
    assert "Svaret er sendt, og anmodningen er afsluttet." in page.inner_text("body")
    assert Request.objects.get().state == State.ANSWERED
    accessible(page)


def _submit(page: Any) -> None:
    turn(page, page.locator("main form button.button-primary"))


def _act(page: Any, summary: str, said: dict[str, str], button: str) -> None:
    """Unfold one of the request's forms, fill it in, and press its button."""
    folded = page.locator("details").filter(has_text=summary).first
    folded.locator("summary").click()
    for name, words in said.items():
        folded.locator(f"[name={name}]").fill(words)
    turn(page, folded.get_by_role("button", name=button))
