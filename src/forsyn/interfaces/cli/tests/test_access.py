"""`forsyn access`, as an operator types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from click.testing import Result
from typer.testing import CliRunner

from forsyn.domain.safeguards.door_models import Disclosure
from forsyn.domain.safeguards.log_models import AccessEntry, AccessKind
from forsyn.interfaces.cli.main import app
from tests.world import World

Run = Callable[..., Result]


@pytest.fixture
def run(db: None) -> Run:
    host = SimpleNamespace(database=nullcontext)
    return lambda *words: CliRunner().invoke(app, ["access", *words], obj=host)


def test_the_copy_goes_into_a_file_for_its_owner_alone(run: Run, world: World, tmp_path: Path) -> None:
    file = tmp_path / "anna.zip"
    said = json.loads(run(world.anna.number, "--to", str(file), "--json").stdout)
    assert said["bytes"] == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    with ZipFile(file) as package:
        assert json.loads(package.read("data.json"))["customer_numbers"] == [world.anna.number]
    assert Disclosure.objects.get().payload_bytes == file.stat().st_size
    assert AccessEntry.objects.get(kind=AccessKind.EXPORT).customer_id == world.anna.customer_id


def test_without_a_file_it_shows_what_there_is_and_no_names(run: Run, world: World) -> None:
    shown = run(world.anna.number).stdout
    assert "customers_customer_name" in shown
    assert world.anna.name not in shown
    assert not Disclosure.objects.exists()


def test_no_file_is_overwritten(run: Run, world: World, tmp_path: Path) -> None:
    file = tmp_path / "anna.zip"
    file.write_text("another's")
    ended = run(world.anna.number, "--to", str(file))
    assert ended.exit_code == 1
    assert "is there already" in ended.stderr
    assert file.read_text() == "another's"
    assert not Disclosure.objects.exists()


def test_a_folder_that_is_not_there_is_told(run: Run, world: World, tmp_path: Path) -> None:
    ended = run(world.anna.number, "--to", str(tmp_path / "nowhere" / "anna.zip"))
    assert ended.exit_code == 1
    assert "cannot be written" in ended.stderr


def test_an_unknown_number_is_told(run: Run, world: World) -> None:
    ended = run("999999")
    assert ended.exit_code == 1
    assert "no customer 999999" in ended.stderr
