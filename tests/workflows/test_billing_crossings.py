"""Runs, plans, moves, years and restrictions that cross each other: no øre twice, none lost, nothing left half-way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing import actions_execution
from forsyn.domain.billing.actions_plans import change_plan, end_plans
from forsyn.domain.billing.actions_runs import approve_run
from forsyn.domain.billing.models import Bill, BillKind, ExpectedFrom, NumberSeries, Run
from forsyn.domain.billing.run_refusal_rules import Refusal, RunRefused
from forsyn.domain.customers.models import Agreement
from forsyn.domain.ledger.actions import open_year
from forsyn.domain.ledger.models import AccountingYear, OpenItem, Voucher
from forsyn.domain.ledger.owing_queries import credits_used
from forsyn.domain.ledger.rules import NotPossible
from forsyn.domain.payments.queries import credit_of
from forsyn.domain.safeguards.choices_models import Restriction
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import execute_run, go_on, preview_run, release_run, undo_run
from forsyn.workflows.closing_years import close_year
from tests.billed_world import BilledWorld, a_run, plan_of, sha_of
from tests.books import pay

AT = datetime(2026, 1, 20, 9, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
JULY = date(2025, 7, 1)


def ready(made: BilledWorld, run_id: int, at: datetime = AT) -> int:
    """Previewed, and approved by another."""
    preview_run(run_id=run_id, clock=lambda: at)
    with purpose(P.SETTLEMENT, actor=made.world.clerk.pk):
        approve_run(run_id=run_id, sha256=sha_of(run_id), approved_by_id=made.world.clerk.pk, now=at)
    return run_id


def posted(made: BilledWorld, run_id: int, at: datetime = AT) -> int:
    ready(made, run_id, at)
    assert execute_run(run_id=run_id, clock=lambda: at) is not None
    return run_id


def on_account(made: BilledWorld, **more: Any) -> int:
    return a_run(made.world, BillKind.ON_ACCOUNT, **more)


def refused(refusal: Refusal, step: Any) -> None:
    with pytest.raises(RunRefused) as found:
        step()
    assert found.value.refusal is refusal


def left_out(run_id: int, at: datetime) -> dict[str, int]:
    """Post a run; how many of its bills were left out, by what had changed."""
    done = execute_run(run_id=run_id, clock=lambda: at)
    assert done is not None
    return dict(done.left_out.reasons) if done.left_out else {}


def ended(agreement_id: int, until: date) -> None:
    row = Agreement.objects.get(pk=agreement_id)
    row.period = DateRange(row.period.lower, until)
    row.save()


def role(become: str | None = None) -> str:
    """The database's role until now."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        (before,) = cursor.fetchone()
        if become:
            cursor.execute("select set_config('role', %s, true)", [become])
    return str(before)


def restrict(made: BilledWorld, name: str) -> None:
    Restriction.objects.create(
        customer_id=getattr(made.world, name).customer_id, ground="accuracy", reason="Bestrider tallene.", began_at=AT,
        recorded_by_id=made.world.dpo.pk,
    )  # fmt: skip


# -- on account, and the settlement that takes it off ----------------------------------------------------------------


def test_no_instalment_is_posted_for_days_that_were_settled_meanwhile(billed_world: BilledWorld) -> None:
    anna = billed_world.agreements["anna"]
    plan_of(anna)
    waiting = ready(billed_world, on_account(billed_world))
    posted(billed_world, a_run(billed_world.world, agreement_id=anna), LATER)
    assert left_out(waiting, LATER) == {"days": 4}


def test_no_instalment_is_asked_for_days_that_are_settled(billed_world: BilledWorld) -> None:
    anna = billed_world.agreements["anna"]
    plan_of(anna)
    posted(billed_world, a_run(billed_world.world, agreement_id=anna))
    assert preview_run(run_id=on_account(billed_world), clock=lambda: AT).bills == 0


def test_no_instalment_is_asked_after_the_agreement(billed_world: BilledWorld) -> None:
    anna = billed_world.agreements["anna"]
    plan_of(anna)
    ended(anna, JULY)
    assert preview_run(run_id=on_account(billed_world), clock=lambda: AT).bills == 2


def test_what_a_final_bill_takes_off_of_days_after_is_not_undone_nor_overlooked(billed_world: BilledWorld) -> None:
    anna = billed_world.agreements["anna"]
    plan_of(anna)
    ahead = posted(billed_world, on_account(billed_world, from_date=JULY))
    ended(anna, JULY)
    final = posted(billed_world, a_run(billed_world.world, BillKind.FINAL, agreement_id=anna, until_date=JULY), LATER)
    assert Bill.objects.get(run_id=final).on_account_net_oere == 400_000
    refused(Refusal.BUILT_UPON, lambda: undo_run(run_id=ahead, undone_by_id=None, reason="Fejl.", now=LATER))


def test_no_instalment_is_posted_for_days_after_an_agreement_that_ended_meanwhile(billed_world: BilledWorld) -> None:
    anna = billed_world.agreements["anna"]
    plan_of(anna)
    waiting = ready(billed_world, on_account(billed_world))
    ended(anna, JULY)
    final = ready(billed_world, a_run(billed_world.world, BillKind.FINAL, agreement_id=anna, until_date=JULY))
    assert left_out(waiting, LATER) == {"days": 2}
    assert left_out(final, LATER + timedelta(minutes=1)) == {"on_account": 1}, "the other two are to be taken off"


@pytest.mark.parametrize("is_undone", [False, True])
def test_a_plan_ends_while_a_run_has_bills_of_it(billed_world: BilledWorld, is_undone: bool) -> None:
    anna = billed_world.agreements["anna"]
    plan_of(anna)
    run_id = ready(billed_world, on_account(billed_world))
    if is_undone:
        execute_run(run_id=run_id, clock=lambda: AT)
        undo_run(run_id=run_id, undone_by_id=None, reason="Fejl.", now=AT)
    ended(anna, JULY)
    with purpose(P.SETTLEMENT, actor=None):
        assert end_plans(agreement_id=anna) == (4 if is_undone else 0)
    if not is_undone:
        execute_run(run_id=run_id, clock=lambda: LATER)
    final = posted(billed_world, a_run(billed_world.world, BillKind.FINAL, agreement_id=anna, until_date=JULY), LATER)
    assert Bill.objects.get(run_id=final).on_account_net_oere == (0 if is_undone else 400_000)
    assert preview_run(run_id=on_account(billed_world), clock=lambda: AT).bills == 0


@pytest.mark.parametrize("is_undone", [False, True])
def test_a_plan_changes_while_a_run_has_bills_of_it(billed_world: BilledWorld, is_undone: bool) -> None:
    anna = billed_world.agreements["anna"]
    plan_of(anna)
    run_id = ready(billed_world, on_account(billed_world, until_date=JULY))
    if is_undone:
        execute_run(run_id=run_id, clock=lambda: AT)
        undo_run(run_id=run_id, undone_by_id=None, reason="Fejl.", now=AT)
    with purpose(P.SETTLEMENT, actor=None):
        change_plan(
            agreement_id=anna, day=date(2025, 2, 1), net_oere=300_000, instalments=2, by=ExpectedFrom.STAFF, now=AT
        )
    if not is_undone:
        execute_run(run_id=run_id, clock=lambda: LATER)
    posted(billed_world, on_account(billed_world), LATER)
    standing = Bill.objects.filter(state="posted").order_by("period").values_list("net_oere", flat=True)
    assert list(standing) == ([150_000, 150_000] if is_undone else [200_000, 200_000, 150_000, 150_000])


# -- who moves, and who is restricted, meanwhile --------------------------------------------------------------------


def test_a_bill_is_not_posted_for_days_after_a_move(billed_world: BilledWorld) -> None:
    run_id = ready(billed_world, a_run(billed_world.world))
    ended(billed_world.agreements["anna"], JULY)
    assert left_out(run_id, LATER) == {"days": 1}
    assert Bill.objects.filter(run_id=run_id, state="posted").count() == 4


def test_no_number_is_lost_where_somebody_is_restricted_within_a_chunk(
    billed_world: BilledWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = ready(billed_world, a_run(billed_world.world))
    post, owner = actions_execution.post_from_query, role()

    def restricting(**given: Any) -> int:
        work = role(owner)
        restrict(billed_world, "bo")
        role(work)
        return post(**given)

    with monkeypatch.context() as patch:
        patch.setattr(actions_execution, "post_from_query", restricting)
        refused(Refusal.BUSY, lambda: execute_run(run_id=run_id, clock=lambda: LATER))
    assert NumberSeries.objects.get().last_number == 0
    assert not Voucher.objects.exists()
    restrict(billed_world, "bo")
    done = execute_run(run_id=run_id, clock=lambda: LATER)
    assert done is not None
    assert (done.bills, done.held_back) == (4, 1)
    numbers = Bill.objects.filter(run_id=run_id, state="posted").values_list("number", flat=True)
    assert sorted(numbers) == [1, 2, 3, 4]
    assert Voucher.objects.count() == 4


# -- undone, over years and restrictions ------------------------------------------------------------------------------


def test_an_undone_run_leaves_nobody_behind(billed_world: BilledWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is restricted while it is undone is taken back as everybody, also by a process that goes on with it."""
    monkeypatch.setattr("forsyn.workflows.billing_runs.BILLS_AT_ONCE", 2)
    run_id = posted(billed_world, a_run(billed_world.world))

    def restricting_and_dying(_: object) -> None:
        restrict(billed_world, "gorm")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo_run(run_id=run_id, undone_by_id=None, reason="Fejl.", now=AT, tell=restricting_and_dying)
    assert Run.objects.get(pk=run_id).state == "undoing"
    assert go_on(clock=lambda: LATER, budget_seconds=60) == f"Run {run_id}: 3 more bills undone; it is undone."
    assert set(Bill.objects.filter(run_id=run_id).values_list("state", flat=True)) == {"stopped", "undone"}
    assert not OpenItem.objects.exists()


def test_a_run_dated_next_year_is_undone_this_year(billed_world: BilledWorld) -> None:
    open_year(first_date=date(2027, 1, 1), until_date=date(2028, 1, 1))
    issued: dict[str, Any] = {"issue_date": date(2027, 1, 5), "due_date": date(2027, 2, 1)}
    run_id = posted(billed_world, a_run(billed_world.world, **issued))
    undo_run(run_id=run_id, undone_by_id=None, reason="Fejl.", now=datetime(2026, 12, 30, 9, tzinfo=UTC))
    assert not OpenItem.objects.exists()


def test_no_undoing_is_begun_without_an_open_year(billed_world: BilledWorld) -> None:
    run_id = posted(billed_world, a_run(billed_world.world))
    refused(
        Refusal.NO_OPEN_YEAR,
        lambda: undo_run(run_id=run_id, undone_by_id=None, reason="Fejl.", now=datetime(2031, 1, 2, 9, tzinfo=UTC)),
    )
    assert Run.objects.get(pk=run_id).state == "executed"


def test_nothing_is_reckoned_while_a_run_is_half_undone(
    billed_world: BilledWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forsyn.workflows.billing_runs.BILLS_AT_ONCE", 2)
    run_id = posted(billed_world, a_run(billed_world.world))

    def die(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo_run(run_id=run_id, undone_by_id=None, reason="Fejl.", now=AT, tell=die)
    refused(Refusal.HALF_UNDONE, lambda: preview_run(run_id=a_run(billed_world.world), clock=lambda: LATER))


# -- credits ---------------------------------------------------------------------------------------------------------


def test_what_a_settlement_gives_back_pays_what_is_owed(billed_world: BilledWorld) -> None:
    anna = billed_world.agreements["anna"]
    plan_of(anna, net_oere=300_000)
    posted(billed_world, on_account(billed_world))
    annual = posted(billed_world, a_run(billed_world.world, agreement_id=anna), LATER)
    bill = Bill.objects.get(run_id=annual)
    assert bill.to_pay_oere < 0
    release_run(run_id=annual, now=LATER)
    customer = billed_world.world.anna.customer_id
    found = OpenItem.objects.filter(customer_id=customer).values_list("remaining_oere", flat=True)
    assert all(left > 0 for left in found)
    assert sum(found) == 1_137_500
    with purpose(P.SETTLEMENT, actor=None):
        assert credits_used(origins=[f"bill:{bill.number}", "bill:1"]) == {f"bill:{bill.number}"}


def test_what_an_undone_run_would_take_back_cannot_be_paid_out(billed_world: BilledWorld) -> None:
    """Undoing never leaves anybody with less than may be paid out; what is released is not undone any more."""
    customer, anna = billed_world.world.anna.customer_id, billed_world.agreements["anna"]
    plan_of(anna, net_oere=300_000)
    paid_ahead = posted(billed_world, on_account(billed_world))
    release_run(run_id=paid_ahead, now=AT)
    pay(customer, 1_500_000, "payment:1")
    annual = posted(billed_world, a_run(billed_world.world, agreement_id=anna), LATER)
    assert Bill.objects.get(run_id=annual).to_pay_oere == -362_500
    assert to_pay_out(customer) == 0
    undo_run(run_id=annual, undone_by_id=None, reason="Fejl.", now=LATER)
    assert to_pay_out(customer) == 0
    again = posted(billed_world, a_run(billed_world.world, agreement_id=anna), LATER)
    release_run(run_id=again, now=LATER, limit=1)
    assert to_pay_out(customer) == 362_500
    refused(Refusal.WRONG_STATE, lambda: undo_run(run_id=again, undone_by_id=None, reason="Fejl.", now=LATER))


def to_pay_out(customer_id: int) -> int:
    """What a customer could have paid out now."""
    with purpose(P.ACCOUNTING, actor=None):
        return credit_of(customer_ids=[customer_id]).get(customer_id, 0)


# -- years -----------------------------------------------------------------------------------------------------------


def test_a_year_is_not_closed_under_a_run(billed_world: BilledWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forsyn.workflows.billing_runs.BILLS_AT_ONCE", 2)
    years = AccountingYear.objects.order_by("period")
    run_id = ready(billed_world, a_run(billed_world.world))
    after = datetime(2027, 1, 2, 9, tzinfo=UTC)
    given: dict[str, Any] = {"account_id": billed_world.world.billing.pk, "now": after}
    close_year(year_id=years[0].pk, **given)
    assert execute_run(run_id=run_id, clock=lambda: AT, budget_seconds=0) is None
    with pytest.raises(NotPossible, match=f"Kørsel {run_id}"):
        close_year(year_id=years[1].pk, **given)
    assert execute_run(run_id=run_id, clock=lambda: AT) is not None
    close_year(year_id=years[1].pk, **given)
