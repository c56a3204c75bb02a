"""Customers sign in through an OpenID Connect provider, as a MitID broker is one; here a real one on localhost."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client

from forsyn.config.brokers import Brokers
from forsyn.config.instance import InstanceError
from forsyn.domain.accounts.actions import deactivate
from forsyn.domain.accounts.models import Account
from tests.signing_in import SignedIn
from tests.world import World

LOGIN, IDENTITIES = "/konto/oidc/mitid/", "/konto/identiteter/"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The provider, in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "1"]
    address = f"http://localhost:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as provider:
        _wait_for(address, provider)
        yield address
        provider.terminate()


def _wait_for(address: str, provider: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while provider.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(requests.ConnectionError):
            requests.get(f"{address}/jwks", timeout=5)
            return
        time.sleep(0.1)
    pytest.fail("the OpenID Connect provider did not start")


@pytest.fixture
def broker(issuer: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """MitID is configured."""
    for key, value in {"ISSUER": issuer, "CLIENT_ID": "forsyn", "CLIENT_SECRET": "a secret"}.items():
        monkeypatch.setenv(f"FORSYN_OIDC_{key}", value)
    settings.BROKERS = Brokers.from_environment()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": settings.BROKERS.apps}}
    return issuer


def leave(client: Client, address: str = LOGIN) -> str:
    """Off to the provider; where to."""
    response = client.post(address)
    assert response.status_code == 302
    return str(response.headers["Location"])


def identify(address: str, subject: str) -> str:
    """Say at the provider who one is; the way back."""
    response = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=10)
    assert response.status_code == 302, response.text
    parts = urlsplit(response.headers["Location"])
    return f"{parts.path}?{parts.query}"


def sign_in(client: Client, subject: str) -> Any:
    return client.get(identify(leave(client), subject))


def link(client: Client, subject: str) -> Any:
    return client.get(identify(leave(client, f"{LOGIN}?process=connect&next={IDENTITIES}"), subject))


def account_of(client: Client) -> int | None:
    key = client.session.get("_auth_user_id")
    return int(key) if key else None


class TestLinking:
    def test_lets_the_customer_in_the_next_time(self, broker: str, world: World, signed_in: SignedIn) -> None:
        link(signed_in(world.anna.account), "anna-at-mitid")
        later = Client()
        assert sign_in(later, "anna-at-mitid").headers["Location"] == "/konto/start/"
        assert account_of(later) == world.anna.account.pk

    def test_keeps_the_subject_and_nothing_else(self, broker: str, world: World, signed_in: SignedIn) -> None:
        requests.put(f"{broker}/users/anna-at-mitid", json={"email": "x@y.example", "name": "Anna"}, timeout=10)
        link(signed_in(world.anna.account), "anna-at-mitid")
        kept = SocialAccount.objects.get()
        assert (kept.provider, kept.uid, kept.extra_data) == ("mitid", "anna-at-mitid", {})
        assert not SocialToken.objects.exists()

    def test_can_be_taken_back(self, broker: str, world: World, signed_in: SignedIn) -> None:
        client = signed_in(world.anna.account)
        assert "Sådan logger du ind" in client.get("/cookies/").content.decode()
        link(client, "anna-at-mitid")
        assert "MitID er knyttet til din konto" in client.get(IDENTITIES).content.decode()
        client.post(IDENTITIES, {"provider": "mitid"})
        later = Client()
        sign_in(later, "anna-at-mitid")
        assert account_of(later) is None

    def test_of_an_identity_that_is_another_customers_is_refused(
        self, broker: str, world: World, signed_in: SignedIn
    ) -> None:
        link(signed_in(world.anna.account), "anna-at-mitid")
        gorm = signed_in(world.gorm.account)
        link(gorm, "anna-at-mitid")
        assert SocialAccount.objects.get().user_id == world.anna.account.pk
        assert "allerede knyttet til en anden konto" in gorm.get(IDENTITIES).content.decode()

    def test_is_not_for_staff(self, broker: str, world: World, signed_in: SignedIn) -> None:
        clerk = signed_in(world.clerk)
        assert clerk.get(IDENTITIES).status_code == 404
        link(clerk, "clerk-at-mitid")
        assert not SocialAccount.objects.exists()

    def test_asks_for_a_click(self, broker: str, world: World, signed_in: SignedIn) -> None:
        page = signed_in(world.anna.account).get(f"{LOGIN}?process=connect")
        assert page.status_code == 200
        assert "Videre til MitID" in page.content.decode()


class TestAStranger:
    def test_is_told_to_sign_in_by_code_first(self, broker: str, world: World, client: Client) -> None:
        page = sign_in(client, "nobody-we-know").content.decode()
        assert "Vi kender ikke dig den vej endnu" in page
        assert account_of(client) is None
        assert not SocialAccount.objects.exists()

    def test_is_not_let_in_by_an_e_mail_that_the_provider_asserts(
        self, broker: str, world: World, client: Client
    ) -> None:
        claims = {"email": world.anna.email, "email_verified": True}
        requests.put(f"{broker}/users/mallory", json=claims, timeout=10)
        before = Account.objects.count()
        sign_in(client, "mallory")
        assert account_of(client) is None
        assert Account.objects.count() == before


class TestTheExchange:
    def test_sends_state_nonce_and_a_code_challenge(self, broker: str, db: None, client: Client) -> None:
        asked = parse_qs(urlsplit(leave(client)).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert all(len(asked[name][0]) >= 16 for name in ("state", "nonce", "code_challenge"))
        assert asked["scope"] == ["openid"]
        other = parse_qs(urlsplit(leave(Client())).query)
        assert not {asked[name][0] for name in ("state", "nonce", "code_challenge")} & {
            other[name][0] for name in ("state", "nonce", "code_challenge")
        }

    def test_proves_the_challenge(self, broker: str, world: World, client: Client) -> None:
        away = leave(client)
        challenge = parse_qs(urlsplit(away).query)["code_challenge"][0]
        real, sent = requests.Session.request, []

        def spy(session: Any, method: str, url: str, **named: Any) -> Any:
            sent.append(named.get("data") or {})
            return real(session, method, url, **named)

        back = identify(away, "anyone")
        with mock.patch("requests.Session.request", spy):
            client.get(back)
        verifier = next(data["code_verifier"] for data in sent if "code_verifier" in data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        assert digest == challenge

    def test_refuses_an_answer_that_another_browser_asked_for(
        self, broker: str, world: World, signed_in: SignedIn
    ) -> None:
        link(signed_in(world.anna.account), "anna-at-mitid")
        back = identify(leave(Client()), "anna-at-mitid")
        victim = Client()
        assert "Det lykkedes ikke at logge ind" in victim.get(back).content.decode()
        assert account_of(victim) is None

    def test_refuses_the_same_answer_twice(self, broker: str, world: World, signed_in: SignedIn) -> None:
        link(signed_in(world.anna.account), "anna-at-mitid")
        client = Client()
        back = identify(leave(client), "anna-at-mitid")
        client.get(back)
        client.post("/konto/log-ud/")
        client.get(back)
        assert account_of(client) is None

    def test_refuses_an_id_token_of_another_sign_in(self, broker: str, world: World, signed_in: SignedIn) -> None:
        link(signed_in(world.anna.account), "anna-at-mitid")
        client = Client()
        away = leave(client)
        nonce = parse_qs(urlsplit(away).query)["nonce"][0]
        back = identify(away.replace(nonce, "f" * 64), "anna-at-mitid")
        assert "Det lykkedes ikke at logge ind" in client.get(back).content.decode()
        assert account_of(client) is None

    def test_refuses_an_id_token_with_a_broken_signature(self, broker: str, world: World, signed_in: SignedIn) -> None:
        link(signed_in(world.anna.account), "anna-at-mitid")
        client = Client()
        back = identify(leave(client), "anna-at-mitid")
        real = requests.Response.json

        def tamper(response: Any, **named: Any) -> Any:
            data = real(response, **named)
            if "id_token" in data:
                head, body, signature = data["id_token"].split(".")
                claims = json.loads(base64.urlsafe_b64decode(body + "=="))
                forged = base64.urlsafe_b64encode(json.dumps(claims | {"admin": 1}).encode()).rstrip(b"=").decode()
                data["id_token"] = f"{head}.{forged}.{signature}"
            return data

        with mock.patch("requests.Response.json", tamper):
            assert "Det lykkedes ikke at logge ind" in client.get(back).content.decode()
        assert account_of(client) is None

    def test_a_visitor_who_cancels_is_met_kindly(self, broker: str, db: None, client: Client) -> None:
        state = parse_qs(urlsplit(leave(client)).query)["state"][0]
        page = client.get(f"{LOGIN}retur/?error=access_denied&state={state}", follow=True)
        assert "Du afbrød" in page.content.decode()

    def test_a_provider_that_does_not_answer_is_no_crash(self, broker: str, db: None, client: Client) -> None:
        with mock.patch("requests.Session.request", side_effect=requests.ConnectionError):
            page = client.post(LOGIN)
        assert "Det lykkedes ikke at logge ind" in page.content.decode()

    def test_a_closed_account_stays_closed(self, broker: str, world: World, signed_in: SignedIn) -> None:
        link(signed_in(world.anna.account), "anna-at-mitid")
        deactivate(account_id=world.anna.account.pk)
        client = Client()
        assert sign_in(client, "anna-at-mitid").headers["Location"] == "/konto/lukket/"
        assert account_of(client) is None


class TestSetUp:
    def test_without_a_provider_there_is_no_way_in(self, world: World, signed_in: SignedIn) -> None:
        assert Client().post(LOGIN).status_code == 404
        assert signed_in(world.anna.account).get(IDENTITIES).status_code == 404
        assert "MitID" not in Client().get("/konto/").content.decode()

    def test_the_sign_in_page_offers_it(self, broker: str, db: None, client: Client) -> None:
        assert "Log ind med MitID" in client.get("/konto/").content.decode()

    def test_a_file_may_name_several(self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "brokers.toml"
        entry = 'name = "{0}"\nissuer = "https://{0}.example"\nclient_id = "x"\nclient_secret = "y"\n'
        file.write_text("".join(f'[[broker]]\nid = "{each}"\n' + entry.format(each) for each in ("mitid", "erhverv")))
        monkeypatch.setenv("FORSYN_OIDC", str(file))
        brokers = Brokers.from_environment()
        assert [app["provider_id"] for app in brokers.apps] == ["mitid", "erhverv"]
        assert brokers.origins == ["https://mitid.example", "https://erhverv.example"]

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("[[broker]]\nid = 'mitid'\n", "lacks client_id, client_secret, issuer, name"),
            ("broker = [", "cannot be read"),
            ("", "broker"),
            (
                "[[broker]]\nid='m'\nname='M'\nissuer='http://far.example'\nclient_id='x'\nclient_secret='y'\n",
                "must be an https address",
            ),
            (
                "[[broker]]\nid='m'\nname='M'\nissuer='https://a.example'\nclient_id='x'\nclient_secret='y'\nscop=1\n",
                "unknown scop",
            ),
        ],
    )
    def test_a_slip_in_the_file_is_told(
        self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, text: str, told: str
    ) -> None:
        file = tmp_path / "brokers.toml"
        file.write_text(text)
        monkeypatch.setenv("FORSYN_OIDC", str(file))
        with pytest.raises(InstanceError, match=told):
            Brokers.from_environment()
