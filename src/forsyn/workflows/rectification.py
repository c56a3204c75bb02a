"""Rectification (Art. 16): a plan that staff can read, then all of it in one transaction, by a named person.

    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        plan = plan_rectification(customer_id=…, wishes=[Wish(Field.NAME, "…", subject_id=…)], today=…)
        done = carry_out_rectification(
            plan=plan, evidence=Evidence("…"), request_id=…, actor=account_id, now=…, today=…
        )

What can be corrected, and by which ``subject_id``: `forsyn.domain.customers.corrections_queries.held`. A correction
says that a value never was right; what has changed is changed instead (`forsyn.domain.customers.actions`). Refusals
are `NotPossible`, `InvalidIdentifier` and `ChoiceRefused`: Danish sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import partial

from django.db import transaction

from forsyn.domain.customers.actions_notices import Evidence, check_evidence, record_correction, refuse_correction
from forsyn.domain.customers.correction_models import NoticeCause
from forsyn.domain.customers.correction_rules import CATEGORIES, NAMES, VERSIONED
from forsyn.domain.customers.correction_words import as_read
from forsyn.domain.customers.corrections_queries import held
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.customers.models import Customer
from forsyn.domain.customers.rules import NotPossible
from forsyn.policy.policy import Policy, Recipient
from forsyn.policy.vocabulary import Language
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.recipient_letters import Mended, Received, Words, rectified
from forsyn.workflows.recipient_notices import Notified, tell
from forsyn.workflows.rectification_copies import Reached, reach_copies
from forsyn.workflows.rectification_plan import RectificationPlan, Step, Wish, apply_steps, held_of
from forsyn.workflows.rectification_plan import plan_rectification as plan_rectification


class PlanOutdated(NotPossible):
    """Something that the plan speaks of has changed since it was made: it is made, and read, again."""


@dataclass(frozen=True, slots=True)
class RectificationDone:
    """The corrections on record, how recipients are told, and which copies were reached."""

    correction_ids: tuple[int, ...]
    notified: Notified
    reached: Reached

    def counts(self) -> Mapping[str, int]:
        """Numbers without persons, for the request's record."""
        return {"corrected": len(self.correction_ids), **asdict(self.notified), **asdict(self.reached)}


@transaction.atomic
def carry_out_rectification(
    *,
    plan: RectificationPlan,
    evidence: Evidence,
    request_id: int | None,
    actor: int,
    now: datetime,
    today: date,
    policy: Policy | None = None,
) -> RectificationDone:
    """Carry a plan out, wholly or not at all. Raises PlanOutdated where it would be another one today."""
    policy = policy or current_policy()
    check_evidence(evidence)
    Customer.objects.select_for_update().filter(pk=plan.customer_id).first()
    if _again(plan, today, policy).fingerprint != plan.fingerprint:
        raise PlanOutdated("Noget er blevet ændret, siden planen blev lavet. Læs den nye plan, før du går videre.")
    ids: list[int] = []
    reached = Reached()
    apply_steps(plan.customer_id, plan.steps, now=now)
    for step in plan.steps:
        ids.append(_recorded(plan.customer_id, step, evidence, request_id, actor, now))
        reached += reach_copies(
            policy,
            customer_id=plan.customer_id,
            field=step.field,
            wrong=step.wrong,
            right=step.right,
            actor=actor,
            today=today,
            now=now,
        )
    return RectificationDone(tuple(ids), _tell(policy, plan, ids, request_id, now, today), reached)


@transaction.atomic
def refuse_rectification(
    *,
    customer_id: int,
    wishes: Sequence[Wish],
    reason: str,
    statement: str,
    request_id: int | None,
    actor: int,
    now: datetime,
) -> tuple[int, ...]:
    """A named person finds nothing wrong, and says why; the person's own ``statement`` is kept beside it (Art. 16).

    Returns the ids on record. The letter with the reason and the way to complain is the request's answer.
    """
    on_file = held(customer_id=customer_id)
    return tuple(
        refuse_correction(
            customer_id=customer_id,
            field=wish.field,
            subject_id=wish.subject_id,
            stands=one.value if one else "",
            wished=str(wish.address or wish.right),
            reason=reason,
            statement=statement,
            request_id=request_id,
            decided_by_id=actor,
            now=now,
        )
        for wish in wishes
        for one in [held_of(on_file, wish)]
    )


# -- within --------------------------------------------------------------------------------------------------------


def _again(plan: RectificationPlan, today: date, policy: Policy) -> RectificationPlan:
    wishes = [Wish(step.field, step.right, step.subject_id, step.since_date, step.address) for step in plan.steps]
    return plan_rectification(customer_id=plan.customer_id, wishes=wishes, today=today, policy=policy)


def _recorded(
    customer_id: int, step: Step, evidence: Evidence, request_id: int | None, actor: int, now: datetime
) -> int:
    return record_correction(
        customer_id=customer_id,
        field=step.field,
        subject_id=step.subject_id if step.field not in VERSIONED else None,
        wrong=step.wrong,
        right=step.right,
        held=step.wrong_days,
        evidence=evidence,
        request_id=request_id,
        decided_by_id=actor,
        now=now,
    )


def _tell(
    policy: Policy, plan: RectificationPlan, ids: Sequence[int], request_id: int | None, now: datetime, today: date
) -> Notified:
    """Each recipient once, of everything that it got wrong."""
    concerned: dict[str, list[tuple[int, Step]]] = {}
    for correction_id, step in zip(ids, plan.steps, strict=True):
        for one in step.recipients:
            concerned.setdefault(one.recipient, []).append((correction_id, step))
    customer = introductions(customer_ids=[plan.customer_id], today=today)[plan.customer_id]
    return tell(
        policy,
        plan.recipients,
        customer=customer,
        cause=NoticeCause.RECTIFICATION,
        compose=partial(_words, policy, concerned),
        request_id=request_id,
        now=now,
        correction_ids=lambda recipient: [key for key, _ in concerned[recipient]],
    )


def _words(
    policy: Policy, concerned: Mapping[str, list[tuple[int, Step]]], recipient: Recipient, received: Received, who: str
) -> Words:
    mended = [
        Mended(NAMES[step.field], *(as_read(step.field, said, Language.DANISH) for said in (step.wrong, step.right)))
        for _, step in concerned[recipient.key]
        if any(recipient.gets(category) for category in CATEGORIES[step.field])
    ]
    return rectified(policy, recipient, received, who, mended)
