"""A wish to be erased outlives the restriction that kept it: when that is lifted, the wish is a request again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from forsyn.domain.customers.models import ContactPoint
from forsyn.domain.rights import actions, actions_identity, queries
from forsyn.domain.rights.letters import Result
from forsyn.domain.rights.models import Request, RequestPlan
from forsyn.domain.rights.rules import Intake, Outcome
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.actions_choices import restrict
from forsyn.domain.safeguards.choices_models import RestrictionGround
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Right
from forsyn.workflows import privacy_answers, right_plans
from forsyn.workflows.choice_plans import carry_out_lifting
from forsyn.workflows.declarations import current_policy
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def log(tmp_path: Path, settings: Any) -> None:
    settings.ERASURE_LOG = ErasureLog(tmp_path / "erasures.log")


def _restricted(world: World, *, days: int = 0) -> int:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        return restrict(
            customer_id=world.dorthe.customer_id, ground=RestrictionGround.CLAIM, reason="Hun fører en sag.",
            recorded_by_id=world.dpo.pk, now=NOW + days * DAY,
        )  # fmt: skip


def _lifted(world: World, restriction_id: int, *, days: int) -> Request | None:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        return carry_out_lifting(
            current_policy(), restriction_id=restriction_id, person_informed=True, actor=world.dpo.pk,
            now=NOW + days * DAY,
        ).erasure  # fmt: skip


def _asks(world: World) -> int:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        request_id, _ = actions.receive(
            right=Right.ERASURE, channel=Intake.LETTER, said=WordsOfRequest(name="Dorthe", address="Vej 1\n9999 By"),
            received_at=NOW, now=NOW, customer_ids=[world.dorthe.customer_id], by_id=world.dpo.pk,
        )  # fmt: skip
        actions_identity.note_identity_seen(
            request_id=request_id, note="Pas; foto passer", by_id=world.dpo.pk, now=NOW, today=TODAY
        )
    return request_id


def _carried_out(world: World, request_id: int, *, today: date = TODAY) -> None:
    who = {"request_id": request_id, "by_id": world.dpo.pk, "now": NOW, "today": today}
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        plan_id = right_plans.make_plan(**who)
        right_plans.carry_out(fingerprint=RequestPlan.objects.get(pk=plan_id).fingerprint, **who)


def _asked_and_answered(world: World) -> int:
    request_id = _asks(world)
    _carried_out(world, request_id)
    privacy_answers.answer(
        request_id=request_id, result=Result(Outcome.PARTLY, words="Alt er gemt så længe."), by_id=world.dpo.pk,
        now=NOW, today=TODAY,
    )  # fmt: skip
    return request_id


def test_lifting_a_restriction_takes_up_the_wish_that_it_kept(world: World) -> None:
    restriction_id = _restricted(world)
    asked = _asked_and_answered(world)
    mine = ContactPoint.objects.filter(customer_id=world.dorthe.customer_id)
    assert mine.exists(), "the restriction keeps everything"
    again = _lifted(world, restriction_id, days=90)
    assert again is not None
    assert (again.concerns_id, again.right, again.state) == (asked, "erasure", "open")
    assert again.deadline_date > TODAY + 115 * DAY
    assert Request.objects.get(pk=asked).number in again.wish
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        assert [line.id for line in queries.queue(today=TODAY + 90 * DAY)] == [again.pk]
    _carried_out(world, again.pk, today=TODAY + 90 * DAY)
    assert not mine.exists()


def test_a_wish_is_taken_up_once(world: World) -> None:
    first = _restricted(world)
    _asked_and_answered(world)
    assert _lifted(world, first, days=1) is not None
    assert _lifted(world, _restricted(world, days=2), days=3) is None


def test_a_restriction_during_which_nothing_was_asked_for_leaves_nothing_behind(world: World) -> None:
    assert _lifted(world, _restricted(world), days=1) is None


def test_a_wish_that_was_met_or_waits_is_not_taken_up(world: World) -> None:
    waiting = _restricted(world)
    request_id = _asks(world)
    assert _lifted(world, waiting, days=1) is None, "it is in the queue itself"
    _carried_out(world, request_id)
    assert not ContactPoint.objects.filter(customer_id=world.dorthe.customer_id).exists()


def test_a_wish_taken_back_is_not_taken_up(world: World) -> None:
    restriction_id = _restricted(world)
    request_id = _asks(world)
    _carried_out(world, request_id)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        actions.withdraw(request_id=request_id, by_id=world.dpo.pk, now=NOW, today=TODAY)
    assert _lifted(world, restriction_id, days=1) is None
