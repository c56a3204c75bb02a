"""Restrictions and objections on the privacy desk: seen first, decided by a named person, never by anybody else."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forsyn.domain.safeguards import actions_choices as actions
from forsyn.domain.safeguards.choices_models import Objection, Restriction, RestrictionGround
from forsyn.domain.safeguards.choices_queries import restriction_of
from forsyn.interfaces.privacy_desk import objection_views
from forsyn.policy.loading import load_policy
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
