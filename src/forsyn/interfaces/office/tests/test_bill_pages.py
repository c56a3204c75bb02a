"""A bill as staff see it, and what they can settle about it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Account, Role
from forsyn.domain.billing.models import Bill, BillKind, Creditor, FactorOf, Run, SettledConsumption
from forsyn.domain.ledger.actions_allocations import allocate
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.office.tests.billing import posted, previewed
from forsyn.interfaces.office.tests.conftest import signed_in
from forsyn.interfaces.office.tests.reading import read, words
from forsyn.policy.purposes import P
from forsyn.workflows.run_previews import preview_waiting
from tests import books
from tests.billed_world import BilledWorld, settle
from tests.world import BEGINNING, NOW


@pytest.fixture
def maker(billed_world: BilledWorld) -> Client:
    return signed_in(Client(), billed_world.world.billing)


def annas(made: BilledWorld, run_id: int) -> Bill:
    return Bill.objects.get(run_id=run_id, agreement_id=made.agreements["anna"])


def test_a_bill_shows_its_lines_basis_and_postings(maker: Client, billed_world: BilledWorld) -> None:
    bill = annas(billed_world, posted(billed_world))
    page = words(maker, reverse("office:bill", args=[bill.pk]))
    for said in (
        f"Årsopgørelse {bill.number}",
        "Anna Prøvesen",
        "17 MWh",
        "500,00 kr. pr. MWh",
        "Vis udregningen",
        "17.000,000 kWh aftalt",
        "5610 Debitorer",
        "11.375,00 kr.",
        "Regningen er ikke sendt",
    ):
        assert said in page, said
    assert AccessEntry.objects.filter(aspect="bills", kind="look", subject_id=bill.pk).count() == 1
    found = maker.get(reverse("office:find_bill"), {"nr": f" {bill.number} "})
    assert found.headers["Location"] == reverse("office:bill", args=[bill.pk])
    assert "ingen regning med nummer 404" in words(maker, reverse("office:find_bill") + "?nr=404")
    assert "Find" in words(maker, reverse("office:find_bill") + "?nr=x%00")


def test_the_account_lists_the_bill_with_what_is_not_paid(maker: Client, billed_world: BilledWorld) -> None:
    bill = annas(billed_world, posted(billed_world))
    page = words(maker, reverse("office:account", args=[bill.customer_id]))
    assert f"Årsopgørelse {bill.number} Varme 1.1.2025–31.12.2025" in page
    assert "11.375,00 kr. Ikke betalt" in page


def test_money_back_is_to_the_customers_credit_until_it_is_used(maker: Client, billed_world: BilledWorld) -> None:
    bill = annas(billed_world, posted(billed_world))
    books.pay(bill.customer_id, 11_375_00, "receipt:1")
    with purpose(P.ACCOUNTING, actor=None):
        allocate(customer_id=bill.customer_id, now=NOW)
    settle(bill.agreement_id, 15_500_000, now=NOW)
    credit = annas(billed_world, posted(billed_world, kind=BillKind.CORRECTION))
    account, page = (
        reverse(f"office:{one}", args=[key]) for one, key in (("account", bill.customer_id), ("bill", credit.pk))
    )
    assert "−937,50 kr. Kunden har det til gode" in words(maker, account)
    assert "heraf til gode nu: 937,50 kr." in words(maker, page)
    books.bill(bill.customer_id, 2_000_00, "bill:later")
    with purpose(P.ACCOUNTING, actor=None):
        allocate(customer_id=bill.customer_id, now=NOW)
    assert "−937,50 kr. Givet tilbage" in words(maker, account)
    assert "937,50 kr. givet tilbage" in words(maker, page)


def test_customer_service_reads_the_bill_and_settles_nothing(billed_world: BilledWorld) -> None:
    bill = annas(billed_world, posted(billed_world))
    clerk = signed_in(Client(), billed_world.world.clerk)
    page = words(clerk, reverse("office:bill", args=[bill.pk]))
    assert "Læg forbruget fast" not in page
    assert "bilag 1" not in page
    assert clerk.get(reverse("office:bill_act", args=[bill.pk, "forbrug"])).status_code == 404


def test_who_collects_sees_what_is_owed_for_and_no_consumption(billed_world: BilledWorld) -> None:
    bill = annas(billed_world, posted(billed_world))
    key = create_staff(
        email="inga@nordby.example", name="Inga Inkasso", roles=[Role.COLLECTION], first_date=BEGINNING,
        until_date=date(2099, 1, 1), now=NOW,
    )  # fmt: skip
    page = words(signed_in(Client(), Account.objects.get(pk=key)), reverse("office:bill", args=[bill.pk]))
    assert "11.375,00 kr." in page
    assert "Sådan er den regnet ud" in page
    for hidden in ("Grundlaget", "17.000,000 kWh", "Fastlagt forbrug", "Aftalt ved telefonen", "Vis udregningen"):
        assert hidden not in page, hidden


def test_a_released_bill_is_fetched_as_pdf_and_that_is_on_record(billed_world: BilledWorld, clerk: Client) -> None:
    bill = annas(billed_world, posted(billed_world))
    address = reverse("office:bill_pdf", args=[bill.pk])
    assert "kreditornummer til indbetalinger mangler" in read(clerk.get(address, follow=True).content.decode())
    Creditor.objects.create(
        period=DateRange(date(2020, 1, 1), None), fi_creditor="81234567", bank_registration="1234", bank_account="12345"
    )
    answer = clerk.get(address)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    kept = AccessEntry.objects.get(aspect="bills", kind="export")
    assert (kept.customer_id, kept.purpose) == (bill.customer_id, "customer_service")


def test_a_bill_that_is_not_released_has_no_pdf(maker: Client, billed_world: BilledWorld) -> None:
    bill = annas(billed_world, posted(billed_world, release=False))
    assert maker.get(reverse("office:bill_pdf", args=[bill.pk])).status_code == 404


def test_a_stopped_bill_says_why(maker: Client, billed_world: BilledWorld) -> None:
    stopped = Bill.objects.get(run_id=previewed(billed_world), state="stopped")
    page = words(maker, reverse("office:bill", args=[stopped.pk]))
    assert "Hvorfor den er stoppet" in page
    assert "Der mangler forbrug" in page


def test_a_consumption_that_was_wrong_is_settled_anew_and_corrected(maker: Client, billed_world: BilledWorld) -> None:
    bill = annas(billed_world, posted(billed_world))
    address = reverse("office:bill_act", args=[bill.pk, "forbrug"])
    given = {
        "first": "2025-01-01", "last": "2025-12-31", "amount": "15.500,5", "quality": "agreed",
        "reason": "Måleren talte to gange.",
    }  # fmt: skip
    again = maker.post(address, given)
    assert again.status_code == 422
    assert "allerede aftalt et forbrug" in read(again.content.decode())
    assert "Aftalt ved telefonen." in words(maker, reverse("office:bill", args=[bill.pk]))
    settled = SettledConsumption.objects.get(agreement_id=bill.agreement_id)
    back = reverse("office:withdraw_settled", args=[bill.pk, settled.pk])
    assert "Nu gælder målerens tal igen" in read(maker.post(back, follow=True).content.decode())
    assert "allerede taget tilbage" in read(maker.post(back, follow=True).content.decode())
    assert "Forbruget er lagt fast" in read(maker.post(address, given, follow=True).content.decode())
    held = SettledConsumption.objects.get(agreement_id=bill.agreement_id, withdrawn_at=None)
    assert held.amount == 15_500_500
    made = maker.post(
        reverse("office:bill_act", args=[bill.pk, "rettelse"]), {"issue_date": "2026-11-02", "due_date": "2026-12-02"}
    )
    run = Run.objects.get(kind="correction")
    assert made.headers["Location"] == reverse("office:run", args=[run.pk])
    preview_waiting(clock=lambda: NOW)
    correction = Bill.objects.get(run=run)
    assert (correction.corrects_id, correction.net_oere) == (bill.pk, -74_975)
    page = words(maker, reverse("office:bill", args=[correction.pk]))
    assert "Kunden får tilbage 937,19 kr." in page
    assert f"Retter regning {bill.number}" in page
    assert "en rettelse, der ikke er bogført" in words(maker, reverse("office:bill", args=[bill.pk]))


def test_a_size_changes_from_a_day_on(maker: Client, billed_world: BilledWorld) -> None:
    bill = annas(billed_world, posted(billed_world))
    address = reverse("office:bill_act", args=[bill.pk, "stoerrelse"])
    for first, value in (("2025-01-01", "120"), ("2025-07-01", "130,5"), ("2025-07-01", "131")):
        maker.post(address, {"factor": "square_metres", "value": value, "first": first})
    rows = FactorOf.objects.filter(agreement_id=bill.agreement_id).order_by("period")
    assert [(str(row.period.lower), str(row.period.upper), str(row.value)) for row in rows] == [
        ("2025-01-01", "2025-07-01", "120.000"),
        ("2025-07-01", "None", "131.000"),
    ]


def test_a_tariff_without_fees_has_none_to_choose(maker: Client, billed_world: BilledWorld) -> None:
    bill = annas(billed_world, posted(billed_world))
    address = reverse("office:bill_act", args=[bill.pk, "gebyr"])
    assert maker.get(address).status_code == 200
    assert maker.post(address, {"component": "x", "on_date": "2025-02-01", "count": "1"}).status_code == 422
