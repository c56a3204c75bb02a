"""Recipients to be told, persons to be told of sources and liftings, and a rectification that is refused."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from forsyn.domain.customers.correction_models import Correction, RecipientNotice
from forsyn.domain.rights.models import Request, RequestDocument, RequestPlan
from forsyn.domain.rights.rules import State
from forsyn.domain.safeguards.choices_models import Restriction
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


def _text(response: object) -> str:
    return re.sub(r"\s+", " ", response.content.decode())  # type: ignore[attr-defined]


def _rectification(desk: Client, world: World) -> Request:
    posted = {
        "channel": "letter", "received_date": "2026-11-02", "right": "rectification", "numbers": world.anna.number,
        "on_behalf": "self", "wish": "Mit navn er stavet forkert.", "language": "da",
    }  # fmt: skip
    assert desk.post(reverse("privacy_desk:receive_request"), posted).status_code == 302
    request = Request.objects.get()
    address = reverse("privacy_desk:request_act", args=[request.pk, "set"])
    desk.post(address, {"version": request.version, "seen": "pas, foto og navn passer"})
    request.refresh_from_db()
    return request


def _name_key(desk: Client, request: Request, page: str) -> str:
    shown = _text(desk.get(reverse(f"privacy_desk:{page}", args=[request.pk])))
    found = re.search(r'value="(name:\d*)"', shown)
    assert found is not None
    return found[1]


def test_a_recipient_without_an_address_is_told_by_a_member_of_staff(desk: Client, world: World) -> None:
    notice = RecipientNotice.objects.create(
        customer_id=world.anna.customer_id, cause="erasure", recipient="datahub", categories=["name"], made_at=NOW,
        obstacle="Modtageren har ingen e-mail.",
    )  # fmt: skip
    assert "1 modtager skal have at vide" in _text(desk.get(reverse("privacy_desk:home")))
    assert "Personen er slettet" in _text(desk.get(reverse("privacy_desk:notices_owed")))
    address = reverse("privacy_desk:settle_notice", args=[notice.pk])
    assert desk.post(address, {"note": ""}).status_code == 422
    assert "har fået besked" in _text(desk.post(address, {"note": "Ringet til deres vagt."}, follow=True))
    notice.refresh_from_db()
    assert notice.settled_by_id == world.dpo.pk
    assert notice.note == "Ringet til deres vagt."
    assert desk.get(address).status_code == 404


def test_letters_about_sources_are_only_printed_on_purpose(desk: Client) -> None:
    assert desk.get(reverse("privacy_desk:print_source_notices")).status_code == 405


def test_the_person_hears_before_a_restriction_is_lifted(desk: Client, world: World) -> None:
    restrict = {"number": world.anna.number, "ground": "accuracy", "reason": "Måleren skal prøves."}
    assert desk.post(reverse("privacy_desk:restrict"), restrict).status_code == 302
    address = reverse("privacy_desk:announce_lifting", args=[Restriction.objects.get().pk])
    before = Disclosure.objects.count()
    assert desk.post(address, {"why": "", "lift_date": "2026-11-09"}).status_code == 422
    assert Disclosure.objects.count() == before
    told = {"why": "Måleren er prøvet og viser rigtigt.", "lift_date": "2026-11-09"}
    assert "Personen har fået besked med mail" in _text(desk.post(address, told, follow=True))
    assert Disclosure.objects.filter(channel="email").count() >= 1
    assert Restriction.objects.get().ended_at is None


def test_a_rectification_is_refused_beside_the_persons_own_statement(desk: Client, world: World) -> None:
    request = _rectification(desk, world)
    posted = {
        "version": request.version, "what": _name_key(desk, request, "refuse_rectification"), "right": "Anne Prøvesen",
        "reason": "Navnet er som i CPR-registret.", "statement": "Jeg kalder mig Anne.",
    }  # fmt: skip
    address = reverse("privacy_desk:refuse_rectification", args=[request.pk])
    assert "Afslaget er sendt" in _text(desk.post(address, posted, follow=True))
    request.refresh_from_db()
    assert request.state == State.REFUSED
    kept = Correction.objects.get()
    assert (kept.outcome, kept.statement) == ("refused", "Jeg kalder mig Anne.")


def test_the_paper_that_shows_it_is_kept_with_the_correction(desk: Client, world: World) -> None:
    request = _rectification(desk, world)
    address = reverse("privacy_desk:request_plan", args=[request.pk])
    posted = {
        "version": request.version, "what": _name_key(desk, request, "request_plan"), "right": "Anne Prøvesen",
        "evidence": "Dåbsattest set",
    }  # fmt: skip
    wrong = SimpleUploadedFile("a.exe", b"MZ\x00", content_type="application/pdf")
    assert "Vælg en PDF" in _text(desk.post(address, posted | {"paper": wrong}))
    assert not RequestDocument.objects.filter(kind="attachment").exists()
    paper = SimpleUploadedFile("dåbsattest.pdf", b"%PDF-1.7\nattest", content_type="application/pdf")
    assert "Intet er gjort endnu" in _text(desk.post(address, posted | {"paper": paper}, follow=True))
    request.refresh_from_db()
    plan = RequestPlan.objects.get(request=request)
    done = reverse("privacy_desk:request_act", args=[request.pk, "udfoer"])
    said = {"version": request.version, "fingerprint": plan.fingerprint}
    assert "Planen er udført" in _text(desk.post(done, said, follow=True))
    assert Correction.objects.get().document_name == "dåbsattest.pdf"
