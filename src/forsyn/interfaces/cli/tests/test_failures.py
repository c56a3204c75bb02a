"""What stops a command from outside is told in one sentence, or in one JSON document, and never with a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import django.db
import psycopg
import pytest
from django.db import connection, transaction
from django.db.migrations.exceptions import MigrationSchemaMissing

from forsyn.interfaces.cli.examination import examine
from forsyn.interfaces.cli.failures import explained
from forsyn.interfaces.cli.output import print_json

INHERITED = {name: value for name, value in os.environ.items() if not name.endswith(("DATABASE_URL", "SECRET_KEY"))}
RUN = "from forsyn.config.command import run; run()"
NO_SERVER = {"DATABASE_URL": "postgresql://someone:secret@127.0.0.1:1/forsyn"}


def forsyn(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        env={**INHERITED, "DJANGO_SETTINGS_MODULE": "forsyn.config.settings", "FORSYN_INSTANCE": "test", **environment},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_server_that_is_not_there_is_told_in_one_sentence() -> None:
    done = forsyn("migrate", **NO_SERVER)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database cannot be used: connection failed")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "DATABASE_URL" in done.stderr
    assert "secret" not in done.stderr


def test_a_program_gets_one_json_document_all_the_same() -> None:
    done = forsyn("staff", "list", "--json", **NO_SERVER)
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"].startswith("The database cannot be used")


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("FORSYN_EMAIL_PORT", "smtp", "FORSYN_EMAIL_PORT is 'smtp': use a whole number, such as 587."),
        ("FORSYN_EMAIL_TLS", "off", "Mail leaves over TLS only."),
        ("FORSYN_PROXIES", "-1", "FORSYN_PROXIES is '-1': use a whole number, such as 0."),
        ("FORSYN_STATE_DIR", "/dev/null", "let FORSYN_STATE_DIR name a folder that it may write to"),
        ("PG_BIN", "/nowhere", "PG_BIN is /nowhere, but there is no `postgres` in it."),
    ],
)
def test_settings_that_cannot_be_are_named(tmp_path: Path, variable: str, value: str, told: str) -> None:
    done = forsyn("doctor", **{"FORSYN_STATE_DIR": str(tmp_path), variable: value})
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["0", "70000", "-5"])
def test_a_port_that_cannot_be_is_refused_before_anything_starts(port: str) -> None:
    done = forsyn("up", "--port", port)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_letters_that_the_terminal_cannot_show_stop_nothing() -> None:
    shown = forsyn("policy", "show", "purposes", "--lang", "da", PYTHONIOENCODING="ascii")
    assert shown.returncode == 0, shown.stderr
    answer = forsyn("policy", "show", "purposes", "--lang", "da", "--json", PYTHONIOENCODING="ascii")
    assert any("æ" in row["description"] for row in json.loads(answer.stdout))


def test_a_name_that_is_no_text_still_makes_valid_json(capfd: pytest.CaptureFixture[str]) -> None:
    print_json({"file": "\udcff.csv"})
    assert capfd.readouterr().out.isascii()


@pytest.mark.django_db
def test_a_right_that_is_missing_is_mended_by_migrating() -> None:
    smuggle = "set local role none; create schema mine"
    with pytest.raises(django.db.ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(smuggle)
    assert "Run `forsyn migrate` with OWNER_DATABASE_URL" in str(explained(refused.value))


def test_what_django_says_instead_of_the_server_is_explained_too() -> None:
    try:
        try:
            raise psycopg.errors.InsufficientPrivilege("permission denied for schema public")
        except psycopg.Error as error:
            raise MigrationSchemaMissing(f"Unable to create the table ({error})")  # noqa: B904 - as Django does it
    except MigrationSchemaMissing as error:
        told = explained(error)
    assert told == (
        "The database refused: Unable to create the table (permission denied for schema public)."
        " Run `forsyn migrate` with OWNER_DATABASE_URL, which gives the purposes' roles their rights."
    )


def test_a_full_disk_of_the_server_is_told() -> None:
    told = explained(psycopg.errors.DiskFull("could not extend file: No space left on device\nHINT: Check free space."))
    assert told is not None
    assert told.startswith("The database refused: could not extend file: No space left on device. PostgreSQL has no")


def test_a_fault_of_the_program_is_not_explained_away() -> None:
    assert explained(psycopg.errors.SyntaxError("syntax error")) is None
    assert explained(ValueError("a fault")) is None


@pytest.mark.django_db
def test_the_doctor_looks_at_the_encoding(tmp_path: Path) -> None:
    findings = {each.what: each for each in examine(policy_file=tmp_path / "none.toml", state=tmp_path, embedded=True)}
    assert (findings["encoding"].found, findings["encoding"].good) == ("UTF8", True)
    assert not findings["policy file"].good


def test_the_doctor_examines_on_where_the_policy_cannot_be_read(tmp_path: Path) -> None:
    done = forsyn("doctor", "--json", FORSYN_POLICY=str(tmp_path / "none.toml"))
    findings = {each["what"]: each for each in json.loads(done.stdout)["findings"]}
    assert done.returncode == 1
    assert "none.toml" in findings["declarations"]["mend"]
