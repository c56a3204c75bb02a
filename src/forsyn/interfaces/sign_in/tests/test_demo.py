"""The demo's pages: who can be tried, the mails, the codes."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.test import Client
from django.urls import clear_url_caches
from django.utils import timezone

from forsyn.domain.accounts.models import Account
from forsyn.interfaces.sign_in import urls
from forsyn.workflows.demo_accounts import DEMO_PASSWORD, STAFF, NotADemo, make_demo_staff
from tests.world import World


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> Iterator[Client]:
    """The program as it is in the demo."""
    settings.DEMO = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    _route_anew()
    yield Client()
    settings.DEMO = False
    _route_anew()


def _route_anew() -> None:
    importlib.reload(urls)
    importlib.reload(importlib.import_module(live_settings.ROOT_URLCONF))
    clear_url_caches()


def make_staff() -> int:
    return make_demo_staff(today=timezone.localdate(), now=timezone.now())


def test_demo_accounts_are_not_made_elsewhere(db: None) -> None:
    with pytest.raises(NotADemo):
        make_staff()
    assert not Account.objects.exists()


def test_demo_staff_are_made_once(demo: Client, db: None) -> None:
    assert make_staff() == len(STAFF) + 1  # and somebody from another company
    assert make_staff() == 0


def test_one_can_sign_in_as_staff_with_what_the_page_shows(demo: Client, db: None) -> None:
    make_staff()
    page = demo.get("/demo/").content.decode()
    assert DEMO_PASSWORD in page
    row = next(row for row in page.split("<tr>") if "karen.kontor@demo.example" in row)
    code = re.search(r"<code>(\d{6})</code>", row)
    assert code
    demo.post("/konto/medarbejder/", {"login": "karen.kontor@demo.example", "password": DEMO_PASSWORD})
    demo.post("/konto/totrin/kode/", {"code": code[1]})
    assert demo.get("/konto/start/").headers["Location"] == "/kontor/"


def test_one_can_sign_in_as_a_customer_with_the_code_in_the_mailbox(demo: Client, world: World) -> None:
    assert f"/konto/?email={world.anna.email.replace('@', '%40')}" in demo.get("/demo/").content.decode()
    assert "Ingen mails endnu" in demo.get("/demo/postkasse/").content.decode()
    demo.post("/konto/", {"email": world.anna.email})
    page = demo.get("/demo/postkasse/").content.decode()
    assert f"Til {world.anna.email}" in page
    code = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", page)
    assert code
    demo.post("/konto/kode/bekraeft/", {"code": code[0]})
    assert demo.session["_auth_user_id"] == str(world.anna.account.pk)


def test_mails_come_newest_first(demo: Client, world: World) -> None:
    for party in (world.anna, world.gorm):
        Client().post("/konto/", {"email": party.email})
    page = demo.get("/demo/postkasse/").content.decode()
    assert page.index(world.gorm.email) < page.index(world.anna.email)
