"""The record of a request says in Danish what was done, and no developer's word."""

from __future__ import annotations

from dataclasses import fields

import pytest
from django.utils.translation import override

from forsyn.domain.rights.queries import Step
from forsyn.domain.rights.rules import StepKind
from forsyn.interfaces.privacy_desk.step_words import COUNTS, words_of
from forsyn.policy.erasure import Outcome
from forsyn.workflows.recipient_notices import Notified
from forsyn.workflows.rectification_copies import Reached
from tests.world import NOW


def said(kind: StepKind, text: str) -> str:
    return words_of(Step(NOW, kind, text, ""))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tables: 20, rows: 1418, readings: 33072, withheld: 0", "20 tabeller, 1.418 rækker og 33.072 målinger"),
        ("erased: 3, masked: 1, thinned: 742, kept: 51", "3 slettet, 1 delvis tømt, 742 lagt sammen og 51 gemt"),
        ("corrected: 1, mailed: 0, tasks: 0, accounts_renamed: 1", "1 rettet og 1 brugerkonto omdøbt"),
        ("objections: 1", "1 nej skrevet ind"),
        ("restricted: 0", ""),
    ],
)
def test_what_was_carried_out_is_counted_in_words(text: str, words: str) -> None:
    assert said(StepKind.CARRIED_OUT, text) == words


def test_an_english_reader_reads_english() -> None:
    with override("en"):
        assert said(StepKind.CARRIED_OUT, "tables: 1, rows: 1418") == "1 table and 1,418 rows"


def test_every_count_of_a_deed_has_words() -> None:
    deeds = [field.name for deed in (Notified, Reached) for field in fields(deed)]
    assert COUNTS.keys() >= {*deeds, *(str(one) for one in Outcome if one is not Outcome.GAP)}


def test_answers_are_told_in_words_and_notes_as_they_were_written() -> None:
    assert said(StepKind.ANSWERED, "granted") == "Opfyldt"
    assert said(StepKind.NOTED, "granted") == "granted"
    assert said(StepKind.PLANNED, "0" * 64) == ""
