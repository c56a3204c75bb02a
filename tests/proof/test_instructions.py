"""Whether staff have confirmed their instructions is tried against the days that they have for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection

from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.instructions import confirm_by
from forsyn.policy.proof import Outcome
from forsyn.policy.purposes import P
from forsyn.workflows import staff_instructions
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.proof.prove import prove
from tests.world import World


def _outcome(world: World, today: date) -> tuple[Outcome, list[str]]:
    (verdict,) = prove(["SF-27"], now=world.now, today=today).verdicts
    return verdict.outcome, [one.trial for one in verdict.evidence if not one.passed]


def _let_roles_go_on(until: date) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "update accounts_staff_role set period = daterange('2026-10-01', %s), review_date = %s"
            " returning account_id, role",
            [until, until - timedelta(days=1)],
        )
        rows: list[tuple[int, str]] = cursor.fetchall()
        return rows


def test_after_the_days_to_confirm_everybody_must_have(kept_world: World) -> None:
    last = confirm_by(current_policy(), date(2026, 10, 1))
    roles = _let_roles_go_on(last + timedelta(days=9))
    assert _outcome(kept_world, last) == (Outcome.KEPT, [])
    late = last + timedelta(days=1)
    assert _outcome(kept_world, late) == (Outcome.BROKEN, ["instructions-are-confirmed"])
    texts = staff_instructions.present_texts()
    for number, (account_id, role) in enumerate(roles, 1):
        with purpose(P.STAFF_ADMINISTRATION, actor=account_id):
            staff_instructions.confirm(
                account_id=account_id,
                role=role,
                fingerprint=texts[role],
                now=datetime(2026, 12, 1, 9, tzinfo=kept_world.now.tzinfo),
                today=late,
            )
        expected = Outcome.KEPT if number == len(roles) else Outcome.BROKEN
        assert _outcome(kept_world, late)[0] is expected
