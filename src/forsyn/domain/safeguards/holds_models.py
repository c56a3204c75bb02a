"""Holds: a person's data that outlast their time because somebody named needs them, with a reason and an end."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from forsyn.domain.safeguards.choices_models import _together
from forsyn.domain.safeguards.guarded import GuardedModel

UNRELEASED = Q(released_at=None)


class Hold(GuardedModel):
    """One hold (tilbagehold). It holds until its end or its release; a hold without an end does not exist.

    ``categories`` are the policy's, in alphabetical order; None is everything about the person. ``ground`` is the
    statute or the claim, ``reason`` why this person's data fall under it. ``released_by_id`` is None where the end
    that was set had come.
    """

    customer_id = models.BigIntegerField()
    categories = ArrayField(models.CharField(max_length=60), null=True)
    ground = models.CharField(max_length=200)
    reason = models.TextField()
    owner_id = models.BigIntegerField()
    began_at = models.DateTimeField()
    end_date = models.DateField()
    review_date = models.DateField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by_id = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by_id = models.BigIntegerField(null=True)
    released_reason = models.TextField(null=True)

    class Meta:
        db_table = "safeguards_hold"
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id", "ground", "categories"],
                condition=UNRELEASED,
                nulls_distinct=False,
                name="safeguards_hold_once",
            ),
            models.CheckConstraint(
                condition=Q(categories=None) | Q(categories__len__gt=0), name="safeguards_hold_categories"
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(ground=""), name="safeguards_hold_reason"),
            models.CheckConstraint(
                condition=Q(review_date__lte=F("end_date")), name="safeguards_hold_reviewed_in_time"
            ),
            _together("reviewed_at", "reviewed_by_id", name="safeguards_hold_reviewed"),
            _together("released_at", "released_reason", name="safeguards_hold_released"),
            models.CheckConstraint(
                condition=Q(released_by_id=None) | Q(released_at__isnull=False), name="safeguards_hold_released_by"
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | (Q(released_at__gte=F("began_at")) & ~Q(released_reason="")),
                name="safeguards_hold_released_after",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id"], name="safeguards_hold_customer"),
            models.Index(fields=["review_date"], condition=UNRELEASED, name="safeguards_hold_review"),
            models.Index(fields=["owner_id"], name="safeguards_hold_owner"),
            models.Index(fields=["reviewed_by_id"], name="safeguards_hold_reviewer"),
            models.Index(fields=["released_by_id"], name="safeguards_hold_releaser"),
        ]
