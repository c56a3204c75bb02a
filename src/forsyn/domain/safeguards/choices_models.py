"""What a person has chosen: consents (Art. 7), restrictions (Art. 18), objections (Art. 21). Row policies read them.

Safeguards knows neither customers nor accounts as tables: their ids are plain numbers here, and the customers'
migration adds the foreign keys.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from forsyn.domain.safeguards.guarded import GuardedModel


class Channel(models.TextChoices):
    """How a person told us."""

    PORTAL = "portal"
    LETTER = "letter"
    PHONE = "phone"
    IN_PERSON = "in_person"
    EMAIL = "email"


class RestrictionGround(models.TextChoices):
    """Why processing is restricted: the letters of Art. 18(1)."""

    ACCURACY = "accuracy"
    """(a) The person contests that the data are accurate; we look into it."""
    UNLAWFUL = "unlawful"
    """(b) The processing is unlawful; the person wants the data kept, not erased."""
    CLAIM = "claim"
    """(c) We need the data no longer; the person needs them for a legal claim."""
    OBJECTION = "objection"
    """(d) The person has objected; whose grounds weigh more is being looked into."""
    KEPT = "kept"
    """No letter of Art. 18: the person was erased, and what is left is kept for its ground alone (Art. 17(3))."""


LIVE_CONSENT = Q(withdrawn_at=None)
LIVE_RESTRICTION = Q(ended_at=None)
STANDING_OBJECTION = Q(ended_at=None) & (Q(decided_at=None) | Q(upheld=True))


def _one_of(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)


def _together(*fields: str, name: str) -> models.CheckConstraint:
    """All of these are there, or none is."""
    none, every = (Q(**{f"{field}__isnull": missing for field in fields}) for missing in (True, False))
    return models.CheckConstraint(condition=none | every, name=name)


class Consent(GuardedModel):
    """One yes to one text, as it was shown. Live until it is withdrawn; the row stays as proof (Art. 7(1))."""

    customer_id = models.BigIntegerField()
    consent = models.CharField(max_length=60)
    text_version = models.CharField(max_length=40)
    text = models.TextField()
    language = models.CharField(max_length=2)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_channel = models.CharField(max_length=10, choices=Channel.choices, null=True)
    proof = models.BinaryField(null=True)
    proof_name = models.CharField(max_length=200, null=True)
    proof_type = models.CharField(max_length=100, null=True)
    recorded_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "safeguards_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id", "consent"], condition=LIVE_CONSENT, name="safeguards_consent_live_once"
            ),
            _one_of("channel", Channel, "safeguards_consent_channel"),
            models.CheckConstraint(condition=Q(language__in=["da", "en"]), name="safeguards_consent_language"),
            _together("withdrawn_at", "withdrawn_channel", name="safeguards_consent_withdrawn"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="safeguards_consent_withdrawn_after",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_channel=None) | Q(withdrawn_channel__in=Channel.values),
                name="safeguards_consent_withdrawn_channel",
            ),
            _together("proof", "proof_name", "proof_type", name="safeguards_consent_proof"),
        ]
        indexes = [
            models.Index(fields=["customer_id"], name="safeguards_consent_customer"),
            models.Index(fields=["consent", "customer_id"], condition=LIVE_CONSENT, name="safeguards_consent_live"),
            models.Index(fields=["recorded_by_id"], name="safeguards_consent_recorder"),
        ]


class Restriction(GuardedModel):
    """A person whose data are only stored, until it ends: hidden from the purposes that Art. 18(2) does not let in."""

    customer_id = models.BigIntegerField()
    ground = models.CharField(max_length=10, choices=RestrictionGround.choices)
    reason = models.TextField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    recorded_by_id = models.BigIntegerField(null=True)
    """Null only where the program itself erased somebody anew, after a restore."""
    ended_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "safeguards_restriction"
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id"], condition=LIVE_RESTRICTION, name="safeguards_restriction_live_once"
            ),
            _one_of("ground", RestrictionGround, "safeguards_restriction_ground"),
            _together("ended_at", "ended_by_id", name="safeguards_restriction_ended"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="safeguards_restriction_ended_after"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="safeguards_restriction_reason"),
            models.CheckConstraint(
                condition=Q(recorded_by_id__isnull=False) | Q(ground=RestrictionGround.KEPT),
                name="safeguards_restriction_recorded",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id"], name="safeguards_restriction_cust"),
            models.Index(fields=["began_at"], condition=LIVE_RESTRICTION, name="safeguards_restriction_live"),
            models.Index(fields=["recorded_by_id"], name="safeguards_restriction_rec"),
            models.Index(fields=["ended_by_id"], name="safeguards_restriction_ender"),
        ]


class Objection(GuardedModel):
    """A no to one purpose. It stands from the first moment until it is overruled by a named person, or taken back."""

    customer_id = models.BigIntegerField()
    purpose = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    made_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    upheld = models.BooleanField(null=True)
    decision = models.TextField(blank=True)
    decided_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "safeguards_objection"
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id", "purpose"], condition=STANDING_OBJECTION, name="safeguards_objection_once"
            ),
            _together("decided_at", "upheld", "decided_by_id", name="safeguards_objection_decided"),
            models.CheckConstraint(
                condition=Q(decided_at=None) | (Q(decided_at__gte=F("made_at")) & ~Q(decision="")),
                name="safeguards_objection_decision",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("made_at")), name="safeguards_objection_ended_after"
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id"], name="safeguards_objection_customer"),
            models.Index(
                fields=["purpose", "customer_id"], condition=STANDING_OBJECTION, name="safeguards_objection_standing"
            ),
            models.Index(
                fields=["made_at"], condition=Q(ended_at=None, decided_at=None), name="safeguards_objection_open"
            ),
            models.Index(fields=["recorded_by_id"], name="safeguards_objection_recorder"),
            models.Index(fields=["decided_by_id"], name="safeguards_objection_decider"),
        ]
