"""`forsyn bill send` and what belongs to it, as an operator types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from django.utils import timezone
from pytest_django import Settings
from typer.testing import CliRunner

from forsyn.domain.billing.models import Bill, Dispatch, EInvoicing
from forsyn.domain.customers.models import ContactPoint
from forsyn.domain.safeguards.door_models import RecipientAgreement
from forsyn.interfaces.cli.examination_of_waiting import batches_waiting
from forsyn.interfaces.cli.main import app
from forsyn.workflows.waiting_batches import FETCH_WITHIN
from tests.books import books as books
from tests.own_bills import Ground, creditor, heat_basis
from tests.paid_world import restrict
from tests.world import World

Run = Callable[..., Result]


@pytest.fixture
def run(db: None, settings: Settings, tmp_path: Path) -> Run:
    settings.OUTGOING_FOLDER = tmp_path / "ud"
    host = SimpleNamespace(database=nullcontext)
    return lambda *words: CliRunner().invoke(app, ["bill", *map(str, words)], obj=host)


@pytest.fixture
def bill(world: World, books: Any) -> Bill:
    """Gorm's, who has no e-mail."""
    creditor()
    ContactPoint.objects.filter(customer_id=world.gorm.customer_id).delete()
    return Ground().settled(world.gorm, heat_basis())


def test_bills_are_sent_fetched_and_gone(run: Run, bill: Bill) -> None:
    done = run("send", bill.run_id)
    assert done.exit_code == 0, done.output
    assert "1 by print" in done.stdout
    (listed,) = json.loads(run("batches", "--json").stdout)["batches"]
    assert (listed["channel"], listed["bills"]) == ("print", 1)
    assert listed["name"] in run("batches").stdout
    assert "1 bills handed over" in run("handed-over", listed["name"]).stdout
    assert "Nothing waits" in run("batches").stdout
    again = run("handed-over", listed["name"])
    assert (again.exit_code, "There is no batch" in again.stderr) == (1, True)
    assert json.loads(run("send", bill.run_id, "--json").stdout)["sent"] == {}


def test_a_batch_that_nobody_fetched_is_called_back_and_leaves_again(run: Run, bill: Bill) -> None:
    run("send", bill.run_id)
    (listed,) = json.loads(run("batches", "--json").stdout)["batches"]
    assert "1 bills wait to be sent again" in run("recall", listed["name"]).stdout
    assert not Dispatch.objects.exists()
    assert json.loads(run("send", bill.run_id, "--json").stdout)["sent"] == {"print": 1}


def test_a_batch_of_someone_restricted_since_is_told_of_and_not_handed_over(run: Run, bill: Bill, world: World) -> None:
    run("send", bill.run_id)
    restrict(world.gorm, world.dpo.pk)
    (listed,) = json.loads(run("batches", "--json").stdout)["batches"]
    assert "customers restricted since" in run("batches").stderr
    refused = run("handed-over", listed["name"])
    assert (refused.exit_code, "forsyn bill recall" in refused.stderr.replace("\n", " ")) == (1, True)
    assert run("handed-over", listed["name"], "--fetched-before").exit_code == 0


def test_the_doctor_tells_of_batches_that_wait_too_long(run: Run, bill: Bill) -> None:
    run("send", bill.run_id)
    assert batches_waiting()[1:] == ("1 wait to be fetched", "")
    Dispatch.objects.update(made_at=timezone.now() - FETCH_WITHIN - timedelta(hours=1))
    what, found, mend = batches_waiting()
    assert (what, found) == ("batches of bills", "1 wait to be fetched, 1 of them too long")
    assert "forsyn bill handed-over print-" in mend


def test_what_the_door_refuses_is_told_and_scripts_see_it(run: Run, bill: Bill) -> None:
    RecipientAgreement.objects.filter(recipient="print_and_post").delete()
    done = run("send", bill.run_id)
    assert done.exit_code == 1
    assert "Nothing more by print" in done.stderr
    assert "databehandleraftale" in done.stderr
    assert not Dispatch.objects.exists()


def test_a_run_that_is_not_there_is_told(run: Run) -> None:
    done = run("send", 4711)
    assert (done.exit_code, "There is no run 4711" in done.stderr) == (1, True)


def test_a_company_asks_for_e_invoices_and_for_none_any_more(run: Run, world: World) -> None:
    asked = run("e-invoices", world.aeblegaarden.number, "--gln", "5790000000005", "--reference", "7778")
    assert asked.exit_code == 0, asked.output
    found = EInvoicing.objects.get()
    assert (found.gln, found.buyer_reference, found.format) == ("5790000000005", "7778", "oioubl")
    assert run("e-invoices", world.aeblegaarden.number, "--stop").exit_code == 0
    assert not EInvoicing.objects.exists()


@pytest.mark.parametrize(("who", "gln", "why"), [
    ("anna", "", "Kun virksomheder"), ("freja_shop", "", "CVR-nummer"), ("aeblegaarden", "123", "13 cifre"),
])  # fmt: skip
def test_who_cannot_have_them_is_told_why(run: Run, world: World, who: str, gln: str, why: str) -> None:
    done = run("e-invoices", getattr(world, who).number, "--gln", gln)
    assert (done.exit_code, why in done.stderr) == (1, True), done.output
