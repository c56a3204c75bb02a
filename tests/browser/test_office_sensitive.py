"""A clerk writes a note in which a CPR number stands; the safety officer keeps what must be known, and reviews it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Account
from forsyn.domain.sensitive.models import ThreatNotice
from forsyn.interfaces.office.tests.conftest import signed_in, stop_the_clock
from tests.browser.pages import turn
from tests.world import NOW, TODAY, World

Check = Callable[[Any], None]
Desk = Callable[[object], Any]


@pytest.fixture
def at_the_desk(world: World, page: Any, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Opens the browser for a member of staff."""
    stop_the_clock(monkeypatch)

    def opened(account: object) -> Any:
        page.context.clear_cookies()
        cookie = signed_in(Client(), account).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return page

    return opened


def at(name: str, world: World, *more: object) -> str:
    return reverse(f"office:{name}", args=[world.anna.customer_id, *more])


def test_a_clerk_is_asked_before_a_number_is_stored(world: World, at_the_desk: Desk, accessible: Check) -> None:
    page = at_the_desk(world.clerk)
    page.goto(at("notes", world))
    accessible(page)
    page.get_by_label("Hvad skal vi huske?").fill("Anna ringede. Hendes nummer er 610190-1234, siger hun.")
    page.get_by_role("button", name="Gem noten").click()
    page.get_by_role("heading", name="Står der et CPR-nummer i teksten?").wait_for()
    assert page.locator("mark").inner_text() == "610190-1234"
    accessible(page)
    page.get_by_label("Ja. Fjern det fra teksten, og gem det ingen steder").check()
    page.get_by_role("button", name="Gem noten").click()
    page.get_by_text("Noten er gemt.").wait_for()
    page.get_by_text("[CPR-nummer fjernet]").wait_for()
    accessible(page)


def test_the_safety_officers_day(world: World, at_the_desk: Desk, accessible: Check) -> None:
    key = create_staff(
        email="sikkerhed@nordby.example", name="Sofie Sikker", roles=["safety"], first_date=TODAY, now=NOW
    )
    page = at_the_desk(Account.objects.get(pk=key))
    page.goto(reverse("office:sensitive_find"))
    accessible(page)
    page.get_by_label("Kundenummer").fill(world.anna.number)
    page.get_by_role("button", name="Find kunden").click()
    page.get_by_role("heading", name="Særlige forhold").wait_for()
    accessible(page)
    _keep_illness(page, accessible)
    page.goto(at("safety", world))
    page.get_by_label("Hvad skal vi vide?").first.fill("Råbte og slog på bilen")
    page.get_by_role("button", name="Gem om trusler").click()
    page.get_by_text("Oplysningen er gemt.").wait_for()
    accessible(page)
    page.goto(at("offences", world))
    page.get_by_label("Hvad er der sket?").fill("Plomben på måler 0082001 er brudt")
    page.get_by_role("button", name="Gem forholdet").click()
    page.get_by_role("link", name="Anmeld forholdet").wait_for()
    accessible(page)
    turn(page, page.get_by_role("link", name="Anmeld forholdet"))
    accessible(page)
    ThreatNotice.objects.update(review_date=TODAY)
    page.goto(reverse("office:reviews"))
    accessible(page)
    page.get_by_role("link", name="Gennemgå Truende adfærd").click()
    page.get_by_role("heading", name="Er det stadig nødvendigt?").wait_for()
    accessible(page)
    page.get_by_role("button", name="Slet nu").click()
    page.get_by_text("Oplysningen er slettet.").wait_for()


def _keep_illness(page: Any, accessible: Check) -> None:
    turn(page, page.get_by_role("link", name="Sygdom i hjemmet"))
    accessible(page)
    paper = {"name": "erklæring.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 underskrevet"}
    page.get_by_label("Underskrevet erklæring").set_input_files(paper)
    page.get_by_role("button", name="Gem samtykket").click()
    page.get_by_label("Hvad skal vi vide?").fill("Kan ikke undvære varme om natten: ring dagen før")
    page.get_by_role("button", name="Gem oplysningen").click()
    page.get_by_text("Kan ikke undvære varme").wait_for()
    accessible(page)


def test_a_number_is_shown_for_a_reason(world: World, at_the_desk: Desk, accessible: Check) -> None:
    page = at_the_desk(world.billing)
    page.goto(at("cpr", world))
    accessible(page)
    page.get_by_text("Skriv kundens ja ned").click()
    page.get_by_label("CPR-nummer til NemKonto").check()
    page.get_by_label("I telefonen").check()
    accessible(page)
    page.get_by_role("button", name="Gem kundens ja").click()
    page.get_by_label("CPR-nummer", exact=True).fill("610190-1234")
    page.get_by_role("button", name="Gem nummeret").click()
    page.get_by_text("610190-****").wait_for()
    accessible(page)
    page.get_by_label("Hvad skal du bruge nummeret til?").fill("Udbetaling til NemKonto i dag")
    page.get_by_role("button", name="Vis nummeret").click()
    page.get_by_text("610190-1234").wait_for()
    accessible(page)
