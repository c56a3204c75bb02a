"""A move in, as staff carry it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.billing.models import Terms
from forsyn.domain.customers import actions as customers
from forsyn.domain.customers.models import Agreement, Customer
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.interfaces.office.tests.conftest import signed_in
from forsyn.interfaces.office.tests.reading import read, words
from forsyn.kernel.charges.tariff import Commodity
from tests.billing_ground import approved, on_terms, sized
from tests.charge_samples import LONG_AGO, always, fixed, tariff
from tests.world import MOVING_DATE, World

FIRST = MOVING_DATE


@pytest.fixture
def place(world: World, books: Mapping[int, int]) -> int:
    """Freja's cottage, which she left."""
    tariff_id, _ = approved(tariff(fixed("subscription", always("365")), commodity=Commodity.WATER), key="Grundtakst")
    agreement_id = world.freja.agreements["water"]
    on_terms(agreement_id, tariff_id, LONG_AGO, instalments=4)
    sized(agreement_id, "dwellings", "1", LONG_AGO)
    customers.end_agreement(agreement_id=agreement_id, until_date=FIRST)
    return world.freja.home.supply_point_id


@pytest.fixture
def maker(world: World) -> Client:
    return signed_in(Client(), world.billing)


def terms(**changes: str) -> dict[str, str]:
    tariff_id = str(Terms.objects.get().tariff_id)
    return {"first": str(FIRST), "relation": "owner", "instalments_water": "4", "expected": "norm",
            "tariff_water": tariff_id} | changes  # fmt: skip


def test_a_known_customer_is_found_and_moves_in(
    world: World, place: int, maker: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    address = reverse("office:move_in", args=[place])
    assert "Første dag" in words(maker, address)
    with django_assert_max_num_queries(25):
        found = maker.get(f"{address}?first={FIRST}&q=gorm").content.decode()
    onwards = reverse("office:move_in_terms", args=[place, world.gorm.customer_id])
    assert f"{onwards}?first={FIRST}" in found
    assert "gjaldt til og med 30.9.2026" in read(found)
    assert AccessEntry.objects.filter(kind="list", aspect="customer_file").exists()
    with django_assert_max_num_queries(20):
        assert "Grundtakst" in words(maker, f"{onwards}?first={FIRST}")

    done = maker.post(onwards, terms())

    agreement = Agreement.objects.get(supply_point_id=place, period__startswith=FIRST)
    receipt = reverse("office:moved_in", args=[agreement.pk])
    assert done.headers["Location"] == receipt
    said = words(maker, receipt)
    for part in ("Indflytningen er gemt.", world.gorm.name, agreement.number, "ført videre fra stedet", "én rate på"):
        assert part in said, part
    with django_assert_max_num_queries(20):
        maker.get(receipt)
    taken = maker.get(f"{address}?first={FIRST}")
    assert taken.status_code == 422
    assert "Registrer først, at kunden flytter ud" in taken.content.decode()


def test_a_new_customer_is_asked_about_where_somebody_is_alike(world: World, place: int, maker: Client) -> None:
    address = reverse("office:move_in_new", args=[place])
    assert "Fødselsdato" in words(maker, f"{address}?first={FIRST}")
    somebody = {"name": "Anna Prøvesen", "kind": "person", "language": "da", "mobile": "22 33 44 55"}
    asked = maker.post(address, terms(**somebody))
    assert asked.status_code == 422
    known = reverse("office:move_in_terms", args=[place, world.anna.customer_id])
    assert f"{known}?first={FIRST}" in asked.content.decode()
    assert "Kunden findes måske allerede" in asked.content.decode()
    before = Customer.objects.count()
    assert maker.post(address, terms(**somebody, is_somebody_else="on")).status_code == 302
    assert Customer.objects.count() == before + 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"mobile": "12"}, "telefon"),
        ({"kind": "company", "cvr": "1234"}, "CVR"),
        ({"cvr": "99999993"}, "En person har ikke CVR-nummer"),
        ({"name": ""}, "Skriv kundens navn"),
        ({"instalments_water": "13"}, "Skriv et tal fra 0 til 12"),
        ({"relation": ""}, "Vælg, hvad kunden er"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(place: int, maker: Client, wrong: dict[str, str], said: str) -> None:
    address = reverse("office:move_in_new", args=[place])
    answer = maker.post(address, terms(**{"name": "Kira Kassebo", "kind": "person", "language": "da"} | wrong))
    assert answer.status_code == 422
    assert said.casefold() in answer.content.decode().casefold()
    assert not Agreement.objects.filter(supply_point_id=place, period__startswith=FIRST).exists()


def test_all_that_is_wrong_of_a_new_customer_is_told_at_once_where_it_stands(place: int, maker: Client) -> None:
    wrong = {"name": "Kira Kassebo", "kind": "person", "language": "da", "email": "kira@", "mobile": "12"}
    page = maker.post(reverse("office:move_in_new", args=[place]), terms(**wrong)).content.decode()
    assert 'id="id_email_error"' in page
    assert 'id="id_mobile_error"' in page
    assert 'value="kira@"' in page, "nothing that was written is lost"


def test_without_a_good_day_the_page_of_days_says_why(world: World, place: int, maker: Client) -> None:
    address = reverse("office:move_in_new", args=[place])
    early = maker.get(f"{address}?first={date(2026, 9, 30)}", follow=True)
    assert "Vælg dagen efter eller senere" in early.content.decode()
    assert "Vælg en dato" in maker.get(address, follow=True).content.decode()


def test_only_settlement_moves_customers_in(world: World, place: int) -> None:
    for account in (world.operations, world.clerk):
        assert signed_in(Client(), account).get(reverse("office:move_in", args=[place])).status_code == 404
    maker = signed_in(Client(), world.billing)
    assert maker.get(reverse("office:move_in", args=[404_404])).status_code == 404
    assert maker.get(reverse("office:moved_in", args=[404_404])).status_code == 404
