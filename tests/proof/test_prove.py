"""`forsyn prove` on a world where everything is as it should be."""

from __future__ import annotations

from forsyn.policy.proof import Outcome
from forsyn.workflows.proof.prove import prove
from tests.world import World


def test_nothing_is_broken(kept_world: World) -> None:
    proof = prove(now=kept_world.now, today=kept_world.today)
    wrong = [
        (verdict.claim.id, one.trial, one.found.en)
        for verdict in proof.verdicts
        if verdict.outcome is Outcome.BROKEN
        for one in verdict.evidence
        if not one.passed
    ]
    assert wrong == []
