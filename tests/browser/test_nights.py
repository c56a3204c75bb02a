"""Holds and retention nights in a real browser: accessible, whole at both widths."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from forsyn.domain.retention.actions import NewStep, begin_night, finish_night, note_chunk
from forsyn.domain.retention.models import Step, Work
from forsyn.domain.safeguards.actions_holds import hold
from forsyn.workflows.declarations import current_policy
from tests.signing_in import SignedIn
from tests.world import World

Check = Callable[[Any], None]


@pytest.fixture
def kept(live_server: LiveServer, world: World) -> World:
    """Something of Anna is held, and its review is late; a night has run."""
    now, today = timezone.now(), timezone.localdate()
    hold(
        policy=current_policy(), customer_id=world.anna.customer_id, categories=["name", "consumption"],
        ground="sag 12/2026 ved Retten i Nordby", reason="Kunden har stævnet os om regningen for 2025.",
        owner_id=world.dpo.pk, end_date=today + timedelta(days=300), review_date=today - timedelta(days=2),
        today=today - timedelta(days=40), now=now - timedelta(days=40),
    )  # fmt: skip
    steps = [
        NewStep(Work.ROWS, "correspondence_note", "dialogue", "deleted", 1200),
        NewStep(Work.PERSONS, "customers_contact_point", "contact_details", "deleted", 14),
        NewStep(Work.SENSITIVE, "health", "not reviewed in time", "deleted", 1),
    ]
    night = begin_night(today=today, now=now, version="1.0", sha256="0" * 64, held_customers=1, steps=steps)
    for step, done in zip(Step.objects.order_by("number"), (1199, 14, 1), strict=True):
        note_chunk(counts={step.pk: done}, cursor=None, now=now)
    finish_night(night_id=night, now=now + timedelta(minutes=3))
    return world


def test_something_is_held_looked_at_again_and_let_go(
    kept: World, page: Any, live_server: LiveServer, signed_in: SignedIn, accessible: Check
) -> None:
    name = settings.SESSION_COOKIE_NAME
    value = signed_in(kept.dpo).cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page.goto(reverse("privacy_desk:holds"))
    accessible(page)
    page.get_by_role("link", name="Hold oplysninger tilbage").click()
    accessible(page)
    page.get_by_role("textbox", name="Kundenummer").fill(kept.gorm.number)
    page.locator("main form button.button-primary").click()
    accessible(page)
    later = timezone.localdate() + timedelta(days=90)
    page.get_by_role("textbox", name="Kundenummer").fill(kept.gorm.number)
    page.get_by_label("Grundlag").fill("klage 7/2026")
    page.get_by_label("Hvorfor netop denne kunde?").fill("Kunden klager til Datatilsynet.")
    page.get_by_label("Holdes tilbage til").fill(f"{later}")
    page.get_by_label("Skal ses efter igen senest").fill(f"{later}")
    page.locator("main form button.button-primary").click()
    page.wait_for_url("**/tilbagehold/")
    accessible(page)
    page.locator("tbody").get_by_role("link", name="Ophæv").first.click()
    accessible(page)
    page.get_by_label("Hvorfor er der ikke længere brug for det?").fill("Forligt.")
    page.locator("main form button.button-primary").click()
    page.wait_for_url("**/tilbagehold/")
    assert "bliver slettet i nat" in page.content()


def test_nights_are_read_and_the_coming_one_previewed(
    kept: World, page: Any, live_server: LiveServer, signed_in: SignedIn, accessible: Check
) -> None:
    name = settings.SESSION_COOKIE_NAME
    value = signed_in(kept.dpo).cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page.goto(reverse("privacy_desk:nights"))
    accessible(page)
    page.locator("tbody a").first.click()
    page.get_by_text("Breve, notater og klager").wait_for()
    accessible(page)
    page.goto(reverse("privacy_desk:coming_night"))
    accessible(page)
