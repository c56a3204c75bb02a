"""An old backup is put back: nobody who was erased comes back with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from forsyn.domain.customers.models import ContactPoint
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.codec import LogBroken
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.purposes import P
from forsyn.workflows.erasure import carry_out_erasure, plan_erasure
from forsyn.workflows.erasure_replay import Replayed, replay
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def log(tmp_path: Path, settings: Any) -> ErasureLog:
    settings.ERASURE_LOG = ErasureLog(tmp_path / "erasures.log")
    return settings.ERASURE_LOG


def _erase(world: World) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        keys, who = [world.dorthe.customer_id], world.dpo.id
        plan = plan_erasure(customer_ids=keys, today=TODAY, now=NOW, actor=who)
        carry_out_erasure(customer_ids=keys, fingerprint=plan.fingerprint, today=TODAY, now=NOW, actor=who)


def _put_the_backup_back(world: World) -> None:
    """What a restore does, in little: a row from before is there again."""
    ContactPoint.objects.create(
        customer_id=world.dorthe.customer_id, kind="email", value="dorthe@kunde.example", source="person",
        recorded_at=NOW, period="[2024-01-01,)",
    )  # fmt: skip


def test_whoever_comes_back_with_a_backup_goes_again(world: World) -> None:
    _erase(world)
    _put_the_backup_back(world)
    assert replay(actor=None, today=TODAY, now=NOW) == Replayed(entries=1, found=1, erased=1)
    assert not ContactPoint.objects.filter(customer_id=world.dorthe.customer_id).exists()
    assert ContactPoint.objects.filter(customer_id=world.erik.customer_id).exists()
    assert replay(actor=None, today=TODAY, now=NOW) == Replayed(entries=1, found=1, erased=0)


def test_what_is_rolled_back_after_the_log_was_written_is_done_by_the_replay(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("savepoint before_the_crash")
        _erase(world)
        cursor.execute("rollback to savepoint before_the_crash")
    assert ContactPoint.objects.filter(customer_id=world.dorthe.customer_id).exists()
    assert replay(actor=None, today=TODAY, now=NOW).erased == 1


def test_a_changed_line_is_seen(world: World, log: ErasureLog) -> None:
    _erase(world)
    text = log.file.read_text()
    log.file.write_text(text.replace("2026", "2025"))
    with pytest.raises(LogBroken, match="Line 1"):
        log.entries()


def test_a_line_cut_off_by_a_crash_is_taken_out_by_the_next(world: World, log: ErasureLog) -> None:
    _erase(world)
    with log.file.open("a") as file:
        file.write('{"at": "2026-11-02T09')
    _erase(world)
    assert len(log.entries()) == 2
