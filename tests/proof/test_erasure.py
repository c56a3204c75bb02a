"""What breaks the promise of erasure: somebody back from a backup, a row of somebody else's taken along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.codec import Entry
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.proof import Outcome
from forsyn.policy.purposes import P
from forsyn.workflows.erasure import do_erasure
from forsyn.workflows.proof import trials_erasure
from forsyn.workflows.proof.prove import prove
from tests.world import NOW, TODAY, World


@pytest.fixture(autouse=True)
def log(tmp_path: Path, settings: Any) -> ErasureLog:
    settings.ERASURE_LOG = ErasureLog(tmp_path / "erasures.log")
    return settings.ERASURE_LOG


def _judged() -> Outcome:
    (verdict,) = prove(["SF-21"], now=NOW, today=TODAY).verdicts
    return verdict.outcome


def test_the_promise_is_kept(kept_world: World) -> None:
    assert _judged() is Outcome.KEPT


def test_somebody_erased_who_is_back_breaks_it(kept_world: World, log: ErasureLog) -> None:
    log.append([Entry(NOW, log.hashed(kept_world.anna.number), "1.0")])
    assert _judged() is Outcome.BROKEN


def test_an_erasure_that_takes_a_row_of_somebody_elses_breaks_it(
    kept_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*asked: Any, **options: Any) -> Any:
        done = do_erasure(*asked, **options)
        with purpose(P.RETENTION, actor=None), connection.cursor() as cursor:
            cursor.execute("delete from customers_contact_point where customer_id = %s", [kept_world.erik.customer_id])
        return done

    monkeypatch.setattr(trials_erasure, "do_erasure", too_much)
    assert _judged() is Outcome.BROKEN
