"""Who has not paid in time: the longest first, with what is theirs and what is on its way; for who follows it up."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from forsyn.domain.payments.models import Collection, SentFile
from forsyn.domain.payments.overdue_queries import overdue
from forsyn.domain.safeguards.log_models import AccessEntry
from tests.books import books as books
from tests.books import pay
from tests.paid_world import a_posted_bill, restrict
from tests.signing_in import SignedIn
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db
Books = Mapping[int, int]


@pytest.fixture
def late(world: World, books: Books) -> World:
    """Anna owes two bills since September, Bo one since yesterday; what Gorm owes is due today."""
    a_posted_bill(world.anna, 17, 100_00, due_date=date(2026, 9, 1))
    a_posted_bill(world.anna, 18, 50_00, due_date=date(2026, 10, 1))
    a_posted_bill(world.bo, 19, 300_00, due_date=TODAY - timedelta(days=1))
    a_posted_bill(world.gorm, 20, 70_00, due_date=TODAY)
    return world


def rows(**asked: Any) -> list[tuple[str, int, int, int]]:
    found = overdue(today=TODAY, **asked)
    return [(row.number, row.overdue_oere, row.items, (TODAY - row.since_date).days) for row in found.rows]


def test_the_longest_overdue_stand_first(late: World) -> None:
    assert rows() == [("1001", 150_00, 2, 62), ("1002", 300_00, 1, 1)]
    assert rows(days=62) == [("1001", 150_00, 2, 62)]
    assert rows(days=63) == []


def test_a_page_of_them_knows_how_many_all_are(late: World) -> None:
    found = overdue(today=TODAY, offset=1, count=1)
    assert ([row.number for row in found.rows], found.customers, found.overdue_oere) == (["1002"], 2, 450_00)


def test_who_has_enough_with_us_owes_nothing_and_who_has_less_is_listed_with_it(late: World) -> None:
    pay(late.anna.customer_id, 150_00, "betaling:1")
    pay(late.bo.customer_id, 100_00, "betaling:2")
    found = overdue(today=TODAY)
    assert [(row.number, row.overdue_oere, row.unused_oere) for row in found.rows] == [("1002", 300_00, 100_00)]


def test_what_was_not_released_yet_is_nobodys_debt(world: World, books: Books) -> None:
    a_posted_bill(world.anna, 17, 100_00, due_date=date(2026, 9, 1), state="posted")
    assert rows() == []


def test_what_betalingsservice_was_asked_for_is_said(late: World) -> None:
    file = SentFile.objects.create(kind="bs0601", number=1, sha256="a" * 64, entry_count=1, sum_oere=1, made_at=NOW)
    bill = a_posted_bill(late.freja, 21, 80_00, due_date=date(2026, 10, 30))
    Collection.objects.create(
        bill=bill, customer_id=bill.customer_id, sent_file=file, reference="21", due_date=bill.due_date,
        amount_oere=80_00, state="sent",
    )  # fmt: skip
    found = {row.number: row.collected_oere for row in overdue(today=TODAY).rows}
    assert found == {"1001": 0, "1002": 0, late.freja.number: 80_00}


def test_the_page_lists_them_and_puts_it_on_record(
    late: World, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    restrict(late.anna, by=late.dpo.pk)  # a claim is not given up by that
    client = signed_in(late.billing)
    with django_assert_max_num_queries(24):
        page = client.get(reverse("office:overdue")).content.decode()
    assert "2 kunder har ikke betalt i tide: 450,00" in page
    assert page.index("Anna Prøvesen") < page.index("Bo Åkjær")
    assert "Gorm" not in page
    seen = set(AccessEntry.objects.filter(aspect="account", kind="list").values_list("customer_id", flat=True))
    assert {late.anna.customer_id, late.bo.customer_id} <= seen
    assert "Bo Åkjær" not in client.get(reverse("office:overdue"), {"dage": "30"}).content.decode()
    assert client.get(reverse("office:overdue"), {"dage": "x", "side": "-1"}).status_code == 200


def test_the_file_has_all_of_them(late: World, signed_in: SignedIn) -> None:
    answer = signed_in(late.billing).get(reverse("office:overdue_csv"))
    told = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
    lines = list(csv.DictReader(io.StringIO(told), delimiter=";"))
    assert [(line["Kundenr"], line["Navn"], line["Forfaldent"], line["Dage"]) for line in lines] == [
        ("1001", "Anna Prøvesen", "150,00", "62"), ("1002", "Bo Åkjær", "300,00", "1"),
    ]  # fmt: skip
    assert AccessEntry.objects.filter(kind="export", customer_id=late.bo.customer_id).exists()


@pytest.mark.parametrize("name", ["overdue", "overdue_csv"])
def test_nobody_else_sees_who_owes(late: World, signed_in: SignedIn, name: str) -> None:
    for account in (late.clerk, late.operations, late.dpo):
        assert signed_in(account).get(reverse(f"office:{name}")).status_code == 404
