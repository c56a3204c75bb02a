"""What changes between a run's approval and its posting: the bill is left out and says why, the others are posted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing import run_queries
from forsyn.domain.billing.models import (
    Bill,
    BillKind,
    FactorOf,
    FeeOf,
    Instalment,
    Run,
    SettledConsumption,
    Tariff,
    TariffTexts,
    TariffVersion,
    Terms,
    VatRate,
)
from forsyn.domain.customers.models import AgreementHolder
from forsyn.domain.ledger.models import OpenItem
from forsyn.domain.metering.models import Mounting
from forsyn.domain.rights.models import Request, RequestCustomer
from forsyn.kernel.charges.canonical import sha256, tariff_bytes
from forsyn.kernel.charges.components import Factor, Fee, FixedCharge, Price, VariableCharge
from forsyn.kernel.money import Vat
from forsyn.workflows.billing_runs import undo_run
from tests.billed_world import LONG_AGO, UNTIL, BilledWorld, a_run, billed, heat_tariff, plan_of, settle
from tests.metered_world import HEAT_PER_HOUR, MeteredWorld
from tests.workflows.test_bill_corrections import WEEK, deliver
from tests.workflows.test_billing_crossings import AT, LATER, ended, left_out, posted, ready
from tests.world import NOW

JULY = date(2025, 7, 1)
EVERYBODY = 5
OF_ALL_PARTS = (
    FixedCharge(key="area", text_key="area", account="sales_heat_fixed", factor=Factor.SQUARE_METRES,
                prices=(Price(LONG_AGO, None, Decimal(20)),)),
    Fee(key="visit", text_key="visit", account="fees_with_vat", vat=Vat.STANDARD,
        prices=(Price(LONG_AGO, None, Decimal(100)),)),
)  # fmt: skip


def version(number: int, *, price: int = 500, since: date = LONG_AGO) -> None:
    """Another version of the heat tariff is approved: so much a MWh from a day on, by area, with a fee."""
    tariff = heat_tariff()
    fixed, energy = tariff.components
    assert isinstance(energy, VariableCharge)
    prices = (Price(LONG_AGO, since, Decimal(500)), Price(since, None, Decimal(price)))
    energy = replace(energy, prices=prices[since == LONG_AGO :])
    document = tariff_bytes(replace(tariff, version=number, components=(fixed, energy, *OF_ALL_PARTS)))
    row = TariffVersion.objects.create(
        tariff=Tariff.objects.get(key="heat"), number=number, document=document.decode(), sha256=sha256(document),
        state="draft", drafted_at=NOW,
    )  # fmt: skip
    TariffTexts.objects.create(version=row, texts={})
    row.state, row.approved_at, row.preview = "approved", NOW, {}
    row.save()


def size(agreement_id: int, value: int, first: date, until: date | None) -> None:
    FactorOf.objects.create(
        agreement_id=agreement_id, factor="square_metres", period=DateRange(first, until), value=value, recorded_at=NOW
    )


@pytest.fixture
def made(billed_world: BilledWorld) -> BilledWorld:
    """Everybody pays by area too."""
    version(2)
    for agreement_id in billed_world.agreements.values():
        size(agreement_id, 100, LONG_AGO, None)
    return billed_world


def larger(made: BilledWorld, anna: int) -> None:
    FactorOf.objects.filter(agreement_id=anna).update(period=DateRange(LONG_AGO, JULY))
    size(anna, 120, JULY, None)


def another_payer(made: BilledWorld, anna: int) -> None:
    AgreementHolder.objects.filter(agreement_id=anna, is_primary=True).update(customer=made.world.gorm.customer_id)


def other_tariff(made: BilledWorld, anna: int) -> None:
    Terms.objects.filter(agreement_id=anna).update(period=DateRange(date(2024, 10, 1), JULY))


def asks(made: BilledWorld, anna: int) -> None:
    asked = Request.objects.create(
        right="objection", state="received", channel="portal", received_at=AT, received_date=AT.date(),
        first_deadline_date=date(2026, 2, 20), deadline_date=date(2026, 2, 20),
    )  # fmt: skip
    RequestCustomer.objects.create(request=asked, customer_id=made.world.anna.customer_id, linked_at=AT)


@pytest.mark.parametrize(
    ("change", "bills", "named"),
    [
        (lambda made, anna: version(3, price=510, since=JULY), EVERYBODY, "tariff"),
        (lambda made, anna: version(3, price=510, since=UNTIL), 0, ""),
        (lambda made, anna: VatRate.objects.update(percent=Decimal(26)), EVERYBODY, "vat_percent"),
        (lambda made, anna: VatRate.objects.all().delete(), EVERYBODY, "vat_percent"),
        (other_tariff, 1, "days"),
        (lambda made, anna: Terms.objects.filter(agreement_id=anna).delete(), 1, "days"),
        (lambda made, anna: Terms.objects.filter(agreement_id=anna).update(instalments=12), 0, ""),
        (lambda made, anna: ended(anna, JULY), 1, "days"),
        (another_payer, 1, "customer"),
        (larger, 1, "factors"),
        (lambda made, anna: FeeOf.objects.create(agreement_id=anna, component="visit", on_date=JULY, recorded_at=NOW),
         1, "fees"),
        (lambda made, anna: FeeOf.objects.create(agreement_id=anna, component="visit", on_date=UNTIL, recorded_at=NOW),
         0, ""),
        (lambda made, anna: settle(anna, 17_000_001), 1, "consumption"),
        (lambda made, anna: SettledConsumption.objects.filter(agreement_id=anna).update(withdrawn_at=NOW),
         1, "consumption"),
        (asks, 1, "open_privacy_request"),
    ],
    ids=["price back in time", "price to come", "VAT", "no VAT", "terms end", "no terms", "more instalments",
         "agreement ends", "another payer", "size", "fee", "fee of later days", "agreed amount", "amount withdrawn",
         "privacy request"],
)  # fmt: skip
def test_what_changed_is_left_out_and_the_rest_posted(
    made: BilledWorld, change: Callable[[BilledWorld, int], object], bills: int, named: str
) -> None:
    anna = made.agreements["anna"]
    run_id = ready(made, a_run(made.world))
    approved = Run.objects.get(pk=run_id)
    change(made, anna)
    assert left_out(run_id, LATER) == ({named: bills} if bills else {})
    posted_bills = Bill.objects.filter(run_id=run_id, state="posted")
    assert posted_bills.count() == EVERYBODY - bills
    out = Bill.objects.filter(run_id=run_id, state="left_out")
    assert {bill.number for bill in out} <= {None}
    assert sorted(posted_bills.values_list("number", flat=True)) == list(range(1, EVERYBODY - bills + 1))
    to_pay = sum(bill.to_pay_oere for bill in (*posted_bills, *out))
    assert to_pay == approved.totals["to_pay_oere"], "what is posted is what was approved, less what is named"
    assert sum(OpenItem.objects.values_list("remaining_oere", flat=True)) == to_pay - sum(
        bill.to_pay_oere for bill in out
    )
    assert run_queries.fingerprint(run_id=run_id) == Run.objects.get(pk=run_id).sha256 == approved.sha256


def test_what_was_left_out_is_billed_by_the_next_run_as_it_is_now(made: BilledWorld) -> None:
    anna = made.agreements["anna"]
    run_id = ready(made, a_run(made.world))
    settle(anna, 18_000_000)
    assert left_out(run_id, LATER) == {"consumption": 1}
    following = posted(made, a_run(made.world), LATER + timedelta(minutes=1))
    bill = Bill.objects.get(run_id=following, state="posted")
    assert (bill.agreement_id, bill.number) == (anna, EVERYBODY)
    assert '"amount":18000000' in bill.basis


def test_instalments_are_left_out_where_their_vat_is_another(billed_world: BilledWorld) -> None:
    """They cannot be changed themselves while they wait to be posted."""
    plan_of(billed_world.agreements["anna"])
    run_id = ready(billed_world, a_run(billed_world.world, BillKind.ON_ACCOUNT))
    with pytest.raises(IntegrityError, match="has been billed"), transaction.atomic():
        Instalment.objects.update(net_oere=200_001)
    VatRate.objects.update(percent=Decimal(26))
    assert left_out(run_id, LATER) == {"vat_percent": 4}


def test_a_correction_of_what_was_corrected_meanwhile_is_left_out(billed_world: BilledWorld) -> None:
    anna = billed_world.agreements["anna"]
    posted(billed_world, a_run(billed_world.world))
    settle(anna, 18_000_000, now=LATER)
    issued: dict[str, Any] = {"issue_date": date(2026, 2, 21), "due_date": date(2026, 3, 10), "now": LATER}
    first, second = (ready(billed_world, a_run(billed_world.world, BillKind.CORRECTION, **issued)) for _ in range(2))
    assert left_out(first, LATER) == {}
    assert left_out(second, LATER) == {"billed": 1}
    settle(anna, 19_000_000, now=LATER + timedelta(days=1))
    third = ready(billed_world, a_run(billed_world.world, BillKind.CORRECTION, **issued))
    settle(anna, 18_000_000, now=LATER + timedelta(days=1))
    assert left_out(third, LATER) == {"billed": 1}, "there is nothing to correct any more"
    assert Bill.objects.filter(agreement_id=anna, kind="correction", state="posted").count() == 1


def test_what_a_bill_counts_on_from_is_looked_at(world: Any) -> None:
    """The half before is undone after the second half's approval: no bill is built upon it that is in the books."""
    made = billed(world, steps=True)
    anna = made.agreements["anna"]
    settle(anna, 4_000_000, until=JULY)
    settle(anna, 9_000_000, first=JULY)
    interim: dict[str, Any] = {"kind": BillKind.INTERIM, "agreement_id": anna}
    before = posted(made, a_run(world, until_date=JULY, **interim))
    run_id = ready(made, a_run(world, from_date=JULY, **interim))
    undo_run(run_id=before, undone_by_id=None, reason="Fejl.", now=LATER)
    assert left_out(run_id, LATER) == {"billed_before": 1}


# -- readings ---------------------------------------------------------------------------------------------------------

AFTER = datetime(2026, 11, 3, 9, tzinfo=UTC)


def week(made: BilledWorld) -> int:
    days: dict[str, Any] = {"from_date": WEEK[0], "until_date": WEEK[1], "issue_date": WEEK[1], "due_date": WEEK[1]}
    return ready(made, a_run(made.world, BillKind.INTERIM, agreement_id=made.agreements["anna"], now=NOW, **days), NOW)


@pytest.mark.parametrize(("day", "more", "named"), [(28, 500, {"consumption": 1}), (28, 0, {}), (33, 500, {})])
def test_readings_that_come_before_the_posting(
    metered_world: MeteredWorld, day: int, more: int, named: dict[str, int]
) -> None:
    """Corrected values, the same values once more, and values of later days."""
    made = billed(metered_world.world)
    run_id = week(made)
    first = date(2026, 10, 1) + timedelta(days=day - 1)
    deliver(first, first + timedelta(days=1), HEAT_PER_HOUR + more, now=AFTER)
    assert left_out(run_id, AFTER) == named


def test_a_mounting_that_is_corrected_carries_no_time_and_is_seen(metered_world: MeteredWorld) -> None:
    made = billed(metered_world.world)
    run_id = week(made)
    Mounting.objects.filter(meter_id=metered_world.annas_heat).update(period=DateRange(date(2026, 10, 29), None))
    assert left_out(run_id, AFTER) == {"consumption": 1}
