"""`forsyn bill`: a run from its preview to the ledger and back, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone
from typer.testing import CliRunner, Result

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Role
from forsyn.domain.billing.models import Bill, Run
from forsyn.interfaces.cli.main import app
from tests.billed_world import BilledWorld, settle

NEW = ("--commodity", "heat", "--from", "2025-01-01", "--until", "2026-01-01", "--issued", "2026-01-20",
       "--due", "2026-02-10")  # fmt: skip
ME, OTHER = "aage@nordby.example", "bente@nordby.example"


class FakeHost:
    """The tests' database is there already."""

    @contextmanager
    def database(self) -> Iterator[None]:
        yield


def run(*words: str, ends: int = 0) -> Result:
    result = CliRunner().invoke(app, ["bill", *words], obj=FakeHost(), env={"TERM": "dumb", "COLUMNS": "200"})
    assert result.exit_code == ends, result.output
    return result


@pytest.fixture
def staff(billed_world: BilledWorld) -> BilledWorld:
    for name, email, role in (("Aage", ME, Role.BILLING), ("Bente", OTHER, Role.BILLING),
                              ("Karen", "karen@nordby.example", Role.CLERK)):  # fmt: skip
        create_staff(email=email, name=f"{name} Prøve", password="nordby-demo-kodeord", roles=[role],
                     first_date=timezone.localdate(), now=timezone.now())  # fmt: skip
    return billed_world


def test_a_run_goes_its_way(staff: BilledWorld) -> None:
    made = json.loads(run("preview", *NEW, "--by", ME, "--json").stdout)
    number, sha256 = str(made["run"]), made["sha256"]
    assert (made["totals"]["bills"], made["totals"]["reasons"]) == (5, {"missing_consumption": 1})
    assert "another person" in run("approve", number, "--sha256", sha256, "--by", ME, ends=1).output
    assert "changed since" in run("approve", number, "--sha256", "0" * 64, "--by", OTHER, ends=1).output
    run("approve", number, "--sha256", sha256, "--by", OTHER)
    assert "5 bills posted" in run("execute", number).stdout
    assert "executed" in run("execute", number, ends=1).output
    shown = run("status", number).stdout
    assert "5 bills; 1 stopped; 0 restricted" in shown
    assert "5 posted; 1 stopped" in shown
    assert "2 bills released" in run("release", number, "--limit", "2").stdout
    assert "cannot be undone" in run("undo", number, "--by", OTHER, "--reason", "Fejl.", ends=1).output
    assert json.loads(run("release", number, "--json").stdout) == {"run": made["run"], "released": 3}
    assert json.loads(run("status", "--json").stdout)["runs"][0]["state"] == "released"


def test_what_changed_is_left_out_and_told(staff: BilledWorld) -> None:
    made = json.loads(run("preview", *NEW, "--by", ME, "--json").stdout)
    number = str(made["run"])
    run("approve", number, "--sha256", made["sha256"], "--by", OTHER)
    settle(staff.agreements["anna"], 18_000_000)
    said = run("execute", number).stdout.replace("\n", " ")
    assert "4 bills posted" in said
    assert "1 were left out (11375.00 kr), since something changed after the preview: consumption (1)." in said
    assert "consumption (1)" in run("status", number).stdout.replace("\n", " ")
    told = json.loads(run("status", number, "--json").stdout)["left_out"]
    assert told == {"bills": 1, "to_pay_oere": 1_137_500, "reasons": {"consumption": 1}}


def test_a_run_is_undone_or_discarded(staff: BilledWorld) -> None:
    for undone in (True, False):
        made = json.loads(run("preview", *NEW, "--by", ME, "--json").stdout)
        number = str(made["run"])
        run("approve", number, "--sha256", made["sha256"], "--by", OTHER)
        if undone:
            run("execute", number)
            assert "5 bills undone" in run("undo", number, "--by", OTHER, "--reason", "Forkert pris.").stdout
        else:
            run("discard", number, "--reason", "Forkert pris.")
    assert set(Run.objects.values_list("state", flat=True)) == {"undone", "discarded"}
    assert set(Bill.objects.values_list("state", flat=True)) == {"undone", "stopped"}


def test_who_does_it_is_asked(staff: BilledWorld) -> None:
    assert "Nobody on the staff" in run("preview", *NEW, "--by", "who@nordby.example", ends=1).output
    assert "works for settlement" in run("preview", *NEW, "--by", "karen@nordby.example", ends=1).output
    assert "needs --commodity" in run("preview", "--by", ME, ends=1).output
    assert "There is no agreement 999" in run("preview", *NEW, "--by", ME, "--agreement", "999", ends=1).output


def test_a_run_that_is_not_there(staff: BilledWorld) -> None:
    for words in (("execute", "99"), ("status", "99"), ("discard", "99"), ("preview", "99"), ("release", "99")):
        assert "There is no run 99" in run(*words, ends=1).output
    assert "There are no runs" in run("status").stdout
