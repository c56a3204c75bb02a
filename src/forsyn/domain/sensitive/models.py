"""Sensitive data, each kind in a table of its own; what is said stands sealed (see `sealing`), never in clear.

A query takes no sealed value along unless it is asked for by name (`SealedRows`).
"""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length

from forsyn.domain.safeguards.guarded import GuardedManager, GuardedModel, GuardedQuerySet
from forsyn.domain.sensitive.rules import Kind
from forsyn.policy.vocabulary import Source

models.BinaryField.register_lookup(Length)

LEAST_SEALED_BYTES = 29
"""Form, nonce and tag of an empty text."""


class SealedRows(GuardedManager):
    """Rows without what is sealed in them: it is read where it is opened, and nowhere else."""

    SEALED = ("sealed", "lookup")

    def get_queryset(self) -> GuardedQuerySet:
        """Rows without what is sealed; ``defer(None)`` or ``only()`` brings it."""
        present = {field.name for field in self.model._meta.concrete_fields}
        return super().get_queryset().defer(*present.intersection(self.SEALED))


class SealedRow(GuardedModel):
    """What every sensitive row has beside its content. ``sealing_key`` names the key of the ring that sealed it."""

    sources: ClassVar[tuple[Source, ...]]

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    sealing_key = models.CharField(max_length=40)
    source = models.CharField(max_length=20)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    review_date = models.DateField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = SealedRows()

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["sealing_key"], name="sensitive_%(class)s_key"),
            models.Index(fields=["review_date"], name="sensitive_%(class)s_due"),
        ]


def _from(*sources: Source, table: str) -> list[models.CheckConstraint]:
    """Told by one of these, sealed, and reviewed no earlier than written."""
    return [
        models.CheckConstraint(condition=Q(source__in=[str(source) for source in sources]), name=f"{table}_source"),
        models.CheckConstraint(condition=Q(sealed__length__gte=LEAST_SEALED_BYTES), name=f"{table}_sealed"),
        models.CheckConstraint(
            condition=Q(reviewed_at=None) | Q(reviewed_at__gte=F("recorded_at")), name=f"{table}_reviewed"
        ),
    ]


class Cpr(SealedRow):
    """A customer's CPR number. ``lookup`` is the number's keyed hash, by which it is found; ``lookup_key`` made it.

    The database keeps one only for a customer with a live CPR consent, or with a claim being handed over.
    """

    customer = models.OneToOneField("customers.Customer", on_delete=models.PROTECT, related_name="+")
    lookup = models.BinaryField()
    lookup_key = models.CharField(max_length=40)

    class Meta(SealedRow.Meta):
        db_table = "sensitive_cpr"
        constraints = [
            *_from(Source.PERSON, Source.PUBLIC_REGISTER, table="sensitive_cpr"),
            models.CheckConstraint(condition=Q(lookup__length=32), name="sensitive_cpr_lookup_hash"),
        ]
        indexes = [
            *SealedRow.Meta.indexes,
            models.Index(fields=["lookup"], name="sensitive_cpr_lookup"),
            models.Index(fields=["lookup_key"], name="sensitive_cpr_lookup_key"),
        ]


class HealthNotice(SealedRow):
    """That somebody at home is ill. The database keeps one only with the customer's live, written consent on file."""

    consent = models.ForeignKey("safeguards.Consent", on_delete=models.PROTECT, related_name="+")

    class Meta(SealedRow.Meta):
        db_table = "sensitive_health_notice"
        constraints = _from(Source.PERSON, table="sensitive_health_notice")


class ThreatNotice(SealedRow):
    """That our staff cannot safely come alone."""

    class Meta(SealedRow.Meta):
        db_table = "sensitive_threat_notice"
        constraints = _from(Source.UTILITY, table="sensitive_threat_notice")


class PremisesNotice(SealedRow):
    """Children or animals on the premises."""

    class Meta(SealedRow.Meta):
        db_table = "sensitive_premises_notice"
        constraints = _from(Source.PERSON, Source.UTILITY, table="sensitive_premises_notice")


class Offence(SealedRow):
    """What is needed to report an offence; it goes once the authority has it."""

    class Meta(SealedRow.Meta):
        db_table = "sensitive_offence"
        constraints = _from(Source.UTILITY, table="sensitive_offence")


MODELS: dict[Kind, type[SealedRow]] = {
    Kind.CPR: Cpr,
    Kind.HEALTH: HealthNotice,
    Kind.THREATS: ThreatNotice,
    Kind.PREMISES: PremisesNotice,
    Kind.OFFENCES: Offence,
}


class ReportReceipt(GuardedModel):
    """That an offence was reported, to whom and when, and that it was handed over; never what it was about.

    ``offence_id`` is the row that held the content, while it lasts.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    offence_id = models.UUIDField(unique=True)
    authority = models.CharField(max_length=60)
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reference = models.CharField(max_length=100, blank=True)
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sensitive_report_receipt"
        constraints = [
            models.CheckConstraint(
                condition=Q(handed_over_at=None) | Q(handed_over_at__gte=F("reported_at")),
                name="sensitive_report_receipt_handed_over",
            ),
        ]


OPEN = Q(closed_at=None)


class HandOver(GuardedModel):
    """A claim that is being handed to the debt authority; ``claim`` is our reference. Open until ``closed_at``."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    claim = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "sensitive_hand_over"
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=OPEN, name="sensitive_hand_over_open_once"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")), name="sensitive_hand_over_closed"
            ),
            models.CheckConstraint(condition=~Q(claim=""), name="sensitive_hand_over_claim"),
        ]
        indexes = [models.Index(fields=["customer"], condition=OPEN, name="sensitive_hand_over_open")]
