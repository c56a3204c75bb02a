"""`forsyn policy`: answers for people and for programs, and errors that teach, never a traceback."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from typer.testing import CliRunner, Result

from forsyn.interfaces.cli import policy as commands
from forsyn.interfaces.cli.main import app
from forsyn.policy.catalog import Catalog
from forsyn.policy.problems import Problem

UTILITY = Path(settings.PROJECT_ROOT) / "policies" / "utility.toml"
SUPPLIER = UTILITY.with_name("supplier.toml")


class FakeHost:
    """A machine whose database runs already."""

    name = "test"
    policy_file = UTILITY
    state = Path()

    @contextlib.contextmanager
    def database(self) -> Iterator[None]:
        yield


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long lines stay whole, whatever terminal the tests run in."""
    for console in (commands.console, commands.errors):
        monkeypatch.setattr(console, "width", 500)


def run(*words: str, ends: int = 0) -> Result:
    result = CliRunner().invoke(app, ["policy", *map(str, words)], obj=FakeHost())
    assert result.exit_code == ends, result.output
    assert "Traceback" not in result.output
    return result


@pytest.mark.django_db
def test_check_agrees_with_the_live_database() -> None:
    assert "the live database agree with it" in run("check").output
    answer = json.loads(run("check", "--json").stdout)
    assert answer["agrees"] is True
    assert answer["database_compared"] is True
    assert answer["personal_columns"] > 50


@pytest.mark.django_db
def test_check_names_each_problem_and_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem("customers_pet.name", "The column is bound to no data category.", "Add it to [Table].")
    monkeypatch.setattr(commands, "check_declarations", lambda policy: [problem])
    result = run("check", ends=1)
    assert "customers_pet.name: The column is bound to no data category. Add it to [Table]." in result.stderr
    assert "1 problem found." in result.stderr
    answer = json.loads(run("check", "--json", ends=1).stdout)
    assert answer["agrees"] is False
    assert answer["problems"] == [{"where": problem.where, "what": problem.what, "mend": problem.mend}]


@pytest.mark.django_db
def test_an_empty_database_is_one_problem_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "live_catalog", lambda: Catalog())
    assert "forsyn migrate" in run("check", ends=1).stderr


@pytest.mark.parametrize("file", [UTILITY, SUPPLIER])
def test_check_offline_needs_no_database(file: Path) -> None:
    said = run("check", "--offline", "--policy", file).output
    assert "is sound" in said
    assert "The program agrees with it" in said


def test_check_offline_compares_the_sources_of_the_columns(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    text = SUPPLIER.read_text(encoding="utf-8")
    start = text.index('[[not_held]]\ncategories = ["address"]')
    file.write_text(text[:start] + text[text.index("\n\n", start) :], encoding="utf-8")
    told = run("check", "--offline", "--policy", file, ends=1).stderr
    assert "customers_address.dar_address_id: The column comes from a public register" in told
    answer = json.loads(run("check", "--offline", "--json", "--policy", file, ends=1).stdout)
    assert answer["database_compared"] is False
    assert len(answer["problems"]) == 3


def test_a_typo_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(UTILITY.read_text(encoding="utf-8").replace("cvr =", "cvrr =", 1), encoding="utf-8")
    result = run("check", "--offline", "--policy", file, ends=1)
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if text.startswith("cvrr"))
    assert f"policy.toml:{line}" in result.stderr
    assert "'cvr'" in result.stderr
    for words in (["show"], ["notice"]):
        assert f"policy.toml:{line}" in run(*words, "--policy", file, ends=1).stderr


@pytest.mark.parametrize("words", [["check", "--offline"], ["show"], ["notice"]])
def test_a_file_that_is_not_there(words: list[str], tmp_path: Path) -> None:
    result = run(*words, "--policy", tmp_path / "nowhere.toml", ends=1)
    assert "nowhere.toml" in result.stderr


def test_show_lists_what_is_not_held() -> None:
    assert json.loads(run("show", "not-held", "--json").stdout) == []
    rows = json.loads(run("show", "not-held", "--json", "--policy", SUPPLIER).stdout)
    shown = run("show", "not-held", "--policy", SUPPLIER).output
    assert rows
    assert all(row["category"] in shown and row["reason"] in shown for row in rows)
    columns = json.loads(run("show", "columns", "--json", "--policy", SUPPLIER).stdout)
    assert ["date_of_birth"] in [row["not_held"] for row in columns]
    assert "date_of_birth (not held here)" in run("show", "columns", "--policy", SUPPLIER).output


@pytest.mark.parametrize("part", [part for part in commands.Part if part is not commands.Part.NOT_HELD])
def test_show_lists_each_part(part: commands.Part) -> None:
    rows = json.loads(run("show", part, "--json").stdout)
    assert len(rows) > 7
    assert set(commands.SHOWN[part]) <= set(rows[0])
    shown = run("show", part).output
    key = commands.SHOWN[part][0]
    assert all(row[key] in shown for row in rows)


def test_show_speaks_both_languages() -> None:
    assert "Supply and settlement" in run("show", "purposes").output
    assert "forsyning og afregning" in run("show", "purposes", "--lang", "da").output.lower()


def test_show_alone_is_an_overview() -> None:
    assert "Nordby Forsyning A/S" in run("show").output
    assert json.loads(run("show", "--json").stdout)["cvr"] == "99000007"


@pytest.mark.parametrize(
    ("name", "begins"), [("a.pdf", b"%PDF-1.7"), ("a.html", b"<!doctype html>"), ("a.txt", b"# "), ("a.MD", b"# ")]
)
@pytest.mark.parametrize("language", ["da", "en"])
def test_the_notice_is_written_as_its_name_says(tmp_path: Path, name: str, begins: bytes, language: str) -> None:
    run("notice", "--lang", language, "--output", tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_the_notice_goes_to_standard_output_as_text() -> None:
    assert run("notice").stdout_bytes.decode().startswith("# ")
    assert run("notice", "--format", "pdf").stdout_bytes.startswith(b"%PDF-")


def test_the_suppliers_notice_is_the_suppliers() -> None:
    text = run("notice", "--policy", SUPPLIER).stdout_bytes.decode()
    assert "Fjernbit" in text
    assert "Nordby Forsyning" not in text


@pytest.mark.parametrize(("name", "tells"), [("a.docx", ".docx"), ("nowhere/a.pdf", "No such file or directory")])
def test_a_file_that_cannot_be_written_is_explained(tmp_path: Path, name: str, tells: str) -> None:
    result = run("notice", "--output", tmp_path / name, ends=1)
    assert tells in result.stderr


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").mkdir()
    assert "cannot be written" in run("notice", "--output", tmp_path / "a.pdf", ends=1).stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]


def test_nothing_half_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "notice.pdf"
    file.write_bytes(b"the old one")
    monkeypatch.setattr(
        commands.rendering,
        "pdf",
        lambda document: (_ for _ in ()).throw(commands.TypesettingError("The document cannot be typeset: no letter.")),
    )
    assert "no letter" in run("notice", "--output", file, ends=1).stderr
    assert file.read_bytes() == b"the old one"
