"""Saying no to a rectification: on the record beside the datum, and in a letter to the person, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from forsyn.domain.rights.queries import customers_of
from forsyn.domain.rights.rules import RefusalGround, RequestRefused
from forsyn.workflows.privacy_answers import Sent, refuse
from forsyn.workflows.rectification import refuse_rectification
from forsyn.workflows.rectification_plan import Wish


@transaction.atomic
def refuse_and_answer(
    *,
    request_id: int,
    wishes: Sequence[Wish],
    reason: str,
    statement: str,
    by_id: int,
    now: datetime,
    today: date,
    version: int,
) -> Sent:
    """A named person finds nothing wrong: keep it with the person's own statement (Art. 16), and send the refusal.

    Raises RequestRefused and NotPossible.
    """
    customers = customers_of(request_id=request_id)
    if len(customers) != 1:
        raise RequestRefused("Et afslag på en rettelse gælder én kunde ad gangen. Skriv en anmodning ind for hver.")
    refuse_rectification(
        customer_id=customers[0],
        wishes=wishes,
        reason=reason,
        statement=statement,
        request_id=request_id,
        actor=by_id,
        now=now,
    )
    return refuse(
        request_id=request_id,
        ground=RefusalGround.NOT_MET,
        reason=reason,
        by_id=by_id,
        now=now,
        today=today,
        version=version,
    )
