"""A wish to take data along, on the privacy desk: to the person, or straight to a company that the person names."""

from __future__ import annotations

import io
import json
import re
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.rights.models import Request, RequestPlan
from forsyn.domain.safeguards.door_models import Disclosure
from forsyn.interfaces.privacy_desk.tests.test_pages import signed_in
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the world's today."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def desk(world: World, client: Client) -> Client:
    return signed_in(client, world.dpo)


@pytest.fixture
def asked(desk: Client, world: World) -> Request:
    """Anna asks by letter to take her data along; it is settled that it is she."""
    posted = {
        "channel": "letter", "received_date": "2026-11-02", "right": "portability", "numbers": world.anna.number,
        "on_behalf": "self", "name": "Anna Prøvesen", "wish": "Jeg vil have mine data med.", "language": "da",
    }  # fmt: skip
    assert desk.post(reverse("privacy_desk:receive_request"), posted).status_code == 302
    request: Request = Request.objects.latest("pk")
    _act(desk, request, "set", seen="pas, foto og navn passer")
    return request


def _act(desk: Client, request: Request, name: str, **said: object) -> str:
    return _post(desk, request, reverse("privacy_desk:request_act", args=[request.pk, name]), **said)


def _post(desk: Client, request: Request, address: str, **said: object) -> str:
    request.refresh_from_db()
    response = desk.post(address, {"version": request.version} | said, follow=True)
    return re.sub(r"\s+", " ", response.content.decode())


def _plan_and_release(desk: Client, request: Request, receiver: str = "") -> tuple[str, str]:
    said = {"receiver": receiver, "receiver_country": "DK" if receiver else ""}
    planned = _post(desk, request, reverse("privacy_desk:request_plan", args=[request.pk]), **said)
    plan = RequestPlan.objects.get(request=request, dropped_at=None)
    return planned, _act(desk, request, "udfoer", fingerprint=plan.fingerprint)


def _fetched(desk: Client, request: Request) -> ZipFile:
    response = desk.post(reverse("privacy_desk:request_package", args=[request.pk]))
    assert response["Content-Type"] == "application/zip"
    return ZipFile(io.BytesIO(b"".join(response)))


def test_the_person_gets_what_was_given(desk: Client, world: World, asked: Request) -> None:
    planned, released = _plan_and_release(desk, asked)
    assert "Kommer med i pakken" in planned
    assert "Hent pakken" in released
    given = json.loads(_fetched(desk, asked).read("data.json"))["given"]
    assert given["customers_customer_name"][0]["name"] == "Anna Prøvesen"
    assert Disclosure.objects.get(channel="file").to_person


def test_a_named_company_gets_it_and_the_receipt_is_with_the_request(desk: Client, asked: Request) -> None:
    planned, _ = _plan_and_release(desk, asked, "Eksempel Energi A/S")
    assert "Eksempel Energi A/S" in planned
    _fetched(desk, asked)
    left = Disclosure.objects.get(recipient="another_controller")
    assert (left.to_person, left.state) == (False, "delivered")
    page = desk.get(reverse("privacy_desk:request", args=[asked.pk])).content.decode()
    assert bytes(left.payload_sha256).hex() in page


@pytest.mark.parametrize(("country", "said"), [("", "Vælg det land"), ("GL", "Virksomheden er ikke i et land i EU")])
def test_a_company_elsewhere_gets_nothing(desk: Client, asked: Request, country: str, said: str) -> None:
    address = reverse("privacy_desk:request_plan", args=[asked.pk])
    assert said in _post(desk, asked, address, receiver="Eksempel Energi", receiver_country=country)
    assert not RequestPlan.objects.filter(request=asked).exists()


def test_nothing_leaves_before_it_is_released(desk: Client, asked: Request) -> None:
    shown = _post(desk, asked, reverse("privacy_desk:request_package", args=[asked.pk]))
    assert "før pakken gives videre" in shown
    assert not Disclosure.objects.filter(channel="file").exists()
