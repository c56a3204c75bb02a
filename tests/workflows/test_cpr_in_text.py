"""The question about CPR numbers in a text, and what its answers make of the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.correspondence.rules import DENIED, unanswered
from forsyn.workflows.cpr_in_text import MOVED, TAKEN_OUT, Answer, NotSettled, ask_about_cpr, settle

ONE, OTHER = "610190-1234", "710285 4321"
TEXT = f"Anna er {ONE} og Bo er {OTHER}. Husk 6101901234!"


def test_each_number_is_asked_about_once() -> None:
    question = ask_about_cpr(TEXT)
    assert question is not None
    assert [number.written for number in question.numbers] == [ONE, OTHER]
    assert [piece for piece, is_number in question.pieces() if is_number] == [ONE, OTHER, "6101901234"]
    assert "".join(piece for piece, _ in question.pieces()) == TEXT


def test_a_text_without_such_numbers_raises_no_question() -> None:
    assert ask_about_cpr("Ring på +45 20 00 10 01 om måler 0082001") is None


def test_answers_make_the_text() -> None:
    question = ask_about_cpr(TEXT)
    assert question is not None
    moved = settle(question, [Answer.MOVE, Answer.TAKE_OUT])
    assert moved.text == f"Anna er {MOVED} og Bo er {TAKEN_OUT}. Husk {MOVED}!"
    assert (moved.moved, moved.denied, moved.taken_out) == ("6101901234", 0, 3)
    kept = settle(question, [Answer.NOT_CPR, Answer.NOT_CPR])
    assert (kept.text, kept.denied, kept.taken_out, kept.moved) == (TEXT, 3, 0, None)


def test_a_text_that_keeps_no_record_says_the_answer_itself() -> None:
    question = ask_about_cpr(TEXT)
    assert question is not None
    said = settle(question, [Answer.NOT_CPR, Answer.TAKE_OUT], mark_denied=True).text
    assert said == f"Anna er {ONE}{DENIED} og Bo er {TAKEN_OUT}. Husk 6101901234{DENIED}!"
    assert ask_about_cpr(said) is None


def test_a_customer_has_one_number() -> None:
    question = ask_about_cpr(TEXT)
    assert question is not None
    with pytest.raises(NotSettled):
        settle(question, [Answer.MOVE, Answer.MOVE])


def test_nothing_shows_the_numbers_by_mistake() -> None:
    question = ask_about_cpr(TEXT)
    assert question is not None
    shown = repr(question) + repr(settle(question, [Answer.MOVE, Answer.NOT_CPR])) + question.key
    assert not any(secret in shown for secret in ("6101901234", "610190", "4321"))


WORDS = st.sampled_from(["Anna", ONE, OTHER, "6101901234", "+45 20001001", "\r\n", DENIED, "målernr. 6101901234", "x"])


@given(st.lists(WORDS, max_size=12), st.data())
def test_what_is_settled_needs_no_second_question(words: list[str], data: st.DataObject) -> None:
    question = ask_about_cpr(" ".join(words))
    if question is None:
        return
    no_move = [Answer.TAKE_OUT, Answer.NOT_CPR]
    answers = [data.draw(st.sampled_from(no_move)) for _ in question.numbers]
    settled = settle(question, answers, mark_denied=True)
    assert unanswered(settled.text) == ()
    plain = settle(question, answers)
    assert len(unanswered(plain.text)) == plain.denied
