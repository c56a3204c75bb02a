"""`forsyn erasure`, as an operator types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from django.utils import timezone
from typer.testing import CliRunner

from forsyn.domain.customers.models import ContactPoint
from forsyn.integrations.erasure_log.codec import Entry
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.interfaces.cli import examination
from forsyn.interfaces.cli.main import app
from tests.world import NOW, World

Run = Callable[..., Result]


@pytest.fixture
def log(tmp_path: Path, settings: Any) -> ErasureLog:
    settings.ERASURE_LOG = ErasureLog(tmp_path / "erasures.log")
    return settings.ERASURE_LOG


@pytest.fixture
def run(db: None, log: ErasureLog) -> Run:
    host = SimpleNamespace(database=nullcontext)
    return lambda *words: CliRunner().invoke(app, ["erasure", *words], obj=host)


def test_a_plan_says_what_goes_and_what_stays_without_naming_anybody(run: Run, world: World) -> None:
    plan = json.loads(run("plan", "1005", "--json").stdout)
    outcomes = {line["table"]: line["outcome"] for line in plan["lines"]}
    assert (outcomes["customers_contact_point"], outcomes["customers_customer_name"]) == ("erased", "kept")
    assert len(plan["fingerprint"]) == 64
    shown = run("plan", "1005").stdout
    assert "customers_contact_point" in shown
    assert "Dorthe" not in shown
    assert ContactPoint.objects.filter(customer_id=world.dorthe.customer_id).exists()


def test_a_number_that_nobody_has_is_said(run: Run, world: World) -> None:
    result = run("plan", "4711")
    assert result.exit_code == 1
    assert "no customer 4711" in result.stderr


def test_who_is_on_the_log_and_back_is_told_and_erased_anew(run: Run, world: World, log: ErasureLog) -> None:
    log.append([Entry(NOW, log.hashed("1005"), "1.0")])
    found = examination._erasures()
    assert (found.good, "1 of them not carried out" in found.found) == (False, True)
    assert "forsyn erasure replay" in found.mend
    assert json.loads(run("replay", "--json").stdout) == {"entries": 1, "found": 1, "erased": 1}
    assert not ContactPoint.objects.filter(customer_id=world.dorthe.customer_id).exists()
    assert examination._erasures().good
    assert json.loads(run("replay", "--json").stdout) == {"entries": 1, "found": 1, "erased": 0}


def test_an_erasure_broken_off_before_it_was_committed_can_be_taken_back(
    run: Run, world: World, log: ErasureLog
) -> None:
    log.append([Entry(NOW, log.hashed("1005"), "1.0")])
    found = examination._erasures()
    assert "2026-11-02 09:00:00" in found.found
    assert "take-back" in found.mend
    assert run("take-back", "1006").exit_code == 1, "nothing of Erik's was broken off"
    assert "1 taken back" in run("take-back", "1005").stdout
    assert examination._erasures().good
    assert json.loads(run("replay", "--json").stdout) == {"entries": 0, "found": 0, "erased": 0}
    assert ContactPoint.objects.filter(customer_id=world.dorthe.customer_id).exists()
    assert "0 erasures" in run("verify").stdout, "and the chain of the log is whole"


def test_what_was_carried_out_is_never_taken_back(run: Run, world: World, log: ErasureLog) -> None:
    log.append([Entry(NOW, log.hashed("1005"), "1.0")])
    run("replay")
    assert "cannot be taken back" in run("take-back", "1005").stderr
    assert len(log.entries()) == 1


def test_a_log_that_was_changed_is_not_believed(run: Run, world: World, log: ErasureLog) -> None:
    log.append([Entry(timezone.now(), log.hashed("1005"), "1.0"), Entry(NOW, log.hashed("1006"), "1.0")])
    assert "2 erasures" in run("verify").stdout
    log.file.write_text(log.file.read_text().splitlines(keepends=True)[1])
    for command in ("verify", "replay"):
        result = run(command)
        assert result.exit_code == 1
        assert "Line 1" in result.stderr
    assert not examination._erasures().good
