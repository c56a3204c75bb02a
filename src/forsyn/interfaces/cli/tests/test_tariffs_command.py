"""`forsyn tariffs`: listed, shown, and brought in from a file as a draft."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from forsyn.domain.billing.models import TariffVersion
from forsyn.domain.billing.tariff_queries import version_file
from forsyn.interfaces.cli.main import app
from forsyn.workflows.demo_accounts import make_demo_staff
from forsyn.workflows.demo_tariffs import make_demo_tariffs
from tests.world import NOW, TODAY, World

BY = ("--by", "aage.afregning@demo.example")


class FakeHost:
    """The tests' database is there already."""

    @contextmanager
    def database(self) -> Iterator[None]:
        yield


def run(*words: str, ends: int = 0) -> Result:
    result = CliRunner().invoke(app, ["tariffs", *words], obj=FakeHost(), env={"TERM": "dumb", "COLUMNS": "200"})
    assert result.exit_code == ends, result.output
    return result


@pytest.fixture
def tariffs(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: TODAY)
    settings.DEMO = True
    make_demo_staff(today=TODAY, now=NOW)
    make_demo_tariffs(today=TODAY, now=NOW)


def test_tariffs_are_listed_and_shown(tariffs: None) -> None:
    listed = {row["key"]: row for row in json.loads(run("list", "--json").stdout)}
    assert listed["varme"] == {"key": "varme", "commodity": "heat", "in_force": 1, "draft": 2}
    assert "spildevand" in run("list").stdout
    assert "6.37" in run("show", "vand").stdout
    assert "forsyn tariffs list" in run("show", "gas", ends=1).output


def test_what_is_shown_can_be_brought_in_changed(tariffs: None, tmp_path: Path) -> None:
    found = json.loads(run("show", "vand", "--json").stdout)
    file = tmp_path / "vand.json"
    file.write_text(json.dumps(found))
    assert "Nothing changes" in run("import", str(file), *BY, ends=1).output
    found["texts"]["filter"] = {"da": "Filter", "en": "Filter"}
    new = {**found["tariff"]["components"][1], "key": "filter", "text_key": "filter"}
    new["prices"] = [{"from_date": "2027-01-01", "until_date": None, "kr_per_unit": "0.5", "meter_size": None}]
    found["tariff"]["components"].append(new)
    file.write_text(json.dumps(found))
    done = json.loads(run("import", str(file), *BY, "--note", "Nyt filter", "--json").stdout)
    read = version_file(version_id=done["version"])
    assert read is not None
    assert (read.row.state, read.row.note, read.row.drafted_by.name) == ("draft", "Nyt filter", "Aage Afregning")
    assert [component.key for component in read.document.components][-1] == "filter"
    again = json.loads(run("import", str(file), *BY, "--json").stdout)
    assert again["version"] == done["version"], "the draft is written over"


def test_a_new_key_makes_a_new_tariff(tariffs: None, tmp_path: Path) -> None:
    found = json.loads(run("show", "spildevand", "--json").stdout) | {"key": "spildevand-erhverv"}
    file = tmp_path / "ny.json"
    file.write_text(json.dumps(found))
    assert "A new tariff is drafted" in run("import", str(file), *BY).stdout
    assert TariffVersion.objects.get(tariff__key="spildevand-erhverv").number == 1


def test_what_cannot_be_brought_in_says_where(tariffs: None, tmp_path: Path) -> None:
    file = tmp_path / "forkert.json"
    whole = json.loads(run("show", "vand", "--json").stdout)
    for content, said in (
        ("{", "no JSON"),
        (json.dumps({"key": "x"}), "give exactly"),
        (json.dumps(whole | {"name": {"da": "Vand"}}), "name"),
        (json.dumps(whole | {"texts": {"water": "Vand"}}), "both languages"),
        (json.dumps(whole | {"commodity": "gas"}), "commodities are"),
        (json.dumps(whole | {"tariff": {"components": "none"}}), "no tariff"),
        (json.dumps(whole | {"tariff": whole["tariff"] | {"components": []}}), "no components"),
        (json.dumps(whole | {"key": "Ny Nøgle"}), "is no key"),
        (json.dumps(whole | {"key": "ny", "texts": {}}), "no text"),
    ):
        file.write_text(content)
        assert said in run("import", str(file), *BY, ends=1).output.replace("\n", " ")
    assert not TariffVersion.objects.filter(tariff__key__in=["ny", "Ny Nøgle"]).exists()


def test_only_billing_brings_in(tariffs: None, tmp_path: Path) -> None:
    file = tmp_path / "vand.json"
    file.write_text("{}")
    for email in ("karen.kontor@demo.example", "nobody@demo.example"):
        assert "See: forsyn staff list" in run("import", str(file), "--by", email, ends=1).output
