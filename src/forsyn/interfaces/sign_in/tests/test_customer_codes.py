"""Customers sign in by a code sent to the e-mail on file."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock
from unittest.mock import DEFAULT

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forsyn.domain.accounts.actions import create_customer_account, deactivate
from forsyn.domain.accounts.models import Account, AccountKind, Session
from forsyn.domain.accounts.queries import account, account_with_email
from forsyn.domain.customers import actions as customers
from forsyn.domain.customers.models import ContactPoint, PortalAccess
from forsyn.policy.vocabulary import Source
from tests.world import World

SIGN_IN, CONFIRM = "/konto/", "/konto/kode/bekraeft/"
CODE = re.compile(r"^    (\S{4}-\S{4})$", re.MULTILINE)


def ask(client: Client, email: str, **more: str) -> Any:
    return client.post(SIGN_IN, {"email": email, **more})


def code_in_last_mail() -> str:
    found = CODE.search(mail.outbox[-1].body)
    assert found, mail.outbox[-1].body
    return found[1]


def answer(client: Client, code: str, **more: str) -> Any:
    return client.post(CONFIRM, {"code": code, "action": "verify", **more})


def signed_in_as(client: Client) -> int | None:
    key = client.session.get("_auth_user_id")
    return int(key) if key else None


def move_mailbox(customer_id: int, email: str | None) -> None:
    customers.change_contact_point(
        customer_id=customer_id,
        kind="email",
        value=email,
        source=Source.PERSON,
        today=timezone.localdate(),
        now=timezone.now(),
    )


@pytest.fixture
def later() -> Iterator[Any]:
    """Let time pass for the sign-in machinery."""
    patches = []

    def pass_time(**delta: int) -> None:
        patch = mock.patch("time.time", return_value=time.time() + timedelta(**delta).total_seconds())
        patch.start()
        patches.append(patch)

    yield pass_time
    for patch in reversed(patches):
        patch.stop()


class TestAKnownAddress:
    def test_signs_in_with_the_code_from_the_mail(self, world: World, client: Client) -> None:
        assert ask(client, world.anna.email.upper()).headers["Location"] == CONFIRM
        assert mail.outbox[-1].to == [world.anna.email]
        assert mail.outbox[-1].subject == "Din kode til at logge ind"
        response = answer(client, code_in_last_mail().lower().replace("-", " "))
        assert response.headers["Location"] == "/konto/start/"
        assert signed_in_as(client) == world.anna.account.pk

    def test_is_told_what_to_write_where_nothing_was(self, world: World, client: Client) -> None:
        assert "Skriv din e-mailadresse." in ask(client, "").content.decode()

    def test_the_mail_speaks_the_customers_language(self, world: World, client: Client) -> None:
        customers.change_language(customer_id=world.anna.customer_id, language="en")
        ask(client, world.anna.email)
        assert mail.outbox[-1].subject == "Your sign-in code"

    def test_comes_back_to_the_page_asked_for_but_to_no_other_site(self, world: World, client: Client) -> None:
        for onward, expected in (("/aftaler/", "/aftaler/"), ("https://evil.example/", "/konto/start/")):
            client.logout()
            ask(client, world.anna.email, next=onward)
            assert answer(client, code_in_last_mail(), next=onward).headers["Location"] == expected

    def test_gets_a_fresh_session(self, world: World, client: Client) -> None:
        ask(client, world.anna.email)
        before = client.session.session_key
        answer(client, code_in_last_mail())
        assert client.session.session_key != before
        assert not Session.objects.filter(session_key=before).exists()
        assert Session.objects.get(session_key=client.session.session_key).account_id == world.anna.account.pk

    def test_a_new_code_replaces_the_old_one(self, world: World, client: Client) -> None:
        ask(client, world.anna.email)
        first = code_in_last_mail()
        client.post(CONFIRM, {"action": "resend"})
        assert len(mail.outbox) == 2
        answer(client, first)
        assert signed_in_as(client) is None
        answer(client, code_in_last_mail())
        assert signed_in_as(client) == world.anna.account.pk


class TestAFirstVisit:
    @pytest.fixture
    def newcomer(self, world: World) -> str:
        PortalAccess.objects.filter(account=world.ingrid.account).delete()
        world.ingrid.account.delete()
        return world.ingrid.email

    def test_makes_the_account_only_when_the_code_comes_back(self, world: World, client: Client, newcomer: str) -> None:
        ask(client, newcomer)
        assert account_with_email(email=newcomer) is None
        answer(client, code_in_last_mail())
        account = account_with_email(email=newcomer)
        assert account is not None
        assert (account.name, account.kind) == (world.ingrid.name, AccountKind.CUSTOMER)
        assert not account.has_usable_password()
        assert list(account.portal_accesses.values_list("customer_id", flat=True)) == [world.ingrid.customer_id]

    def test_proved_twice_at_once_makes_one_account(self, world: World, client: Client, newcomer: str) -> None:
        ask(client, newcomer)
        made = create_customer_account(email=newcomer, name="Ingrid", now=timezone.now())
        with mock.patch(
            "forsyn.workflows.customer_sign_in.account_with_email", side_effect=[None, None, DEFAULT]
        ) as look:
            look.return_value = account(account_id=made)
            with mock.patch(
                "forsyn.domain.accounts.actions._new", return_value=Account(email=newcomer, created_at=timezone.now())
            ):
                answer(client, code_in_last_mail())
        assert signed_in_as(client) == made

    def test_a_household_sharing_one_mailbox_sees_both(self, world: World, client: Client) -> None:
        move_mailbox(world.bo.customer_id, "vi.to@kunde.example")
        move_mailbox(world.birgit.customer_id, "vi.to@kunde.example")
        ask(client, "vi.to@kunde.example")
        answer(client, code_in_last_mail())
        account = account_with_email(email="vi.to@kunde.example")
        assert account is not None
        assert account.name == f"{world.bo.name} og {world.birgit.name}"
        opened = set(account.portal_accesses.values_list("customer_id", flat=True))
        assert opened == {world.bo.customer_id, world.birgit.customer_id}

    def test_strangers_sharing_a_mailbox_see_nothing(self, world: World, client: Client) -> None:
        move_mailbox(world.anna.customer_id, "samme@kunde.example")
        move_mailbox(world.gorm.customer_id, "samme@kunde.example")
        ask(client, "samme@kunde.example")
        page = answer(client, code_in_last_mail())
        assert signed_in_as(client) is None
        assert account_with_email(email="samme@kunde.example") is None
        assert "flere kunder" in client.get(page.headers["Location"]).content.decode()


class TestAnAddressNoLongerOnFile:
    def test_opens_nothing_any_more(self, world: World, client: Client) -> None:
        move_mailbox(world.anna.customer_id, "anna.ny@kunde.example")
        ask(client, world.anna.email)
        answer(client, code_in_last_mail())
        assert signed_in_as(client) is None
        today = timezone.localdate()
        assert not PortalAccess.objects.filter(account=world.anna.account, period__contains=today).exists()

    def test_leaves_access_that_staff_gave(self, world: World, client: Client) -> None:
        customers.grant_portal_access(
            account_id=world.anna.account.pk, customer_id=world.gorm.customer_id, first_date=timezone.localdate()
        )
        move_mailbox(world.anna.customer_id, None)
        ask(client, world.anna.email)
        answer(client, code_in_last_mail())
        assert signed_in_as(client) == world.anna.account.pk
        running = PortalAccess.objects.filter(account=world.anna.account, period__contains=timezone.localdate())
        assert list(running.values_list("customer_id", flat=True)) == [world.gorm.customer_id]


class TestNothingIsGivenAway:
    def work_of_asking(self, client: Client, email: str) -> tuple[int, int, int, str]:
        client.get(SIGN_IN)
        before = len(mail.outbox)
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            mock.patch("django.contrib.auth.hashers.make_password") as hashing,
        ):
            response = ask(client, email)
        page = client.get(response.headers["Location"]).content.decode().replace(email, "EMAIL")
        page = re.sub(r'value="[A-Za-z0-9]{64}"', "", page)
        return len(queries), len(mail.outbox) - before, hashing.call_count, page

    def test_the_same_work_and_answer_whoever_asks(self, world: World) -> None:
        closed = world.gorm
        deactivate(account_id=closed.account.pk)
        known = self.work_of_asking(Client(), world.anna.email)
        assert known[1] == 1
        for email in ("nobody@kunde.example", world.clerk.email, closed.email):
            assert self.work_of_asking(Client(), email) == known, email

    def test_an_unknown_address_is_told_by_mail_only(self, world: World, client: Client) -> None:
        ask(client, "nobody@kunde.example")
        assert mail.outbox[-1].subject == "Vi kender ikke din e-mailadresse"
        assert not CODE.search(mail.outbox[-1].body)
        assert account_with_email(email="nobody@kunde.example") is None

    @pytest.mark.parametrize("code", ["", "AAAA-AAAA", "None"])
    def test_no_answer_fits_an_unknown_address(self, world: World, client: Client, code: str) -> None:
        ask(client, "nobody@kunde.example")
        answer(client, code)
        assert signed_in_as(client) is None

    def test_staff_do_not_get_in_by_a_code(self, world: World, client: Client) -> None:
        customer_mailbox = ContactPoint.objects.get(customer_id=world.anna.customer_id, kind="email")
        customer_mailbox.value = world.clerk.email
        customer_mailbox.save()
        ask(client, world.clerk.email)
        assert not CODE.search(mail.outbox[-1].body)


class TestAttacks:
    def test_three_wrong_codes_and_it_is_over(self, world: World, client: Client) -> None:
        ask(client, world.anna.email)
        code = code_in_last_mail()
        for _ in range(2):
            assert "Koden er forkert" in answer(client, "BBBB-BBBB").content.decode()
        assert answer(client, "BBBB-BBBB").headers["Location"] == "/konto/kode/"
        answer(client, code)
        assert signed_in_as(client) is None

    def test_many_guesses_at_once_count_as_many(self, world: World, client: Client) -> None:
        """Each of the parallel requests still sees the session as it was before the first."""
        ask(client, world.anna.email)
        code, session = code_in_last_mail(), dict(client.session.items())
        statuses = []
        for _ in range(4):
            statuses.append(answer(client, "BBBB-BBBB").status_code)
            stored = client.session
            stored.update(session)
            stored.save()
        assert statuses[-1] == 429
        assert answer(client, code).status_code == 429
        assert signed_in_as(client) is None

    def test_a_code_works_once(self, world: World, client: Client) -> None:
        ask(client, world.anna.email)
        code = code_in_last_mail()
        answer(client, code)
        client.post("/konto/log-ud/")
        answer(client, code)
        assert signed_in_as(client) is None

    def test_a_code_works_in_the_session_that_asked_only(self, world: World, client: Client) -> None:
        ask(client, world.anna.email)
        code, other = code_in_last_mail(), Client()
        ask(other, world.gorm.email)
        answer(other, code)
        assert signed_in_as(other) is None

    def test_a_code_grows_old(self, world: World, client: Client, later: Any) -> None:
        ask(client, world.anna.email)
        later(minutes=11)
        assert answer(client, code_in_last_mail()).headers["Location"] == SIGN_IN
        assert "Koden er for gammel" in client.get(SIGN_IN).content.decode()
        assert signed_in_as(client) is None

    def test_asking_for_many_codes_is_throttled_by_address(self, world: World, later: Any) -> None:
        for _ in range(5):
            ask(Client(), world.anna.email)
        refused = ask(Client(), world.anna.email)
        assert "Prøv igen om 15 minutter" in refused.content.decode()
        assert len(mail.outbox) == 5
        later(minutes=16)
        assert ask(Client(), world.anna.email).headers["Location"] == CONFIRM

    def test_a_closed_account_loses_its_running_session(self, world: World, client: Client) -> None:
        ask(client, world.anna.email)
        answer(client, code_in_last_mail())
        deactivate(account_id=world.anna.account.pk)
        assert client.get("/konto/start/").headers["Location"].startswith(SIGN_IN)

    def test_nobody_makes_an_account_of_their_own(self, client: Client, db: None) -> None:
        for address in ("/konto/signup/", "/accounts/signup/", "/konto/email/", "/accounts/login/"):
            assert client.get(address).status_code == 404
        assert not Account.objects.exists()


@pytest.mark.parametrize("address", [SIGN_IN, "/konto/glemt/"])
@pytest.mark.parametrize(
    "email", [f"anna@{'ü' * 63}.dk", "anna@[127.0.0.1]", "anna@localhost", '"<anna>,bo"@kunde.example']
)
def test_what_no_mail_can_be_sent_to_is_refused_in_the_form(client: Client, db: None, address: str, email: str) -> None:
    page = client.post(address, {"email": email})
    assert page.status_code == 200
    assert "En e-mailadresse ser ud som navn@eksempel.dk." in page.content.decode()
    assert not mail.outbox
