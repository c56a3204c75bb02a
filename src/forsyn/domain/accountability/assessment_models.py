"""Balancing tests (Art. 6(1)(f)) and impact assessments (Art. 35): documents in versions, decided by a named person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from forsyn.domain.safeguards.guarded import GuardedModel


class AssessmentKind(models.TextChoices):
    """What is assessed."""

    BALANCING = "balancing"
    """Whose interests weigh more (interesseafvejning), for a purpose that rests on Art. 6(1)(f)."""
    IMPACT = "impact"
    """What the processing may do to persons (konsekvensanalyse), Art. 35."""


class Decision(models.TextChoices):
    """What came of it."""

    CARRY_ON = "carry_on"
    """It may be done as it is."""
    CARRY_ON_WITH = "carry_on_with"
    """It may be done with the measures that the document names."""
    STOP = "stop"
    """It may not be done."""
    NOT_NEEDED = "not_needed"
    """An impact assessment is not needed; the reason says why."""


class Assessment(GuardedModel):
    """One version of one document about one purpose of the policy. Once it is decided, it stays as it is.

    ``texts`` maps the parts that `assessment_rules.PARTS` names to what was written. ``basis`` is a fingerprint of what
    the policy said of the purpose, so that a changed purpose asks for a new look. ``review_date``: look again by then.
    """

    kind = models.CharField(max_length=10, choices=AssessmentKind.choices)
    purpose = models.CharField(max_length=40)
    version = models.SmallIntegerField()
    texts = models.JSONField()
    basis = models.CharField(max_length=64)
    written_at = models.DateTimeField()
    author = models.ForeignKey("accounts.Colleague", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    decision = models.CharField(max_length=13, choices=Decision.choices, null=True)
    decision_reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    review_date = models.DateField(null=True)

    class Meta:
        db_table = "accountability_assessment"
        constraints = [
            models.UniqueConstraint(fields=["kind", "purpose", "version"], name="accountability_assessment_version"),
            models.UniqueConstraint(
                fields=["kind", "purpose"], condition=Q(decided_at=None), name="accountability_assessment_one_draft"
            ),
            models.CheckConstraint(condition=Q(kind__in=AssessmentKind.values), name="accountability_assessment_kind"),
            models.CheckConstraint(
                condition=Q(decision=None, decided_at=None, decided_by=None, review_date=None, decision_reason="")
                | (
                    Q(decision__in=Decision.values)
                    & Q(decided_at__isnull=False, decided_by__isnull=False, review_date__isnull=False)
                    & ~Q(decision_reason="")
                ),
                name="accountability_assessment_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(decided_at__gte=F("written_at")),
                name="accountability_assessment_decided_after",
            ),
        ]
