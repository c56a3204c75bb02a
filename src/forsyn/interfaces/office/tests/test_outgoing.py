"""Files that leave, for staff: e-invoices and their addresses, batches that wait, and saying that one was fetched."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from forsyn.domain.billing.models import Bill, Dispatch, EInvoicing, Run
from forsyn.domain.customers.models import Customer
from forsyn.domain.safeguards.door_models import Disclosure
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.interfaces.office.tests.billing import posted
from forsyn.interfaces.office.tests.conftest import signed_in
from forsyn.interfaces.office.tests.reading import read, words
from forsyn.workflows.bill_files import Sender
from forsyn.workflows.bill_sending import send_run
from tests.billed_world import BilledWorld
from tests.books import books as books
from tests.counting import asked
from tests.own_bills import Ground, creditor, heat_basis
from tests.paid_world import restrict
from tests.world import NOW, World

GLN = "5790000000005"


@pytest.fixture
def billing(world: World) -> Client:
    return signed_in(Client(), world.billing)


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.OUTGOING_FOLDER = tmp_path / "ud"
    return settings.OUTGOING_FOLDER


@pytest.fixture
def bill(world: World, books: Any, folder: Path) -> Bill:
    """A released bill of a company."""
    creditor()
    made = Ground().settled(world.aeblegaarden, heat_basis())
    run = Run.objects.create(
        kind="annual", commodity="heat", period=DateRange(date(2025, 1, 1), date(2026, 1, 1)), state="draft",
        issue_date=date(2026, 1, 15), due_date=date(2026, 2, 15), made_at=NOW,
    )  # fmt: skip
    Bill.objects.filter(pk=made.pk).update(run=run, released_at=NOW)
    return Bill.objects.get(pk=made.pk)


def wanted(world: World, client: Client, **changed: str) -> Any:
    """Fill the form in; the answer."""
    given = {"gln": GLN, "format": "oioubl", "buyer_reference": "Kontor 3", "order_reference": "", "account_code": ""}
    return client.post(reverse("office:e_invoicing", args=[world.aeblegaarden.customer_id]), given | changed)


def sent(bill: Bill, folder: Path) -> str:
    """Send its run; the batch's name."""
    (name,) = send_run(run_id=bill.run_id, sender=Sender(folder, "https://mit.nordby.example", lambda: NOW)).batches
    return name


# -- the address ------------------------------------------------------------------------------------------------------


def test_an_address_is_noted_changed_and_ended(world: World, billing: Client) -> None:
    at = reverse("office:e_invoicing", args=[world.aeblegaarden.customer_id])
    assert "Kunden får ikke e-fakturaer" in words(billing, at)
    assert wanted(world, billing, gln="579 0000-000005").headers["Location"] == at
    page = words(billing, at)
    for said in ("GLN 5790000000005", "OIOUBL", "Kontor 3", world.billing.name):
        assert said in page, said
    wanted(world, billing, gln="", format="peppol")
    assert f"0184:DK{Customer.objects.get(pk=world.aeblegaarden.customer_id).cvr}" in words(billing, at)
    end = reverse("office:end_e_invoicing", args=[world.aeblegaarden.customer_id])
    assert "Offentlige kunder skal have e-fakturaer" in words(billing, end)
    assert EInvoicing.objects.exists()
    assert "får ikke længere e-fakturaer" in read(billing.post(end, follow=True).content.decode())
    assert not EInvoicing.objects.exists()
    kept = AccessEntry.objects.filter(customer_id=world.aeblegaarden.customer_id, kind="change")
    assert kept.count() == 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"gln": "5790000000006"}, "kontrolciffer, som skal passe"),
        ({"gln": "579000000000"}, "13 cifre"),
        ({"format": "edifact"}, "Vælg"),
        ({"order_reference": "x" * 61}, "Skriv højst 60 tegn"),
        ({"buyer_reference": "Ring til 010190-1234"}, "CPR-nummer"),
    ],
)
def test_what_cannot_be_an_address_is_refused_and_nothing_typed_is_lost(
    world: World, billing: Client, changed: dict[str, str], said: str
) -> None:
    answer = wanted(world, billing, **changed)
    assert answer.status_code == 422
    assert said in read(answer.content.decode())
    assert 'value="Kontor 3"' in answer.content.decode() or "buyer_reference" in changed
    assert not EInvoicing.objects.exists()


def test_customer_service_sees_the_address_and_billing_alone_changes_it(world: World, billing: Client) -> None:
    wanted(world, billing)
    clerk, customer_id = signed_in(Client(), world.clerk), world.aeblegaarden.customer_id
    page = words(clerk, reverse("office:e_invoicing", args=[customer_id]))
    assert GLN in page
    assert "Gem" not in page
    assert wanted(world, clerk, gln="").status_code == 404
    assert clerk.post(reverse("office:end_e_invoicing", args=[customer_id])).status_code == 404
    assert EInvoicing.objects.get().gln == GLN
    assert (
        reverse("office:e_invoicing", args=[customer_id])
        in clerk.get(reverse("office:customer", args=[customer_id])).content.decode()
    )
    for account in (world.operations, world.dpo):
        other = signed_in(Client(), account)
        assert other.get(reverse("office:e_invoicing", args=[customer_id])).status_code == 404
        assert other.get(reverse("office:outgoing")).status_code == 404


def test_a_person_gets_no_e_invoices(world: World, billing: Client) -> None:
    assert billing.get(reverse("office:e_invoicing", args=[world.anna.customer_id])).status_code == 404
    assert (
        reverse("office:e_invoicing", args=[world.anna.customer_id])
        not in billing.get(reverse("office:customer", args=[world.anna.customer_id])).content.decode()
    )


# -- the files --------------------------------------------------------------------------------------------------------


def test_an_e_invoice_from_its_release_to_its_carrier(world: World, billing: Client, bill: Bill, folder: Path) -> None:
    wanted(world, billing)
    at, file = reverse("office:outgoing"), reverse("office:e_invoice", args=[bill.pk])
    assert "Ikke skrevet endnu" in words(billing, at)
    batch = sent(bill, folder)
    page = words(billing, at)
    for said in (batch, str(bill.number), world.aeblegaarden.name, f"GLN {GLN}", "Venter på at blive hentet"):
        assert said in page, said
    waiting = billing.get(file)
    assert waiting.headers["Content-Disposition"] == f'attachment; filename="{bill.number}.xml"'
    assert waiting.content == (folder / batch / f"{bill.number}.xml").read_bytes()
    hand_over = reverse("office:hand_over", args=[batch])
    assert "Filerne bliver slettet her" in words(billing, hand_over)
    assert (folder / batch).is_dir()
    assert "Samlingen er hentet" in read(billing.post(hand_over, follow=True).content.decode())
    assert not (folder / batch).exists()
    assert Disclosure.objects.get().state == "delivered"
    assert billing.post(hand_over).status_code == 404
    assert "skrives igen" in words(billing, at)
    assert billing.get(file).content == waiting.content
    assert AccessEntry.objects.filter(kind="export", customer_id=world.aeblegaarden.customer_id).exists()


def test_two_files_come_as_one(world: World, billing: Client, bill: Bill, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted(world, billing)
    monkeypatch.setattr(
        "forsyn.interfaces.office.outgoing_views.files_of_bill", lambda **_: {"7.xml": b"<a/>", "7-2.xml": b"<b/>"}
    )
    answer = billing.get(reverse("office:e_invoice", args=[bill.pk]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"7.xml": b"<a/>", "7-2.xml": b"<b/>"}


def test_the_page_of_a_bill_leads_to_its_file_and_to_the_address(billing: Client, billed_world: BilledWorld) -> None:
    posted(billed_world)
    bill = Bill.objects.filter(state="released").first()
    at = reverse("office:bill", args=[bill.pk])
    assert "e-faktura" not in billing.get(at).content.decode()
    Dispatch.objects.create(bill=bill, channel="e_invoice", made_at=NOW, batch="e_invoice-1-0")
    page = billing.get(at).content.decode()
    assert reverse("office:e_invoice", args=[bill.pk]) in page
    assert reverse("office:e_invoicing", args=[bill.customer_id]) in page


def test_a_bill_that_is_no_e_invoice_has_no_file(world: World, billing: Client, bill: Bill) -> None:
    answer = billing.get(reverse("office:e_invoice", args=[bill.pk]), follow=True)
    assert "Kunden får ikke e-fakturaer" in read(answer.content.decode())


def test_who_was_restricted_since_is_counted_and_not_named(
    world: World, billing: Client, bill: Bill, folder: Path
) -> None:
    wanted(world, billing)
    sent(bill, folder)
    restrict(world.aeblegaarden, world.dpo.pk)
    page = words(billing, reverse("office:outgoing"))
    assert "Spørg databeskyttelsesrådgiveren" in page
    assert world.aeblegaarden.name not in page
    assert billing.get(reverse("office:e_invoice", args=[bill.pk])).status_code == 404


def test_the_list_takes_as_many_queries_for_one_as_for_none(
    world: World, billing: Client, bill: Bill, folder: Path
) -> None:
    wanted(world, billing)
    counts = []
    billing.get(reverse("office:outgoing"))
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert billing.get(reverse("office:outgoing")).status_code == 200
        counts.append(len(asked(queries)))
        sent(bill, folder) if len(counts) == 1 else None
    assert counts[1] - counts[0] == 2, "those of the batch that waits"


def test_nothing_outside_of_the_folder_is_a_batch(world: World, billing: Client, folder: Path) -> None:
    folder.mkdir()
    (folder.parent / "andet").mkdir()
    for name in ("andet", "e_invoice-1-0"):
        assert billing.post(reverse("office:hand_over", args=[name])).status_code == 404
