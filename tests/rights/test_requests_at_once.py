"""Two at once: the same mail, the same code, the same request; over two connections that really commit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from forsyn.domain.customers.models import ContactPoint
from forsyn.domain.rights import actions, actions_identity
from forsyn.domain.rights.models import Request, RequestStep
from forsyn.domain.rights.rules import Intake, RequestRefused, StepKind
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Right
from forsyn.workflows.privacy_requests import receive_at_desk, receive_from_mail
from tests.world import NOW, World

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(days=1)
TODAY = LATER.date()


def _both(deed: Callable[[], str]) -> list[str]:
    """What became of a deed that two threads do at the same moment."""
    together = Barrier(2)

    def one(_: int) -> str:
        try:
            together.wait(timeout=10)
            return deed()
        except RequestRefused as refused:
            return str(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(one, range(2)))


def _received(world: World) -> int:
    return receive_at_desk(
        by_id=world.dpo.pk,
        channel=Intake.LETTER,
        right=Right.ACCESS,
        said=WordsOfRequest(),
        received_at=LATER,
        now=LATER,
        customer_ids=[world.anna.customer_id],
    ).request_id


def test_one_mail_fetched_twice_at_once_is_one_request(world: World) -> None:
    def fetch() -> str:
        received = receive_from_mail(
            sender_address=world.anna.email,
            sender_name="Anna",
            subject="Persondata",
            text="Indsigt, tak.",
            attachments=(),
            received_at=LATER,
            message_digest="ab" * 32,
            now=LATER,
            today=TODAY,
        )
        return f"{received.request_id} {received.is_new}"

    answers = _both(fetch)
    request_id = Request.objects.get().pk
    assert answers == [f"{request_id} False", f"{request_id} True"]
    assert RequestStep.objects.filter(kind=StepKind.RECEIVED).count() == 1


def test_of_two_clerks_at_once_one_gets_the_request(world: World) -> None:
    request_id = _received(world)
    version = Request.objects.get().version
    clerks = [world.dpo.pk, world.clerk.pk]

    def claim() -> str:
        clerk = clerks.pop()
        with purpose(P.PRIVACY_RIGHTS, actor=clerk):
            actions.claim(request_id=request_id, by_id=clerk, now=LATER, version=version)
        return "claimed"

    told, done = sorted(_both(claim), key=len, reverse=True)
    assert done == "claimed"
    assert told.startswith("En anden har arbejdet på anmodning")
    assert RequestStep.objects.filter(kind=StepKind.ASSIGNED).count() == 1


def test_one_code_typed_twice_at_once_passes_once(world: World) -> None:
    request_id = _received(world)
    point = ContactPoint.objects.get(customer_id=world.anna.customer_id, kind="email").pk
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        made = actions_identity.make_code(
            request_id=request_id, contact_point_id=point, by_id=world.dpo.pk, now=LATER, today=TODAY
        )

    def type_in() -> str:
        with purpose(P.PRIVACY_RIGHTS, actor=None):
            return actions_identity.check_code(request_id=request_id, code=made.code, now=LATER, today=TODAY)

    assert _both(type_in) == ["none_waits", "right"]
