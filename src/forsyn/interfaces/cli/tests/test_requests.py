"""`forsyn requests`, as an operator types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from django.utils import timezone
from typer.testing import CliRunner

from forsyn.domain.rights.models import Request
from forsyn.interfaces.cli.main import app
from tests.world import World

Run = Callable[..., Result]


@pytest.fixture
def run(db: None) -> Run:
    host = SimpleNamespace(database=nullcontext)
    return lambda *words: CliRunner().invoke(app, ["requests", *words], obj=host)


def _receive(run: Run, *more: str, days_ago: int = 0) -> Result:
    day = timezone.localdate() - timedelta(days=days_ago)
    return run("receive", "--channel", "letter", "--received", f"{day}", "--json", *more)


def test_a_letter_is_received_listed_and_shown_without_its_words(run: Run, world: World, tmp_path: Path) -> None:
    wish = tmp_path / "wish.txt"
    wish.write_text("Slet alt. Mit nummer er 010190-1234.", encoding="utf-8")
    words = ("--right", "erasure", "--customer", "1001", "--name", "Anna Prøvesen", "--wish", str(wish))
    made = json.loads(_receive(run, *words).stdout)
    (line,) = json.loads(run("list", "--json").stdout)
    assert (line["number"], line["right"], line["due"], line["customers"]) == (made["number"], "erasure", "in_time", 1)
    shown = run("show", made["number"], "--json").stdout
    assert [step["kind"] for step in json.loads(shown)["steps"]] == ["received"]
    for output in (shown, run("show", made["number"]).stdout, run("list").stdout):
        assert "Anna" not in output
        assert "Slet" not in output
    assert "1234" not in Request.objects.get().wish


def test_scripts_see_that_one_is_overdue(run: Run, world: World) -> None:
    _receive(run)
    assert run("list", "--check").exit_code == 0
    _receive(run, days_ago=70)
    listed = run("list", "--check")
    assert listed.exit_code == 1
    assert "1 overdue" in listed.stdout
    assert [line["due"] for line in json.loads(run("list", "--json").stdout)] == ["overdue", "in_time"]
    assert run("list", "--right", "portability", "--json").stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--customer", "4711"), "no customer 4711"),
        (("--received", "2999-01-01"), "in the future"),
        (("--received", "1999-01-01"), "years ago"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(run: Run, world: World, words: tuple[str, ...], said: str) -> None:
    done = _receive(run, *words)
    assert done.exit_code == 1
    assert said in json.loads(done.stdout)["error"]
    assert not Request.objects.exists()


def test_a_number_that_is_none_is_said_so(run: Run) -> None:
    done = run("show", "P-2026-99999", "--json")
    assert done.exit_code == 1
    assert "no request" in json.loads(done.stdout)["error"]
