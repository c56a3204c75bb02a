"""What each right does: its plan, the deed, and what the answer tells of it.

Plans and counts are plain values that JSON can carry; they are kept as evidence (`rights.RequestPlan`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from forsyn.domain.customers.actions_notices import Evidence
from forsyn.domain.customers.correction_rules import Field, PlaceAddress
from forsyn.domain.customers.correction_words import as_read
from forsyn.domain.rights.queries import document
from forsyn.domain.safeguards.actions_choices import object_to, withdraw_consents
from forsyn.domain.safeguards.choices_models import Channel, RestrictionGround
from forsyn.domain.safeguards.choices_queries import consents_of
from forsyn.domain.safeguards.choices_rules import Proof
from forsyn.policy.vocabulary import Language, Right
from forsyn.workflows.choice_plans import carry_out_restriction, plan_objection, plan_restriction
from forsyn.workflows.rectification import carry_out_rectification, plan_rectification
from forsyn.workflows.rectification_plan import RectificationPlan, Wish
from forsyn.workflows.right_access import ACCESS
from forsyn.workflows.right_case import Case, Deed, PlanRefused, Told
from forsyn.workflows.right_erasure import ERASURE
from forsyn.workflows.right_portability import PORTABILITY

# -- rectification (16) ------------------------------------------------------------------------------------------------


def _wishes(details: Mapping[str, Any]) -> list[Wish]:
    return [
        Wish(
            Field(wish["field"]),
            wish.get("right", ""),
            wish.get("subject_id"),
            date.fromisoformat(wish["since_date"]) if wish.get("since_date") else None,
            PlaceAddress(**wish["address"]) if wish.get("address") else None,
        )
        for wish in details["wishes"]
    ]


def _rectification_of(case: Case, details: Mapping[str, Any]) -> RectificationPlan:
    if len(case.customer_ids) != 1:
        raise PlanRefused("En rettelse lægges for én kunde ad gangen. Skriv en anmodning ind for hver.")
    return plan_rectification(
        customer_id=case.customer_ids[0], wishes=_wishes(details), today=case.today, policy=case.policy
    )


def _plan_rectification(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    return _rectification_of(case, details).as_json()


def _paper(details: Mapping[str, Any]) -> Proof | None:
    """The document that shows what is right: kept with the request when the plan was laid."""
    if "paper" not in details:
        return None
    line, content = document(document_id=details["paper"])
    return Proof(content or b"", line.name, line.content_type)


def _rectify(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    done = carry_out_rectification(
        plan=_rectification_of(case, details),
        evidence=Evidence(details["evidence"], _paper(details)),
        request_id=case.request_id,
        actor=case.person,
        now=case.now,
        today=case.today,
        policy=case.policy,
    )
    return done.counts()


_RECTIFIED = {Language.DANISH: "»{wrong}« er rettet til »{right}«.", Language.ENGLISH: "“{wrong}” is now “{right}”."}
_REMOVED = {Language.DANISH: "»{wrong}« er fjernet.", Language.ENGLISH: "“{wrong}” has been removed."}
_ADDED = {Language.DANISH: "»{right}« er føjet til.", Language.ENGLISH: "“{right}” has been added."}


def _tell_rectified(plan: Mapping[str, Any], counts: Mapping[str, Any], language: Language) -> Told:
    sentences = []
    for step in plan["steps"]:
        form = _RECTIFIED if step["wrong"] and step["right"] else _ADDED if step["right"] else _REMOVED
        wrong, right = (as_read(step["field"], step[side], language) for side in ("wrong", "right"))
        sentences.append(form[language].format(wrong=wrong, right=right))
    return Told(sentences)


# -- restriction (18) --------------------------------------------------------------------------------------------------


def _plan_restriction(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    RestrictionGround(details["ground"])
    plans = [plan_restriction(case.policy, customer_id=key) for key in case.customer_ids]
    return {"customers": [_restriction_json(plan) for plan in plans]}


def _restriction_json(plan: Any) -> Mapping[str, Any]:
    return {
        "stops": list(plan.stops),
        "goes_on": list(plan.goes_on),
        "recipients": [one.recipient for one in plan.recipients],
        "already_since": plan.already_since.isoformat() if plan.already_since else None,
    }


def _restrict(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    told = 0
    for key in case.customer_ids:  # one person's few numbers
        notified = carry_out_restriction(
            case.policy,
            customer_id=key,
            ground=RestrictionGround(details["ground"]),
            reason=details["reason"],
            actor=case.person,
            now=case.now,
            request_id=case.request_id,
        )
        told += sum(asdict(notified).values())
    return {"restricted": len(case.customer_ids), "recipients": told}


_RESTRICTED = {
    Language.DANISH: "Vi opbevarer nu kun dine oplysninger. Vi bruger dem ikke til andet, før du har fået besked.",
    Language.ENGLISH: "We now only store your data. We use them for nothing else before we have told you so.",
}


def _tell_restricted(plan: Mapping[str, Any], counts: Mapping[str, Any], language: Language) -> Told:
    return Told([_RESTRICTED[language]])


# -- objection (21) ----------------------------------------------------------------------------------------------------


def _plan_objection(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    plans = [
        plan_objection(
            case.policy,
            customer_id=key,
            purpose=details["purpose"],
            reason=details.get("reason", ""),
            today=case.today,
        )
        for key in case.customer_ids
    ]
    return {
        "purpose": details["purpose"],
        "customers": [
            {
                "hidden": plan.hidden,
                "stands_alone": plan.stands_alone,
                "already_since": plan.already_since.isoformat() if plan.already_since else None,
            }
            for plan in plans
        ],
    }


def _object(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    for key in case.customer_ids:
        object_to(
            policy=case.policy,
            customer_id=key,
            purpose=details["purpose"],
            reason=details.get("reason", ""),
            now=case.now,
            recorded_by_id=case.by_id,
        )
    return {"objections": len(case.customer_ids)}


_STOPPED = {Language.DANISH: "Vi er holdt op med det.", Language.ENGLISH: "We have stopped."}
_WEIGHED = {
    Language.DANISH: "Vi holdt op med det, da vi fik din indsigelse, og har siden taget stilling til den.",
    Language.ENGLISH: "We stopped when we had your objection, and have considered it since.",
}


def _tell_objected(plan: Mapping[str, Any], counts: Mapping[str, Any], language: Language) -> Told:
    alone = all(one["stands_alone"] for one in plan["customers"])
    return Told([(_STOPPED if alone else _WEIGHED)[language]])


# -- withdrawal (7) ----------------------------------------------------------------------------------------------------


def _plan_withdrawal(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted = set(details["consents"])
    live = {
        row.consent
        for key in case.customer_ids
        for row in consents_of(customer_id=key)
        if row.withdrawn_at is None and row.consent in wanted
    }
    if live != wanted or not wanted:
        raise PlanRefused("Der er intet samtykke at trække tilbage. Det er måske allerede trukket tilbage.")
    return {"consents": sorted(live)}


def _withdraw(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    withdrawn = 0
    for key in case.customer_ids:
        live = {row.consent for row in consents_of(customer_id=key) if row.withdrawn_at is None}
        consents = live & set(details["consents"])
        if consents:
            channel = Channel(details.get("channel", Channel.LETTER))
            withdrawn += withdraw_consents(customer_id=key, consents=consents, channel=channel, now=case.now)
    return {"withdrawn": withdrawn}


_WITHDRAWN = {
    Language.DANISH: "Dit samtykke er trukket tilbage, og vi er holdt op.",
    Language.ENGLISH: "Your consent is withdrawn, and we have stopped.",
}


def _tell_withdrawn(plan: Mapping[str, Any], counts: Mapping[str, Any], language: Language) -> Told:
    return Told([_WITHDRAWN[language]])


DEEDS: Mapping[Right, Deed] = {
    Right.ACCESS: ACCESS,
    Right.ERASURE: ERASURE,
    Right.PORTABILITY: PORTABILITY,
    Right.RECTIFICATION: Deed(_plan_rectification, _rectify, _tell_rectified),
    Right.RESTRICTION: Deed(_plan_restriction, _restrict, _tell_restricted),
    Right.OBJECTION: Deed(_plan_objection, _object, _tell_objected),
    Right.WITHDRAWAL: Deed(_plan_withdrawal, _withdraw, _tell_withdrawn),
}
"""A complaint has no plan: it is answered."""
