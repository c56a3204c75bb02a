"""A refused erasure leaves nothing behind: not on the log outside the database, from which a replay would erase."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forsyn.domain.rights import actions, actions_answers, actions_identity
from forsyn.domain.rights.models import Request
from forsyn.domain.rights.rules import Intake, RequestRefused
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Right
from forsyn.workflows import erasure, right_erasure, right_plans
from forsyn.workflows.erasure import ErasureRefused
from forsyn.workflows.privacy_requests import receive_at_desk
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def log(tmp_path: Path, settings: Any) -> ErasureLog:
    settings.ERASURE_LOG = ErasureLog(tmp_path / "erasures.log")
    return settings.ERASURE_LOG


def _identified(world: World) -> int:
    request_id = receive_at_desk(
        by_id=world.dpo.pk,
        channel=Intake.LETTER,
        right=Right.ERASURE,
        said=WordsOfRequest(),
        received_at=NOW,
        now=NOW,
        customer_ids=[world.dorthe.customer_id],
    ).request_id
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        actions_identity.note_identity_seen(
            request_id=request_id, note="Pas vist ved skranken.", by_id=world.dpo.pk, now=NOW, today=TODAY
        )
    return request_id


def _planned(world: World) -> tuple[int, str]:
    request_id = _identified(world)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        right_plans.make_plan(request_id=request_id, by_id=world.dpo.pk, now=NOW, today=TODAY)
    return request_id, Request.objects.get(pk=request_id).plans.get().fingerprint


def _refused(world: World, request_id: int, fingerprint: str) -> str:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk), pytest.raises(RequestRefused) as refusal:
        right_plans.carry_out(request_id=request_id, fingerprint=fingerprint, by_id=world.dpo.pk, now=NOW, today=TODAY)
    return str(refusal.value)


def test_doubt_after_the_plan_stops_the_deed_before_the_log(world: World, log: ErasureLog) -> None:
    request_id, fingerprint = _planned(world)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        actions_identity.ask_identity(
            request_id=request_id, reason="Passet var en andens.", by_id=world.clerk.pk, now=NOW, today=TODAY
        )
    assert "ikke afklaret" in _refused(world, request_id, fingerprint)
    assert not log.entries()


def test_a_plan_that_was_not_read_stops_the_deed_before_the_log(world: World, log: ErasureLog) -> None:
    request_id, _ = _planned(world)
    assert "en anden end den, du har læst" in _refused(world, request_id, "0" * 64)
    assert not log.entries()


def test_that_somebody_is_in_use_is_said_where_the_plan_is_laid(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_use(**_: object) -> None:
        raise ErasureRefused("Personens oplysninger er i brug lige nu.")

    request_id = _identified(world)
    monkeypatch.setattr(right_erasure, "plan_erasure", in_use)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk), pytest.raises(right_plans.PlanRefused, match="i brug"):
        right_plans.make_plan(request_id=request_id, by_id=world.dpo.pk, now=NOW, today=TODAY)


def test_after_doubt_a_planned_request_is_still_about_the_same_person(world: World) -> None:
    request_id, _ = _planned(world)
    given = {"request_id": request_id, "by_id": world.dpo.pk, "now": NOW}
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        actions_identity.ask_identity(
            reason="Passet var en andens.", today=TODAY, **(given | {"by_id": world.clerk.pk})
        )
        actions_identity.note_identity_seen(note="Kørekort vist.", today=TODAY, **given)
        with pytest.raises(RequestRefused, match="allerede lagt en plan"):
            actions.link_customer(customer_id=world.anna.customer_id, **given)
        with pytest.raises(RequestRefused, match="allerede lagt en plan"):
            actions.read_right(right=Right.ACCESS, **given)
        actions_answers.drop_plan(**given)
        actions.read_right(right=Right.ACCESS, **given)
        with pytest.raises(RequestRefused, match="samme navn"):
            actions.link_customer(customer_id=world.anna.customer_id, **given)


def test_a_plan_put_aside_settles_no_doubt(world: World) -> None:
    request_id, _ = _planned(world)
    given = {"request_id": request_id, "by_id": world.dpo.pk, "now": NOW}
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        actions_identity.ask_identity(
            reason="Passet var en andens.", today=TODAY, **(given | {"by_id": world.clerk.pk})
        )
        actions_answers.drop_plan(**given)
    assert Request.objects.get(pk=request_id).state == "identity_asked"


def test_the_person_is_held_still_and_the_plan_is_made_once_before_the_deed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id, fingerprint = _planned(world)
    made: list[str] = []
    for name in ("lock_subject", "do_erasure"):
        original = getattr(erasure, name)
        monkeypatch.setattr(
            erasure,
            name,
            lambda *given, name=name, original=original, **more: made.append(name) or original(*given, **more),
        )
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        right_plans.carry_out(request_id=request_id, fingerprint=fingerprint, by_id=world.dpo.pk, now=NOW, today=TODAY)
    assert made == ["lock_subject", "do_erasure", "lock_subject", "do_erasure"]
