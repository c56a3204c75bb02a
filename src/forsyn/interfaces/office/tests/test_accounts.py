"""A customer's account and the books, as those see them who keep them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.ledger.actions import post
from forsyn.domain.ledger.models import Allocation, OpenItem, Voucher
from forsyn.domain.ledger.rules import Line, NewVoucher
from forsyn.domain.safeguards.choices_models import Restriction
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.interfaces.office.tests.conftest import signed_in
from forsyn.interfaces.office.tests.reading import read, words
from tests import books as ledger
from tests.world import NOW, TODAY, World

Books = Mapping[int, int]


@pytest.fixture
def keeper(world: World) -> Client:
    return signed_in(Client(), world.billing)


def press(client: Client, address: str, **fields: object) -> str:
    return read(client.post(address, fields, follow=True).content.decode())


def test_the_account_tells_what_is_owed_and_how_it_came(world: World, books: Books, keeper: Client) -> None:
    anna = world.anna.customer_id
    ledger.bill(anna, 100_000, "bill:1", day=date(2026, 8, 1), due_date=date(2026, 9, 1))
    ledger.bill(anna, 50_000, "bill:2", day=TODAY, due_date=date(2026, 12, 1))
    ledger.pay(anna, 30_000, "receipt:a", day=date(2026, 9, 15))
    page = words(keeper, reverse("office:account", args=[anna]))
    for said in (
        "Anna Prøvesen",
        "Kunden skylder 1.200,00 kr.",
        "1.000,00 kr. er over tiden; det ældste skulle være betalt 1. september 2026.",
        "300,00 kr. er betalt, men ikke fordelt på regninger.",
        "Betaling receipt:a 15.9.2026 – −300,00 kr. 700,00 kr.",
    ):
        assert said in page, said
    assert "Ingen bevægelser det år" in words(keeper, reverse("office:account", args=[anna]) + "?aar=2025")


def test_a_payment_pays_what_is_ticked_and_can_be_moved(world: World, books: Books, keeper: Client) -> None:
    anna = world.anna.customer_id
    ledger.bill(anna, 100_000, "bill:1", due_date=date(2026, 9, 1))
    later = ledger.bill(anna, 50_000, "bill:2", due_date=date(2026, 12, 1))
    ledger.pay(anna, 50_000, "receipt:a")
    ticked = OpenItem.objects.get(voucher_id=later.voucher_id).posting_id
    assert "500,00 kr. er fordelt" in press(keeper, reverse("office:allocate", args=[anna]), foerst=ticked)
    assert not OpenItem.objects.filter(voucher_id=later.voucher_id).exists()
    moved = Allocation.objects.get()
    back = reverse("office:undo_allocation", args=[anna, moved.pk])
    assert "Fordelingen er taget tilbage" in press(keeper, back)
    assert "allerede taget tilbage" in press(keeper, back)
    assert "500,00 kr. er fordelt" in press(keeper, reverse("office:allocate", args=[anna]))
    assert OpenItem.objects.filter(voucher_id=later.voucher_id).exists()
    assert "intet at fordele" in press(keeper, reverse("office:allocate", args=[anna]))


def test_nobody_moves_an_allocation_by_another_customers_page(world: World, books: Books, keeper: Client) -> None:
    anna = world.anna.customer_id
    ledger.bill(anna, 50_000, "bill:1")
    ledger.pay(anna, 50_000, "receipt:a")
    press(keeper, reverse("office:allocate", args=[anna]))
    others = reverse("office:undo_allocation", args=[world.bo.customer_id, Allocation.objects.get().pk])
    assert keeper.post(others).status_code == 404


def test_customer_service_sees_the_account_and_changes_nothing(world: World, books: Books, clerk: Client) -> None:
    anna = world.anna.customer_id
    ledger.bill(anna, 50_000, "bill:1")
    ledger.pay(anna, 50_000, "receipt:a")
    assert "Fordel betalinger" not in words(clerk, reverse("office:account", args=[anna]))
    assert "Fordel betalingen" not in words(clerk, reverse("office:allocations", args=[anna]))
    assert clerk.post(reverse("office:allocate", args=[anna])).status_code == 404
    assert clerk.get(reverse("office:books")).status_code == 404
    entry = AccessEntry.objects.filter(aspect="account", customer_id=anna).first()
    assert entry is not None
    assert entry.purpose == "customer_service"


def test_a_restricted_customers_account_is_seen_by_who_keeps_the_books_alone(
    world: World, books: Books, keeper: Client, clerk: Client
) -> None:
    anna = world.anna.customer_id
    ledger.bill(anna, 50_000, "bill:1")
    Restriction.objects.create(
        customer_id=anna, ground="accuracy", reason="Navnet er bestridt", began_at=NOW, recorded_by_id=world.dpo.pk
    )
    address = reverse("office:account", args=[anna])
    assert "Kunden skylder 500,00 kr." in words(keeper, address)
    assert clerk.get(address).status_code == 404


# -- the books --------------------------------------------------------------------------------------------------------


def test_the_books_balance_and_name_their_vouchers(world: World, books: Books, keeper: Client) -> None:
    made = ledger.bill(world.anna.customer_id, 50_000, "bill:1")
    page = words(keeper, reverse("office:books"))
    assert "5610 Debitorer – 500,00 – 500,00" in page
    assert "I alt – 500,00 500,00 –" in page
    listed = words(keeper, reverse("office:vouchers") + f"?aar={books[2026]}")
    assert "Anna Prøvesen" in listed
    assert AccessEntry.objects.filter(aspect="books", kind="list", customer_id=world.anna.customer_id).exists()
    one = words(keeper, reverse("office:voucher", args=[made.voucher_id]))
    assert "5610 Debitorer 500,00" in one
    assert "Ret regningen" in one
    assert "Tilbagefør bilaget" not in one


def test_a_voucher_is_reversed_once_with_a_reason(world: World, books: Books, keeper: Client) -> None:
    made = post(
        voucher=NewVoucher(
            kind="other", posting_date=TODAY, text="Rente fra banken", origin="by_hand:1",
            lines=[Line("bank", 500), Line("rounding", -500)],
        ),
        now=NOW,
    )  # fmt: skip
    address = reverse("office:voucher", args=[made.voucher_id])
    refused = keeper.post(address, {"posting_date": "2035-01-01", "reason": "Forkert beløb"})
    assert refused.status_code == 422
    assert "Opret året først" in read(refused.content.decode())
    said = press(keeper, address, posting_date="2026-11-02", reason="Forkert beløb")
    assert "Bilaget er tilbageført med bilag 2" in said
    back = Voucher.objects.get(number=2)
    assert (back.text, back.reverses_id, back.recorded_by_id) == ("Forkert beløb", made.voucher_id, world.billing.pk)
    assert "Tilbagefør bilaget" not in words(keeper, address)
    assert "Tilbagefør bilaget" not in words(keeper, reverse("office:voucher", args=[back.pk]))


def test_a_year_is_opened_and_closed(world: World, books: Books, keeper: Client) -> None:
    assert "Regnskabsåret er åbnet" in press(keeper, reverse("office:open_year"), first="2028-01-01", last="2028-12-31")
    overlapping = keeper.post(reverse("office:open_year"), {"first": "2028-06-01", "last": "2029-05-31"})
    assert overlapping.status_code == 422
    assert keeper.get(reverse("office:close_year", args=[books[2026]])).status_code == 404
    assert "Et tidligere regnskabsår" in press(keeper, reverse("office:close_year", args=[books[2020]]))
    assert "Regnskabsåret er afsluttet" in press(keeper, reverse("office:close_year", args=[books[2019]]))


def test_the_export_has_every_posting_and_is_on_the_record_of_each_it_names(
    world: World, books: Books, keeper: Client
) -> None:
    ledger.bill(world.anna.customer_id, 50_000, "bill:1")
    ledger.pay(world.bo.customer_id, 12_345, "receipt:a", day=date(2026, 1, 5))
    answer = keeper.get(reverse("office:export", args=[books[2026]]), {"fra": "2026-11-01", "til": ""})
    assert 'filename="bogfoering-2026-11-01-2026-12-31.csv"' in answer.headers["Content-Disposition"]
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Bilagsnr;Dato;Konto;Kontonavn;Tekst;Debet;Kredit;Momskode;Kundenr"
    assert lines[1] == "1;02-11-2026;5610;Debitorer;Regning bill:1;500,00;;;1001"
    assert len(lines) == 4
    named = AccessEntry.objects.filter(aspect="books", kind="export").values_list("customer_id", flat=True)
    assert list(named) == [world.anna.customer_id]
    assert keeper.get(reverse("office:export", args=[999_999])).status_code == 404


def test_the_account_takes_as_many_queries_for_one_bill_as_for_many(
    world: World, books: Books, keeper: Client, django_assert_max_num_queries: object
) -> None:
    anna = world.anna.customer_id
    for number in range(12):
        ledger.bill(anna, 1_000 + number, f"bill:{number}")
    keeper.get(reverse("office:account", args=[anna]))
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        keeper.get(reverse("office:account", args=[anna]))


def test_the_balance_leaves_out_what_nothing_stands_on_until_it_is_asked_for(
    world: World, books: Books, keeper: Client
) -> None:
    assert "uden bevægelser" not in words(keeper, reverse("office:books")), "nothing stands on any"
    ledger.bill(world.anna.customer_id, 50_000, "bill:1")
    few, every = words(keeper, reverse("office:books")), words(keeper, reverse("office:books") + "?konti=alle")
    assert "konti uden bevægelser" in few
    assert "konti uden bevægelser" not in every
    assert "Tab på debitorer" not in few
    assert "Tab på debitorer" in every


def test_vouchers_are_found_by_their_number(world: World, books: Books, keeper: Client) -> None:
    for number in (1, 2, 3):
        ledger.bill(world.anna.customer_id, 50_000, f"bill:{number}")
    at = reverse("office:vouchers") + f"?aar={books[2026]}"
    found = words(keeper, f"{at}&nr=2")
    assert found.count("Anna Prøvesen") == 2
    assert "De nyeste" in found.split("Kunde")[-1], "the way back"
    for strange in ("x", "-1", "١", "9" * 30):
        assert keeper.get(f"{at}&nr={strange}").status_code == 200
