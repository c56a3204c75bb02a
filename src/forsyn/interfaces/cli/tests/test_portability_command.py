"""`forsyn portability`, as an operator types it; and the schema, as another company fetches it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from click.testing import Result
from django.test import Client
from typer.testing import CliRunner

from forsyn.domain.safeguards.door_models import Disclosure
from forsyn.domain.safeguards.log_models import AccessEntry, AccessKind
from forsyn.integrations.packages.schema import faults
from forsyn.interfaces.cli.main import app
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.portability_schema import PATH, address_of
from tests.world import World

pytestmark = pytest.mark.django_db
Run = Callable[..., Result]


@pytest.fixture
def run(db: None) -> Run:
    host = SimpleNamespace(database=nullcontext)
    return lambda *words: CliRunner().invoke(app, ["portability", *words], obj=host)  # type: ignore[return-value]


def test_the_file_is_as_the_fetched_schema_says(run: Run, world: World, tmp_path: Path) -> None:
    file = tmp_path / "anna.zip"
    said = json.loads(run(world.anna.number, "--to", str(file), "--json").stdout)
    assert said["bytes"] == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    with ZipFile(file) as package:
        document = json.loads(package.read("data.json"))
    assert list(faults(document, json.loads(Client().get(PATH).content))) == []
    assert Disclosure.objects.get().to_person
    assert AccessEntry.objects.get(kind=AccessKind.EXPORT).customer_id == world.anna.customer_id


def test_without_a_file_nothing_leaves(run: Run, world: World) -> None:
    shown = run(world.anna.number).stdout
    assert "customers_customer_name" in shown
    assert world.anna.name not in shown
    assert not Disclosure.objects.exists()


def test_the_schema_is_published_where_its_id_says() -> None:
    answer = Client().get(PATH)
    assert json.loads(answer.content)["$id"] == address_of(current_policy())
    assert Client().get(PATH, headers={"If-None-Match": answer["ETag"]}).status_code == 304
