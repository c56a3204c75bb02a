"""The demo's notes: written once, and in the demo only."""

from __future__ import annotations

from typing import Any

import pytest

from forsyn.domain.correspondence.models import Note
from forsyn.kernel.cpr_search import find_cpr
from forsyn.workflows import demo_notes
from forsyn.workflows.demo_accounts import STAFF, NotADemo
from tests.world import NOW, World


def test_there_are_none_outside_the_demo() -> None:
    with pytest.raises(NotADemo):
        demo_notes.make_demo_notes(now=NOW)


def test_they_are_written_once(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = True
    monkeypatch.setattr(demo_notes, "STAFF", ((world.clerk.email, world.clerk.name, STAFF[0][2]),))
    monkeypatch.setattr(demo_notes, "CUSTOMER", world.anna.number)
    assert demo_notes.make_demo_notes(now=NOW)
    assert not demo_notes.make_demo_notes(now=NOW)
    assert [note.account_id for note in Note.objects.all()] == [world.clerk.pk] * len(demo_notes.NOTES)
    assert not any(find_cpr(note.text) for note in Note.objects.all())
