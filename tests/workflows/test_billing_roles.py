"""What nobody under a purpose does to bills by any statement: they follow their run, and four eyes see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from forsyn.domain.billing.actions_runs import approve_run
from forsyn.domain.billing.models import Bill, Run
from forsyn.domain.safeguards.choices_models import Restriction
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import execute_run, preview_run, release_run
from tests.billed_world import BilledWorld, a_run, sha_of

AT = datetime(2026, 1, 20, 9, tzinfo=UTC)
Work = Callable[..., None]


@pytest.fixture
def refused(billed_world: BilledWorld) -> Work:
    """That the one who makes runs cannot do this by SQL, and that it is this constraint which refuses it."""

    def attempt(constraint: str, statement: str, *given: Any) -> None:
        with (
            pytest.raises(IntegrityError) as found,
            transaction.atomic(),
            purpose(P.SETTLEMENT, actor=billed_world.world.billing.pk),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, given)
        assert found.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]

    return attempt


def previewed(made: BilledWorld) -> int:
    run_id = a_run(made.world)
    preview_run(run_id=run_id, clock=lambda: AT)
    return run_id


def executed(made: BilledWorld) -> int:
    run_id, clerk = previewed(made), made.world.clerk.pk
    with purpose(P.SETTLEMENT, actor=clerk):
        approve_run(run_id=run_id, sha256=sha_of(run_id), approved_by_id=clerk, now=AT)
    execute_run(run_id=run_id, clock=lambda: AT)
    return run_id


def test_nobody_approves_in_anothers_name(billed_world: BilledWorld, refused: Work) -> None:
    run_id = previewed(billed_world)
    approve = "update billing_run set state = 'approved', approved_at = now(), approved_by_id = %s where id = %s"
    refused("billing_run_approver", approve, billed_world.world.clerk.pk, run_id)
    refused("billing_run_approver", approve, None, run_id)
    refused("billing_run_four_eyes", approve, billed_world.world.billing.pk, run_id)
    refused("billing_run_shown", "update billing_run set totals = '{}' where id = %s", run_id)


def test_bills_take_no_step_without_their_run(billed_world: BilledWorld, refused: Work) -> None:
    waiting = previewed(billed_world)
    rule = "billing_bill_with_its_run"
    refused(
        rule, "update billing_bill set state = 'posted', number = id where run_id = %s and reasons is null", waiting
    )
    run_id = executed(billed_world)
    of_run = "where run_id = %s and state = 'posted'"
    refused(rule, f"update billing_bill set state = 'undone', undoing_voucher_id = voucher_id {of_run}", run_id)
    refused(rule, f"update billing_bill set undoing_voucher_id = voucher_id {of_run}", run_id)
    assert release_run(run_id=run_id, now=AT) == 5
    refused(rule, "update billing_bill set released_at = now() where run_id = %s and state = 'released'", run_id)


def test_the_series_of_numbers_has_no_gap_and_no_number_twice(billed_world: BilledWorld, refused: Work) -> None:
    executed(billed_world)
    for number in (0, 4, 6):
        refused("billing_number_series_gapless", "update billing_number_series set last_number = %s", number)
    refused("billing_number_series_one", "insert into billing_number_series (last_number) values (0)")


def test_a_tariff_is_approved_and_drafted_in_nobody_elses_name(billed_world: BilledWorld, refused: Work) -> None:
    maker = billed_world.world.billing.pk
    with purpose(P.SETTLEMENT, actor=maker), connection.cursor() as cursor:
        cursor.execute(
            "insert into billing_tariff_version (tariff_id, number, document, sha256, note, state, drafted_by_id,"
            " drafted_at) select tariff_id, 2, document, sha256, '', 'draft', %s, now() from billing_tariff_version",
            [maker],
        )
    approve = (
        "update billing_tariff_version set state = 'approved', approved_at = now(), preview = '{}', approved_by_id = %s"
        " where number = 2"
    )
    refused("billing_tariff_version_approver", approve, None)
    refused("billing_tariff_version_approver", approve, billed_world.world.clerk.pk)
    for name in (None, billed_world.world.clerk.pk):
        change = "update billing_tariff_version set drafted_by_id = %s where number = 2"
        refused("billing_tariff_version_drafter", change, name)


def test_a_bill_that_waits_for_a_restriction_to_end_is_released_after_it(billed_world: BilledWorld) -> None:
    world = billed_world.world
    run_id = executed(billed_world)
    restriction = Restriction.objects.create(
        customer_id=world.bo.customer_id, ground="accuracy", reason="Bestrider tallene.", began_at=AT,
        recorded_by_id=world.dpo.pk,
    )  # fmt: skip
    assert release_run(run_id=run_id, now=AT) == 4
    assert Run.objects.get(pk=run_id).state == "executed"
    restriction.delete()
    assert release_run(run_id=run_id, now=AT + timedelta(days=3)) == 1
    assert Run.objects.get(pk=run_id).state == "released"
    assert not Bill.objects.filter(run_id=run_id, state="posted").exists()
