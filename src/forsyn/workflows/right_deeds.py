"""What each right does: its plan, the deed, and what the answer tells of it.

Plans and counts are plain values that JSON can carry; they are kept as evidence (`rights.RequestPlan`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from forsyn.domain.customers.actions_notices import Evidence
from forsyn.domain.customers.correction_rules import Field, PlaceAddress
from forsyn.domain.rights.actions import set_answer_address
from forsyn.domain.safeguards.actions_choices import object_to, withdraw_consents
from forsyn.domain.safeguards.choices_models import Channel, RestrictionGround
from forsyn.domain.safeguards.choices_queries import consents_of
from forsyn.policy.erasure import Outcome
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language, Right
from forsyn.policy.wording import capitalised, date_words, series
from forsyn.workflows.choice_plans import (
    carry_out_restriction,
    plan_objection,
    plan_restriction,
    tell_of_erasure,
)
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.erasure import ErasureRefused, carry_out_erasure, essence_of_erasure, plan_erasure
from forsyn.workflows.privacy_answers import addressee
from forsyn.workflows.rectification import carry_out_rectification, plan_rectification
from forsyn.workflows.rectification_plan import RectificationPlan, Wish


class PlanRefused(RuntimeError):
    """It cannot be planned, or not carried out; the message says why and what to do, in Danish."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request as a deed needs it. ``withheld``: item keys that are left out of the answer, with their reasons."""

    request_id: int
    customer_ids: tuple[int, ...]
    by_id: int | None
    now: datetime
    today: date
    policy: Policy
    language: Language
    withheld: Mapping[str, str] = field(default_factory=dict)

    @property
    def person(self) -> int:
        """Who decides, where somebody must. Raises PlanRefused for the program itself."""
        if self.by_id is None:
            raise PlanRefused("En medarbejder skal tage stilling, før det kan gøres.")
        return self.by_id


@dataclass(frozen=True, slots=True)
class Told:
    """Whole sentences for the answer."""

    done: Sequence[str] = ()
    kept: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """One right. ``plan`` reads only; ``carry_out`` does what the plan of now says, and returns counts."""

    plan: Callable[[Case, Mapping[str, Any]], Mapping[str, Any]]
    carry_out: Callable[[Case, Mapping[str, Any]], Mapping[str, Any]]
    tell: Callable[[Mapping[str, Any], Mapping[str, Any], Language], Told]
    essence: Callable[[Mapping[str, Any]], Any] = lambda body: body
    """What must still be so when the plan is carried out: reading a plan, too, leaves a line in the access log."""


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


def _rectify(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    done = carry_out_rectification(
        plan=_rectification_of(case, details),
        evidence=Evidence(details["evidence"]),
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
        sentences.append(form[language].format(wrong=step["wrong"], right=step["right"]))
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
    Language.DANISH: "Vi er holdt op med det, mens vi tager stilling til din indsigelse. Du hører fra os.",
    Language.ENGLISH: "We have stopped while we consider your objection. You will hear from us.",
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


# -- erasure (17) ------------------------------------------------------------------------------------------------------


def _plan_erasure(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    found = plan_erasure(
        customer_ids=case.customer_ids, today=case.today, now=case.now, actor=case.person, policy=case.policy
    )
    return found.as_json()


def _erase(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    to = addressee(request_id=case.request_id, today=case.today)  # the answer must find its way when all is gone
    set_answer_address(
        request_id=case.request_id, email=to.email, address="\n".join(to.address), by_id=case.by_id, now=case.now
    )
    told = [
        tell_of_erasure(case.policy, customer_id=key, request_id=case.request_id, now=case.now)
        for key in case.customer_ids
    ]  # one person's few numbers
    try:
        read = plan_erasure(
            customer_ids=case.customer_ids, today=case.today, now=case.now, actor=case.person, policy=case.policy
        )
        done = carry_out_erasure(
            customer_ids=case.customer_ids,
            fingerprint=read.fingerprint,
            today=case.today,
            now=case.now,
            actor=case.person,
            policy=case.policy,
        )
    except ErasureRefused as refusal:
        raise PlanRefused(str(refusal)) from refusal
    return done.counts() | {"recipients": sum(one.mailed + one.tasks for one in told)}


_ERASED = {
    Language.DANISH: "Slettet: {what}.",
    Language.ENGLISH: "Erased: {what}.",
}
_STAYS = {
    Language.DANISH: "{what}: bliver gemt, fordi {ground}{until}.",
    Language.ENGLISH: "{what}: kept, because {ground}{until}.",
}
_DEMANDED = {Language.DANISH: "{statute} kræver det", Language.ENGLISH: "{statute} demands it"}
_UNTIL = {Language.DANISH: ", indtil {day}", Language.ENGLISH: ", until {day}"}


def _tell_erased(plan: Mapping[str, Any], counts: Mapping[str, Any], language: Language) -> Told:
    """By category, in the policy's own words; what is kept for several reasons is told once a reason."""
    policy = current_policy()
    erased: dict[str, None] = {}
    kept: dict[str, None] = {}
    for line in plan["lines"]:
        names = [policy.categories[key].name.in_(language) for key in line["categories"] if key in policy.categories]
        if line["outcome"] in (Outcome.ERASED, Outcome.THINNED):
            erased.update(dict.fromkeys(names))
        elif line["ground"]:
            ground = line["ground"]["en" if language is Language.ENGLISH else "da"]
            demanded = any(rule.key == line["rule"] and rule.demanded_by for rule in policy.retention.values())
            said = _DEMANDED[language].format(statute=ground) if demanded else ground
            until = _UNTIL[language].format(day=day_words(line["until"], language)) if line["until"] else ""
            for name in names:
                kept[capitalised(_STAYS[language].format(what=name, ground=said, until=until))] = None
    done = [_ERASED[language].format(what=series(list(erased), language))] if erased else []
    return Told(done, list(kept))


DEEDS: Mapping[Right, Deed] = {
    Right.ERASURE: Deed(_plan_erasure, _erase, _tell_erased, essence_of_erasure),
    Right.RECTIFICATION: Deed(_plan_rectification, _rectify, _tell_rectified),
    Right.RESTRICTION: Deed(_plan_restriction, _restrict, _tell_restricted),
    Right.OBJECTION: Deed(_plan_objection, _object, _tell_objected),
    Right.WITHDRAWAL: Deed(_plan_withdrawal, _withdraw, _tell_withdrawn),
}
"""A complaint has no plan: it is answered."""


def day_words(text: str | None, language: Language) -> str:
    """A date of a plan in words."""
    return date_words(date.fromisoformat(text[:10]), language) if text else ""
