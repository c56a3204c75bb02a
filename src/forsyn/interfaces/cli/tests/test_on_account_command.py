"""`forsyn on-account`: plans for everybody, and the degree days of months."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from forsyn.domain.billing.models import DegreeDays, Plan
from forsyn.interfaces.cli.main import app
from tests.billing_ground import approved, on_terms, sized
from tests.charge_samples import LONG_AGO, always, fixed, tariff, variable
from tests.world import World

pytestmark = pytest.mark.django_db
YEAR = ["--from", "2027-01-01", "--until", "2028-01-01"]


class FakeHost:
    """The tests' database is there already."""

    @contextmanager
    def database(self) -> Iterator[None]:
        yield


def run(*words: str, ends: int = 0) -> Result:
    env = {"TERM": "dumb", "COLUMNS": "200"}
    result = CliRunner().invoke(app, ["on-account", *words], obj=FakeHost(), env=env)
    assert result.exit_code == ends, result.output
    return result


def test_plans_are_made_for_those_who_pay_on_account(world: World) -> None:
    tariff_id, _ = approved(tariff(fixed("subscription", always("600")), variable("heat", always("700"))))
    for party in (world.anna, world.bo):
        on_terms(party.agreements["heat"], tariff_id, LONG_AGO)
    sized(world.anna.agreements["heat"], "square_metres", "130", LONG_AGO)

    told = run("plan", "--commodity", "heat", *YEAR, "--json")

    assert json.loads(told.stdout) == {
        "plans": 1, "instalments": 4, "refused": 1, "reasons": {"missing_consumption": 1},
    }  # fmt: skip
    assert Plan.objects.get().agreement_id == world.anna.agreements["heat"]
    again = run("plan", "--commodity", "heat", *YEAR)
    assert "0 plans" in again.stdout
    assert "is missing from 2027-01-01" in again.stdout.replace("\n", " ")


def test_degree_days_come_from_a_file(tmp_path: Path, db: None) -> None:
    file = tmp_path / "graddage.csv"
    file.write_text("month;degree_days;normal_degree_days\n2026-01;512,3;489\n2026-12;;455,5\n", encoding="utf-8")
    assert run("degree-days", str(file)).stdout == "2 months noted.\n"
    january, december = DegreeDays.objects.order_by("month")
    assert (str(january.degree_days), str(december.normal_degree_days)) == ("512.30", "455.50")
    assert december.degree_days is None

    file.write_text("month;degree_days;normal_degree_days\n2026-01;meget;489\n", encoding="utf-8")
    assert "Line 2" in run("degree-days", str(file), ends=1).output
