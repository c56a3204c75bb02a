"""Restrictions and objections on the privacy desk: seen first, decided by a named person, never by anybody else."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forsyn.domain.rights.models import Request
from forsyn.domain.safeguards import actions_choices as actions
from forsyn.domain.safeguards.choices_models import Consent, Objection, Restriction, RestrictionGround
from forsyn.domain.safeguards.choices_queries import restriction_of
from forsyn.interfaces.privacy_desk import objection_views
from forsyn.policy.loading import load_policy
from forsyn.workflows import choice_plans
from tests.world import NOW, Party, World

POLICY = load_policy(Path(settings.PROJECT_ROOT, "policies", "utility.toml"))
RESTRICTIONS, OBJECTIONS, HOME = "/persondata/begraensninger/", "/persondata/indsigelser/", "/persondata/"


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the world's today."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@dataclass
class Desk:
    """The data protection officer at work."""

    client: Client
    world: World

    def page(self, address: str, **form: object) -> str:
        answer = self.client.post(address, form, follow=True) if form else self.client.get(address)
        assert answer.status_code == 200, address
        text = html.unescape(re.sub(r"\s+", " ", answer.content.decode()))
        bare = re.sub(r"<[^>]+>", " ", text.partition("<main")[2].partition("<footer")[0])
        return re.sub(r" +([.,:)])", r"\1", re.sub(r" +", " ", bare)).replace("( ", "(")

    def restrict(self, **other: object) -> str:
        form = {"number": self.world.anna.number, "ground": "accuracy", "reason": "Måleren er ikke hendes."} | other
        return self.page(f"{RESTRICTIONS}ny/", **form)

    def object(self, purpose: str = "operation_optimisation", **other: object) -> str:
        form = {"number": self.world.anna.number, "purpose": purpose, "reason": "Mine vaner er mine."} | other
        return self.page(f"{OBJECTIONS}ny/", **form)


@pytest.fixture
def desk(signed_in, world) -> Desk:
    return Desk(signed_in(world.dpo), world)


def restricted(party: Party) -> bool:
    return restriction_of(customer_id=party.customer_id) is not None


def test_only_the_privacy_desk_gets_in(signed_in, world, desk) -> None:
    desk.restrict()
    desk.object()
    own = [Restriction.objects.get().pk, Objection.objects.get().pk]
    addresses = [
        reverse("privacy_desk:restrictions"),
        reverse("privacy_desk:restrict"),
        reverse("privacy_desk:lift", args=own[:1]),
        reverse("privacy_desk:objections"),
        reverse("privacy_desk:record_objection"),
        reverse("privacy_desk:decide_objection", args=own[1:]),
        reverse("privacy_desk:take_back_objection", args=own[1:]),
    ]
    for address in addresses:
        assert desk.client.get(address).status_code == 200
        for account in (world.clerk, world.billing, world.operations, world.anna.account):
            client = signed_in(account)
            assert client.get(address).status_code == 404
            assert client.post(address, {"person_informed": "on", "upheld": "no"}).status_code in (404, 405)
    assert restricted(world.anna)


# -- restrictions --------------------------------------------------------------------------------------------------


def test_a_restriction_is_set_and_cannot_be_overlooked(desk, world) -> None:
    assert "Kunder, der venter på dig" not in desk.page(HOME)
    assert "Ingen er begrænset lige nu" in desk.page(RESTRICTIONS)
    text = desk.restrict()
    assert "Anna Prøvesen (1001) er under begrænset behandling fra nu af." in text
    assert "1 kunde er begrænset lige nu" in text
    assert "Rigtigheden undersøges (artikel 18, stk. 1, litra a)" in text
    assert "2. november 2026 1 dag Rigtigheden" in text
    assert "Måleren er ikke hendes." in text
    assert "Dina Databeskytter" in text
    assert restricted(world.anna)
    front = desk.page(HOME)
    assert "Kunder, der venter på dig" in front
    assert "1 kunde er under begrænset behandling, den ældste siden 2. november 2026." in front


def test_the_oldest_restriction_stands_first_with_its_age(desk, world) -> None:
    for party, days in ((world.bo, 3), (world.anna, 40)):
        actions.restrict(
            customer_id=party.customer_id,
            ground=RestrictionGround.CLAIM,
            reason="Sag",
            recorded_by_id=world.dpo.pk,
            now=NOW - timedelta(days=days),
        )
    text = desk.page(RESTRICTIONS)
    assert text.index("Anna Prøvesen") < text.index("Bo Åkjær")
    assert "41 dage" in text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"number": ""}, "Skriv kundens nummer"),
        ({"number": "9876"}, "Der er ingen kunde med nummer 9876"),
        ({"ground": "whim"}, "Vælg"),
        ({"ground": ""}, "Vælg en af de fire grunde"),
        ({"reason": " "}, "Skriv en begrundelse"),
        ({"reason": "x" * 2001}, "2000"),
        ({"reason": "Hendes CPR-nummer er 010190-1234."}, "ligner et CPR-nummer"),
    ],
)
def test_a_restriction_that_cannot_be_is_explained(desk, world, form: dict[str, str], sentence: str) -> None:
    assert sentence in desk.restrict(**form)
    assert not restricted(world.anna)


def test_a_second_restriction_is_refused(desk) -> None:
    desk.restrict()
    assert "allerede under begrænset behandling" in desk.restrict(ground="claim")


def test_a_restriction_is_lifted_once_the_person_knows(desk, world) -> None:
    desk.restrict()
    address = reverse("privacy_desk:lift", args=[Restriction.objects.get().pk])
    assert "Måleren er ikke hendes." in desk.page(address)
    assert "Giv personen besked først" in desk.page(address, person_informed="")
    assert restricted(world.anna)
    text = desk.page(address, person_informed="on")
    assert "Begrænsningen for Anna Prøvesen er ophævet." in text
    assert "Ingen er begrænset lige nu" in text
    assert not restricted(world.anna)
    assert "Begrænsningen blev ophævet 2. november 2026 af Dina Databeskytter." in desk.page(address)
    assert "allerede ophævet" in desk.page(address, person_informed="on")


def test_whoever_lifts_a_restriction_hears_of_the_wish_that_it_kept(desk, world, monkeypatch) -> None:
    desk.restrict()
    kept = Request(pk=17, received_date=date(2026, 11, 2), deadline_date=date(2026, 12, 2))
    monkeypatch.setattr(choice_plans, "reopen_erasure", lambda **_: kept)
    text = desk.page(reverse("privacy_desk:lift", args=[Restriction.objects.get().pk]), person_informed="on")
    assert "Ønsket er nu anmodning P-2026-00017, som skal besvares senest den 2. december 2026." in text


# -- objections ----------------------------------------------------------------------------------------------------


def test_a_no_to_marketing_needs_neither_reason_nor_decision(desk) -> None:
    text = desk.object("supply_area_marketing", reason="")
    assert "Indsigelsen er gemt. Anna Prøvesen er ude af formålet" in text
    assert "fra nu af" in text
    assert "Gælder uden videre" in text
    assert "Der er intet at afgøre" in text
    key = Objection.objects.get().pk
    address = reverse("privacy_desk:decide_objection", args=[key])
    assert "kan ikke afvises" in desk.page(address, upheld="no", decision="Vi vil gerne")
    back = reverse("privacy_desk:take_back_objection", args=[key])
    assert "Kun personen selv kan tage en indsigelse tilbage" in desk.page(back)
    assert "Taget tilbage 2. november 2026" in desk.page(back, sure="yes")
    assert "står ikke længere ved magt" in desk.page(back, sure="yes")


@pytest.mark.parametrize(
    ("upheld", "said", "shown"),
    [
        ("yes", "Indsigelsen står ved magt. Giv kunden besked.", "Fundet berettiget af Dina Databeskytter"),
        ("no", "Indsigelsen er afvist. Giv kunden besked", "Afvist af Dina Databeskytter 2. november 2026: Fordi"),
    ],
)
def test_a_named_person_decides_what_must_be_weighed(desk, world, upheld: str, said: str, shown: str) -> None:
    text = desk.object()
    assert "indtil I har afgjort den" in text
    assert "2. december 2026" in text, "the last day to answer"
    assert "1 indsigelse skal afgøres" in desk.page(HOME)
    row = Objection.objects.get()
    address = reverse("privacy_desk:decide_objection", args=[row.pk])
    assert "Skriv en begrundelse" in desk.page(address, upheld=upheld, decision="")
    assert "Vælg, om indsigelsen er berettiget" in desk.page(address, decision="Fordi")
    text = desk.page(address, upheld=upheld, decision="Fordi")
    assert said in text
    assert shown in text
    row.refresh_from_db()
    assert (row.upheld, row.decided_by_id, row.decision) == (upheld == "yes", world.dpo.pk, "Fordi")
    assert "Her er ikke mere at afgøre" in desk.page(address)
    assert "allerede afgjort" in desk.page(address, upheld=upheld, decision="Igen")


def test_an_objection_that_waits_too_long_is_marked(desk, world) -> None:
    actions.object_to(
        policy=POLICY,
        customer_id=world.bo.customer_id,
        purpose="legal_claims",
        reason="Nej",
        now=NOW - timedelta(days=45),
        recorded_by_id=world.dpo.pk,
    )
    assert "for sent" in desk.page(OBJECTIONS)


@pytest.mark.parametrize(
    ("purpose", "form", "sentence"),
    [
        ("settlement", {}, "Der er ingen indsigelsesret mod formålet"),
        ("newsletter", {}, "Træk samtykket tilbage i stedet"),
        ("operation_optimisation", {"reason": ""}, "Indsigelsen skal begrundes"),
        ("operation_optimisation", {"number": "9876"}, "Der er ingen kunde med nummer 9876"),
        ("operation_optimisation", {"reason": "Jeg er 010190-1234"}, "ligner et CPR-nummer"),
        ("cheese", {}, "Vælg"),
        ("", {}, "Vælg et formål"),
    ],
)
def test_an_objection_that_cannot_be_is_explained(desk, purpose: str, form: dict[str, str], sentence: str) -> None:
    assert sentence in desk.object(purpose, **form)
    assert not Objection.objects.exists()


def test_a_second_objection_is_refused(desk) -> None:
    desk.object()
    assert "allerede gjort indsigelse" in desk.object()


@pytest.mark.parametrize("address", [f"{RESTRICTIONS}77/ophaev/", f"{OBJECTIONS}77/afgoer/", f"{OBJECTIONS}?side=0"])
def test_what_is_not_there_is_not_found(desk, address: str) -> None:
    assert desk.client.get(address).status_code == 404


def test_a_long_list_comes_by_the_page(desk, world, monkeypatch) -> None:
    monkeypatch.setattr("forsyn.workflows.privacy_choices.PAGE", 1)
    for party in (world.anna, world.bo):
        desk.object("supply_area_marketing", number=party.number)
    first, second = desk.page(OBJECTIONS), desk.page(f"{OBJECTIONS}?side=2")
    assert ("Bo Åkjær" in first, "Anna Prøvesen" in first, "Ældre" in first) == (True, False, True)
    assert ("Bo Åkjær" in second, "Anna Prøvesen" in second, "Nyere" in second) == (False, True, True)


def test_more_rows_are_no_more_queries(desk, world) -> None:
    def reads(address: str) -> int:
        with CaptureQueriesContext(connection) as found:
            desk.page(address)
        return len(found)

    desk.restrict()
    desk.object()
    desk.page(RESTRICTIONS)
    before = reads(RESTRICTIONS), reads(OBJECTIONS)
    for party in (world.bo, world.birgit, world.erik, world.freja):
        desk.restrict(number=party.number)
        desk.object(number=party.number)
        desk.object("supply_area_marketing", number=party.number)
    desk.page(RESTRICTIONS)
    assert (reads(RESTRICTIONS), reads(OBJECTIONS)) == before
    assert max(before) <= 30


def test_english_readers_read_english(desk) -> None:
    desk.restrict()
    desk.object()
    desk.client.cookies["forsyn_language"] = "en"
    assert "1 customer is restricted now" in desk.page(RESTRICTIONS)
    assert "To be decided by" in desk.page(OBJECTIONS)
    assert "2 December 2026" in desk.page(OBJECTIONS)


def test_the_supplier_has_its_own_purposes(desk, monkeypatch) -> None:
    supplier = load_policy(Path(settings.PROJECT_ROOT, "policies", "supplier.toml"))
    monkeypatch.setattr(objection_views, "current_policy", lambda: supplier)
    assert "Statistik over nyhedsbrevet" in desk.page(f"{OBJECTIONS}ny/")
    assert "Gælder uden videre" in desk.object("newsletter_statistics", reason="")
    assert "skal afgøres" in desk.object("heat_optimisation")


# -- consents that do not come through the portal --------------------------------------------------------------------

CONSENTS = "/persondata/samtykker/"


def paper(content: bytes = b"%PDF-1.7 signed") -> SimpleUploadedFile:
    return SimpleUploadedFile("erklæring.pdf", content, "application/pdf")


def give(desk: Desk, consent: str, **other: object) -> str:
    address = reverse("privacy_desk:consent_given", args=[desk.world.anna.customer_id, consent])
    form = {"version": POLICY.version, "language": "da", "channel": "letter"} | other
    return desk.page(address, **form)


def withdraw(desk: Desk, consent: str, **other: object) -> str:
    address = reverse("privacy_desk:consent_withdrawn", args=[desk.world.anna.customer_id, consent])
    return desk.page(address, **({"channel": "phone"} | other))


def test_a_signed_paper_is_kept_shown_and_withdrawn_by_telephone(desk, world) -> None:
    assert "Oplysning om sygdom ved afbrydelser 0" in desk.page(CONSENTS)
    assert "Vælg den underskrevne erklæring" in give(desk, "health_notice")
    text = give(desk, "health_notice", paper=paper())
    assert "Samtykket fra Anna Prøvesen er gemt." in text
    assert "Givet 2. november 2026 (brev) til version 1.0 af teksten, gemt af Dina Databeskytter." in text
    row = Consent.objects.get()
    assert (row.channel, row.recorded_by_id, row.proof_name) == ("letter", world.dpo.pk, "erklæring.pdf")
    file = desk.client.get(reverse("privacy_desk:consent_paper", args=[world.anna.customer_id, row.pk]))
    assert (file.content, file["Content-Type"]) == (b"%PDF-1.7 signed", "application/pdf")
    assert file["Content-Disposition"].startswith("attachment")
    assert "Oplysning om sygdom ved afbrydelser 1" in desk.page(CONSENTS)
    assert "er trukket tilbage og gælder ikke mere" in withdraw(desk, "health_notice")
    assert "2. november 2026 (brev) – 2. november 2026 (telefon)" in desk.page(f"{CONSENTS}?kunde=1001")
    assert "intet samtykke at trække tilbage" in withdraw(desk, "health_notice")


@pytest.mark.parametrize(
    ("consent", "form", "sentence"),
    [
        ("newsletter", {"version": "0.9"}, "Teksten er blevet ændret"),
        ("newsletter", {"channel": "portal"}, "Vælg, hvordan kunden fortalte det"),
        ("newsletter", {"channel": ""}, "Vælg, hvordan kunden fortalte det"),
        ("health_notice", {"paper": SimpleUploadedFile("a.pdf", b"MZ", "application/pdf")}, "hverken en PDF"),
        ("health_notice", {"paper": SimpleUploadedFile("a.pdf", b"", "application/pdf")}, "Filen er tom"),
        ("health_notice", {"paper": SimpleUploadedFile("a.html", b"%PDF-", "text/html")}, "hverken en PDF"),
    ],
)
def test_a_yes_that_would_prove_nothing_is_not_stored(desk, consent: str, form: dict, sentence: str) -> None:
    assert sentence in give(desk, consent, **form)
    assert not Consent.objects.exists()


def test_one_customers_paper_is_not_found_at_another(desk, world) -> None:
    give(desk, "health_notice", paper=paper())
    key = Consent.objects.get().pk
    assert desk.client.get(reverse("privacy_desk:consent_paper", args=[world.bo.customer_id, key])).status_code == 404
    assert "Der er ingen kunde med nummer 9876" in desk.page(f"{CONSENTS}?kunde=9876")
    for args in ([world.anna.customer_id, "cheese"], [0, "newsletter"]):
        assert desk.client.get(reverse("privacy_desk:consent_given", args=args)).status_code == 404
        assert desk.client.get(reverse("privacy_desk:consent_withdrawn", args=args)).status_code == 404


def test_consents_are_for_the_desk_alone(desk, signed_in, world) -> None:
    give(desk, "health_notice", paper=paper())
    anna, key = world.anna.customer_id, Consent.objects.get().pk
    for address in (
        CONSENTS,
        reverse("privacy_desk:consent_given", args=[anna, "newsletter"]),
        reverse("privacy_desk:consent_withdrawn", args=[anna, "newsletter"]),
        reverse("privacy_desk:consent_paper", args=[anna, key]),
    ):
        assert desk.client.get(address).status_code == 200
        for account in (world.clerk, world.operations, world.anna.account):
            assert signed_in(account).get(address).status_code == 404
