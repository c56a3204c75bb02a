"""What can be chosen follows from the policy file; what cannot is refused with a sentence that teaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.safeguards import choices_rules as rules
from forsyn.domain.safeguards.choices_rules import Answer, ChoiceRefused, GivenConsent, Proof
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy, Text
from forsyn.policy.vocabulary import Language, Objection

POLICIES = {
    name: load_policy(Path(settings.PROJECT_ROOT, "policies", f"{name}.toml")) for name in ("utility", "supplier")
}
UTILITY, SUPPLIER = POLICIES["utility"], POLICIES["supplier"]
EVERY_POLICY = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
BEGINNING = datetime(2026, 11, 2, 9, tzinfo=UTC)
PAPER = Proof(b"%PDF-1.7 signed", "erklæring.pdf", "application/pdf")


def a_yes(
    policy: Policy, consent: str, *, hours: int = 0, withdrawn: int | None = None, text: str | None = None
) -> GivenConsent:
    return GivenConsent(
        id=hours,
        consent=consent,
        text_version=policy.version,
        text=text if text is not None else rules.consent_text(policy, consent, Language.DANISH),
        language="da",
        channel="portal",
        given_at=BEGINNING + timedelta(hours=hours),
        withdrawn_at=None if withdrawn is None else BEGINNING + timedelta(hours=withdrawn),
        withdrawn_channel=None if withdrawn is None else "portal",
        proof_name=None,
        recorded_by_id=None,
    )


def stand(policy: Policy, *rows: GivenConsent) -> dict[str, rules.Standing]:
    return {standing.key: standing for standing in rules.standings(policy, rows)}


@EVERY_POLICY
def test_nobody_has_said_yes_until_they_do(policy: Policy) -> None:
    found = stand(policy)
    assert found
    assert all(one.answer is Answer.NOT_GIVEN and not one.is_live and one.purposes for one in found.values())


def test_each_controller_asks_its_own() -> None:
    assert list(stand(UTILITY)) == list(UTILITY.consents)
    assert "health_notice" not in stand(SUPPLIER), "the utilities ask their consumers; the supplier only processes"
    assert "health_notice" in stand(SUPPLIER, a_yes(SUPPLIER, "health_notice")), "but what is on file is shown"


def test_a_yes_can_be_taken_back_and_given_again() -> None:
    rows = [a_yes(UTILITY, "newsletter", hours=0, withdrawn=1), a_yes(UTILITY, "newsletter", hours=2)]
    newsletter = stand(UTILITY, *rows)["newsletter"]
    assert newsletter.answer is Answer.GIVEN
    assert newsletter.live == rows[1]
    assert newsletter.earlier == (rows[0],)
    assert stand(UTILITY, rows[0])["newsletter"].answer is Answer.NOT_GIVEN


def test_a_new_text_asks_anew_and_another_version_of_the_same_text_does_not() -> None:
    assert stand(UTILITY, a_yes(UTILITY, "newsletter", text="Noget andet"))["newsletter"].answer is Answer.TEXT_CHANGED
    same_words = replace(UTILITY, version="2.0")
    assert stand(same_words, a_yes(UTILITY, "newsletter"))["newsletter"].answer is Answer.GIVEN


def test_a_wording_that_the_policy_names_as_the_same_question_still_counts() -> None:
    asked = UTILITY.consents["newsletter"]
    reworded = replace(asked, explanation=Text("Nye ord.", "New words."), former=(asked.explanation,))
    policy = replace(UTILITY, consents={**UTILITY.consents, "newsletter": reworded})
    assert stand(policy, a_yes(UTILITY, "newsletter"))["newsletter"].answer is Answer.GIVEN
    assert stand(policy, a_yes(UTILITY, "newsletter", text="Andet"))["newsletter"].answer is Answer.TEXT_CHANGED


def test_a_consent_that_the_policy_has_dropped_can_still_be_withdrawn() -> None:
    without = replace(UTILITY, consents={key: one for key, one in UTILITY.consents.items() if key != "newsletter"})
    assert stand(without, a_yes(UTILITY, "newsletter"))["newsletter"].answer is Answer.NO_LONGER_ASKED
    assert "newsletter" not in stand(without, a_yes(UTILITY, "newsletter", withdrawn=1))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(UTILITY.consents)),
            st.integers(0, 99),
            st.none() | st.integers(100, 199),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_every_row_is_shown_once(events: list[tuple[str, int, int | None, bool]]) -> None:
    live: set[str] = set()
    rows = []
    for consent, hours, withdrawn, same_text in events:
        if withdrawn is None and consent in live:
            continue  # the database keeps a second live one out
        live |= {consent} if withdrawn is None else set()
        rows.append(a_yes(UTILITY, consent, hours=hours, withdrawn=withdrawn, text=None if same_text else "før"))
    found = rules.standings(UTILITY, rows)
    shown = [row for one in found for row in (*one.earlier, *([one.live] if one.live else []))]
    assert sorted(map(repr, shown)) == sorted(map(repr, rows))
    assert {one.key for one in found if one.is_live} == live
    assert [one.key for one in found] == list(UTILITY.consents)


@EVERY_POLICY
def test_what_the_policy_asks_can_be_given(policy: Policy) -> None:
    for key, consent in policy.consents.items():
        proof = PAPER if consent.written else None
        rules.check_given(policy, consent=key, text_version=policy.version, proof=proof)


@pytest.mark.parametrize(
    ("consent", "version", "proof", "sentence"),
    [
        ("cheese", "1.0", None, "Politikken kender ikke samtykket »cheese«. Den beder om: »CPR-nummer til ny adresse«"),
        ("newsletter", "0.9", None, "Teksten er blevet ændret"),
        ("health_notice", "1.0", None, "»Oplysning om sygdom ved afbrydelser« skal være skriftligt"),
        ("health_notice", "1.0", replace(PAPER, content=b""), "er tom"),
        ("health_notice", "1.0", replace(PAPER, content=b"MZ\x90"), "hverken en PDF, en PNG eller en JPEG"),
        ("health_notice", "1.0", replace(PAPER, type="text/html"), "hverken en PDF, en PNG eller en JPEG"),
        ("health_notice", "1.0", replace(PAPER, type="image/png"), "hverken en PDF, en PNG eller en JPEG"),
        ("health_notice", "1.0", replace(PAPER, name=" "), "Giv filen et navn"),
        ("health_notice", "1.0", replace(PAPER, name="x" * 201), "Giv filen et navn"),
        ("health_notice", "1.0", replace(PAPER, content=b"%PDF-" + bytes(rules.PROOF_BYTES)), "mere end 10 MB"),
        ("newsletter", "1.0", replace(PAPER, content=b""), "er tom"),
    ],
)
def test_a_yes_that_would_prove_nothing_is_refused(
    consent: str, version: str, proof: Proof | None, sentence: str
) -> None:
    with pytest.raises(ChoiceRefused, match=sentence):
        rules.check_given(UTILITY, consent=consent, text_version=version, proof=proof)


def test_a_consent_that_no_purpose_waits_for_is_refused() -> None:
    unused = replace(
        UTILITY, purposes={key: one for key, one in UTILITY.purposes.items() if one.consent != "newsletter"}
    )
    with pytest.raises(ChoiceRefused, match="Intet formål"):
        rules.check_given(unused, consent="newsletter", text_version="1.0", proof=None)


@EVERY_POLICY
def test_each_purpose_takes_objections_as_its_basis_says(policy: Policy) -> None:
    by_effect = rules.objectable(policy)
    assert sum(map(len, by_effect.values())) == len(policy.purposes)
    for aimed_at in by_effect[Objection.STOPS]:
        rules.check_objection(policy, purpose=aimed_at.key, reason="")
        for upheld in (True, False):
            with pytest.raises(ChoiceRefused, match="kan ikke afvises"):
                rules.check_decision(policy, purpose=aimed_at.key, upheld=upheld, decision="Vi vil gerne")
    for aimed_at in by_effect[Objection.ASSESSED]:
        rules.check_objection(policy, purpose=aimed_at.key, reason="Jeg bor under hemmelig adresse")
        with pytest.raises(ChoiceRefused, match="skal begrundes"):
            rules.check_objection(policy, purpose=aimed_at.key, reason=" ")
        rules.check_decision(policy, purpose=aimed_at.key, upheld=False, decision="Et retskrav")
    for aimed_at in by_effect[Objection.NONE]:
        with pytest.raises(ChoiceRefused, match="ingen indsigelsesret"):
            rules.check_objection(policy, purpose=aimed_at.key, reason="Jeg vil ikke")


@pytest.mark.parametrize(
    ("purpose", "sentence"),
    [
        ("settlement", "en retlig forpligtelse og en aftale.*på pause"),
        ("newsletter", "det bygger på samtykke.*Træk samtykket tilbage i stedet"),
        ("cheese", "Politikken har intet formål »cheese«"),
    ],
)
def test_the_refusal_of_an_objection_says_why_and_what_instead(purpose: str, sentence: str) -> None:
    with pytest.raises(ChoiceRefused, match=sentence):
        rules.check_objection(UTILITY, purpose=purpose, reason="Jeg vil ikke")


@pytest.mark.parametrize("upheld", [True, False])
def test_a_decision_has_reasons_that_can_be_read(upheld: bool) -> None:
    for decision in ("", "   ", "x" * (rules.REASON_LENGTH + 1)):
        with pytest.raises(ChoiceRefused):
            rules.check_decision(UTILITY, purpose="operation_optimisation", upheld=upheld, decision=decision)


def test_a_restriction_is_not_lifted_behind_the_persons_back() -> None:
    rules.check_lifting(person_informed=True)
    with pytest.raises(ChoiceRefused, match="skal have besked"):
        rules.check_lifting(person_informed=False)


def test_a_purpose_has_its_name_and_one_that_is_gone_its_key() -> None:
    assert rules.named(UTILITY, "newsletter", Language.ENGLISH) == "Newsletters"
    assert rules.named(UTILITY, "cheese", Language.DANISH) == "cheese"
