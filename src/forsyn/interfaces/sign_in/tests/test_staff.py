"""Staff sign in by password and a second factor, and get nowhere without both."""

from __future__ import annotations

import re
import time
from typing import Any
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.core import mail
from django.test import Client
from django.utils import timezone

from forsyn.domain.accounts import actions
from forsyn.domain.accounts.models import Account, Role, Session
from forsyn.domain.accounts.queries import account
from tests.signing_in import SignedIn
from tests.world import World

STAFF, SECOND, APP = "/konto/medarbejder/", "/konto/totrin/kode/", "/konto/totrin/app/"
PASSWORD = "hest batteri hæfteklamme"


@pytest.fixture
def clerk(processors: None) -> Account:
    key = actions.create_staff(
        email="Karla@nordby.example",
        name="Karla Kontor",
        roles=[Role.CLERK],
        first_date=timezone.localdate(),
        now=timezone.now(),
        password=PASSWORD,
    )
    return account(account_id=key)


@pytest.fixture
def secret(clerk: Account) -> str:
    """The clerk has set up an app."""
    new = generate_totp_secret()
    TOTP.activate(clerk, new)
    return new


def code_of(secret: str, periods_ahead: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods_ahead))


def give_password(client: Client, email: str = "karla@nordby.example", password: str = PASSWORD, **more: str) -> Any:
    return client.post(STAFF, {"login": email, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


class TestSigningIn:
    def test_takes_password_and_code(self, clerk: Account, secret: str, client: Client) -> None:
        assert give_password(client).headers["Location"] == SECOND
        assert not is_signed_in(client)
        assert client.post(SECOND, {"code": code_of(secret)}).headers["Location"] == "/konto/start/"
        assert is_signed_in(client)
        assert client.get("/konto/start/").headers["Location"] == "/kontor/"

    def test_gets_a_fresh_session_at_each_step(self, clerk: Account, secret: str, client: Client) -> None:
        give_password(client)
        halfway = client.session.session_key
        client.post(SECOND, {"code": code_of(secret)})
        assert client.session.session_key != halfway
        assert not Session.objects.filter(session_key=halfway).exists()

    def test_a_session_planted_before_signing_in_is_worth_nothing(
        self, clerk: Account, secret: str, client: Client
    ) -> None:
        give_password(Client())
        client.get(STAFF)
        client.cookies["sessionid"] = "attackerchosenvalue0000000000000"
        give_password(client)
        client.post(SECOND, {"code": code_of(secret)})
        assert client.session.session_key != "attackerchosenvalue0000000000000"

    def test_goes_on_to_our_own_pages_only(self, clerk: Account, secret: str, client: Client) -> None:
        for onward, expected in (
            ("/kontor/kunder/", "/kontor/kunder/"),
            ("https://evil.example/", "/konto/start/"),
            ("//evil.example/", "/konto/start/"),
            ("javascript:alert(1)", "/konto/start/"),
        ):
            Authenticator.objects.filter(user=clerk).delete()
            TOTP.activate(clerk, fresh := generate_totp_secret())
            give_password(client, next=onward)
            assert client.post(SECOND, {"code": code_of(fresh)}).headers["Location"] == expected, onward
            client.post("/konto/log-ud/")

    def test_a_recovery_code_serves_once(self, clerk: Account, secret: str, client: Client) -> None:
        code = RecoveryCodes.activate(clerk).get_unused_codes()[0]
        give_password(client)
        client.post(SECOND, {"code": code})
        assert is_signed_in(client)
        again = Client()
        give_password(again)
        again.post(SECOND, {"code": code})
        assert not is_signed_in(again)


class TestWithoutASecondFactor:
    def test_leads_to_its_set_up_and_nowhere_else(self, clerk: Account, client: Client) -> None:
        give_password(client)
        assert client.get("/konto/start/").headers["Location"] == "/konto/totrin/"
        assert "Beskyt din konto" in client.get("/konto/totrin/").content.decode()

    def test_setting_up_an_app_gives_recovery_codes_once(
        self, clerk: Account, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        give_password(client)
        page = client.get(APP).content.decode()
        assert "<svg" in page
        assert 'style="' not in page
        new = client.session["mfa.totp.secret"]
        with django_capture_on_commit_callbacks(execute=True):
            done = client.post(APP, {"code": code_of(new)}, follow=True)
        codes = re.findall(r"<li><code>(\d+)</code></li>", done.content.decode())
        assert len(codes) == 10
        assert "/konto/totrin/koder/" in done.request["PATH_INFO"]
        assert codes[0] not in client.get("/konto/totrin/koder/").content.decode()
        assert client.get("/konto/start/").headers["Location"] == "/kontor/"
        assert mail.outbox[-1].subject == "En app er sat op til din konto"

    def test_the_key_is_not_readable_in_the_database(self, clerk: Account, secret: str) -> None:
        stored = Authenticator.objects.get(user=clerk).data["secret"]
        assert secret not in stored
        assert decrypt(stored) == secret

    def test_the_only_one_cannot_be_removed(self, clerk: Account, secret: str, client: Client) -> None:
        give_password(client)
        client.post(SECOND, {"code": code_of(secret)})
        client.post("/konto/totrin/app/fjern/")
        assert Authenticator.objects.filter(user=clerk, type="totp").exists()

    def test_an_administrator_can_take_a_lost_one_away(self, clerk: Account, secret: str, signed_in: SignedIn) -> None:
        running = signed_in(clerk)
        actions.reset_second_factor(account_id=clerk.pk)
        assert running.get("/konto/start/").headers["Location"].startswith("/konto/?next=")
        fresh = Client()
        give_password(fresh)
        assert fresh.get("/konto/start/").headers["Location"] == "/konto/totrin/"


class TestProtectingTheAccount:
    def test_asks_for_the_password_again_after_a_while(self, clerk: Account, secret: str, client: Client) -> None:
        give_password(client)
        client.post(SECOND, {"code": code_of(secret)})
        assert client.get("/konto/totrin/koder/nye/").status_code == 200
        with mock.patch("time.time", return_value=time.time() + 6 * 60):
            asked = client.get("/konto/totrin/koder/nye/")
            assert asked.headers["Location"].startswith("/konto/bekraeft/")
            client.post(asked.headers["Location"], {"password": PASSWORD})
            assert client.get("/konto/totrin/koder/nye/").status_code == 200

    def test_its_pages_are_not_for_customers(self, world: World, signed_in: SignedIn) -> None:
        customer = signed_in(world.anna.account)
        for page in ("/konto/sikkerhed/", "/konto/totrin/", APP, "/konto/totrin/noegle/", "/konto/adgangskode/"):
            assert customer.get(page).status_code == 404, page


class TestAttacks:
    def test_a_second_factor_code_works_once(self, clerk: Account, secret: str, client: Client) -> None:
        code = code_of(secret)
        give_password(client)
        client.post(SECOND, {"code": code})
        thief = Client()
        give_password(thief)
        thief.post(SECOND, {"code": code})
        assert not is_signed_in(thief)

    def test_guessing_codes_is_throttled_by_account(self, clerk: Account, secret: str) -> None:
        for _ in range(5):
            guesser = Client()
            give_password(guesser)
            guesser.post(SECOND, {"code": "000000"})
        give_password(guesser)
        refused = guesser.post(SECOND, {"code": code_of(secret)})
        assert "Prøv igen om 15 minutter" in refused.content.decode()
        assert not is_signed_in(guesser)

    def test_guessing_passwords_is_throttled_by_account(self, clerk: Account, client: Client) -> None:
        for _ in range(5):
            give_password(Client(), password="forkert forkert")
        refused = give_password(client)
        assert "Prøv igen om 15 minutter" in refused.content.decode()
        assert not is_signed_in(client)

    def test_trying_many_accounts_is_throttled_by_sender(self, clerk: Account, client: Client) -> None:
        last = [give_password(client, email=f"{n}@nordby.example", password="x") for n in range(61)][-1]
        assert last.status_code == 429
        assert last.headers["Retry-After"] == "900"
        assert "Prøv igen om 15 minutter" in last.content.decode()

    def test_the_same_answer_and_work_whether_the_account_exists(self, clerk: Account, world: World) -> None:
        closed = world.billing
        closed.set_password(PASSWORD)
        closed.save()
        actions.deactivate(account_id=closed.pk)
        answers = set()
        for email in (clerk.email, "nobody@nordby.example", closed.email, world.anna.email):
            with mock.patch("django.contrib.auth.hashers.MD5PasswordHasher.encode", autospec=True) as hashing:
                hashing.return_value = "md5$x$x"
                page = give_password(Client(), email=email, password="forkert forkert").content.decode()
            page = re.sub(r'value="[A-Za-z0-9]{64}"', "", page).replace(email, "EMAIL")
            answers.add((page, hashing.call_count >= 1))
        assert len(answers) == 1

    def test_a_closed_account_is_told_so_only_with_the_right_password(self, clerk: Account, client: Client) -> None:
        actions.deactivate(account_id=clerk.pk)
        assert (
            "E-mailadressen eller adgangskoden er forkert"
            in give_password(client, password="forkert forkert").content.decode()
        )
        assert give_password(client).headers["Location"] == "/konto/lukket/"
        assert not is_signed_in(client)

    def test_customers_have_no_password_to_guess(self, world: World, client: Client) -> None:
        for password in ("", "!", " "):
            give_password(client, email=world.anna.email, password=password)
            assert not is_signed_in(client)


class TestANewPassword:
    LINK = re.compile(r"https?://testserver(/konto/glemt/\S+)")

    def test_comes_by_a_link_that_serves_once(self, clerk: Account, client: Client) -> None:
        client.post("/konto/glemt/", {"email": clerk.email})
        link = self.LINK.search(mail.outbox[-1].body)
        assert link
        form = client.get(link[1], follow=True)
        new = "en helt anden adgangskode"
        client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
        assert not is_signed_in(client)
        assert account(account_id=clerk.pk).check_password(new)
        assert mail.outbox[-1].subject == "Din adgangskode er skiftet"
        assert "Linket virker ikke længere" in Client().get(link[1], follow=True).content.decode()

    def test_does_not_open_a_protected_account_by_itself(self, clerk: Account, secret: str, client: Client) -> None:
        client.post("/konto/glemt/", {"email": clerk.email})
        link = self.LINK.search(mail.outbox[-1].body)
        assert link
        form = client.get(link[1], follow=True)
        new = "en helt anden adgangskode"
        client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
        assert give_password(client, password=new).headers["Location"] == SECOND

    def test_is_not_for_customers_and_tells_nobody(self, world: World, clerk: Account, client: Client) -> None:
        pages = set()
        for email in (world.anna.email, "nobody@nordby.example", clerk.email):
            pages.add(client.post("/konto/glemt/", {"email": email}).headers["Location"])
        assert len(pages) == 1
        assert [message.subject for message in mail.outbox] == [
            "Vi kender ikke din e-mailadresse",
            "Vi kender ikke din e-mailadresse",
            "Vælg en ny adgangskode",
        ]

    def test_ends_the_other_sessions(self, clerk: Account, signed_in: SignedIn) -> None:
        here, elsewhere = signed_in(clerk), signed_in(clerk)
        TOTP.activate(clerk, generate_totp_secret())
        new = "en helt anden adgangskode"
        here.post("/konto/adgangskode/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
        assert here.get("/konto/sikkerhed/").status_code == 200
        assert elsewhere.get("/konto/sikkerhed/").status_code == 302

    @pytest.mark.parametrize("weak", ["kort", "123456789012", "password1234"])
    def test_must_be_strong(self, clerk: Account, client: Client, weak: str) -> None:
        client.post("/konto/glemt/", {"email": clerk.email})
        link = self.LINK.search(mail.outbox[-1].body)
        assert link
        form = client.get(link[1], follow=True)
        again = client.post(form.request["PATH_INFO"], {"password1": weak, "password2": weak})
        assert "form-error" in again.content.decode()
        assert account(account_id=clerk.pk).check_password(PASSWORD)
