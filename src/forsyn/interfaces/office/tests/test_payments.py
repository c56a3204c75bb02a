"""The pages about payments: what waits, whose it may be, what is decided; and money back behind four eyes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.payments.models import Payout, Receipt
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.interfaces.office.tests.billing import a_second_billing_clerk
from forsyn.workflows.payments_in import import_payments
from tests.books import books as books
from tests.paid_world import a_posted_bill, bank_file, other, owed, paid, statement
from tests.signing_in import SignedIn
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
Books = Mapping[int, int]


@pytest.fixture
def billing(world: World, books: Books, signed_in: SignedIn) -> Client:
    return signed_in(world.billing)


def at(name: str, *parts: int | str) -> str:
    return reverse(f"office:{name}", args=parts)


def waits(folder: Path, oere: int = 100_00, *, number: int = 1, **facts: object) -> Receipt:
    import_payments(path=bank_file(folder, other(oere, **facts), identity=statement(number)), now=NOW)
    found: Receipt = Receipt.objects.get(state="suspense")
    return found


def test_the_list_says_why_and_who(
    world: World, billing: Client, tmp_path: Path, django_assert_max_num_queries: object
) -> None:
    for number in range(1001, 1011):
        a_posted_bill(world.bo, number, 100_00 + number)
    entries = [
        other(100_00 + number, text=f"regning {number}", bank_reference=f"B{number}") for number in range(1001, 1011)
    ]
    import_payments(path=bank_file(tmp_path, *entries), now=NOW)
    with django_assert_max_num_queries(32):  # type: ignore[operator]
        page = billing.get(at("payments")).content.decode()
    assert "10 betalinger venter på dig" in page
    assert page.count("Bo Åkjær") == 10
    assert "regningsnummeret står i teksten" in page
    assert AccessEntry.objects.filter(aspect="account", customer_id=world.bo.customer_id).exists()


def test_whose_payment_is_named_beside_another_is_on_their_record(
    world: World, billing: Client, tmp_path: Path
) -> None:
    bill = a_posted_bill(world.bo, 1021, 100_00)
    import_payments(path=bank_file(tmp_path, paid(bill, debtor_name="Kurt Betaler")), now=NOW)
    receipt = waits(tmp_path, number=2)
    assert "Kurt Betaler" in billing.get(at("payment", receipt.pk)).content.decode()
    seen = AccessEntry.objects.filter(aspect="account", kind="look").values_list("customer_id", flat=True)
    assert world.bo.customer_id in seen


def test_a_suggestion_is_pressed(world: World, billing: Client, tmp_path: Path) -> None:
    bill = a_posted_bill(world.bo, 1018, 100_00)
    receipt = waits(tmp_path, text="regning 1018")
    page = billing.get(at("payment", receipt.pk)).content.decode()
    assert "Placer på Bo Åkjær" in page
    done = billing.post(
        at("place_payment", receipt.pk), {"customer_number": "1002", "bill_number": "1018"}, follow=True
    )
    assert "Betalingen er bogført på kunden" in done.content.decode()
    receipt.refresh_from_db()
    assert (receipt.bill_id, receipt.handled_by_id, owed(world.bo)) == (bill.pk, world.billing.pk, 0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "Skriv et kundenummer eller et regningsnummer."),
        ({"customer_number": "77777"}, "Ingen kunde har det nummer."),
        ({"bill_number": "77777"}, "Ingen regning har det nummer."),
        ({"bill_number": "12a"}, "Et regningsnummer har kun cifre."),
        ({"customer_number": "1001", "bill_number": "1018"}, "Regningen er ikke kundens"),
    ],
)
def test_it_is_not_placed_so(world: World, billing: Client, tmp_path: Path, asked: dict[str, str], said: str) -> None:
    a_posted_bill(world.bo, 1018, 100_00)
    receipt = waits(tmp_path)
    page = billing.post(at("place_payment", receipt.pk), asked)
    assert (page.status_code, said in page.content.decode()) == (422, True)
    assert Receipt.objects.get().state == "suspense"


def test_what_was_placed_is_taken_back_with_a_reason(world: World, billing: Client, tmp_path: Path) -> None:
    import_payments(path=bank_file(tmp_path, paid(a_posted_bill(world.anna, 17, 100_00))), now=NOW)
    receipt = Receipt.objects.get()
    address = at("payment_act", receipt.pk, "tilbage")
    assert "Kunden skylder igen" in billing.get(address).content.decode()
    assert billing.post(address, {"reason": ""}).status_code == 422
    page = billing.post(address, {"reason": "Forkert kunde"}, follow=True).content.decode()
    assert "Betalingen er taget tilbage" in page
    assert owed(world.anna) == 100_00


@pytest.mark.parametrize("act", ["sum", "samme", "egen"])
def test_what_does_not_fit_is_refused_in_words(world: World, billing: Client, tmp_path: Path, act: str) -> None:
    receipt = waits(tmp_path)
    page = billing.post(at("payment_act", receipt.pk, act), follow=True)
    assert page.status_code == 200
    assert Receipt.objects.get().state == "suspense"


def test_a_note_stays_and_asks_about_cpr_numbers(world: World, billing: Client, tmp_path: Path) -> None:
    receipt = waits(tmp_path)
    address = at("payment_act", receipt.pk, "note")
    assert billing.post(address, {"note": "Kunden 010190-1234 ringede"}).status_code == 422
    billing.post(address, {"note": "Spurgt banken"})
    assert "Spurgt banken" in billing.get(at("payments")).content.decode()


def test_a_payment_is_written_in_once(world: World, billing: Client) -> None:
    a_posted_bill(world.anna, 17, 1_204_50)
    address = at("write_in_payment", world.anna.customer_id)
    form = {"amount": "1.204,50", "on": "2026-11-02", "bill_number": "17", "reason": "Kontant på kontoret", "key": "k1"}
    assert billing.post(address, form).status_code == 302
    assert billing.post(address, form).status_code == 422
    assert (owed(world.anna), Receipt.objects.count()) == (0, 1)


def test_money_back_takes_two(world: World, billing: Client, signed_in: SignedIn, tmp_path: Path) -> None:
    import_payments(path=bank_file(tmp_path, paid(a_posted_bill(world.anna, 17, 100_00), 150_00)), now=NOW)
    page = billing.get(at("payouts")).content.decode()
    assert "Anna Prøvesen" in page
    asked = {
        "amount": "50,00", "payee_name": "Anna Prøvesen", "registration_number": "9570", "account_number": "1234567",
        "reason": "Betalt for meget",
    }  # fmt: skip
    assert billing.post(at("prepare_payout", world.anna.customer_id), asked).status_code == 302
    row = Payout.objects.get()
    assert (row.amount_oere, row.account_number) == (50_00, "0001234567")
    approve = at("payout_act", row.pk, "godkend")
    assert approve not in billing.get(at("payouts")).content.decode()
    assert "En anden skal godkende" in billing.post(approve, follow=True).content.decode()
    other_one = signed_in(a_second_billing_clerk())
    assert approve in other_one.get(at("payouts")).content.decode()
    other_one.post(approve)
    row.refresh_from_db()
    assert row.state == "approved"


def test_payouts_are_turned_by_pages_with_those_first_that_wait(
    world: World, billing: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forsyn.interfaces.office.payout_views.PAGE", 2)
    for number, state in enumerate(("withdrawn", "withdrawn", "prepared")):
        made = Payout.objects.create(
            customer_id=world.anna.customer_id, amount_oere=100 + number, balance_oere=200, reason="Til gode",
            route="nemkonto", payee_name=f"Navn {number}", end_to_end_id=f"P{number}", state="prepared",
            prepared_by_id=world.billing.pk, prepared_at=NOW,
        )  # fmt: skip
        Payout.objects.filter(pk=made.pk).update(state=state)
    first, second = (billing.get(at("payouts") + f"?side={page}").content.decode() for page in (1, 2))
    assert [f"Navn {number}" in first for number in range(3)] == [False, True, True]
    assert [f"Navn {number}" in second for number in range(3)] == [True, False, False]
    assert "Kunder med penge til gode" not in second


def test_a_payment_is_sent_back(world: World, billing: Client, tmp_path: Path) -> None:
    receipt = waits(tmp_path, debtor_name="Fru Forkert")
    asked = {"payee_name": "Fru Forkert", "registration_number": "95", "account_number": "1", "reason": "Fejl"}
    page = billing.post(at("return_payment", receipt.pk), asked)
    assert (page.status_code, "Registreringsnummeret har fire cifre" in page.content.decode()) == (422, True)
    billing.post(at("return_payment", receipt.pk), asked | {"registration_number": "9570"})
    receipt.refresh_from_db()
    assert receipt.state == "returning"


def test_the_files_and_what_came_back_are_listed(world: World, billing: Client, tmp_path: Path) -> None:
    waits(tmp_path)
    page = billing.get(at("payment_files")).content.decode()
    assert "konto.xml" in page
    assert "Kontoudtog (camt.053)" in page


def test_who_answers_customers_places_no_payments(
    world: World, books: Books, signed_in: SignedIn, tmp_path: Path
) -> None:
    receipt = waits(tmp_path)
    clerk = signed_in(world.clerk)
    for address in (at("payments"), at("payment", receipt.pk), at("payouts"), at("payment_files")):
        assert clerk.get(address).status_code == 404


def test_what_is_not_there_is_not_found(world: World, billing: Client) -> None:
    assert billing.get(at("payment", 77)).status_code == 404
    assert billing.get(at("write_in_payment", 77_777)).status_code == 404
    assert billing.post(at("payout_act", 77, "noget")).status_code == 404


def test_what_waits_too_long_is_told_above_the_list(world: World, billing: Client, tmp_path: Path) -> None:
    waits(tmp_path, booking_date=date(2026, 1, 5))
    page = billing.get(at("payments")).content.decode()
    assert "1 betaling har ventet i mere end 30 dage, siden 5.1.2026." in page
