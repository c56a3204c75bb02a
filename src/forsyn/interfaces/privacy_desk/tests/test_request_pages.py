"""The queue of requests on the privacy desk: from a letter in the post to the answer."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.customers.models import ContactPoint
from forsyn.domain.rights.models import Request, RequestPlan
from forsyn.domain.rights.rules import DocumentKind, Outcome, State, StepKind
from forsyn.domain.safeguards.choices_models import LIVE_RESTRICTION, Restriction
from forsyn.domain.safeguards.door_models import Disclosure
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.interfaces.privacy_desk.request_words import WORDS
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


def _received(desk: Client, world: World, right: str = "", **said: str) -> Request:
    posted = {
        "channel": "letter", "received_date": "2026-11-02", "right": right, "numbers": world.anna.number,
        "on_behalf": "self", "name": "Anna Prøvesen", "wish": "Jeg vil gerne have alt, I har.", "language": "da",
    } | said  # fmt: skip
    response = desk.post(reverse("privacy_desk:receive_request"), posted)
    assert response.status_code == 302, response.content.decode()
    return Request.objects.latest("pk")


def _act(desk: Client, request: Request, name: str, **said: object) -> str:
    request.refresh_from_db()
    address = reverse("privacy_desk:request_act", args=[request.pk, name])
    response = desk.post(address, {"version": request.version} | said, follow=True)
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_letter_becomes_a_restriction_and_an_answer(desk: Client, world: World) -> None:
    request = _received(desk, world, right="restriction")
    assert "Tag den op" in desk.get(reverse("privacy_desk:request", args=[request.pk])).content.decode()
    assert "er din nu" in _act(desk, request, "tag")
    assert "Læg en plan, og læs den" in _act(desk, request, "set", seen="pas, foto og navn passer")
    page = reverse("privacy_desk:request_plan", args=[request.pk])
    request.refresh_from_db()
    posted = {"version": request.version, "ground": "accuracy", "reason": "Måleren viser forkert"}
    shown = desk.post(page, posted, follow=True).content.decode()
    assert "Intet er gjort endnu" in shown
    assert not Restriction.objects.filter(LIVE_RESTRICTION).exists()
    plan = RequestPlan.objects.get(request=request)
    assert "Planen er udført" in _act(desk, request, "udfoer", fingerprint=plan.fingerprint)
    assert Restriction.objects.filter(LIVE_RESTRICTION, customer_id=world.anna.customer_id).exists()
    assert "Svaret er sendt" in _act(desk, request, "svar", outcome=Outcome.GRANTED, text="")
    request.refresh_from_db()
    assert request.state == State.ANSWERED


def test_two_clerks_on_one_request(desk: Client, world: World) -> None:
    request = _received(desk, world)
    stale = request.version
    _act(desk, request, "tag")
    address = reverse("privacy_desk:request_act", args=[request.pk, "laes"])
    response = desk.post(address, {"version": stale, "right": "erasure"})
    assert response.status_code == 422
    assert "En anden har arbejdet på anmodning" in response.content.decode()
    request.refresh_from_db()
    assert request.right is None


def test_a_wrong_code_is_told_and_counted(desk: Client, world: World) -> None:
    request = _received(desk, world, right="access")
    assert "Der er ingen kode at prøve" in _act(desk, request, "kode", code="123456")


def test_nothing_is_planned_before_it_is_known_who_asks(desk: Client, world: World) -> None:
    request = _received(desk, world, right="restriction")
    assert "Læg en plan</a>" not in desk.get(reverse("privacy_desk:request", args=[request.pk])).content.decode()
    page = reverse("privacy_desk:request_plan", args=[request.pk])
    posted = {"version": request.version, "ground": "accuracy", "reason": "x"}
    assert "Det er ikke afklaret, hvem der spørger" in desk.post(page, posted).content.decode()


def test_the_overdue_are_impossible_to_miss(desk: Client, world: World) -> None:
    _received(desk, world, right="access", received_date="2026-09-03")
    for page in ("home", "requests", "consents", "retention"):
        assert "ikke besvaret til tiden" in desk.get(reverse(f"privacy_desk:{page}")).content.decode(), page


def test_an_unknown_number_is_told(desk: Client, world: World) -> None:
    response = desk.post(
        reverse("privacy_desk:receive_request"),
        {"channel": "phone", "received_date": "2026-11-02", "numbers": "9999", "on_behalf": "self", "language": "da"},
    )
    assert "ingen kunde med nummer 9999" in response.content.decode()


def test_a_clerk_does_not_see_the_queue(world: World, client: Client) -> None:
    signed_in(client, world.clerk)
    assert client.get(reverse("privacy_desk:requests")).status_code == 404


def test_a_plan_laid_aside_lets_the_request_be_read_anew(desk: Client, world: World) -> None:
    request = _received(desk, world, right="restriction")
    _act(desk, request, "set", seen="pas, foto og navn passer")
    request.refresh_from_db()
    posted = {"version": request.version, "ground": "accuracy", "reason": "Måleren viser forkert"}
    desk.post(reverse("privacy_desk:request_plan", args=[request.pk]), posted)
    assert "Læg planen væk" in _act(desk, request, "laes", right="erasure")
    assert "Planen er lagt væk" in _act(desk, request, "laeg-vaek")
    assert "Det er gemt" in _act(desk, request, "laes", right="erasure")
    assert "ingen plan at lægge væk" in _act(desk, request, "laeg-vaek")


def test_what_came_by_letter_is_acknowledged_once(desk: Client, world: World) -> None:
    request = _received(desk, world, right="access", address="Prøvevej 1\n9999 Nordby")
    offered = "Send en kvittering med nummer og frist"
    assert offered in desk.get(reverse("privacy_desk:request", args=[request.pk])).content.decode()
    shown = _act(desk, request, "kvittering")
    assert "Kvitteringen er sendt. Brevet skal printes" in shown
    assert "Kvittering sendt" in shown
    assert offered not in shown


@pytest.mark.parametrize(
    ("kind", "values"), [("step", StepKind), ("document", DocumentKind), ("state", State), ("outcome", Outcome)]
)
def test_nothing_on_the_page_is_a_programs_word(kind: str, values: type[StrEnum]) -> None:
    assert [value for value in values if value not in WORDS[kind]] == []


def test_an_objection_that_must_be_weighed_is_decided_before_it_is_answered(desk: Client, world: World) -> None:
    request = _received(desk, world, right="objection")
    _act(desk, request, "tag")
    _act(desk, request, "set", seen="pas, foto og navn passer")
    said = {"version": Request.objects.get(pk=request.pk).version, "reason": "Mine vaner er mine egne."}
    posted = said | {"purpose": "operation_optimisation"}
    desk.post(reverse("privacy_desk:request_plan", args=[request.pk]), posted)
    plan = RequestPlan.objects.get(request_id=request.pk)
    shown = _act(desk, request, "udfoer", fingerprint=plan.fingerprint)
    assert "Afgør indsigelsen under »Indsigelser«, og svar så personen." in shown


def test_an_erasure_is_read_before_it_is_done(desk: Client, world: World, settings: Any, tmp_path: Path) -> None:
    settings.ERASURE_LOG = ErasureLog(tmp_path / "erasures.log")
    request = _received(desk, world, right="erasure", numbers=world.dorthe.number)
    _act(desk, request, "set", seen="pas, foto og navn passer")
    request.refresh_from_db()
    page = reverse("privacy_desk:request_plan", args=[request.pk])
    shown = re.sub(r"\s+", " ", desk.post(page, {"version": request.version}, follow=True).content.decode())
    assert "Bliver slettet" in shown
    assert "Bogføringslovens § 12" in shown
    assert "1. januar 2032" in shown
    plan = RequestPlan.objects.get(request=request)
    assert "Planen er udført" in _act(desk, request, "udfoer", fingerprint=plan.fingerprint)
    assert not ContactPoint.objects.filter(customer_id=world.dorthe.customer_id).exists()
    assert len(settings.ERASURE_LOG.entries()) == 1
    assert "Svaret er sendt" in _act(desk, request, "svar", outcome=Outcome.PARTLY, text="")
    assert Disclosure.objects.filter(channel="email").count() == 1  # to the address as it stood before


def test_what_is_settled_of_one_person_is_not_settled_of_another(desk: Client, world: World) -> None:
    request = _received(desk, world, right="access")
    _act(desk, request, "set", seen="pas, foto og navn passer")
    assert "Skriv en anmodning ind for hver person" in _act(desk, request, "kunde", number=world.dorthe.number)
    assert [row.customer_id for row in request.customers.all()] == [world.anna.customer_id]
