"""Drafts of bills go soon; bills as the law says, with what refers to them, and not while something is owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.models import Bill, Run
from forsyn.domain.ledger.actions import post, reverse
from forsyn.domain.ledger.actions_allocations import allocate
from forsyn.domain.ledger.models import Voucher
from forsyn.domain.safeguards.actions_choices import restrict
from forsyn.domain.safeguards.choices_models import RestrictionGround
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.night_steps import preview_night
from tests.books import a_bill, pay
from tests.books import books as books
from tests.own_bills import Ground, heat_basis
from tests.retention.test_night import SMALL, evidence, night
from tests.world import NOW, Party, World

Books = Mapping[int, int]
MADE_AT = datetime(2026, 1, 10, 9, tzinfo=UTC)
LAST_DAY, NEXT_DAY = date(2026, 7, 9), date(2026, 7, 10)
"""The days of the last night that keeps what was made at that time, and of the first that does not."""


@pytest.fixture(autouse=True)
def nothing_is_vacuumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forsyn.workflows.night.clear_dead_rows", lambda *, tables: len(tables))


def _run(*states: str, of: Sequence[Party] = ()) -> Run:
    """A run with a stopped bill of each of these customers, that went through some states, all at one time."""
    run: Run = Run.objects.create(
        kind="annual", commodity="heat", period=DateRange(date(2025, 1, 1), date(2026, 1, 1)), state="draft",
        issue_date=date(2026, 1, 15), due_date=date(2026, 2, 15), made_at=MADE_AT,
    )  # fmt: skip
    for party in of:
        Bill.objects.create(
            run=run, agreement_id=party.agreements["heat"], customer_id=party.customer_id, kind="annual",
            state="stopped", period=run.period, issue_date=run.issue_date, due_date=run.due_date,
            reasons=[{"code": "no_tariff"}],
        )  # fmt: skip
    for state in states:
        run.state = state
        if state == "previewed":
            run.previewed_at, run.sha256, run.totals = MADE_AT, "0" * 64, {"bills": 1}
        elif state in ("approved", "executed", "released", "undone"):
            setattr(run, f"{state}_at", MADE_AT)
        elif state == "executing":
            run.recorded_at = MADE_AT
        run.save()
    return run


def _kept() -> dict[int, tuple[str, int]]:
    """The state of each run, and how many bills it has."""
    return {run.pk: (run.state, run.bills.count()) for run in Run.objects.all()}


IN_THE_BOOKS = ("previewed", "approved", "executing")


def test_what_came_to_nothing_goes_after_half_a_year_with_the_runs_that_nobody_took_up(world: World) -> None:
    abandoned = [
        _run(*states, of=[world.anna]) for states in ((), ("previewed",), ("previewed", "approved"), ("discarded",))
    ]
    taken_up = _run("previewed", of=[world.anna])
    taken_up.state, taken_up.approved_at = "approved", MADE_AT + timedelta(days=60)
    taken_up.save()
    under_way = _run(*IN_THE_BOOKS, of=[world.anna])
    done = [
        _run(*IN_THE_BOOKS, *states, of=[world.anna])
        for states in (("executed",), ("executed", "released"), ("executed", "undoing", "undone"))
    ]
    before = _kept()
    night(LAST_DAY)
    assert _kept() == before
    counted = {step.table: step.previewed for step in preview_night(current_policy(), today=NEXT_DAY, now=NOW)}
    assert (counted["billing_bill"], counted["billing_run"]) == (len(abandoned) + len(done), len(abandoned))
    assert _kept() == before
    told = night(NEXT_DAY, pace=SMALL)
    assert _kept() == {taken_up.pk: ("approved", 1), under_way.pk: ("executing", 1)} | {
        run.pk: (run.state, 0) for run in done
    }
    assert {table: count for (_, table), count in evidence(told).items()} == {
        "billing_bill": len(abandoned) + len(done),
        "billing_run": len(abandoned),
    }


def test_a_draft_about_somebody_restricted_waits_and_the_others_go(world: World) -> None:
    run = _run("previewed", of=[world.anna, world.bo])
    held = run.bills.get(customer_id=world.anna.customer_id)
    restrict(
        customer_id=world.anna.customer_id, ground=RestrictionGround.ACCURACY, reason="Tal undersøges.",
        recorded_by_id=world.dpo.pk, now=NOW,
    )  # fmt: skip
    night(NEXT_DAY)
    assert list(Bill.objects.values_list("pk", flat=True)) == [held.pk]
    assert _kept() == {run.pk: ("discarded", 1)}


def test_drafts_are_for_who_makes_and_books_them_and_for_the_customer(world: World, books: Books) -> None:
    _run("previewed", of=[world.anna])
    Ground().settled(world.anna, heat_basis())
    for work, seen in ((P.SETTLEMENT, 2), (P.ACCOUNTING, 2), (P.CUSTOMER_SERVICE, 1), (P.COLLECTION, 1)):
        with purpose(work, actor=world.billing.pk):
            assert Bill.objects.count() == seen
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk):
        assert Bill.objects.count() == 2  # an instalment in a run is not to be changed


# -- what is in the books --------------------------------------------------------------------------------------------


def _settled(party: Party, watt_hours: int, issued: date, corrects: Bill | None = None) -> Bill:
    basis = heat_basis(watt_hours, first=date(2019, 1, 1), until=date(2020, 1, 1))
    kind = "annual" if corrects is None else "correction"
    due = issued + timedelta(days=14)
    bill = _GROUND.settled(party, basis, kind=kind, issued=issued, due=due, corrects=corrects)
    pay(party.customer_id, bill.to_pay_oere, f"receipt:{bill.number}", day=due)
    allocate(customer_id=party.customer_id, now=NOW)
    return bill


_GROUND = Ground()


def test_a_bill_is_kept_as_long_as_its_correction_and_a_voucher_as_its_reversal(world: World, books: Books) -> None:
    first = _settled(world.anna, 18_250_000, date(2020, 1, 15))
    second = _settled(world.anna, 18_350_000, date(2021, 1, 15), corrects=first)
    third = _settled(world.anna, 18_450_000, date(2021, 3, 15), corrects=second)
    posted = post(voucher=a_bill(world.bo.customer_id, 1000_00, "bill:1", day=date(2020, 12, 20)), now=NOW)
    reverse(voucher_id=posted.voucher_id, posting_date=date(2021, 1, 5), text="Fortrudt", now=NOW)
    night(date(2026, 1, 1))
    connection.check_constraints()
    assert set(Bill.objects.values_list("pk", flat=True)) == {first.pk, second.pk, third.pk}
    assert Voucher.objects.filter(customer_id=world.bo.customer_id).count() == 2
    done = night(date(2027, 1, 1), pace=SMALL)
    connection.check_constraints()
    assert not Bill.objects.exists()
    assert not Voucher.objects.exists()
    assert evidence(done)["rows", "billing_bill"] == 3


def test_a_bill_that_is_owed_is_kept_until_it_is_paid(world: World, books: Books) -> None:
    anna = world.anna
    basis = heat_basis(first=date(2019, 1, 1), until=date(2020, 1, 1))
    bill = Ground().settled(anna, basis, issued=date(2020, 1, 15), due=date(2020, 2, 15))
    night(date(2026, 1, 1))
    assert Bill.objects.count() == 1
    pay(anna.customer_id, bill.to_pay_oere, "receipt:1", day=date(2026, 2, 1))
    allocate(customer_id=anna.customer_id, now=NOW)
    night(date(2026, 3, 1))
    assert not Bill.objects.exists()
