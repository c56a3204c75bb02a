"""Documents of many bills: as many queries as for few, and no graph that shows another consumption than the lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.billing.models import Bill
from forsyn.domain.payments.models import Mandate, ReceivedFile
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.loading import load_policy
from forsyn.policy.purposes import P
from forsyn.workflows.bill_facts import Ready, documents_of, fitting
from forsyn.workflows.bill_parts import BillReference, Deduction, DocumentKind, Month, Refund
from forsyn.workflows.print_batch import as_walked
from tests.books import books as books
from tests.own_bills import Ground, creditor, heat_basis
from tests.world import NOW, TODAY, World

POLICY = load_policy(Path(project.PROJECT_ROOT, "policies", "utility.toml"))
URL = "https://mit.nordby.example/regninger/"


def written(bills: Sequence[Bill], today: date = TODAY) -> list[Ready]:
    with purpose(P.SETTLEMENT, actor=None):
        ready, problems = documents_of(bill_ids=[bill.pk for bill in bills], policy=POLICY, bills_url=URL, today=today)
    assert problems == []
    return ready


@given(st.lists(st.integers(0, 900), min_size=1, max_size=12), st.sets(st.integers(0, 11)), st.integers(-5, 5))
def test_months_come_to_what_was_billed_or_are_not_shown(amounts: list[int], unknown: set[int], off: int) -> None:
    basis = heat_basis(max(sum(amounts) + off, 0))
    given_months = [
        Month(date(2025, place + 1, 1), None if place in unknown else amount) for place, amount in enumerate(amounts)
    ]
    found = fitting(given_months, basis, BaseUnit.WATT_HOURS)
    if found:
        assert sum(month.amount or 0 for month in found) == max(sum(amounts) + off, 0)
        assert len(found) == len(given_months)
    whole = not unknown & set(range(len(amounts)))
    assert bool(found) or not whole or off


@pytest.mark.parametrize(("one", "next_one"), [("Ågade 5", "Ågade 13"), ("Ågade 13", "Ågade 13B"), ("Aa 9", "Ab 1")])
def test_letters_are_in_the_order_of_a_walk(one: str, next_one: str) -> None:
    assert as_walked(one) < as_walked(next_one)


@pytest.mark.django_db
def test_many_bills_take_no_more_queries_than_one(world: World, books: Any) -> None:
    creditor()
    ground = Ground()
    bills = [
        ground.settled(party, heat_basis(), issued=date(2026, 1, 15)) for party in (world.anna, world.gorm, world.bo)
    ]
    counts = []
    for some in (bills[:1], bills):
        with CaptureQueriesContext(connection) as context:
            assert len(written(some)) == len(some)
        counts.append(len(context))
    assert counts[0] == counts[1] <= 20


@pytest.mark.django_db
def test_the_instalments_are_taken_off_one_by_one_and_a_correction_names_its_bill(world: World, books: Any) -> None:
    creditor()
    ground = Ground()
    paid = [
        ground.on_account(world.anna, date(2025, month, 1), date(2025, month + 3, 1), 200_000) for month in (1, 4, 7)
    ]
    taken = [Deduction(BillReference(""), bill.net_oere or 0, bill.vat_oere or 0) for bill in paid]
    first = ground.settled(world.anna, heat_basis(paid=taken))
    less = ground.settled(world.anna, heat_basis(15_000_000, paid=taken), kind="correction", corrects=first)
    whole, correction = written([first, less])
    assert [each.of.number for each in whole.document.deductions] == [str(bill.number) for bill in paid]
    assert whole.document.to_pay_oere == first.to_pay_oere
    assert correction.document.facts.kind is DocumentKind.CORRECTION
    assert correction.document.deductions[-1].of.number == str(first.number)
    assert correction.document.to_pay_oere == less.to_pay_oere
    assert correction.document.facts.refund is Refund.AGAINST_OWED, "she still owes the bill"


@pytest.mark.django_db
def test_who_has_moved_is_written_to_at_the_new_home_about_the_old(world: World, books: Any) -> None:
    creditor()
    bill = Ground().settled(world.dorthe, heat_basis(until=date(2025, 12, 1)), kind="final")
    (ready,) = written([bill])
    facts = ready.document.facts
    assert facts.supply_address is not None
    assert facts.supply_address.street == "Aastien 3A"
    assert facts.addressee.address.street == "Aastien 3A", "no other is known"
    assert facts.payment_line is not None
    assert facts.bills_url == URL


@pytest.mark.django_db
def test_nobody_is_asked_to_pay_what_betalingsservice_collects_unless_it_is_too_late(world: World, books: Any) -> None:
    creditor()
    file = ReceivedFile.objects.create(
        kind="bs0603", name="0603.txt", sha256="0" * 64, entry_count=1, known_count=0, credit_oere=0, debit_oere=0,
        received_at=NOW,
    )  # fmt: skip
    Mandate.objects.create(
        customer_id=world.anna.customer_id, agreement_number="000000001", period=DateRange(date(2026, 1, 1), None),
        file=file, recorded_at=NOW,
    )  # fmt: skip
    ground = Ground()
    bills = [
        ground.settled(party, heat_basis(), issued=TODAY, due=TODAY + timedelta(days=days))
        for party, days in ((world.anna, 30), (world.bo, 30))
    ]
    late = ground.on_account(world.anna, TODAY, date(2027, 1, 1), 50_000, due=TODAY + timedelta(days=2))
    in_time, other, too_late = (ready.document for ready in written([*bills, late]))
    assert (in_time.facts.by_betalingsservice, in_time.payment_line) == (True, None)
    assert other.payment_line is not None
    assert too_late.payment_line is not None
