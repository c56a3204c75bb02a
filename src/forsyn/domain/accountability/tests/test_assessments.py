"""Balancing tests and impact assessments: what must be there, and what a decision takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from forsyn.domain.accountability import actions_assessments as actions
from forsyn.domain.accountability.assessment_models import Assessment, AssessmentKind, Decision
from forsyn.domain.accountability.assessment_queries import standings, versions, wanting
from forsyn.domain.accountability.assessment_rules import (
    PARTS,
    AssessmentRefused,
    Standing,
    basis,
    must_balance,
    should_assess_impact,
    starter,
)
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.policy import Policy, Text
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from tests.world import World

BALANCING, IMPACT = AssessmentKind.BALANCING, AssessmentKind.IMPACT
NEXT_YEAR = date(2027, 11, 1)


def _policy() -> Policy:
    return current_policy()


def _write(world: World, key: str = "satisfaction_surveys", kind: AssessmentKind = BALANCING, **texts: str) -> int:
    full = {part.key: f"Om {part.title.da}." for part in PARTS[kind]} | texts
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        return actions.write(
            policy=_policy(), kind=kind, purpose=key, texts=full, author_id=world.dpo.pk, now=world.now
        )


def _decide(world: World, assessment_id: int, **changes: Any) -> None:
    values = {"decision": Decision.CARRY_ON, "reason": "Det er få oplysninger.", "review_date": NEXT_YEAR} | changes
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        actions.decide(
            policy=_policy(), assessment_id=assessment_id, decided_by_id=world.dpo.pk, now=world.now,
            today=world.today, **values,
        )  # fmt: skip


def _stands(
    world: World, key: str = "satisfaction_surveys", *, today: date | None = None, policy: Policy | None = None
):  # type: ignore[no-untyped-def]
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        found = standings(policy or _policy(), today=today or world.today)
    return next(one.standing for one in found if one.purpose.key == key and one.kind is BALANCING)


def test_each_purpose_on_6_1_f_needs_one_and_special_data_call_for_an_impact_assessment() -> None:
    assert {one.key for one in must_balance(_policy())} == {
        key for key, one in _policy().purposes.items() if any(each.article == "6(1)(f)" for each in one.bases)
    }
    assert {"interruption_health", "offence_reports", "debt_hand_over"} <= {
        one.key for one in should_assess_impact(_policy())
    }


@pytest.mark.parametrize("kind", AssessmentKind)
def test_a_draft_begins_with_what_the_policy_says(kind: AssessmentKind) -> None:
    for one in (*must_balance(_policy()), *should_assess_impact(_policy())):
        written = starter(_policy(), one, kind)
        assert list(written) == [part.key for part in PARTS[kind]]
        assert one.description.da in "".join(written.values())
    surveys = starter(_policy(), _policy().purposes["satisfaction_surveys"], BALANCING)
    assert "at få at vide, hvad vi kan gøre bedre" in surveys["interest"]
    assert "stopper det med det samme" in surveys["safeguards"]


@pytest.mark.django_db
def test_from_missing_to_current_to_overdue(world: World) -> None:
    assert _stands(world) is Standing.MISSING
    assessment_id = _write(world)
    assert _stands(world) is Standing.DRAFT
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        before = wanting(_policy(), today=world.today)
    _decide(world, assessment_id)
    assert _stands(world) is Standing.CURRENT
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        assert wanting(_policy(), today=world.today) == before - 1
    assert _stands(world, today=NEXT_YEAR - timedelta(days=1)) is Standing.CURRENT
    assert _stands(world, today=NEXT_YEAR) is Standing.OVERDUE


@pytest.mark.django_db
def test_a_purpose_that_reads_more_asks_for_a_new_look(world: World) -> None:
    _decide(world, _write(world))
    surveys = _policy().purposes["satisfaction_surveys"]
    wider = replace(surveys, categories=(*surveys.categories, "consumption"))
    assert _stands(world, policy=replace(_policy(), purposes={**_policy().purposes, surveys.key: wider})) is (
        Standing.CHANGED
    )
    reworded = replace(surveys, description=Text("Andre ord.", "Other words."))
    assert basis(reworded) == basis(surveys)


@pytest.mark.django_db
def test_a_decision_stays_and_a_new_look_is_a_new_version(world: World) -> None:
    first = _write(world)
    assert _write(world, interest="Bedre skrevet.") == first
    _decide(world, first)
    with pytest.raises(DatabaseError, match="is decided"), transaction.atomic():
        Assessment.objects.filter(pk=first).update(decision_reason="En anden grund.")
    with pytest.raises(AssessmentRefused, match="allerede afgjort"):
        _decide(world, first)
    second = _write(world)
    assert second != first
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        assert [row.version for row in versions(kind=BALANCING, purpose="satisfaction_surveys")] == [2, 1]
    assert _stands(world) is Standing.CURRENT


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("texts", "changes", "said"),
    [
        ({"balance": " "}, {}, "de sidste dele.*Afvejningen"),
        ({}, {"reason": " "}, "begrundelsen"),
        ({}, {"decision": Decision.NOT_NEEDED}, "skal der være"),
        ({}, {"review_date": date(2026, 11, 2)}, "næste to år"),
        ({}, {"review_date": date(2030, 1, 1)}, "næste to år"),
    ],
)
def test_what_cannot_be_decided_so_is_refused(
    world: World, texts: dict[str, str], changes: dict[str, Any], said: str
) -> None:
    assessment_id = _write(world, **texts)
    with pytest.raises(AssessmentRefused, match=said):
        _decide(world, assessment_id, **changes)
    assert _stands(world) is Standing.DRAFT


@pytest.mark.django_db
def test_an_impact_assessment_may_be_found_not_needed(world: World) -> None:
    assessment_id = _write(world, "debt_hand_over", IMPACT, risks="", measures="", advice="", views="")
    _decide(world, assessment_id, decision=Decision.NOT_NEEDED, reason="Loven regulerer det i detaljer.")
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        found = standings(_policy(), today=world.today)
    assert next(one for one in found if one.purpose.key == "debt_hand_over").standing is Standing.CURRENT


@pytest.mark.django_db
def test_no_draft_about_what_the_policy_does_not_know(world: World) -> None:
    with pytest.raises(AssessmentRefused, match="ikke det formål"):
        _write(world, "selling_data")
    with pytest.raises(AssessmentRefused, match="ingen del"):
        _write(world, poetry="Roser er røde.")
