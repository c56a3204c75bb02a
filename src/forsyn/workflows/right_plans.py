"""From a request to its plan and to the deed: one way for every right, kept as evidence with the request.

    make_plan(request_id=…, details={…}, …)      # reads, changes nothing but the request's record
    carry_out(request_id=…, fingerprint=…, …)    # the plan that was read, wholly or not at all

What each right does stands in `right_deeds`. Both work under `P.PRIVACY_RIGHTS`, which the caller has entered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.rights import queries
from forsyn.domain.rights.actions import Attachment, keep_document
from forsyn.domain.rights.actions_answers import check_carrying_out, record_carried_out, record_plan
from forsyn.domain.rights.actions_answers import fingerprint as fingerprint_of
from forsyn.domain.rights.letters import Result
from forsyn.domain.rights.models import Request
from forsyn.domain.rights.rules import NEEDS, DocumentKind, Outcome, RequestRefused
from forsyn.domain.safeguards.choices_rules import ChoiceRefused
from forsyn.kernel.identifiers import InvalidIdentifier
from forsyn.policy.vocabulary import Language, Right
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.right_case import Case
from forsyn.workflows.right_case import PlanRefused as PlanRefused
from forsyn.workflows.right_deeds import DEEDS

REFUSED = (NotPossible, ChoiceRefused, InvalidIdentifier)
"""What the deeds say no with; all Danish sentences."""


def case_of(request_id: int, *, by_id: int | None, now: datetime, today: date) -> Case:
    """The request as the deeds need it. Raises Request.DoesNotExist."""
    row = Request.objects.get(pk=request_id)
    return Case(
        request_id=request_id,
        customer_ids=queries.customers_of(request_id=request_id),
        by_id=by_id,
        now=now,
        today=today,
        policy=current_policy(),
        language=Language(row.language),
        withheld=queries.withheld_items(request_id=request_id),
    )


@transaction.atomic
def make_plan(
    *,
    request_id: int,
    by_id: int | None,
    now: datetime,
    today: date,
    details: Mapping[str, Any] | None = None,
    version: int | None = None,
    paper: Attachment | None = None,
) -> int:
    """Plan what the request asks for, and keep the plan; return its id. ``details``: what its form said, as JSON.

    ``paper``: the document that shows what is right; kept with the request, whether the plan is carried out or not.
    Raises RequestRefused and PlanRefused.
    """
    right = _right_of(request_id)
    case = case_of(request_id, by_id=by_id, now=now, today=today)
    if not case.customer_ids:
        raise PlanRefused("Anmodningen er ikke knyttet til en kunde. Knyt den til kunden først.")
    said = dict(details or {})
    if paper is not None:
        said["paper"] = keep_document(request_id=request_id, kind=DocumentKind.ATTACHMENT, document=paper, now=now)
    body = _said(lambda: DEEDS[right].plan(case, said))
    return record_plan(
        request_id=request_id,
        plan={"details": said, "body": body},
        made_by_id=by_id,
        now=now,
        version=version,
    )


@transaction.atomic
def carry_out(
    *,
    request_id: int,
    fingerprint: str,
    by_id: int | None,
    now: datetime,
    today: date,
    version: int | None = None,
) -> Mapping[str, Any]:
    """Carry out the plan that waits, if it is the one that was read and would be the same today; return the counts."""
    view = queries.request(request_id=request_id, today=today)
    waiting = view.plan
    if version is not None and version != view.line.version:
        raise RequestRefused(f"En anden har arbejdet på anmodning {view.line.number}. Se den igen, og prøv så.")
    if waiting is None or waiting.carried_out_at is not None:
        raise RequestRefused("Der er ingen plan, som venter på at blive udført.")
    check_carrying_out(plan_id=waiting.id, by_id=by_id, expected_fingerprint=fingerprint, version=version)
    case = case_of(request_id, by_id=by_id, now=now, today=today)
    deed = DEEDS[Right(waiting.right)]
    details: Mapping[str, Any] = waiting.plan["details"]  # type: ignore[assignment]
    _said(lambda: deed.hold_still(case))
    again = _said(lambda: deed.plan(case, details))
    if _settled(deed.essence(again)) != _settled(deed.essence(waiting.plan["body"])):  # type: ignore[arg-type]
        raise PlanRefused("Noget er ændret, siden planen blev lagt. Læg den om, og læs den, før den udføres.")
    counts: Mapping[str, Any] = _said(lambda: deed.carry_out(case, details))
    record_carried_out(plan_id=waiting.id, counts=counts, by_id=by_id, now=now, expected_fingerprint=fingerprint)
    return counts


def result_of(request_id: int, *, outcome: Outcome, words: str, today: date) -> Result:
    """What the answer tells of a plan that was carried out: what was done, what stays and why."""
    view = queries.request(request_id=request_id, today=today)
    plan, language = view.plan, Language(view.row.language)
    if plan is None or plan.carried_out_at is None or not NEEDS[Right(plan.right)].plan:
        return Result(outcome, words=words)
    told = DEEDS[Right(plan.right)].tell(plan.plan["body"], plan.counts or {}, language)  # type: ignore[arg-type]
    return Result(outcome, done=told.done, kept=told.kept, words=words)


def _settled(essence: Any) -> str:
    return fingerprint_of({"essence": essence})


def _right_of(request_id: int) -> Right:
    right = Request.objects.values_list("right", flat=True).get(pk=request_id)
    if right is None:
        raise RequestRefused("Læs først, hvad der bedes om, og vælg det.")
    if right not in DEEDS:
        raise PlanRefused("Her er ingen plan at lægge. Svar personen.")
    return Right(right)


def _said(deed: Any) -> Any:
    try:
        return deed()
    except REFUSED as refusal:
        raise PlanRefused(str(refusal)) from refusal
