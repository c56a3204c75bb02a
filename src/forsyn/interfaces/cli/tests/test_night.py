"""`forsyn night`: preview, run, status, holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from typer.testing import CliRunner, Result

from forsyn.domain.correspondence.models import Note
from forsyn.domain.safeguards.actions_holds import hold
from forsyn.domain.safeguards.holds_models import Hold
from forsyn.interfaces.cli.main import app
from forsyn.workflows.declarations import current_policy
from tests.world import World


class FakeHost:
    """The tests' database is there already."""

    @contextmanager
    def database(self) -> Iterator[None]:
        yield


def run(*words: str, ends: int = 0) -> Result:
    result = CliRunner().invoke(app, ["night", *words], obj=FakeHost(), env={"TERM": "dumb", "COLUMNS": "200"})
    assert result.exit_code == ends, result.output
    return result


@pytest.fixture
def old_note(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over; and VACUUM, which works in no test that undoes what it did, is left out."""
    monkeypatch.setattr("forsyn.workflows.night.clear_dead_rows", lambda *, tables: len(tables))
    Note.objects.create(
        customer_id=world.anna.customer_id, account_id=world.clerk.pk, kind="phone", text="Længe siden.",
        written_at=datetime(2019, 1, 1, tzinfo=UTC), cpr_taken_out=0,
    )  # fmt: skip


def test_the_preview_counts_and_the_run_does_the_same(old_note: None) -> None:
    previewed = json.loads(run("preview", "--today", "2026-11-02", "--json").stdout)
    (line,) = [step for step in previewed["steps"] if step["table"] == "correspondence_note"]
    assert (line["previewed"], line["rules"]) == (1, "dialogue")
    assert Note.objects.exists()
    run("status", ends=1)
    done = json.loads(run("run", "--today", "2026-11-02", "--pause", "0", "--json").stdout)
    (line,) = [step for step in done["steps"] if step["table"] == "correspondence_note"]
    assert (line["previewed"], line["done"], line["state"], done["state"]) == (1, 1, "done", "finished")
    assert not Note.objects.exists()
    told = run("status").stdout
    assert "correspondence_note" in told
    assert "Night of 2026-11-02: finished." in told


def test_a_night_of_a_day_to_come_is_only_previewed(old_note: None) -> None:
    ahead = f"{timezone.localdate() + timedelta(days=400)}"
    assert "nothing" in run("preview", "--today", "1999-01-01").stdout
    run("preview", "--today", ahead)
    assert "has not come yet" in run("run", "--today", ahead, ends=1).output
    assert Note.objects.exists()


def test_holds_are_listed_without_names_and_late_reviews_end_with_1(world: World) -> None:
    assert "Nothing is held." in run("holds").stdout
    hold(
        policy=current_policy(), customer_id=world.anna.customer_id, categories=["name"], ground="sag 12", reason="K.",
        owner_id=world.dpo.pk, end_date=date(2090, 1, 1), review_date=date(2026, 11, 3), today=date(2026, 11, 2),
        now=datetime(2026, 11, 2, tzinfo=UTC),
    )  # fmt: skip
    told = run("holds", ends=1).stdout
    assert "sag 12" in told
    assert "overdue" in told
    assert world.anna.name not in told
    Hold.objects.update(review_date=date(2089, 1, 1))
    assert json.loads(run("holds", "--json").stdout)["overdue"] == []
