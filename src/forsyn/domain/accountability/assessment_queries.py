"""Reads of balancing tests and impact assessments. Under P.PRIVACY_RIGHTS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forsyn.domain.accountability.assessment_models import Assessment, AssessmentKind
from forsyn.domain.accountability.assessment_rules import Decided, Standing, basis, purposes_of, standing
from forsyn.policy.policy import Policy, Purpose


@dataclass(frozen=True, slots=True)
class Assessed:
    """A purpose that is to be assessed: how it stands, the latest decision, and the draft, if there is one."""

    purpose: Purpose
    kind: AssessmentKind
    standing: Standing
    decided: Assessment | None
    draft: Assessment | None


def standings(policy: Policy, *, today: date) -> list[Assessed]:
    """Every purpose that is to be assessed, balancing tests first, in the order of the policy. 1 query."""
    rows = Assessment.objects.defer("texts").select_related("decided_by").order_by("kind", "purpose", "version")
    decided: dict[tuple[str, str], Assessment] = {}
    drafts: dict[tuple[str, str], Assessment] = {}
    for row in rows:
        (drafts if row.decided_at is None else decided)[row.kind, row.purpose] = row
    found = []
    for kind in AssessmentKind:
        for purpose in purposes_of(policy, kind):
            key = (kind.value, purpose.key)
            last, draft = decided.get(key), drafts.get(key)
            stands = standing(
                decided=last and Decided(last.decision, last.review_date, last.basis),
                has_draft=draft is not None,
                present_basis=basis(purpose),
                today=today,
            )
            found.append(Assessed(purpose, kind, stands, last, draft))
    return found


def wanting(policy: Policy, *, today: date) -> int:
    """How many balancing tests are missing, past their review or out of date. 1 query."""
    return sum(
        one.kind is AssessmentKind.BALANCING and not one.standing.holds for one in standings(policy, today=today)
    )


def versions(*, kind: str, purpose: str) -> list[Assessment]:
    """All versions about a purpose, the latest first. 1 query."""
    found = Assessment.objects.filter(kind=kind, purpose=purpose).select_related("author", "decided_by")
    return list(found.order_by("-version"))
