"""`forsyn payments`, as an operator types it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from typer.testing import CliRunner

from forsyn.domain.payments.models import Receipt
from forsyn.interfaces.cli.main import app
from tests.books import books as books
from tests.paid_world import a_posted_bill, bank_file, other, our_accounts, paid
from tests.world import World

Run = Callable[..., Result]


@pytest.fixture
def run(db: None) -> Run:
    host = SimpleNamespace(database=nullcontext)
    return lambda *words: CliRunner().invoke(app, ["payments", *map(str, words)], obj=host)


def test_files_go_in_one_by_one(world: World, books: Mapping[int, int], run: Run, tmp_path: Path) -> None:
    good = bank_file(tmp_path, paid(a_posted_bill(world.anna, 17, 100_00)), other(50_00, text="Helt ukendt"))
    bad = tmp_path / "halv.xml"
    bad.write_bytes(good.read_bytes()[:700])
    done = run("import", bad, good, good, "--json")
    assert done.exit_code == 1
    first, second, third = json.loads(done.stdout)
    assert "nothing of the file was used" in first["error"]
    assert (second["counts"], second["oere"]) == ({"matched": 1, "suspense": 1}, {"matched": 100_00, "suspense": 50_00})
    assert "Every file is read once" in third["error"]
    assert Receipt.objects.count() == 2
    listed = run("suspense")
    assert "50.00 kr. stand on the suspense account" in listed.stdout
    assert "Helt ukendt" not in listed.stdout


def test_a_file_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    done = run("import", tmp_path / "findes-ikke.xml")
    assert (done.exit_code, "findes-ikke.xml" in done.stderr) == (1, True)


def test_with_nothing_to_send_no_file_is_made(world: World, run: Run, tmp_path: Path) -> None:
    our_accounts()
    for words in (("collect", tmp_path / "0601.txt"), ("payout-file", tmp_path / "pain.xml", "--bic", "DABADKKK")):
        done = run(*words)
        assert (done.exit_code, done.stderr.startswith("Error: There is no")) == (1, True)
    assert list(tmp_path.iterdir()) == []
