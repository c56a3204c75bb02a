"""What the search page says about what was typed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.customers import actions
from forsyn.interfaces.office.tests.conftest import Store
from forsyn.interfaces.office.tests.reading import search
from forsyn.policy.vocabulary import Source
from tests.world import NOW, TODAY, World


def test_a_search_shows_its_groups(world: World, store: Store, clerk: Client) -> None:
    page = search(clerk, "5001")
    assert "Forsyningssteder (1)" in page
    assert "Installationer (3)" in page
    page = search(clerk, "0071001")
    assert "Målere (1)" in page
    assert "Måler 0071001 Varme · installation 50011" in page


def test_a_meter_is_found_without_its_zeros(world: World, store: Store, clerk: Client) -> None:
    assert "Måler 0071001" in search(clerk, "71001")


def test_customers_are_shown_with_address_and_whether_they_moved(world: World, clerk: Client) -> None:
    page = search(clerk, "dorthe")
    assert "Dorthe Døgnvil Kundenr. 1005 · Aastien 3A, 9999 Nordby Fraflyttet" in page
    assert "Fraflyttet" not in search(clerk, "erik")


def test_a_group_is_paged(world: World, clerk: Client) -> None:
    for number in range(30):
        actions.register_customer(
            number=f"7{number:03}",
            kind="person",
            name=f"Side Prøve {number:02}",
            source=Source.PERSON,
            today=TODAY,
            now=NOW,
        )
    first = search(clerk, "side prøve")
    assert "Kunder (30)" in first
    assert "Vis alle: Kunder (30)" in first
    assert first.count("Side Prøve") == 5
    assert search(clerk, "side prøve", vis="kunder").count("Side Prøve") == 25
    last = search(clerk, "side prøve", vis="kunder", side="2")
    assert last.count("Side Prøve") == 5
    assert "Side Prøve 29" in last
    assert "Side Prøve 29" in search(clerk, "side prøve", vis="kunder", side="99"), "past the end is the last page"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a", "Skriv lidt mere"),
        ("xyzzyq", "Ingen fundet med »xyzzyq«"),
        ("%", "Skriv lidt mere"),
        ("bigit åkjær", "Her er det, der ligner mest"),
        ("x" * 5000, "Teksten var lang"),
        ("<script>alert(1)</script>", "Ingen fundet med »<script>alert(1)</script>«"),
    ],
)
def test_the_search_says_what_it_did_not_find(world: World, clerk: Client, text: str, said: str) -> None:
    assert said in search(clerk, text)


def test_what_was_typed_is_never_markup(world: World, clerk: Client) -> None:
    body = clerk.get(reverse("office:search"), {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in body


def test_an_empty_search_explains_the_keys(world: World, clerk: Client) -> None:
    assert "Tastatur" in search(clerk, "   ")
