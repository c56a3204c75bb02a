"""Who may open which page of the office."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.interfaces.office.tests.conftest import Store, signed_in
from tests.world import World


def pages(world: World, store: Store) -> dict[str, str]:
    """Every page by name."""
    item = store.first.delivery.quarantine_items.first()
    place = world.anna.home.supply_point_id
    group = f"?leverance={store.first.delivery.pk}&aarsag=impossible_value"
    return {
        "search": reverse("office:search") + "?q=anna",
        "customer": reverse("office:customer", args=[world.anna.customer_id]),
        "supply_points": reverse("office:supply_points") + "?q=ærøvej",
        "supply_point": reverse("office:supply_point", args=[place]),
        "meter": reverse("office:meter", args=[store.annas_heat]),
        "meter_day": reverse("office:meter_day", args=[store.annas_heat, 1, store.day.isoformat()]),
        "deliveries": reverse("office:deliveries"),
        "delivery": reverse("office:delivery", args=[store.first.delivery.pk]),
        "quarantine": reverse("office:quarantine"),
        "quarantine_group": reverse("office:quarantine_group") + group,
        "quarantine_item": reverse("office:quarantine_item", args=[item.pk]),
        "quarantine_decision": reverse("office:quarantine_decision") + group + "&handling=frigiv",
    }


PEOPLE = {"search", "customer"}
DECIDING = {"quarantine_decision"}


@pytest.mark.parametrize("role", ["clerk", "billing", "operations", "dpo"])
def test_each_role_opens_what_its_work_needs(world: World, store: Store, role: str) -> None:
    client = signed_in(Client(), getattr(world, role))
    allowed = {
        "clerk": lambda page: page not in DECIDING,
        "billing": lambda page: page not in DECIDING,
        "operations": lambda page: page not in PEOPLE,
        "dpo": lambda page: False,
    }[role]
    for page, address in pages(world, store).items():
        if (role, page) == ("operations", "search"):
            assert client.get(address)["Location"] == reverse("office:supply_points")
        else:
            assert client.get(address).status_code == (200 if allowed(page) else 404), page


def test_a_customer_finds_no_office(world: World, store: Store) -> None:
    client = signed_in(Client(), world.anna.account)
    assert {client.get(address).status_code for address in pages(world, store).values()} == {404}


def test_nobody_signed_in_is_sent_to_sign_in_and_back(world: World, store: Store, client: Client) -> None:
    for address in pages(world, store).values():
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))


def test_operations_sees_no_customers(world: World, store: Store, operations: Client) -> None:
    addresses = pages(world, store)
    for page in ("supply_points", "supply_point", "meter", "quarantine_item", "delivery"):
        body = operations.get(addresses[page]).content.decode()
        assert world.anna.name not in body, page
        assert world.anna.email not in body, page
    found = operations.get(reverse("office:supply_points"), {"q": "anna prøvesen"}).content.decode()
    assert "Ingen fundet" in found


@pytest.mark.parametrize(
    "address",
    [
        "/kontor/kunder/999999/",
        "/kontor/kunder/99999999999999999999/",
        "/kontor/forsyningssteder/99999999999999999999/",
        "/kontor/maalere/999999/",
        "/kontor/maalere/99999999999999999999/",
        "/kontor/maalere/1/99999999999999/2026-11-01/",
        "/kontor/maalere/1/1/i-gaar/",
        "/kontor/leverancer/99999999999999999999/",
        "/kontor/karantaene/99999999999999999999/",
        "/kontor/karantaene/gruppe/",
        "/kontor/karantaene/gruppe/?leverance=1&aarsag=sludder",
        "/kontor/karantaene/gruppe/?leverance=x&aarsag=meter_unknown",
    ],
)
def test_what_is_not_there_is_not_found(world: World, clerk: Client, address: str) -> None:
    assert clerk.get(address).status_code == 404


@pytest.mark.parametrize("query", ["?side=0", "?side=-3", "?side=x", "?side=99999999999", "?side=٣"])
def test_a_strange_page_number_is_the_first_page(world: World, store: Store, clerk: Client, query: str) -> None:
    assert clerk.get(reverse("office:deliveries") + query).status_code == 200
    assert clerk.get(reverse("office:quarantine") + query).status_code == 200
