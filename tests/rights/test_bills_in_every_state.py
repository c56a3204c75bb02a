"""The rights of somebody who has bills in every state: in a draft, left out, in the books, released, undone."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forsyn.domain.billing import run_queries
from forsyn.domain.billing.models import Bill, BillKind, Run
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.erasure import Outcome
from forsyn.workflows.billing_runs import execute_run, preview_run, release_run, undo_run
from tests.billed_world import FIRST, UNTIL, BilledWorld, a_run, settle
from tests.rights.test_access_package import Opened
from tests.rights.test_access_package import _bytes as access_package
from tests.rights.test_erasure import _carry_out, _outcomes, _plan
from tests.rights.test_portability import data as portable
from tests.workflows.test_billing_crossings import AT, LATER, left_out, posted, ready

JULY, OCTOBER = date(2025, 7, 1), date(2025, 10, 1)
STATES = ("stopped", "previewed", "left_out", "posted", "released", "undone")


@pytest.fixture
def in_every_state(billed_world: BilledWorld) -> BilledWorld:
    """Anna has one bill in each state; what she used is settled by quarters."""
    made, anna = billed_world, billed_world.agreements["anna"]
    for first, until in ((FIRST, JULY), (JULY, OCTOBER), (OCTOBER, UNTIL)):
        settle(anna, 4_000_000, first=first, until=until)
    interim: dict[str, Any] = {"kind": BillKind.INTERIM, "agreement_id": anna}
    undo_run(run_id=posted(made, a_run(made.world, until_date=JULY, **interim)), undone_by_id=None, reason="Fejl.",
             now=AT)  # fmt: skip
    release_run(run_id=posted(made, a_run(made.world, until_date=JULY, **interim)), now=AT)
    posted(made, a_run(made.world, from_date=JULY, until_date=OCTOBER, **interim))
    changed = ready(made, a_run(made.world, from_date=OCTOBER, **interim))
    settle(anna, 5_000_000, first=OCTOBER)
    assert left_out(changed, LATER) == {"consumption": 1}
    ready(made, a_run(made.world, from_date=OCTOBER, **interim))
    a_month: dict[str, Any] = {"from_date": UNTIL, "until_date": date(2026, 2, 1)}
    preview_run(run_id=a_run(made.world, **a_month, **interim), clock=lambda: AT)
    assert Counter(states_of(anna)) == Counter(STATES)
    return made


def states_of(agreement_id: int) -> list[str]:
    return list(Bill.objects.filter(agreement_id=agreement_id).values_list("state", flat=True))


def test_the_access_package_tells_every_bill_and_why_it_was_left_out(in_every_state: BilledWorld) -> None:
    opened = Opened(access_package(in_every_state.world, in_every_state.world.anna))
    rows = opened.rows("billing_bill")
    assert Counter(row["state"] for row in rows) == Counter(STATES)
    assert "overtaken" in json.dumps(next(row["reasons"] for row in rows if row["state"] == "left_out"))


def test_the_package_to_take_along_is_valid_beside_them(in_every_state: BilledWorld) -> None:
    assert portable(in_every_state.world, in_every_state.world.anna)


def test_what_is_in_the_books_or_on_its_way_there_is_not_erased(
    in_every_state: BilledWorld, tmp_path: Path, settings: Any
) -> None:
    settings.ERASURE_LOG = ErasureLog(tmp_path / "erasures.log")
    world, anna = in_every_state.world, in_every_state.agreements["anna"]
    waiting = Run.objects.get(state="approved")
    plan = _plan(world, world.anna)
    assert not plan.gaps
    assert _outcomes(plan)["billing_bill"] is Outcome.KEPT
    _carry_out(world, plan, world.anna)
    assert Counter(states_of(anna)) == Counter(STATES) - Counter(["left_out"]), "nobody needs that after three months"
    for run in Run.objects.exclude(sha256="").filter(bills__isnull=False):
        assert run_queries.fingerprint(run_id=run.pk) == run.sha256, run.state
    done = execute_run(run_id=waiting.pk, clock=lambda: LATER)
    assert done is not None
    assert (done.bills, done.left_out) == (1, None)
