"""How many queries the pages of signing in take; the session's own are two, one for it and one for its account."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.signing_in import SignedIn
from tests.world import World


@pytest.mark.parametrize(
    ("page", "queries"),
    [("/konto/", 0), ("/konto/medarbejder/", 0), ("/konto/glemt/", 0), ("/cookies/", 0), ("/nej/", 0)],
)
def test_a_visitors_page(db: None, client: Client, django_assert_num_queries: Any, page: str, queries: int) -> None:
    with django_assert_num_queries(queries):
        client.get(page)


@pytest.mark.parametrize(("page", "queries"), [("/konto/sikkerhed/", 4), ("/konto/start/", 3), ("/cookies/", 3)])
def test_a_page_of_staff(
    world: World, signed_in: SignedIn, django_assert_num_queries: Any, page: str, queries: int
) -> None:
    client = signed_in(world.clerk)
    client.get(page)  # the first request notes when the session began
    with django_assert_num_queries(queries):
        client.get(page)


def test_choosing_a_customer(world: World, signed_in: SignedIn, django_assert_num_queries: Any) -> None:
    client = signed_in(world.freja.account)
    client.get("/cookies/")
    with django_assert_num_queries(5):
        client.post("/konto/kunde/", {"customer": world.freja_shop.customer_id})
