"""A request to work on, and the purpose that it is worked on under."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from forsyn.domain.rights import actions, actions_identity
from forsyn.domain.rights.rules import Intake
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Right
from tests.world import NOW, World

LATER = NOW + timedelta(days=1)
"""When requests come in these tests: the customers have been on file since the day before."""


@pytest.fixture
def desk(world: World) -> Iterator[World]:
    """Work under the purpose of the privacy desk until the test ends."""
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        yield world


@pytest.fixture
def receive(desk: World) -> Callable[..., int]:
    """A letter from Anna, received the day after the world began."""

    def received(*, settled: bool = False, received_at: datetime = LATER, **more: Any) -> int:
        facts = {
            "right": Right.ACCESS,
            "channel": Intake.LETTER,
            "said": WordsOfRequest(name="Anna Prøvesen", wish="Jeg vil se, hvad I har om mig."),
            "received_at": received_at,
            "now": max(received_at, LATER),
            "customer_ids": [desk.anna.customer_id],
            "by_id": desk.dpo.pk,
        }
        request_id, _ = actions.receive(**(facts | more))
        if settled:
            actions_identity.note_identity_seen(
                request_id=request_id, note="Pas; foto og navn passer", by_id=desk.dpo.pk, now=LATER, today=LATER.date()
            )
        return request_id

    return received
