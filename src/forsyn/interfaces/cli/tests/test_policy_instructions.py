"""`forsyn policy instructions`: each role's text on paper and on the screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings
from typer.testing import CliRunner, Result

from forsyn.interfaces.cli.main import app

UTILITY = Path(settings.PROJECT_ROOT) / "policies" / "utility.toml"


class FakeHost:
    """A machine without a database."""

    policy_file = UTILITY


def run(*words: str, ends: int = 0) -> Result:
    result = CliRunner().invoke(app, ["policy", "instructions", *words], obj=FakeHost())
    assert result.exit_code == ends, result.output
    return result


def test_lists_the_roles_with_their_fingerprints() -> None:
    rows = json.loads(run("--json").stdout)
    assert [row["role"] for row in rows][:2] == ["clerk", "billing"]
    assert all(len(row["fingerprint"]) == 64 for row in rows)
    assert "Kundemedarbejder" in run().stdout


@pytest.mark.parametrize(("ending", "begins"), [("pdf", b"%PDF-"), ("html", b"<!doctype html>"), ("txt", b"# Instr")])
def test_writes_it_in_every_form(tmp_path: Path, ending: str, begins: bytes) -> None:
    file = tmp_path / f"instruks.{ending}"
    run("clerk", "--lang", "en", "--output", str(file))
    assert file.read_bytes().startswith(begins)


def test_a_role_that_is_not_there_is_explained() -> None:
    assert "clerk" in run("clerc", ends=1).stderr


def test_json_has_the_text() -> None:
    assert json.loads(run("dpo", "--json").stdout)["text"].startswith("# Instruks: Databeskyttelsesrådgiver")
