"""Changes to balancing tests and impact assessments. The caller has entered P.PRIVACY_RIGHTS.

Refusals are `AssessmentRefused`: Danish sentences for whoever asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction

from forsyn.domain.accountability import assessment_rules as rules
from forsyn.domain.accountability.assessment_models import Assessment, AssessmentKind, Decision
from forsyn.domain.accountability.assessment_rules import AssessmentRefused
from forsyn.policy.policy import Policy


@transaction.atomic
def write(
    *, policy: Policy, kind: AssessmentKind, purpose: str, texts: Mapping[str, str], author_id: int, now: datetime
) -> int:
    """Write on the draft about a purpose, or begin one, as the next version; return its id."""
    declared = policy.purposes.get(purpose)
    if declared is None:
        raise AssessmentRefused("Politikken har ikke det formål. Vælg et af politikkens formål.")
    rules.check_written(kind, texts, complete=False)
    kept = {
        "texts": {key: text.strip() for key, text in texts.items()},
        "basis": rules.basis(declared),
        "written_at": now,
        "author_id": author_id,
    }
    same = Assessment.objects.filter(kind=kind, purpose=purpose)
    draft = same.filter(decided_at=None).select_for_update().first()
    if draft is not None:
        same.filter(pk=draft.pk).update(**kept)
        return draft.pk
    latest = same.order_by("-version").values_list("version", flat=True).first() or 0
    try:
        with transaction.atomic():
            made = Assessment.objects.create(kind=kind, purpose=purpose, version=latest + 1, **kept)
    except IntegrityError as error:  # somebody else was first
        raise AssessmentRefused("En anden er lige begyndt på et udkast. Åbn det, og skriv videre dér.") from error
    return made.pk


@transaction.atomic
def decide(
    *,
    policy: Policy,
    assessment_id: int,
    decision: Decision,
    reason: str,
    review_date: date,
    decided_by_id: int,
    now: datetime,
    today: date,
) -> None:
    """Decide a draft: a named person, a reason, and the day to look again. It stays as it is from now on."""
    row = Assessment.objects.select_for_update().filter(pk=assessment_id).first()
    if row is None or row.decided_at is not None:
        raise AssessmentRefused("Udkastet er allerede afgjort. Skriv en ny udgave, hvis noget er ændret.")
    rules.check_written(row.kind, row.texts, complete=decision is not Decision.NOT_NEEDED)
    rules.check_decided(row.kind, decision, reason, review_date=review_date, today=today)
    if row.purpose in policy.purposes:
        row.basis = rules.basis(policy.purposes[row.purpose])
    row.decision, row.decision_reason, row.review_date = Decision(decision), reason.strip(), review_date
    row.decided_at, row.decided_by_id = now, decided_by_id
    row.save(update_fields=["basis", "decision", "decision_reason", "review_date", "decided_at", "decided_by"])
