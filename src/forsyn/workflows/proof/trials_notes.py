"""The trial of free texts: no stored note holds a CPR number that nobody answered for."""

from __future__ import annotations

from forsyn.domain.correspondence.queries import notes_with_unanswered_cpr
from forsyn.workflows.proof.attempts import none_of
from forsyn.workflows.proof.bench import Bench, Finding
from forsyn.workflows.proof.trial import invariant


@invariant(
    "SF-08",
    da="Alle noter bliver læst igennem: intet tal, der ligner et CPR-nummer, står uden et svar fra den, der skrev det.",
    en="All notes are read through: no number that looks like a CPR number stands without its writer's answer.",
)
def no_cpr_in_notes(bench: Bench) -> Finding:
    """By the search that the forms use; the finding names rows, and shows nothing of their texts."""
    with bench.as_role(bench.reader) as cursor:
        cursor.execute("select count(*) from correspondence_note")
        ((read,),) = cursor.fetchall()
        wrong = [f"correspondence_note {note_id}" for note_id in notes_with_unanswered_cpr()]
    return none_of("forsyn.domain.correspondence.queries.notes_with_unanswered_cpr", wrong, tried=read)


TRIALS = (no_cpr_in_notes,)
