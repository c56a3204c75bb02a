"""Each role's instructions tell what the policy gives it, and promise no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest

from forsyn.policy.document import as_text
from forsyn.policy.instruction_texts import TEXTS, WRITTEN_DATE
from forsyn.policy.instructions import CONFIRM_WITHIN, confirm_by, fingerprint, fingerprints, instructions
from forsyn.policy.policy import Policy, Text
from forsyn.policy.vocabulary import Language

DANISH = Language.DANISH
SENTENCES = "aec4d037ad08b0b5"
"""The beginning of the sentences' digest on `WRITTEN_DATE`."""


@pytest.fixture(params=["utility", "supplier"])
def policy(request: pytest.FixtureRequest) -> Policy:
    loaded: Policy = request.getfixturevalue(request.param)
    return loaded


def text(policy: Policy, role: str, language: Language = DANISH) -> str:
    return as_text(instructions(policy, role, language))


def part(policy: Policy, role: str, key: str) -> str:
    document = instructions(policy, role, DANISH)
    return as_text(replace(document, sections=tuple(one for one in document.sections if one.id == key)))


@pytest.mark.parametrize("language", list(Language))
def test_each_role_is_told_its_purposes_and_their_data_by_name(policy: Policy, language: Language) -> None:
    for role in policy.staff_roles.values():
        told = text(policy, role.key, language).lower()
        assert role.description.in_(language).lower() in told
        for purpose in (policy.purposes[key] for key in role.purposes):
            assert purpose.name.in_(language).lower() in told
            for category in purpose.categories:
                assert policy.categories[category].name.in_(language).lower() in told
        assert "{" not in told
        assert policy.data_protection.contact.phone in told


def test_a_role_is_told_what_it_does_not_get(utility: Policy) -> None:
    special = part(utility, "clerk", "special")
    assert "giver adgang til CPR-nummer, og kun til: »Din adresse fra CPR-registret«" in special
    assert "giver ikke adgang til: helbred" in special
    assert "helbred" in part(utility, "safety", "special").partition("giver ikke adgang")[0]


def test_a_role_is_told_whom_it_does_not_see(utility: Policy) -> None:
    unseen = part(utility, "operations", "unseen")
    assert "på pause, er de skjult for: »Afbrydelser af vand og varme«" in unseen
    assert "Aflæsning" not in unseen
    assert "indsigelse mod et formål, er skjult for det: »Bedre drift og sikker forsyning«" in unseen


def test_what_rests_on_a_consent_says_which(utility: Policy) -> None:
    assert "har givet samtykket »Oplysning om sygdom ved afbrydelser«" in text(utility, "safety")
    assert "samtykket" not in text(utility, "billing").partition("NemKonto")[0]


def test_only_people_from_elsewhere_are_bound_by_an_agreement(utility: Policy) -> None:
    assert "Du arbejder under den tavshedserklæring" in text(utility, "external_support")
    assert "Er du ansat i et andet firma" in text(utility, "clerk")


def test_who_answers_persons_is_not_sent_to_themselves(utility: Policy) -> None:
    assert "så giv det videre til Nordby Forsynings databeskyttelsesrådgiver samme dag" in text(utility, "clerk")
    assert "er det dig, der sørger for svaret" in text(utility, "dpo")
    assert "giv det videre" not in text(utility, "dpo")


def test_customers_are_said_to_see_looks_only_where_they_can(utility: Policy) -> None:
    promise = "Kunderne kan selv se i selvbetjeningen"
    assert promise in text(utility, "clerk")
    own = utility.purposes["self_service"]
    closed = replace(own, categories=tuple(one for one in own.categories if one != "access_log"))
    blind = replace(utility, purposes={**utility.purposes, "self_service": closed})
    assert promise not in text(blind, "clerk")


def test_the_fingerprint_changes_with_what_the_policy_says_of_the_role_alone(utility: Policy) -> None:
    before = fingerprints(utility)
    assert len(set(before.values())) == len(before)
    clerk = replace(utility.staff_roles["clerk"], description=Text("Svarer kunder.", "Answers customers."))
    after = fingerprints(replace(utility, version="2.0", staff_roles={**utility.staff_roles, "clerk": clerk}))
    assert {role for role in before if before[role] != after[role]} == {"clerk"}
    assert fingerprint(utility, "clerk") == before["clerk"]


def test_there_is_time_to_confirm_from_whichever_is_latest(utility: Policy) -> None:
    assert confirm_by(utility, date(2020, 1, 1)) == WRITTEN_DATE + CONFIRM_WITHIN
    later = WRITTEN_DATE + timedelta(days=40)
    assert confirm_by(utility, later) == later + CONFIRM_WITHIN
    assert confirm_by(replace(utility, valid_from=later), WRITTEN_DATE) == later + CONFIRM_WITHIN


def test_a_changed_sentence_gives_everybody_time_to_confirm_it() -> None:
    """Set `WRITTEN_DATE` to the day of the change, then `SENTENCES` to what stands here."""
    said = "\n".join(f"{key} {one.da} {one.en}" for key, one in TEXTS.items())
    assert sha256(f"{WRITTEN_DATE} {said}".encode()).hexdigest().startswith(SENTENCES)
