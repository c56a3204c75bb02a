"""Signing in, as a customer and as staff, by keyboard and at both widths."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.utils import timezone

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Role
from tests.world import build_world

PASSWORD = "hest batteri hæfteklamme"
Check = Callable[[Any], None]


def arrives_at(page: Any, heading: str) -> None:
    """Wait for the page with this heading."""
    page.get_by_role("heading", level=1, name=heading, exact=True).wait_for()


@pytest.mark.telephone
def test_a_customer_signs_in_with_a_code_and_out_again(transactional_db: None, page: Any, accessible: Check) -> None:
    world = build_world()
    page.goto("/konto/")
    accessible(page)
    page.get_by_label("Din e-mailadresse").fill("ikke en adresse")
    page.get_by_role("button", name="Send mig en kode").click()
    page.get_by_role("heading", name="Noget skal rettes").wait_for()
    accessible(page)
    assert page.evaluate("document.activeElement.className").startswith("alert")
    page.get_by_label("Din e-mailadresse").fill(world.anna.email)
    page.keyboard.press("Enter")
    arrives_at(page, "Skriv koden fra mailen")
    accessible(page)
    code = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", mail.outbox[-1].body)
    assert code
    page.get_by_label("Koden fra mailen").fill(code[0].lower())
    page.keyboard.press("Enter")
    page.get_by_text(world.anna.name).first.wait_for()
    page.get_by_role("button", name="Log ud").click()
    arrives_at(page, "Log ind")
    assert page.get_by_text("Du er logget ud").is_visible()


def test_a_new_clerk_sets_up_an_app_and_signs_in_with_it(transactional_db: None, page: Any, accessible: Check) -> None:
    now = timezone.now()
    create_staff(
        email="karla@nordby.example",
        name="Karla Kontor",
        roles=[Role.CLERK],
        first_date=timezone.localdate(),
        now=now,
        password=PASSWORD,
    )
    _give_password(page, accessible)
    arrives_at(page, "Beskyt din konto med et trin mere")
    accessible(page)
    page.get_by_role("link", name="En app, der viser koder").click()
    arrives_at(page, "Sæt en app op")
    accessible(page)
    secret = page.locator("code").inner_text()
    page.get_by_label("Koden, som appen viser").fill(_code(secret))
    page.get_by_role("button", name="Gem").click()
    arrives_at(page, "Genoprettelseskoder")
    assert page.locator("li code").count() == 10
    accessible(page)
    page.goto("/konto/sikkerhed/")
    accessible(page)
    page.get_by_role("button", name="Log ud").click()
    arrives_at(page, "Log ind")
    _give_password(page, accessible)
    arrives_at(page, "Det andet trin")
    accessible(page)
    page.get_by_label("Kode").fill(_code(secret))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/kontor/"))


def test_a_passkey_can_be_the_second_step(transactional_db: None, page: Any, accessible: Check) -> None:
    create_staff(
        email="karla@nordby.example",
        name="Karla Kontor",
        roles=[Role.CLERK],
        first_date=timezone.localdate(),
        now=timezone.now(),
        password=PASSWORD,
    )
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "isUserVerified": True, "hasUserVerification": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}})
    _give_password(page, accessible)
    page.get_by_role("link", name="En adgangsnøgle").click()
    arrives_at(page, "Tilføj en adgangsnøgle")
    accessible(page)
    page.get_by_label("Navn på nøglen").fill("Min nøgle")
    page.get_by_role("button", name="Tilføj").click()
    arrives_at(page, "Genoprettelseskoder")
    page.get_by_role("button", name="Log ud").click()
    arrives_at(page, "Log ind")
    _give_password(page, accessible)
    arrives_at(page, "Det andet trin")
    page.get_by_role("button", name="Brug adgangsnøgle").click()
    page.wait_for_url(re.compile(r"/kontor/"))


@pytest.mark.telephone
def test_pages_that_refuse_are_kind_and_lead_on(transactional_db: None, page: Any, accessible: Check) -> None:
    for address in ("/konto/glemt/", "/konto/glemt/sendt/", "/konto/lukket/", "/konto/oidc/afbrudt/", "/cookies/"):
        page.goto(address)
        accessible(page)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Gå til sidens indhold"


def _give_password(page: Any, accessible: Check) -> None:
    page.goto("/konto/medarbejder/")
    accessible(page)
    page.get_by_label("E-mailadresse").fill("karla@nordby.example")
    page.get_by_label("Adgangskode", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
