"""Sessions end, cookies are those declared, pages are for whom they are for."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from unittest import mock

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from forsyn.domain.accounts.actions import clear_expired, end_role
from forsyn.domain.accounts.models import Account, Attempts, Role, Session
from forsyn.domain.customers.actions import end_portal_access
from forsyn.interfaces.sign_in.cookie_list import cookie_list
from tests.signing_in import SignedIn
from tests.world import World

MINUTE = 60


def an_account(world: World, kind: str) -> Account:
    return world.clerk if kind == "staff" else world.anna.account


@pytest.mark.parametrize(("kind", "idle"), [("staff", 30), ("customer", 60)])
class TestIdling:
    def test_ends_the_session_and_says_so(self, world: World, signed_in: SignedIn, kind: str, idle: int) -> None:
        client = signed_in(an_account(world, kind))
        client.get("/konto/start/")
        with mock.patch("time.time", return_value=time.time() + (idle + 2) * MINUTE):
            response = client.get("/konto/start/?a=1")
            assert response.headers["Location"] == "/konto/?next=/konto/start/%3Fa%3D1"
            assert "Du er blevet logget ud" in client.get(response.headers["Location"]).content.decode()
        assert "_auth_user_id" not in client.session

    def test_is_counted_from_the_last_request(self, world: World, signed_in: SignedIn, kind: str, idle: int) -> None:
        client, now = signed_in(an_account(world, kind)), time.time()
        for step in range(4):
            with mock.patch("time.time", return_value=now + step * (idle - 2) * MINUTE):
                client.get("/konto/start/")
                assert "_auth_user_id" in client.session


@pytest.mark.parametrize(("kind", "hours"), [("staff", 10), ("customer", 12)])
def test_a_session_ends_after_a_working_day_however_busy(
    world: World, signed_in: SignedIn, kind: str, hours: int
) -> None:
    client, now = signed_in(an_account(world, kind)), time.time()
    for step in range(hours * 4 + 2):
        with mock.patch("time.time", return_value=now + step * 15 * MINUTE):
            client.get("/konto/start/")
    assert "_auth_user_id" not in client.session


def test_what_was_sent_too_late_is_said_not_to_be_saved(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.anna.account)
    client.get("/konto/start/")
    with mock.patch("time.time", return_value=time.time() + 2 * 60 * MINUTE):
        client.post("/konto/kunde/", {"customer": "1"})
        assert "er ikke gemt" in client.get("/konto/").content.decode()


def test_signing_out_ends_the_session_in_the_database(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.anna.account)
    client.post("/konto/log-ud/")
    assert not Session.objects.filter(account=world.anna.account).exists()


def test_what_is_over_is_cleared_away(world: World, signed_in: SignedIn) -> None:
    signed_in(world.anna.account)
    Client().post("/konto/", {"email": world.anna.email})
    assert Attempts.objects.exists()
    assert not any(world.anna.email in key for key in Attempts.objects.values_list("cache_key", flat=True))
    clear_expired(now=timezone.now() + timedelta(days=1))
    assert not Attempts.objects.exists()
    assert not Session.objects.exists()


PAGES = (
    *("/", "/kontor/", "/persondata/", "/privatlivspolitik/", "/cookies/", "/der-er-intet-her/"),
    *("/konto/", "/konto/medarbejder/", "/konto/glemt/", "/konto/sikkerhed/"),
)


class TestCookies:
    def test_are_those_of_the_cookie_page_and_no_other(self, world: World, signed_in: SignedIn) -> None:
        declared = {cookie.name for cookie in cookie_list()}
        visitor, customer, clerk = Client(), signed_in(world.anna.account), signed_in(world.clerk)
        seen: set[str] = set()
        for client in (visitor, customer, clerk):
            for page in PAGES:
                seen |= set(client.get(page).cookies)
            seen |= set(client.post("/sprog/", {"language": "en", "next": "/cookies/"}).cookies)
        seen |= set(visitor.post("/konto/", {"email": world.anna.email}).cookies)
        assert seen == declared

    def test_the_page_names_them_all(self, client: Client, db: None) -> None:
        page = client.get("/cookies/").content.decode()
        assert all(f"<code>{cookie.name}</code>" in page for cookie in cookie_list())

    def test_cannot_be_read_by_scripts_and_end_with_the_browser(self, world: World, client: Client) -> None:
        client.post("/konto/", {"email": world.anna.email})
        client.post("/sprog/", {"language": "en"})
        assert client.cookies
        for cookie in client.cookies.values():
            assert cookie["httponly"], cookie.key
            assert cookie["samesite"] == "Lax", cookie.key
            assert not cookie["max-age"], cookie.key


def test_each_sign_in_sweeps(world: World, signed_in: SignedIn) -> None:
    stale = signed_in(world.gorm.account).session.session_key
    Session.objects.filter(session_key=stale).update(expire_date=timezone.now() - timedelta(hours=1))
    client = Client()
    client.post("/konto/", {"email": world.anna.email})
    code = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", mail.outbox[-1].body)
    assert code
    client.post("/konto/kode/bekraeft/", {"code": code[0]})
    assert not Session.objects.filter(session_key=stale).exists()


class TestWhoMayOpenWhat:
    def test_a_customer_finds_nothing_at_the_office(self, world: World, signed_in: SignedIn) -> None:
        assert signed_in(world.anna.account).get("/kontor/").status_code == 404

    def test_staff_are_led_from_the_portal_to_their_own_start(self, world: World, signed_in: SignedIn) -> None:
        assert signed_in(world.clerk).get("/").headers["Location"] == "/konto/start/"

    def test_each_job_begins_at_a_page_that_it_may_open(self, world: World, signed_in: SignedIn) -> None:
        for account in (world.clerk, world.billing, world.operations, world.dpo):
            page = signed_in(account).get("/konto/start/", follow=True)
            assert page.status_code == 200, account.name
            assert page.request["PATH_INFO"].startswith(("/kontor/", "/persondata/")), account.name

    def test_a_role_that_ended_opens_nothing(self, world: World, signed_in: SignedIn) -> None:
        client = signed_in(world.clerk)
        end_role(account_id=world.clerk.pk, role=Role.CLERK, until_date=timezone.localdate(), now=timezone.now())
        assert client.get("/kontor/").status_code == 404
        assert client.get("/konto/start/").headers["Location"] == "/konto/adgang/"

    def test_an_access_that_ended_is_explained(self, world: World, signed_in: SignedIn) -> None:
        client = signed_in(world.anna.account)
        end_portal_access(
            account_id=world.anna.account.pk, customer_id=world.anna.customer_id, until_date=timezone.localdate()
        )
        assert "Du har ikke adgang til nogen kunde" in client.get("/").content.decode()

    def test_one_may_look_at_another_of_ones_own_customers_only(self, world: World, signed_in: SignedIn) -> None:
        client = signed_in(world.freja.account)
        chosen = client.post("/konto/kunde/", {"customer": world.freja_shop.customer_id, "next": "//evil.example"})
        assert chosen.headers["Location"] == "/"
        assert client.session["portal_customer"] == world.freja_shop.customer_id
        assert client.post("/konto/kunde/", {"customer": world.gorm.customer_id}).status_code == 404

    def test_the_demos_pages_are_not_there(self, client: Client, db: None) -> None:
        assert not settings.DEMO
        with pytest.raises(NoReverseMatch):
            reverse("sign_in:demo")
        assert client.get("/demo/").status_code == 404
        assert client.get("/demo/postkasse/").status_code == 404


class TestRefusals:
    def test_a_form_without_its_token_is_explained(self, world: World) -> None:
        strict = Client(enforce_csrf_checks=True)
        response = strict.post("/konto/", {"email": world.anna.email})
        assert response.status_code == 403
        assert "Formularen er for gammel" in response.content.decode()

    def test_a_form_in_letters_that_cannot_be_read_is_explained(self, db: None) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.get("/konto/")
        kind = "application/x-www-form-urlencoded; charset=utf-16"
        response = strict.post("/konto/", b"email=a", content_type=kind)
        assert response.status_code == 400
        assert "Vi forstod ikke" in response.content.decode()

    def test_english_is_only_by_choice(self, client: Client, db: None) -> None:
        danish = client.get("/konto/", headers={"Accept-Language": "en-US"})
        assert '<html lang="da">' in danish.content.decode()
        client.post("/sprog/", {"language": "en"})
        english = client.get("/konto/").content.decode()
        assert '<html lang="en">' in english
        assert "Send me a code" in english

    def test_the_language_switch_leads_to_no_other_site(self, client: Client, db: None) -> None:
        onward = client.post("/sprog/", {"language": "en", "next": "https://evil.example/"})
        assert onward.headers["Location"] == "/"

    def test_nothing_runs_that_is_not_a_file_of_ours(self, client: Client, db: None) -> None:
        header = client.get("/konto/").headers["Content-Security-Policy"]
        assert "default-src 'none'" in header
        assert "unsafe" not in header
