"""`forsyn audit`, and the sealing while the server runs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection
from typer.testing import CliRunner, Result

from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.access_seals import noted, notes_file
from forsyn.interfaces.cli.main import app
from forsyn.policy.purposes import P
from forsyn.workflows.access_log import kept_since


class Host:
    """A machine whose database runs already."""

    name = "test"

    def __init__(self, state: Path) -> None:
        self.state = state

    @contextlib.contextmanager
    def database(self) -> Iterator[None]:
        yield


@pytest.fixture
def host(tmp_path: Path, db: None) -> Host:
    with connection.cursor() as cursor:
        cursor.execute("alter sequence safeguards_access_log_id_seq restart")
    look(3)
    return Host(tmp_path)


def look(times: int) -> None:
    for customer_id in range(times):
        with purpose(P.CUSTOMER_SERVICE, actor=41):
            record(kind=AccessKind.LOOK, aspect=Aspect.CONSUMPTION, customer_ids=[1000 + customer_id])


def run(host: Host, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments], obj=host, env={"TERM": "dumb", "COLUMNS": "200"})


def alter(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_sealed_is_noted_outside_of_the_database(host: Host) -> None:
    done = run(host, "seal")
    assert done.exit_code == 0, done.output
    assert "Sealed 3 rows in 1 batches." in done.output
    (note,) = noted(notes_file(host.state, "test"))
    assert f"Newest seal: {note}" in done.output
    run(host, "seal")
    assert noted(notes_file(host.state, "test")) == [note]
    notes_file(host.state, "test").unlink()
    run(host, "seal")
    assert noted(notes_file(host.state, "test")) == [note], "made elsewhere, or its note is lost"
    assert json.loads(run(host, "seal", "--json").stdout) == {
        "rows": 0, "batches": 0, "newest": str(note), "waiting": False,
    }  # fmt: skip


def test_a_whole_log_verifies(host: Host) -> None:
    run(host, "seal")
    look(2)
    done = run(host, "verify")
    assert done.exit_code == 0
    assert "The log is whole. 3 rows in 1 batches" in done.output
    assert "Compared with 1 noted seals" in done.output
    assert "Not sealed yet: 2 rows." in done.output


def test_tampering_ends_with_status_1_and_names_the_rows(host: Host) -> None:
    run(host, "seal")
    alter("update safeguards_access_log set customer_id = 5 where id = 2")
    done = run(host, "verify")
    assert done.exit_code == 1
    assert "batch 1: what was sealed has been altered (row 2)" in done.output
    found = json.loads(run(host, "verify", "--json").stdout)
    assert (found["kept"], found["findings"]) == (False, [{"fault": "row altered", "batch": 1, "rows": [2]}])


def test_a_log_without_any_seal_is_told_once_its_rows_are_an_hour_old(host: Host) -> None:
    young = run(host, "verify")
    assert young.exit_code == 0, "it may not be sealed yet"
    assert "no seals" not in young.output
    alter("update safeguards_access_log set at = at - interval '61 minutes' where id = 1")
    done = run(host, "verify")
    assert done.exit_code == 1
    assert "There are no seals, but rows older than an hour" in done.output
    assert "The log is whole" not in done.output
    found = json.loads(run(host, "verify", "--json").stdout)
    assert (found["has_no_seals"], found["kept"]) == (True, True)
    run(host, "seal")
    assert run(host, "verify").exit_code == 0


def test_a_log_written_anew_is_told_by_the_notes(host: Host) -> None:
    newest = json.loads(run(host, "seal", "--json").stdout)["newest"]
    alter("update safeguards_access_log set customer_id = 5 where id = 2; delete from safeguards_access_seal")
    notes_file(host.state, "test").unlink()
    run(host, "seal")
    assert run(host, "verify").exit_code == 0
    done = run(host, "verify", "--known", newest)
    assert done.exit_code == 1
    assert "so the log was written anew" in done.output


def test_what_is_no_seal_is_refused_with_how_one_is_written(host: Host) -> None:
    done = run(host, "verify", "--known", "12:abc")
    assert done.exit_code == 1
    assert "Write its number, a colon and the 64 digits" in done.output
    notes_file(host.state, "test").write_text("2026-11-21T06:00:00+00:00 smudged\n", encoding="ascii")
    done = run(host, "verify")
    assert done.exit_code == 1
    assert "Somebody has written in that file" in done.output
    assert "Traceback" not in done.output


def test_the_latest_looks_are_shown_by_number(host: Host) -> None:
    with purpose(P.CUSTOMER_SERVICE, actor=42):
        record(kind=AccessKind.SEARCH, aspect=Aspect.CUSTOMER_FILE, search="[bold]Ærø")
    done = run(host, "show", "--count", "2")
    assert "[bold]Ærø" in done.output
    assert "look consumption" in done.output
    rows = json.loads(run(host, "show", "--staff", "41", "--customer", "1002", "--json").stdout)
    assert [(row["actor_id"], row["customer_id"], row["purpose"]) for row in rows] == [(41, 1002, "customer_service")]


def test_the_log_is_kept_for_as_long_as_the_policy_says() -> None:
    assert kept_since(date(2026, 11, 21)) == datetime(2024, 11, 1, tzinfo=UTC)
