"""`forsyn prove` on a world where everything is as it should be."""

from __future__ import annotations

from django.db import connection

from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.proof import Outcome
from forsyn.policy.purposes import P
from forsyn.workflows.proof.prove import prove
from tests.world import World


def test_nothing_is_broken(kept_world: World) -> None:
    assert broken(kept_world) == []


def test_a_search_which_names_no_customer_breaks_nothing(kept_world: World) -> None:
    """Whoever objects to security's purpose is tried on a row of somebody, not on the words of a search."""
    with connection.cursor() as cursor:
        cursor.execute("update safeguards_access_log set customer_id = null, search = 'Ågade', kind = 'search'")
    with purpose(P.CUSTOMER_SERVICE, actor=kept_world.clerk.pk):
        record(kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=[kept_world.anna.customer_id])
    assert broken(kept_world, "SF-11", "SF-23", "SF-24") == []


def test_a_log_of_searches_only_breaks_nothing(kept_world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update safeguards_access_log set customer_id = null, search = 'Ågade', kind = 'search'")
    assert broken(kept_world, "SF-11", "SF-23", "SF-24") == []


def test_the_gaps_are_those_of_what_is_not_built_yet(kept_world: World) -> None:
    """Of the utility's claims; whoever builds one of them takes it out here."""
    proof = prove(now=kept_world.now, today=kept_world.today)
    gaps = {verdict.claim.id: verdict.why.en for verdict in proof.verdicts if verdict.outcome is Outcome.GAP}
    assert set(gaps) == {"SF-03", "SF-29"}, gaps


def broken(world: World, *claims: str) -> list[tuple[str, str, str]]:
    """What goes wrong with these claims, or with any: claim, trial and what was found."""
    proof = prove(claims, now=world.now, today=world.today)
    return [
        (verdict.claim.id, one.trial, one.found.en)
        for verdict in proof.verdicts
        if verdict.outcome is Outcome.BROKEN
        for one in verdict.evidence
        if not one.passed
    ]
