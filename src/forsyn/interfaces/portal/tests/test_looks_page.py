"""What customers see of the looks at their data: what, when and why; not who, and nobody else's."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.signing_in import signed_in as staff_signed_in  # noqa: F401 - the fixture, by another name
from tests.world import World

ADDRESS = "/opslag/"
AT = datetime(2026, 11, 3, 13, 5, tzinfo=UTC)


def looked(customer_id: int | None, at: datetime = AT, **other: object) -> None:
    row = {"kind": "look", "aspect": "consumption", "purpose": "customer_service", "search": None, "actor": 41} | other
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into safeguards_access_log (at, actor_id, customer_id, kind, aspect, purpose, search, reason,"
            " request_id) values (%s, %s, %s, %s, %s, %s, %s, 'Naboen spurgte', gen_random_uuid())",
            [at, row["actor"], customer_id, row["kind"], row["aspect"], row["purpose"], row["search"]],
        )


def page(client: Client, address: str = ADDRESS) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    text = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))
    return re.sub(r" +", " ", text)


@pytest.fixture
def anna(signed_in: Callable[[object], Client], world: World) -> Client:
    return signed_in(world.anna)


def test_nobody_has_looked_yet(anna: Client) -> None:
    assert "Ingen har kigget" in page(anna)


def test_a_look_is_told_with_time_and_purpose_and_without_the_name(anna: Client, world: World) -> None:
    looked(world.anna.customer_id, actor=world.clerk.pk)
    text = page(anna)
    assert "3. november 2026" in text
    assert "Kl. 14.05 så en medarbejder på dit forbrug. Formål: Svar på henvendelser og klager." in text
    for hidden in (world.clerk.name, "Naboen", "Ingen har kigget"):
        assert hidden not in text


def test_several_looks_of_a_day_are_told_together(anna: Client, world: World) -> None:
    key = world.anna.customer_id
    looked(key)
    looked(key, AT + timedelta(hours=2))
    looked(key, AT + timedelta(hours=1), kind="list", aspect="customer_file")
    looked(key, AT - timedelta(days=1), aspect="sensitive_threats")
    text = page(anna)
    assert "Mellem kl. 14.05 og 16.05 så medarbejdere på dit forbrug 2 gange." in text
    assert "Kl. 15.05 stod du på en liste, som en medarbejder så." in text
    assert "oplysninger, vi passer særligt på" in text
    assert "trus" not in text
    assert text.index("3. november") < text.index("2. november")


def test_others_looks_and_searches_are_not_seen(anna: Client, world: World) -> None:
    looked(world.gorm.customer_id)
    looked(None, kind="search", search="Anna Prøvesen")
    text = page(anna)
    assert "Ingen har kigget" in text


def test_what_the_office_does_is_seen_and_the_customers_own_use_is_not(
    anna: Client,
    world: World,
    staff_signed_in: Callable[[object], Client],  # noqa: F811
) -> None:
    anna.get(reverse("portal:contact"))
    assert "Ingen har kigget" in page(anna)
    staff_signed_in(world.clerk).get(reverse("office:customer", args=[world.anna.customer_id]))
    assert "så en medarbejder på dine oplysninger." in page(anna)


def test_meters_looked_at_by_those_who_know_no_customers_are_seen_by_whoever_had_them(
    anna: Client,
    world: World,
    staff_signed_in: Callable[[object], Client],  # noqa: F811
) -> None:
    address = reverse("office:supply_point", args=[world.anna.home.supply_point_id])
    assert staff_signed_in(world.operations).get(address).status_code == 200
    text = page(anna)
    assert "på stedet, hvor du har fået forsyning." in text
    assert "Formål: Aflæsning af målere." in text


def test_old_looks_are_on_further_pages(anna: Client, world: World) -> None:
    for day in range(45):
        looked(world.anna.customer_id, AT - timedelta(days=day))
    assert "Ældre" in page(anna)
    text = page(anna, ADDRESS + "?side=2")
    assert "Nyere" in text
    assert "21. september 2026" in text
    assert "Der er ikke flere" in page(anna, ADDRESS + "?side=9")
    assert "3. november 2026" in page(anna, ADDRESS + "?side=zwei")


def test_in_english(anna: Client, world: World) -> None:
    looked(world.anna.customer_id)
    anna.cookies["forsyn_language"] = "en"
    text = page(anna)
    assert "At 14:05 a member of staff looked at your consumption. Purpose: Answers to enquiries" in text
    assert "We keep the list for" in text


def test_queries(anna: Client, world: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            anna.get(ADDRESS)
        return len(captured)

    count()
    looked(world.anna.customer_id)
    few = count()
    for day in range(20):
        looked(world.anna.customer_id, AT - timedelta(days=day))
    assert count() == few


def test_staff_have_no_such_page(world: World, staff_signed_in: Callable[[object], Client]) -> None:  # noqa: F811
    assert staff_signed_in(world.clerk).get(ADDRESS).status_code == 404
