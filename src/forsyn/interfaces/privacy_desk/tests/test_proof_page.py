"""The page that tries the promises: only for the officer, only when asked, in both languages, with few queries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from forsyn.interfaces.privacy_desk import proof_views
from forsyn.policy.claims import claims
from forsyn.policy.policy import Text
from forsyn.policy.proof import Evidence, Kind, Outcome, judge
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.proof.prove import Proof
from tests.signing_in import SignedIn
from tests.world import World

ADDRESS = reverse("privacy_desk:proof")


def made_up(**outcome: int) -> Proof:
    """A proof with CPR broken, as many attempts let through as given; everything else as without any trial."""
    one = Evidence(
        "trial", Kind.CONTROL, Text("Noget prøves.", "Something is tried."), Text("2 gik galt", "2 went wrong"),
        "select <b> from sensitive_cpr", 3, outcome["wrong"], 1.25,
    )  # fmt: skip
    verdicts = [judge(claim, [one] if claim.id == "SF-08" else [], editions={"SF"}) for claim in claims().values()]
    return Proof(current_policy(), tuple(verdicts), datetime(2026, 11, 2, 9, tzinfo=UTC), 1.5)


def test_nobody_else_gets_in(world: World, signed_in: SignedIn) -> None:
    for account in (world.clerk, world.anna.account):
        client = signed_in(account)
        assert client.get(ADDRESS).status_code == 404
        assert client.post(ADDRESS).status_code == 404


def test_tells_first_what_will_be_tried(
    world: World, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: object
) -> None:
    monkeypatch.setattr(proof_views, "prove", lambda **_: pytest.fail("tried without being asked"))
    client = signed_in(world.dpo)
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        page = client.get(ADDRESS).content.decode()
    assert "Prøv det nu" in page
    assert "Hvert formål uden ret til CPR-numre prøver at læse dem." in page
    assert "Se de 27 løfter i den anden politik" in page


def test_tries_when_asked(world: World, signed_in: SignedIn) -> None:
    page = signed_in(world.dpo).post(ADDRESS).content.decode()
    assert 'id="SF-08"' in page
    assert 'id="SV-08"' not in page
    assert "set local role" in page
    assert world.anna.name not in page
    assert "mangler endnu noget" in page


def test_a_broken_promise_cannot_be_overlooked(
    world: World, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof_views, "prove", lambda **_: made_up(wrong=2))
    page = signed_in(world.dpo).post(ADDRESS).content.decode()
    assert "Nej, 1 løfte er brudt" in page
    assert '<a href="#SF-08">SF-08</a>' in page
    assert "select &lt;b&gt; from sensitive_cpr" in page


def test_speaks_english(world: World, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = made_up(wrong=0)
    kept = tuple(replace(verdict, outcome=Outcome.KEPT) for verdict in proof.verdicts)
    monkeypatch.setattr(proof_views, "prove", lambda **_: replace(proof, verdicts=kept))
    client = signed_in(world.dpo)
    client.cookies["forsyn_language"] = "en"
    page = client.post(ADDRESS).content.decode()
    assert "Yes. No promise is broken" in page
    assert "57 promises are kept." in page
