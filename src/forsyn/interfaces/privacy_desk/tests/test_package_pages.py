"""A wish to see one's data, on the privacy desk: plan, draft, what is left out, release, hand-over, answer."""

from __future__ import annotations

import io
import json
import re
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.correspondence.models import Note
from forsyn.domain.rights.models import Request, RequestPlan
from forsyn.domain.rights.rules import Outcome, State
from forsyn.domain.safeguards.door_models import Disclosure
from forsyn.domain.safeguards.log_models import AccessEntry, AccessKind
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
    """Anna asks by letter to see what there is; it is settled that it is she."""
    posted = {
        "channel": "letter", "received_date": "2026-11-02", "right": "access", "numbers": world.anna.number,
        "on_behalf": "self", "name": "Anna Prøvesen", "wish": "Jeg vil gerne have alt, I har.", "language": "da",
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


def _plan(desk: Client, request: Request) -> str:
    return _post(desk, request, reverse("privacy_desk:request_plan", args=[request.pk]))


def _withhold(desk: Client, request: Request, item: str, reason: str) -> str:
    address = reverse("privacy_desk:request_withhold", args=[request.pk])
    return _post(desk, request, address, item=item, reason=reason)


def _release(desk: Client, request: Request) -> str:
    plan = RequestPlan.objects.get(request=request, dropped_at=None)
    return _act(desk, request, "udfoer", fingerprint=plan.fingerprint)


def _package(desk: Client, request: Request, page: str = "request_package") -> ZipFile:
    response = desk.post(reverse(f"privacy_desk:{page}", args=[request.pk]))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    content = b"".join(response)
    assert len(content) == int(response["Content-Length"])
    return ZipFile(io.BytesIO(content))


def test_from_a_letter_to_a_copy_in_the_persons_hands(desk: Client, world: World, asked: Request) -> None:
    shown = _plan(desk, asked)
    assert "Kommer med i kopien" in shown
    assert "Frigiv kopien" in shown
    assert "Hent kopien til personen" not in shown
    assert "Hent kopien til personen" in _release(desk, asked)
    package = _package(desk, asked)
    assert {"indsigt.pdf", "data.json", "LÆS-MIG.txt"} <= set(package.namelist())
    assert json.loads(package.read("data.json"))["customer_numbers"] == [world.anna.number]
    given = Disclosure.objects.get(channel="file")
    assert (given.to_person, given.person_count) == (True, 1)
    exported = AccessEntry.objects.filter(kind=AccessKind.EXPORT, customer_id=world.anna.customer_id)
    assert exported.count() == 1
    _act(desk, asked, "svar", outcome=Outcome.GRANTED, text="")
    asked.refresh_from_db()
    assert asked.state == State.ANSWERED


def test_nothing_is_handed_over_before_it_is_released(desk: Client, asked: Request) -> None:
    _plan(desk, asked)
    assert "før kopien gives til personen" in _post(
        desk, asked, reverse("privacy_desk:request_package", args=[asked.pk])
    )
    assert not Disclosure.objects.filter(channel="file").exists()


def test_a_draft_is_read_and_not_given(desk: Client, asked: Request) -> None:
    _plan(desk, asked)
    assert "data.json" in _package(desk, asked, "request_draft").namelist()
    assert not Disclosure.objects.filter(channel="file").exists()


def test_a_note_is_left_out_with_its_reason(desk: Client, world: World, asked: Request) -> None:
    kept, other = (
        Note.objects.create(
            customer_id=world.anna.customer_id, account_id=world.clerk.pk, kind="phone", written_at=NOW, text=text
        )
        for text in ("Spurgte til regningen.", "Naboen ringede og klagede.")
    )
    assert f"correspondence_note%3A{other.pk}" in _plan(desk, asked)
    assert "Læg planen om" in _withhold(desk, asked, f"correspondence_note:{other.pk}", "Handler om en anden.")
    _plan(desk, asked)
    _release(desk, asked)
    data = json.loads(_package(desk, asked).read("data.json"))
    assert [row["id"] for row in data["tables"]["correspondence_note"]["rows"]] == [kept.pk]
    assert {"item": f"correspondence_note:{other.pk}", "reason": "Handler om en anden."} in data["withheld"]


@pytest.mark.parametrize("item", ["correspondence_note:987654", "no_table", "customers_customer.no_column"])
def test_what_names_nothing_is_not_thought_left_out(desk: Client, asked: Request, item: str) -> None:
    _withhold(desk, asked, item, "Handler om en anden.")
    assert f"Der er ikke noget, som hedder {item}" in _plan(desk, asked)
    assert not RequestPlan.objects.filter(request=asked).exists()


def test_what_is_left_out_after_the_plan_was_read_makes_it_another_plan(desk: Client, asked: Request) -> None:
    _plan(desk, asked)
    _withhold(desk, asked, "customers_contact_point", "Prøve.")
    assert "Noget er ændret, siden planen blev lagt" in _release(desk, asked)


def test_another_right_has_no_copy(desk: Client, world: World, asked: Request) -> None:
    _act(desk, asked, "laes", right="erasure")
    shown = _post(desk, asked, reverse("privacy_desk:request_draft", args=[asked.pk]))
    assert "Der er ingen kopi at give" in shown


def test_a_clerk_gets_no_copy(world: World, client: Client, asked: Request) -> None:
    signed_in(client, world.clerk)
    for page in ("request_draft", "request_package"):
        assert client.post(reverse(f"privacy_desk:{page}", args=[asked.pk])).status_code == 404
