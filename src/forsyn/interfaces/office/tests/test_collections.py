"""That Betalingsservice collects a bill, or will, stands on the bill's page and the customer's account."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from forsyn.domain.billing.actions_runs import approve_run
from forsyn.domain.billing.models import Bill
from forsyn.domain.payments.models import Collection, Mandate, ReceivedFile, SentFile
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.office.tests.conftest import signed_in
from forsyn.interfaces.office.tests.reading import words
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import execute_run, preview_run, release_run
from tests.billed_world import BilledWorld, a_run, sha_of
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db
DUE = date(2026, 12, 1)


@pytest.fixture
def agreed(billed_world: BilledWorld) -> ReceivedFile:
    """Anna pays by Betalingsservice."""
    file: ReceivedFile = ReceivedFile.objects.create(
        kind="bs0603", name="aftaler.txt", sha256="a" * 64, entry_count=1, known_count=0, credit_oere=0, debit_oere=0,
        received_at=NOW,
    )  # fmt: skip
    Mandate.objects.create(
        customer_id=billed_world.world.anna.customer_id, agreement_number="000000001", file=file, recorded_at=NOW,
        period=DateRange(date(2026, 1, 1), None),
    )  # fmt: skip
    return file


def bill_of(made: BilledWorld, who: str) -> Bill:
    """A released bill that is due in a month."""
    run_id = a_run(made.world, issue_date=TODAY, due_date=DUE)
    preview_run(run_id=run_id, clock=lambda: NOW)
    with purpose(P.SETTLEMENT, actor=made.world.clerk.pk):
        approve_run(run_id=run_id, sha256=sha_of(run_id), approved_by_id=made.world.clerk.pk, now=NOW)
    execute_run(run_id=run_id, clock=lambda: NOW)
    release_run(run_id=run_id, now=NOW)
    found: Bill = Bill.objects.get(run_id=run_id, agreement_id=made.agreements[who])
    return found


@pytest.mark.parametrize("who", ["billing", "clerk"])
def test_the_pages_say_how_the_bill_is_collected(billed_world: BilledWorld, agreed: ReceivedFile, who: str) -> None:
    client = signed_in(Client(), getattr(billed_world.world, who))
    bill = bill_of(billed_world, "anna")
    page = reverse("office:bill", args=[bill.pk])
    assert "Kunden betaler med Betalingsservice. Regningen er ikke sendt dertil endnu." in words(client, page)
    account = words(client, reverse("office:account", args=[bill.customer_id]))
    assert "Kunden betaler med Betalingsservice." in account
    sent = SentFile.objects.create(
        kind="bs0601", number=1, sha256="b" * 64, entry_count=1, sum_oere=100_00, made_at=NOW
    )
    Collection.objects.create(
        bill=bill, customer_id=bill.customer_id, sent_file=sent, reference="17", due_date=DUE, amount_oere=100_00,
        state="sent",
    )  # fmt: skip
    assert "Trækkes via Betalingsservice den 1. december 2026." in words(client, page)
    Collection.objects.update(state="rejected", told_by=agreed, told_date=date(2026, 12, 2))
    assert "Betalingsservice: Afvist, 2. december 2026." in words(client, page)


def test_others_bills_say_nothing_of_it(billed_world: BilledWorld, agreed: ReceivedFile) -> None:
    bill = bill_of(billed_world, "bo")
    page = words(signed_in(Client(), billed_world.world.billing), reverse("office:bill", args=[bill.pk]))
    assert f"Årsopgørelse {bill.number}" in page
    assert "Betalingsservice" not in page
