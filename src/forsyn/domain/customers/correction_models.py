"""Corrections of what was wrong (Art. 16), who was told of them (Art. 19), and notices of other sources (Art. 14)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from forsyn.domain.customers.correction_rules import Field
from forsyn.domain.safeguards.guarded import GuardedModel
from forsyn.policy.vocabulary import Source


class CorrectionOutcome(models.TextChoices):
    """What became of one wish for a correction."""

    CORRECTED = "corrected"
    REFUSED = "refused"
    """Not found wrong; the person's own statement may stand beside the datum (Art. 16, second sentence)."""


class NoticeCause(models.TextChoices):
    """Why recipients are told (Art. 19, and for a change: Art. 5(1)(d))."""

    CHANGE = "change"
    """The person has told us something new: who works for us with what was before gets it too."""
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    LIFTING = "lifting"
    """The restriction has ended: what they were asked only to keep may be used again."""


class Correction(GuardedModel):
    """One datum that was contested: what stood, what is right, and who decided on which evidence.

    The wrong value stands here and nowhere else: not in the register's history, as if it had once been true. Values
    are as people read them; empty: there was, or is to be, none. ``subject_id``: the agreement or supply point, where
    it is one of theirs. ``held_*``: the days on which the register had the wrong value. ``document`` is encrypted.
    """

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="corrections")
    request_id = models.BigIntegerField(null=True)
    field = models.CharField(max_length=20)
    subject_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=CorrectionOutcome.choices)
    wrong_value = models.TextField(blank=True)
    right_value = models.TextField(blank=True)
    held_from = models.DateField(null=True)
    held_until = models.DateField(null=True)
    evidence = models.TextField(blank=True)
    document = models.BinaryField(null=True)
    document_name = models.CharField(max_length=200, null=True)
    document_type = models.CharField(max_length=100, null=True)
    reason = models.TextField(blank=True)
    statement = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "customers_correction"
        constraints = [
            models.CheckConstraint(
                condition=Q(field__in=[one.value for one in Field]), name="customers_correction_field"
            ),
            models.CheckConstraint(
                condition=Q(outcome="corrected", reason="") & ~Q(evidence="") & ~Q(wrong_value=F("right_value"))
                | Q(outcome="refused") & ~Q(reason=""),
                name="customers_correction_outcome",
            ),
            models.CheckConstraint(
                condition=Q(document=None, document_name=None, document_type=None)
                | Q(document__isnull=False, document_name__isnull=False, document_type__isnull=False),
                name="customers_correction_document",
            ),
        ]
        indexes = [models.Index(fields=["request_id"], name="customers_correction_request")]


class RecipientNotice(GuardedModel):
    """That a recipient is told of a correction, an erasure or a restriction (Art. 19), or is still to be told.

    One with a ``disclosure_id`` left through the door. One without waits for a member of staff, who tells the
    recipient another way, or notes why it is impossible or a disproportionate effort; ``obstacle`` says why no mail
    left.
    """

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="recipient_notices")
    correction = models.ForeignKey(Correction, null=True, on_delete=models.PROTECT, related_name="notices")
    request_id = models.BigIntegerField(null=True)
    cause = models.CharField(max_length=15, choices=NoticeCause.choices)
    recipient = models.CharField(max_length=60)
    categories = ArrayField(models.CharField(max_length=60))
    made_at = models.DateTimeField()
    disclosure_id = models.BigIntegerField(null=True)
    obstacle = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        db_table = "customers_recipient_notice"
        constraints = [
            models.CheckConstraint(condition=Q(cause__in=NoticeCause.values), name="customers_recipient_notice_cause"),
            models.CheckConstraint(
                condition=Q(disclosure_id__isnull=False, settled_at=None) | Q(disclosure_id=None) & ~Q(obstacle=""),
                name="customers_recipient_notice_way",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, note="")
                | Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(note=""),
                name="customers_recipient_notice_settled",
            ),
        ]
        indexes = [
            models.Index(
                fields=["made_at"],
                condition=Q(disclosure_id=None, settled_at=None),
                name="customers_notice_open",
            )
        ]


class SourceNotice(GuardedModel):
    """That a person was told of data that somebody else gave (Art. 14): once for each source, or why it need not be.

    ``obtained_date`` is the first day that something came from there. ``exempt``: the person knows already, or
    another reason of Art. 14(5), in words; then nothing left.
    """

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="source_notices")
    source = models.CharField(max_length=20)
    obtained_date = models.DateField()
    made_at = models.DateTimeField()
    disclosure_id = models.BigIntegerField(null=True)
    exempt = models.TextField(blank=True)
    decided_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "customers_source_notice"
        constraints = [
            models.UniqueConstraint(fields=["customer", "source"], name="customers_source_notice_once"),
            models.CheckConstraint(
                condition=Q(source__in=[one.value for one in Source]), name="customers_source_notice_source"
            ),
            models.CheckConstraint(
                condition=Q(disclosure_id__isnull=False, exempt="")
                | Q(disclosure_id=None, decided_by__isnull=False) & ~Q(exempt=""),
                name="customers_source_notice_way",
            ),
        ]
