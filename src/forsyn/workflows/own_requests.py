"""What a signed-in person asks for in the portal: one press is one request, however often it comes.

Requests go the same way as all others (`privacy_requests`); a person decides where the law wants one to. Whatever
stops at once by the person's own choice, stops here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from forsyn.domain.rights.actions import withdraw
from forsyn.domain.rights.actions_answers import record_carried_out
from forsyn.domain.rights.models import Request, RequestCustomer
from forsyn.domain.rights.request_models import OPEN
from forsyn.domain.rights.rules import Intake
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.actions_choices import object_to, take_back_objection
from forsyn.domain.safeguards.choices_queries import standing_objections_of
from forsyn.domain.safeguards.choices_rules import check_objection, named, takes_effect_alone
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language, Right
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.own_data import check_own, own_objections
from forsyn.workflows.privacy_requests import receive_from_portal
from forsyn.workflows.right_plans import make_plan

_LOCK = 4_001
"""Class of the advisory locks that let one person's presses come one after the other."""


TAKEN_BACK = "Taget tilbage i selvbetjeningen."


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that stands after a press. ``is_new`` is False where the same had been asked before."""

    request_id: int
    number: str
    deadline_date: date
    is_new: bool


@transaction.atomic
def ask(
    *,
    account_id: int,
    customer_id: int,
    right: Right,
    wish: str,
    now: datetime,
    today: date,
    concerns_id: int | None = None,
    plan_details: Mapping[str, Any] | None = None,
) -> Asked:
    """Put the person's own request into the queue; the same wish that waits already is the same request.

    With ``plan_details``, the plan that the person has read is kept with it. Raises RequestRefused, for a customer that
    the account may not see too, and PlanRefused.
    """
    check_own(account_id=account_id, customer_id=customer_id, today=today)
    one_at_a_time(account_id)
    waiting = _waiting(account_id, customer_id, right, wish, concerns_id)
    if waiting is not None:
        return Asked(waiting.pk, waiting.number, waiting.deadline_date, is_new=False)
    received = receive_from_portal(
        account_id=account_id, customer_id=customer_id, right=right, wish=wish, now=now, concerns_id=concerns_id
    )
    if plan_details is not None:
        with purpose(P.PRIVACY_RIGHTS, actor=account_id):
            make_plan(
                request_id=received.request_id, by_id=account_id, now=now, today=today, details=dict(plan_details)
            )
    return Asked(received.request_id, received.number, received.deadline_date, is_new=True)


@transaction.atomic
def say_no(
    *, account_id: int, customer_id: int, aim: str, reason: str, now: datetime, today: date, language: Language
) -> Asked | None:
    """Object to a purpose (Art. 21): it sees the person no more from now on.

    Marketing stops for good, and needs no request: None. Elsewhere a member of staff decides, so it is a request too;
    the plan is carried out by the person's own press. Again is the same. Raises ChoiceRefused and RequestRefused.
    """
    policy = current_policy()
    check_objection(policy, purpose=aim, reason=reason)
    check_own(account_id=account_id, customer_id=customer_id, today=today)
    one_at_a_time(account_id)
    stands = aim in own_objections(account_id=account_id, customer_id=customer_id, today=today)
    if takes_effect_alone(policy, aim):
        if not stands:
            _object(account_id, customer_id, aim, "", now)
        return None
    wish = f"{named(policy, aim, language)}: {reason.strip()}"
    if stands:
        waiting = _objected(account_id, customer_id, aim)
        return Asked(waiting.pk, waiting.number, waiting.deadline_date, is_new=False) if waiting else None
    asked = ask(account_id=account_id, customer_id=customer_id, right=Right.OBJECTION, wish=wish, now=now, today=today)
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        details = {"purpose": aim, "reason": reason.strip()}
        plan_id = make_plan(request_id=asked.request_id, by_id=None, details=details, now=now, today=today)
        _object(account_id, customer_id, aim, reason, now)
        record_carried_out(plan_id=plan_id, counts={"objections": 1}, by_id=account_id, now=now)
    return asked


@transaction.atomic
def no_longer_object(*, account_id: int, customer_id: int, aim: str, now: datetime, today: date) -> bool:
    """Take an objection back, and the request that waits for its decision; False where none stands.

    Raises RequestRefused for somebody else.
    """
    check_own(account_id=account_id, customer_id=customer_id, today=today)
    one_at_a_time(account_id)
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        standing = standing_objections_of(customer_id=customer_id).get(aim)
        if standing is not None:
            take_back_objection(objection_id=standing.pk, now=now)
        waiting = _objected(account_id, customer_id, aim)
        if waiting is not None:
            withdraw(request_id=waiting.pk, by_id=account_id, now=now, today=today, text=TAKEN_BACK)
    return standing is not None


# -- within --------------------------------------------------------------------------------------------------------


def _object(account_id: int, customer_id: int, aim: str, reason: str, now: datetime) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        object_to(policy=current_policy(), customer_id=customer_id, purpose=aim, reason=reason, now=now)


def one_at_a_time(account_id: int) -> None:
    """Two presses at once are one after the other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashint8(%s))", [_LOCK, account_id])


def _waiting(account_id: int, customer_id: int, right: Right, wish: str, concerns_id: int | None) -> Request | None:
    """An open request of the account's own for the same, about the same customer. 1 query."""
    clean, _ = WordsOfRequest(wish=wish).cleaned()
    with purpose(P.SELF_SERVICE, actor=account_id):
        rows = _own(account_id, customer_id, right).filter(concerns_id=concerns_id, wish=clean.wish)
        found: Request | None = rows.order_by("-pk").first()
    return found


def _objected(account_id: int, customer_id: int, aim: str) -> Request | None:
    """The open request of an objection to a purpose. 1 query."""
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        rows = _own(account_id, customer_id, Right.OBJECTION).filter(plans__plan__details__purpose=aim)
        found: Request | None = rows.order_by("-pk").first()
    return found


def _own(account_id: int, customer_id: int, right: Right) -> QuerySet[Request]:
    linked = RequestCustomer.objects.filter(customer_id=customer_id).values("request_id")
    rows: QuerySet[Request] = Request.objects.filter(
        OPEN, account_id=account_id, right=right, channel=Intake.PORTAL, pk__in=linked
    )
    return rows
