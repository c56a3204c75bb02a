"""The deed of a wish to be erased (Art. 17), and what the answer tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forsyn.domain.rights.actions import set_answer_address
from forsyn.policy.erasure import Outcome
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import capitalised, series
from forsyn.workflows.choice_plans import tell_of_erasure
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.erasure import ErasureRefused, carry_out_erasure, hold_still, plan_erasure
from forsyn.workflows.erasure_plan import essence_of_erasure
from forsyn.workflows.privacy_answers import addressee
from forsyn.workflows.right_case import Case, Deed, PlanRefused, Told, day_words


def _plan_erasure(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        found = plan_erasure(
            customer_ids=case.customer_ids, today=case.today, now=case.now, actor=case.person, policy=case.policy
        )
    except ErasureRefused as refusal:
        raise PlanRefused(str(refusal)) from refusal
    return found.as_json()


def _hold_still(case: Case) -> None:
    try:
        hold_still(customer_ids=case.customer_ids)
    except ErasureRefused as refusal:
        raise PlanRefused(str(refusal)) from refusal


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
        done = carry_out_erasure(
            customer_ids=case.customer_ids,
            fingerprint=None,  # compared before anybody was told, with everybody else held still since
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


ERASURE = Deed(_plan_erasure, _erase, _tell_erased, essence_of_erasure, _hold_still)
