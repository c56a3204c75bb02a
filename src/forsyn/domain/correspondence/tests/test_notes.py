"""Notes of talks: written under customer service, kept as they were, and without CPR numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.correspondence.actions import write_note
from forsyn.domain.correspondence.models import Note
from forsyn.domain.correspondence.queries import notes_of, notes_with_unanswered_cpr
from forsyn.domain.correspondence.rules import DENIED, TEXT_LENGTH, NotPossible, clean_text, unanswered
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.purposes import P
from tests.world import NOW, World

LIKE_CPR = "610190-1234"


@given(st.text())
def test_what_may_be_stored_holds_no_unanswered_number(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except NotPossible:
        return
    assert unanswered(cleaned) == ()
    assert cleaned == cleaned.strip() != ""
    assert "\x00" not in cleaned


@pytest.mark.parametrize("text", ["", " \n\t", "\x00", "x" * (TEXT_LENGTH + 1), f"Hun er {LIKE_CPR}"])
def test_a_note_that_may_not_be_stored_is_refused(text: str) -> None:
    with pytest.raises(NotPossible):
        clean_text(text)


def test_the_writers_word_in_the_text_is_an_answer() -> None:
    text = f"Sag {LIKE_CPR}{DENIED} lukket"
    assert clean_text(text) == text
    with pytest.raises(NotPossible):
        clean_text(f"{text}, og {LIKE_CPR}")


def test_notes_are_read_newest_first(world: World) -> None:
    with purpose(P.CUSTOMER_SERVICE, actor=world.clerk.pk):
        for hours, text in enumerate(["Ringede om afkøling", "Ringede igen", "Besøg aftalt"]):
            _write(world, text, now=NOW + timedelta(hours=hours))
        notes = notes_of(customer_id=world.anna.customer_id, count=2)
        rest = notes_of(customer_id=world.anna.customer_id, first=2, count=2)
        others = notes_of(customer_id=world.gorm.customer_id, count=2)
    assert [note.text for note in notes] == ["Besøg aftalt", "Ringede igen"]
    assert [note.text for note in rest] == ["Ringede om afkøling"]
    assert others == []
    assert {note.writer for note in notes} == {"Karen Kontor"}


def test_the_answer_is_kept_with_the_note(world: World) -> None:
    with purpose(P.CUSTOMER_SERVICE, actor=world.clerk.pk):
        _write(world, f"Kasse {LIKE_CPR}", cpr_denied=1)
        _write(world, "Ringede")
    asked, plain = Note.objects.order_by("id")
    assert (asked.cpr_denied, asked.cpr_asked_at) == (1, NOW)
    assert plain.cpr_asked_at is None


@pytest.mark.parametrize("work", [P.SETTLEMENT, P.METERING, P.SELF_SERVICE, P.INTERRUPTIONS])
def test_no_other_work_reads_notes(world: World, work: P) -> None:
    with pytest.raises(PurposeViolation), purpose(work, actor=world.clerk.pk):
        notes_of(customer_id=world.anna.customer_id, count=2)


@pytest.mark.parametrize("statement", ["update correspondence_note set text = 'x'", "delete from correspondence_note"])
def test_customer_service_changes_no_note(world: World, statement: str) -> None:
    with pytest.raises(PurposeViolation), purpose(P.CUSTOMER_SERVICE, actor=world.clerk.pk):
        connection.cursor().execute(statement)


def test_the_database_refuses_answers_without_their_time(world: World) -> None:
    for asked_at, denied in ((None, 1), (NOW, 0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Note.objects.create(
                customer_id=world.anna.customer_id,
                account=world.clerk,
                kind="phone",
                text="x",
                written_at=NOW,
                cpr_asked_at=asked_at,
                cpr_denied=denied,
            )


def test_a_stored_number_that_nobody_answered_for_is_found(world: World) -> None:
    row = {"customer_id": world.anna.customer_id, "account": world.clerk, "kind": "phone", "written_at": NOW}
    bad = Note.objects.create(text=f"Hun er {LIKE_CPR}", **row)
    Note.objects.create(text=f"Kasse {LIKE_CPR}", cpr_asked_at=NOW, cpr_denied=1, **row)
    Note.objects.create(text="Ringede", **row)
    assert list(notes_with_unanswered_cpr()) == [bad.pk]


def _write(world: World, text: str, **more: object) -> int:
    details = {"customer_id": world.anna.customer_id, "kind": "phone", "account_id": world.clerk.pk, "now": NOW}
    return write_note(text=text, **details | more)  # type: ignore[arg-type]
