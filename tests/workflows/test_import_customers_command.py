"""`forsyn import customers` as an operator types it, killed half-way, and with what goes wrong."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from typer.testing import CliRunner, Result

from forsyn.domain.customers.models import Agreement, Customer
from forsyn.interfaces.cli.main import app

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "customers.csv"
TRIALS = 4


class AnyHost:
    """A machine whose database runs already."""

    name = "test"

    @contextlib.contextmanager
    def database(self) -> Iterator[None]:
        yield


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["import", "customers", *map(str, arguments)], obj=AnyHost())


@pytest.mark.django_db
class TestCommand:
    def test_a_good_file_comes_in_and_is_counted(self) -> None:
        done = _run(EXAMPLE)
        assert done.exit_code == 0
        assert "8 rows read and brought in." in done.stdout
        assert "8 rows read: the register has all of it already." in _run(EXAMPLE).stdout

    def test_a_dry_run_says_what_would_happen(self) -> None:
        done = _run(EXAMPLE, "--dry-run")
        assert done.exit_code == 0
        assert "Would be changed" in done.stdout
        assert not Customer.objects.exists()

    def test_a_problem_is_told_with_line_column_and_mend_and_the_status_says_so(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.csv"
        bad.write_text(EXAMPLE.read_text("utf-8").replace("asta@kunde.example", "asta[at]kunde"), "utf-8")
        done = _run(bad)
        assert done.exit_code == 1
        flat = " ".join(done.stdout.split())
        expected = """line 2, column "email" ('asta[at]kunde'): is no e-mail address; write name@example.dk"""
        assert expected in flat
        assert "nothing was changed" in flat
        document = json.loads(_run(bad, "--json").stdout)
        assert document["problem_count"] == 2
        assert document["problems"][0]["mend"] == "write name@example.dk"

    def test_the_good_rows_can_go_in_alone(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.csv"
        bad.write_text(EXAMPLE.read_text("utf-8").replace("bjoern@kunde.example", "x"), "utf-8")
        done = _run(bad, "--on-problem", "quarantine")
        assert done.exit_code == 0
        assert "2 of them put aside in" in done.stdout
        assert (tmp_path / "bad.rejected.csv").exists()

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["nowhere.csv"], "there is no such file"),
            ([".", "--profile", "generic"], "this is a folder"),
            ([EXAMPLE, "--profile", "generik"], "name one of danish_wide, generic, or a TOML file"),
            ([EXAMPLE, "--report", "/nowhere/at/all.csv"], "cannot be written"),
        ],
    )
    def test_what_cannot_be_done_is_said_in_one_line(self, arguments: list[str | Path], sentence: str) -> None:
        done = _run(*arguments)
        assert done.exit_code == 1
        assert sentence in " ".join(done.stderr.split())
        assert "Traceback" not in done.output
        assert sentence in json.loads(_run(*arguments, "--json").stdout)["error"]

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.csv")
        assert "this is a pipe or a device" in " ".join(_run(tmp_path / "pipe.csv").stderr.split())

    def test_the_report_never_overwrites_the_file_itself(self, tmp_path: Path) -> None:
        path, other = tmp_path / "customers.csv", tmp_path / "link.csv"
        path.write_bytes(EXAMPLE.read_bytes())
        other.symlink_to(path)
        done = _run(path, "--report", other)
        assert done.exit_code == 1
        assert "this is the file to import itself" in " ".join(done.stderr.split())
        assert path.read_bytes() == EXAMPLE.read_bytes()


def _large_file(path: Path, rows: int) -> None:
    header, line = EXAMPLE.read_text("utf-8").splitlines()[:2]
    with path.open("w", encoding="utf-8") as out:
        out.write(header + "\n")
        for number in range(rows):
            text = line.replace("2001", f"{number:04}").replace("6001", f"F{number}").replace("A60011", f"A{number}")
            out.write(text.replace("Ærøvej;7", f"Ærøvej;{number}").replace("F01;", f"F{number}1;") + "\n")


@pytest.mark.crash
def test_a_killed_import_leaves_all_or_nothing(own_database: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    _large_file(path, 1500)
    command = [sys.executable, "-c", "from forsyn.config.command import run; run()", "import", "customers", str(path)]
    begun = time.monotonic()
    waits = random.Random(7)
    for _ in range(TRIALS):
        child = subprocess.Popen(command, env=own_database, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=waits.uniform(0.5, 1.8))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        connection.close()
        assert (Customer.objects.count(), Agreement.objects.count()) in {(0, 0), (1500, 1500)}
    done = subprocess.run([*command, "--json"], env=own_database, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["written"]
    assert (Customer.objects.count(), Agreement.objects.count()) == (1500, 1500)
    assert time.monotonic() - begun < 120
