"""Billing runs: previewed, approved by another, posted once, released in batches or undone as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from forsyn.domain.billing import actions_execution
from forsyn.domain.billing.actions_runs import approve_run
from forsyn.domain.billing.left_out_queries import LeftOut
from forsyn.domain.billing.models import Bill, BillKind, NumberSeries, Run
from forsyn.domain.billing.run_refusal_rules import Refusal, RunRefused
from forsyn.domain.billing.run_rules import Totals
from forsyn.domain.ledger.models import AccountingYear, OpenItem, Posting, Voucher
from forsyn.domain.rights.models import Request, RequestCustomer
from forsyn.domain.safeguards.choices_models import Restriction
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import Executed, discard_run, execute_run, go_on, preview_run, release_run, undo_run
from tests.billed_world import (
    FIRST,
    UNTIL,
    BilledWorld,
    a_run,
    plan_of,
    settle,
    sha_of,
)

AT = datetime(2026, 1, 20, 9, tzinfo=UTC)


def clock() -> datetime:
    return AT


def preview(run_id: int) -> Totals:
    return preview_run(run_id=run_id, clock=clock)


def approve(made: BilledWorld, run_id: int, **more: Any) -> None:
    given = {"run_id": run_id, "sha256": sha_of(run_id), "approved_by_id": made.world.clerk.pk, "now": AT}
    with purpose(P.SETTLEMENT, actor=made.world.clerk.pk):
        approve_run(**given | more)


def executed(made: BilledWorld, run_id: int) -> int:
    preview(run_id)
    approve(made, run_id)
    done = execute_run(run_id=run_id, clock=clock)
    assert done is not None
    return done.bills


def refused(refusal: Refusal, step: Callable[[], object]) -> None:
    with pytest.raises(RunRefused) as found:
        step()
    assert found.value.refusal is refusal


def balances() -> dict[str, int]:
    return dict(Posting.objects.values_list("account__key").annotate(Sum("amount_oere")))


# -- preview ----------------------------------------------------------------------------------------------------------


def test_a_preview_shows_all_bills_and_all_that_stops_some(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    totals = preview(run_id)
    assert (totals.bills, totals.stopped, totals.restricted) == (5, 1, 0)
    assert totals.reasons == {"missing_consumption": 1}
    bills = Bill.objects.filter(run_id=run_id, state="previewed")
    assert totals.to_pay_oere == sum(bills.values_list("to_pay_oere", flat=True)) > 0
    anna = bills.get(agreement_id=billed_world.agreements["anna"])
    assert (anna.net_oere, anna.vat_oere) == (60_000 + 17 * 50_000, 227_500)
    assert anna.remarks == ["first_bill"]
    assert anna.tariff_version_id == billed_world.version_id
    stopped = Bill.objects.get(run_id=run_id, agreement_id=billed_world.agreements["freja_shop"])
    assert (stopped.state, stopped.to_pay_oere, stopped.basis) == ("stopped", None, None)
    assert stopped.reasons[0]["code"] == "missing_consumption"
    run = Run.objects.get(pk=run_id)
    assert (run.state, run.totals, len(run.sha256)) == ("previewed", totals.document(), 64)


def test_bills_lie_in_the_order_of_agreement_numbers(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    preview(run_id)
    numbers = list(Bill.objects.filter(run_id=run_id).order_by("pk").values_list("agreement__number", flat=True))
    assert numbers == sorted(numbers)


def test_a_preview_again_begins_from_scratch_and_gives_the_same(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    first = preview(run_id)
    before = sha_of(run_id)
    assert preview(run_id) == first
    assert sha_of(run_id) == before
    settle(billed_world.agreements["anna"], 17_000_001)
    preview(run_id)
    assert sha_of(run_id) != before
    assert Bill.objects.filter(run_id=run_id).count() == 6


def test_a_preview_asks_by_sets(billed_world: BilledWorld, django_assert_max_num_queries: Any) -> None:
    run_id = a_run(billed_world.world)
    with django_assert_max_num_queries(40):
        preview(run_id)


def test_last_year_is_compared_with(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    executed(billed_world, run_id)
    anna = billed_world.agreements["anna"]
    settle(anna, 70_000_000, first=UNTIL, until=date(2027, 1, 1))
    next_year = a_run(billed_world.world, from_date=UNTIL, until_date=date(2027, 1, 1), agreement_id=anna)
    totals = preview(next_year)
    bill = Bill.objects.get(run_id=next_year)
    assert (bill.last_year_net_oere, bill.remarks) == (910_000, ["far_above_last_year"])
    assert (totals.last_year_net_oere, totals.compared_net_oere) == (910_000, 3_560_000)


# -- who is not billed ------------------------------------------------------------------------------------------------


def restrict(made: BilledWorld, name: str) -> None:
    Restriction.objects.create(
        customer_id=getattr(made.world, name).customer_id, ground="accuracy", reason="Bestrider tallene.", began_at=AT,
        recorded_by_id=made.world.dpo.pk,
    )  # fmt: skip


def test_restricted_customers_are_not_billed_and_only_counted(billed_world: BilledWorld) -> None:
    restrict(billed_world, "anna")
    run_id = a_run(billed_world.world)
    totals = preview(run_id)
    assert (totals.bills, totals.restricted) == (4, 1)
    assert not Bill.objects.filter(run_id=run_id, agreement_id=billed_world.agreements["anna"]).exists()


def test_whoever_is_restricted_after_the_approval_is_held_back(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    preview(run_id)
    approve(billed_world, run_id)
    restrict(billed_world, "anna")
    done = execute_run(run_id=run_id, clock=clock)
    assert done is not None
    assert (done.bills, done.held_back) == (4, 1)
    anna = Bill.objects.get(run_id=run_id, agreement_id=billed_world.agreements["anna"])
    assert (anna.state, anna.number, anna.voucher_id) == ("previewed", None, None)
    assert sorted(Bill.objects.exclude(number=None).values_list("number", flat=True)) == [1, 2, 3, 4]


@pytest.mark.parametrize("alone", [False, True])
def test_a_run_is_undone_for_those_too_who_are_restricted_since(billed_world: BilledWorld, alone: bool) -> None:
    """Accounting keeps the books right; settlement, which sees them no more, could not."""
    of = {"agreement_id": billed_world.agreements["anna"]} if alone else {}
    run_id = a_run(billed_world.world, **of)
    bills = executed(billed_world, run_id)
    restrict(billed_world, "anna")
    assert undo_run(run_id=run_id, undone_by_id=None, reason="Forkert pris.", now=AT) == bills
    assert not OpenItem.objects.exists()
    assert set(balances().values()) == {0}
    assert not Bill.objects.filter(state="posted").exists()


def test_an_open_request_stops_the_bill(billed_world: BilledWorld) -> None:
    asked = Request.objects.create(
        right="rectification", state="received", channel="portal", received_at=AT, received_date=AT.date(),
        first_deadline_date=date(2026, 2, 20), deadline_date=date(2026, 2, 20),
    )  # fmt: skip
    RequestCustomer.objects.create(request=asked, customer_id=billed_world.world.anna.customer_id, linked_at=AT)
    run_id = a_run(billed_world.world)
    totals = preview(run_id)
    assert totals.reasons["open_privacy_request"] == 1
    bill = Bill.objects.get(run_id=run_id, agreement_id=billed_world.agreements["anna"])
    assert (bill.state, bill.reasons[0]["code"]) == ("stopped", "open_privacy_request")


# -- approval ---------------------------------------------------------------------------------------------------------


def test_another_person_approves_exactly_what_was_seen(billed_world: BilledWorld) -> None:
    world = billed_world.world
    run_id = a_run(world)
    refused(Refusal.WRONG_STATE, lambda: approve(billed_world, run_id))
    preview(run_id)
    refused(Refusal.SAME_PERSON, lambda: approve(billed_world, run_id, approved_by_id=world.billing.pk))
    refused(Refusal.CHANGED, lambda: approve(billed_world, run_id, sha256="0" * 64))
    Bill.objects.filter(run_id=run_id, state="previewed").first().delete()
    refused(Refusal.CHANGED, lambda: approve(billed_world, run_id))
    preview(run_id)
    approve(billed_world, run_id)
    refused(Refusal.WRONG_STATE, lambda: approve(billed_world, run_id))
    refused(Refusal.WRONG_STATE, lambda: preview(run_id))


@pytest.mark.parametrize("change", ["to_pay_oere", "posting_oere", "customer_id", "deleted"])
def test_what_is_changed_after_the_approval_is_not_posted(billed_world: BilledWorld, change: str) -> None:
    """The database refuses it to every purpose; here its owner does it."""
    run_id = a_run(billed_world.world)
    preview(run_id)
    approve(billed_world, run_id)
    rows = Bill.objects.filter(run_id=run_id, agreement_id=billed_world.agreements["anna"])
    bill = rows.get()
    if change == "to_pay_oere":
        rows.update(to_pay_oere=bill.to_pay_oere + 125, net_oere=bill.net_oere + 125)
    elif change == "posting_oere":
        rows.update(posting_oere=[2 * oere for oere in bill.posting_oere])
    elif change == "customer_id":
        rows.update(customer_id=billed_world.world.gorm.customer_id)
    else:
        rows.delete()
    refused(Refusal.CHANGED, lambda: execute_run(run_id=run_id, clock=clock))
    assert not Voucher.objects.exists()


def test_the_database_keeps_approved_bills(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    preview(run_id)
    approve(billed_world, run_id)
    columns = "run_id, agreement_id, customer_id, kind, state, issue_date, due_date, reasons, remarks, sha256"
    for statement, said in (
        ("delete from billing_bill where run_id = %s", "stay as they were approved"),
        (
            f"insert into billing_bill ({columns}, period) select {columns}, daterange(upper(period), null)"
            " from billing_bill where run_id = %s and state = 'stopped'",
            "for a draft",
        ),
    ):
        with (
            pytest.raises(DatabaseError, match=said),
            purpose(P.SETTLEMENT, actor=None),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [run_id])


def test_a_run_of_nothing_is_not_approved(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world, agreement_id=billed_world.agreements["freja_shop"])
    preview(run_id)
    refused(Refusal.NOTHING_TO_BILL, lambda: approve(billed_world, run_id))


def test_what_is_discarded_leaves_no_bills(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world, note="Årsafregning.")
    preview(run_id)
    kept = Bill.objects.count()
    assert discard_run(run_id=run_id, reason="Forkert periode.") == kept > 1
    run = Run.objects.get(pk=run_id)
    assert (run.state, run.note) == ("discarded", "Årsafregning. Forkert periode.")
    assert not Bill.objects.exists()
    refused(Refusal.WRONG_STATE, lambda: preview(run_id))


# -- into the ledger --------------------------------------------------------------------------------------------------


def test_a_run_is_posted_once_in_the_order_of_agreements(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    totals = preview(run_id)
    approve(billed_world, run_id)
    assert execute_run(run_id=run_id, clock=clock) is not None
    bills = list(Bill.objects.filter(run_id=run_id, state="posted").order_by("agreement__number"))
    assert [bill.number for bill in bills] == [1, 2, 3, 4, 5]
    assert NumberSeries.objects.get().last_number == 5
    for bill in bills:
        voucher = Voucher.objects.get(pk=bill.voucher_id)
        assert (voucher.origin, voucher.customer_id) == (f"bill:{bill.number}", bill.customer_id)
        assert (voucher.recorded_at, voucher.posting_date) == (AT, bill.issue_date)
        assert voucher.recorded_by_id == billed_world.world.clerk.pk
        item = OpenItem.objects.get(voucher=voucher)
        assert (item.remaining_oere, item.due_date) == (bill.to_pay_oere, bill.due_date)
    found = balances()
    assert sum(found.values()) == 0
    assert found["receivables"] == totals.to_pay_oere
    assert found["vat_payable"] == -totals.vat_oere
    assert Run.objects.get(pk=run_id).state == "executed"
    refused(Refusal.WRONG_STATE, lambda: execute_run(run_id=run_id, clock=clock))


def test_what_has_been_billed_is_not_billed_again(billed_world: BilledWorld) -> None:
    executed(billed_world, a_run(billed_world.world))
    again = a_run(billed_world.world)
    totals = preview(again)
    assert (totals.bills, totals.stopped) == (0, 1)
    june = a_run(
        billed_world.world, BillKind.INTERIM, from_date=date(2025, 6, 1), until_date=date(2025, 7, 1),
        agreement_id=billed_world.agreements["anna"],
    )  # fmt: skip
    assert preview(june).bills == 0


def test_of_two_runs_for_the_same_days_one_is_posted(billed_world: BilledWorld) -> None:
    first, second = a_run(billed_world.world), a_run(billed_world.world)
    for run_id in (first, second):
        preview(run_id)
        approve(billed_world, run_id)
    assert execute_run(run_id=first, clock=clock) is not None
    done = execute_run(run_id=second, clock=clock)
    assert done == Executed(0, 0, LeftOut(5, done.left_out.to_pay_oere, {"days": 5}))
    assert set(Bill.objects.filter(run_id=second).values_list("state", flat=True)) == {"left_out", "stopped"}
    assert Voucher.objects.count() == 5


def test_a_settlement_is_not_posted_with_less_taken_off_than_was_billed_meanwhile(billed_world: BilledWorld) -> None:
    anna = billed_world.agreements["anna"]
    annual = a_run(billed_world.world, agreement_id=anna)
    preview(annual)
    approve(billed_world, annual)
    plan_of(anna)
    on_account = a_run(billed_world.world, BillKind.ON_ACCOUNT)
    preview(on_account)
    approve(billed_world, on_account)
    later = AT + timedelta(minutes=1)
    assert execute_run(run_id=on_account, clock=lambda: later) is not None
    done = execute_run(run_id=annual, clock=lambda: later)
    assert (done.bills, dict(done.left_out.reasons)) == (0, {"on_account": 1})


def test_a_run_that_was_broken_off_is_gone_on_with_first(
    billed_world: BilledWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forsyn.workflows.billing_runs.BILLS_AT_ONCE", 2)
    first = a_run(billed_world.world)
    preview(first)
    approve(billed_world, first)
    assert execute_run(run_id=first, clock=clock, budget_seconds=0) is None
    assert Bill.objects.filter(state="posted").count() == 2
    other = a_run(billed_world.world, from_date=date(2024, 11, 1), until_date=FIRST)
    settle(billed_world.agreements["anna"], 1, first=date(2024, 11, 1), until=FIRST)
    preview(other)
    approve(billed_world, other)
    refused(Refusal.ANOTHER_EXECUTING, lambda: execute_run(run_id=other, clock=clock))
    assert go_on(clock=clock, budget_seconds=60) == f"Run {first}: executed, 5 bills."
    assert go_on(clock=clock, budget_seconds=60) == "No run was broken off."
    assert sorted(Bill.objects.exclude(number=None).values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_nothing_is_begun_that_could_not_end(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    preview(run_id)
    approve(billed_world, run_id)
    AccountingYear.objects.filter(period__contains=AT.date()).delete()
    refused(Refusal.NO_OPEN_YEAR, lambda: execute_run(run_id=run_id, clock=clock))
    assert Run.objects.get(pk=run_id).state == "approved"


def test_on_account_is_owed_and_taken_off_the_settlement(billed_world: BilledWorld) -> None:
    anna = billed_world.agreements["anna"]
    plan_of(anna)
    for first, until in ((date(2025, 1, 1), date(2025, 7, 1)), (date(2025, 7, 1), UNTIL)):
        run_id = a_run(billed_world.world, BillKind.ON_ACCOUNT, from_date=first, until_date=until)
        assert executed(billed_world, run_id) == 2
    found = balances()
    assert (found["on_account_prepayments"], found["receivables"]) == (-800_000, 1_000_000)
    assert executed(billed_world, a_run(billed_world.world, agreement_id=anna)) == 1
    bill = Bill.objects.get(kind="annual", agreement_id=anna)
    assert (bill.on_account_net_oere, bill.on_account_vat_oere) == (800_000, 200_000)
    assert bill.to_pay_oere == 1_137_500 - 1_000_000
    found = balances()
    assert found["on_account_prepayments"] == 0
    assert found["vat_payable"] == -227_500
    again = a_run(billed_world.world, BillKind.ON_ACCOUNT)
    assert preview(again).bills == 0


def test_a_bill_of_nothing_takes_a_number_and_no_voucher(billed_world: BilledWorld) -> None:
    anna = billed_world.agreements["anna"]
    plan_of(anna, net_oere=910_000, instalments=1)
    executed(billed_world, a_run(billed_world.world, BillKind.ON_ACCOUNT))
    vouchers = Voucher.objects.count()
    executed(billed_world, a_run(billed_world.world, agreement_id=anna))
    bill = Bill.objects.get(kind="annual")
    assert (bill.to_pay_oere, bill.number) == (0, 2)
    assert Voucher.objects.count() == vouchers + 1  # income is made of the prepayment


# -- released, undone -------------------------------------------------------------------------------------------------


def test_bills_are_released_in_batches(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    executed(billed_world, run_id)
    assert release_run(run_id=run_id, now=AT, limit=2) == 2
    assert sorted(Bill.objects.filter(state="released").values_list("number", flat=True)) == [1, 2]
    assert Run.objects.get(pk=run_id).state == "executed"
    refused(Refusal.ALREADY_RELEASED, lambda: undo_run(run_id=run_id, undone_by_id=None, reason="Fejl.", now=AT))
    assert release_run(run_id=run_id, now=AT) == 3
    assert Run.objects.get(pk=run_id).state == "released"
    refused(Refusal.WRONG_STATE, lambda: release_run(run_id=run_id, now=AT))


def test_undoing_a_run_puts_every_balance_back(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    executed(billed_world, run_id)
    refused(Refusal.NO_REASON, lambda: undo_run(run_id=run_id, undone_by_id=None, reason=" ", now=AT))
    by = billed_world.world.clerk.pk
    assert undo_run(run_id=run_id, undone_by_id=by, reason="Forkert pris.", now=AT) == 5
    assert set(balances().values()) == {0}
    assert not OpenItem.objects.exists()
    run = Run.objects.get(pk=run_id)
    assert (run.state, run.note, run.undone_by_id) == ("undone", "Forkert pris.", by)
    undone = Bill.objects.filter(state="undone")
    assert undone.count() == undone.exclude(undoing_voucher=None).count() == 5
    again = a_run(billed_world.world)
    assert executed(billed_world, again) == 5  # the days may be billed anew, under new numbers
    assert sorted(Bill.objects.filter(run_id=again, state="posted").values_list("number", flat=True)) == [
        6, 7, 8, 9, 10,
    ]  # fmt: skip


def test_what_was_built_upon_is_undone_last(billed_world: BilledWorld) -> None:
    anna = billed_world.agreements["anna"]
    plan_of(anna)
    on_account = a_run(billed_world.world, BillKind.ON_ACCOUNT)
    executed(billed_world, on_account)
    annual = a_run(billed_world.world, agreement_id=anna)
    executed(billed_world, annual)
    refused(Refusal.BUILT_UPON, lambda: undo_run(run_id=on_account, undone_by_id=None, reason="Fejl.", now=AT))
    undo_run(run_id=annual, undone_by_id=None, reason="Fejl.", now=AT)
    undo_run(run_id=on_account, undone_by_id=None, reason="Fejl.", now=AT)
    assert set(balances().values()) == {0}


def test_every_step_out_of_order_is_refused(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    by = billed_world.world.clerk.pk
    for step in (
        lambda: execute_run(run_id=run_id, clock=clock),
        lambda: release_run(run_id=run_id, now=AT),
        lambda: undo_run(run_id=run_id, undone_by_id=by, reason="Fejl.", now=AT),
    ):
        refused(Refusal.WRONG_STATE, step)
    preview(run_id)
    refused(Refusal.WRONG_STATE, lambda: execute_run(run_id=run_id, clock=clock))
    with pytest.raises(DatabaseError, match="executed does not follow previewed"), transaction.atomic():
        Run.objects.filter(pk=run_id).update(state="executed", recorded_at=AT, approved_at=AT)


def test_of_two_processes_one_works(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    with actions_execution.only_run():
        refused(Refusal.BUSY, lambda: preview(run_id))
        refused(Refusal.BUSY, lambda: execute_run(run_id=run_id, clock=clock))


def test_a_made_run_says_what_is_wrong_with_its_dates(billed_world: BilledWorld) -> None:
    refused(Refusal.WRONG_DATES, lambda: a_run(billed_world.world, until_date=FIRST))
    refused(Refusal.WRONG_DATES, lambda: a_run(billed_world.world, due_date=date(2026, 1, 1)))
