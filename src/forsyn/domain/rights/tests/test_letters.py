"""What letters say: whole sentences in both languages, whatever is put into them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.rights import letter_texts, letters
from forsyn.domain.rights.letters import LetterFacts, Result
from forsyn.domain.rights.rules import OnBehalf, Outcome, RefusalGround
from forsyn.policy.document import Document, as_text
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language, Right

POLICIES = Path(__file__).parents[5] / "policies"
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module", params=["utility", "supplier"])
def policy(request: pytest.FixtureRequest) -> Policy:
    return load_policy(POLICIES / f"{request.param}.toml")


def _facts(language: Language, right: Right | None = Right.ACCESS, **more: object) -> LetterFacts:
    return LetterFacts("P-2026-00017", right, date(2026, 11, 3), date(2026, 12, 3), language, **more)  # type: ignore[arg-type]


def _every(policy: Policy, language: Language) -> Iterator[Document]:
    for right in (None, *Right):
        facts = _facts(language, right, name="Anna Prøvesen", paused_days=2, extension_reason="Det er meget.")
        yield letters.receipt(policy, facts, identity_settled=False, today=TODAY)
        yield letters.question(policy, facts, today=TODAY)
        yield letters.extension(policy, facts, reason="Det er meget.", new_deadline_date=TODAY, today=TODAY)
        for outcome in Outcome:
            yield letters.answer(policy, facts, Result(outcome, ("A.",), ("B.",), ("C.",), "D."), today=TODAY)
        for ground in RefusalGround:
            yield letters.refusal(policy, facts, ground=ground, reason="E.", today=TODAY)


@pytest.mark.parametrize("language", list(Language))
def test_every_letter_is_whole_and_says_how_to_complain(policy: Policy, language: Language) -> None:
    for document in _every(policy, language):
        text = as_text(document)
        assert "{" not in text
        assert "()" not in text
        assert "P-2026-00017" in text
        assert policy.authority.contact.email in text
        assert policy.data_protection.contact.email in text
        assert ("Datatilsynet" in text) or language is Language.ENGLISH


@pytest.mark.parametrize("language", list(Language))
def test_an_answer_tells_what_was_done_what_stays_and_why_it_took_so_long(policy: Policy, language: Language) -> None:
    facts = _facts(language, paused_days=1, extension_reason="Der er mange målere.")
    result = Result(Outcome.PARTLY, ("Alt er sendt.",), ("Regninger til 2031.",), ("En nabos brev.",), "Et.\n\nTo.")
    text = as_text(letters.answer(policy, facts, result, today=TODAY))
    for said in ("Alt er sendt.", "Regninger til 2031.", "En nabos brev.", "Der er mange målere."):
        assert text.count(said) == 1
    assert ("1 dag," in text) or ("1 day " in text)


def test_an_estate_is_told_that_it_is_answered_as_such(policy: Policy) -> None:
    facts = _facts(Language.DANISH, on_behalf=OnBehalf.ESTATE)
    assert "gælder ikke for afdøde" in as_text(letters.answer(policy, facts, Result(Outcome.GRANTED), today=TODAY))


def test_both_languages_have_the_same_words() -> None:
    for danish, english in letter_texts._TEXTS.values():
        assert sorted(_fields(danish)) == sorted(_fields(english))
    assert set(letter_texts.MATTERS[Language.DANISH]) == set(letter_texts.MATTERS[Language.ENGLISH]) == {None, *Right}


def _fields(text: str) -> set[str]:
    return {piece.split("}")[0] for piece in text.split("{")[1:]}


UTILITY = load_policy(POLICIES / "utility.toml")


@given(st.text(), st.text(), st.text())
def test_what_people_write_stays_what_they_wrote(name: str, reason: str, words: str) -> None:
    """Braces, marks and line breaks in names and reasons are words like others."""
    facts = _facts(Language.DANISH, name=name, extension_reason=reason)
    document = letters.answer(UTILITY, facts, Result(Outcome.GRANTED, words=words), today=TODAY)
    assert " ".join(words.split()) in " ".join(letters.mail_text(document).split())
    letters.extension(UTILITY, facts, reason=reason, new_deadline_date=TODAY, today=TODAY)
