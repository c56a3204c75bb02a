"""An old backup is put back: nobody who was erased comes back with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from forsyn.domain.customers.models import ContactPoint
from forsyn.domain.retention.models import Erasure
from forsyn.domain.safeguards.choices_models import Restriction, RestrictionGround
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.codec import Entry, LogBroken
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.purposes import P
from forsyn.workflows.erasure import carry_out_erasure, plan_erasure
from forsyn.workflows.erasure_replay import Replayed, entries_not_carried_out, replay
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


def _as_of_before_the_erasure() -> None:
    """The database as it was in a backup from before: nothing tells of the erasure."""
    Erasure.objects.all().delete()
    Restriction.objects.all().delete()


def test_a_backup_from_before_hides_nobody_and_the_replay_does(world: World) -> None:
    _erase(world)
    _as_of_before_the_erasure()
    _put_the_backup_back(world)
    assert [entry.at for entry in entries_not_carried_out()] == [NOW]
    replay(actor=None, today=TODAY, now=NOW)
    assert entries_not_carried_out() == []
    kept = Restriction.objects.get(customer_id=world.dorthe.customer_id)
    assert (kept.ground, kept.recorded_by_id) == (RestrictionGround.KEPT, None)


def test_what_a_customer_gives_anew_is_no_return(world: World) -> None:
    """Anna's agreement runs: her e-mail address went, and later she gave another."""
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        keys, who = [world.anna.customer_id], world.dpo.id
        plan = plan_erasure(customer_ids=keys, today=TODAY, now=NOW, actor=who)
        carry_out_erasure(customer_ids=keys, fingerprint=plan.fingerprint, today=TODAY, now=NOW, actor=who)
    ContactPoint.objects.create(
        customer_id=world.anna.customer_id, kind="email", value="ny@kunde.example", source="person", recorded_at=NOW,
        period="[2026-11-02,)",
    )  # fmt: skip
    assert replay(actor=None, today=TODAY, now=NOW) == Replayed(entries=1, found=1, erased=0)
    assert ContactPoint.objects.filter(customer_id=world.anna.customer_id).count() == 1


def test_whoever_is_in_no_backup_needs_no_erasing(world: World, log: ErasureLog) -> None:
    log.append([Entry(NOW, log.hashed("4711"), "1.0")])
    assert replay(actor=None, today=TODAY, now=NOW) == Replayed(entries=1, found=0, erased=0)
    assert entries_not_carried_out() == []


def test_a_line_taken_out_is_seen_even_where_the_rest_is_whole(world: World, log: ErasureLog) -> None:
    log.append(Entry(NOW, log.hashed(str(number)), "1.0") for number in range(50))
    lines = log.file.read_text().splitlines(keepends=True)
    log.file.write_text("".join(lines[:20] + lines[21:]))
    with pytest.raises(LogBroken, match="Line 21"):
        log.entries()
