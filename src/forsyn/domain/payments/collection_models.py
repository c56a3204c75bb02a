"""Betalingsservice: who pays by it, and what was sent to be collected."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from forsyn.domain.payments.file_models import ReceivedFile, SentFile, beside
from forsyn.domain.safeguards.guarded import GuardedModel


class MandateEnd(models.TextChoices):
    """Who ended a mandate."""

    NONE = ""
    BANK = "bank"
    CREDITOR = "creditor"
    BETALINGSSERVICE = "betalingsservice"
    REPLACED = "replaced"
    """A newer agreement took its place."""


class Mandate(GuardedModel):
    """An agreement that a customer pays us by Betalingsservice (betalingsaftale), in a period.

    Betalingsservice knows the customer by the customer number and the agreement by ``agreement_number``.
    """

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    agreement_number = models.CharField(max_length=9)
    period = DateRangeField()
    ended_by = models.CharField(max_length=16, choices=MandateEnd.choices, blank=True)
    file = models.ForeignKey(ReceivedFile, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "payments_mandate"
        constraints = [
            ExclusionConstraint(
                name="payments_mandate_one",
                expressions=[("customer", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False), name="payments_mandate_period"
            ),
            models.CheckConstraint(condition=Q(agreement_number__regex="^[0-9]{9}$"), name="payments_mandate_number"),
            models.CheckConstraint(condition=Q(ended_by__in=MandateEnd.values), name="payments_mandate_ended_by"),
        ]


class CollectionState(models.TextChoices):
    """What became of a collection."""

    SENT = "sent"
    PAID = "paid"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    CHARGED_BACK = "charged_back"


class Collection(GuardedModel):
    """A bill that Betalingsservice was asked to collect. What came back unpaid is paid in another way."""

    bill = models.ForeignKey(
        "billing.Bill", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, unique=True
    )
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    mandate = beside("payments.Mandate")
    sent_file = models.ForeignKey(SentFile, on_delete=models.PROTECT, related_name="collections")
    reference = models.CharField(max_length=30, unique=True)
    """What comes back with it: the bill's number."""
    due_date = models.DateField()
    amount_oere = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=CollectionState.choices)
    receipt = beside("payments.Receipt")
    told_by = models.ForeignKey(ReceivedFile, on_delete=models.PROTECT, null=True, related_name="+")
    told_date = models.DateField(null=True)

    class Meta:
        db_table = "payments_collection"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CollectionState.values), name="payments_collection_state"),
            models.CheckConstraint(condition=Q(amount_oere__gt=0), name="payments_collection_amount"),
            models.CheckConstraint(
                condition=Q(state="sent", told_by=None) | ~Q(state="sent") & Q(told_by__isnull=False),
                name="payments_collection_told",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "charged_back"]) | Q(receipt__isnull=False),
                name="payments_collection_receipt",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_date"], name="payments_collection_due")]
