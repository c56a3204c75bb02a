"""Files that were read, once each, and files that were made, each with a number of its own."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from forsyn.domain.billing.tariff_models import colleague
from forsyn.domain.safeguards.guarded import GuardedModel

SHA256 = "^[0-9a-f]{64}$"


def beside(to: str) -> models.ForeignKey:  # type: ignore[type-arg]
    """A row that the night may end a year before or after this one, so that no constraint ties them."""
    return models.ForeignKey(
        to, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )


class FileKind(models.TextChoices):
    """What was read."""

    STATEMENT = "camt053"
    NOTICE = "camt054"
    COLLECTED = "bs0602"
    AGREEMENTS = "bs0603"


class ReceivedFile(GuardedModel):
    """A file of a bank or of Betalingsservice that was read whole. The same bytes are not read twice.

    ``delivery`` is Betalingsservice's number of it, which is not read twice either. ``entry_count`` are the movements
    in the file, ``known_count`` those of them that another file had told before.
    """

    kind = models.CharField(max_length=8, choices=FileKind.choices)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    delivery = models.CharField(max_length=40, blank=True)
    entry_count = models.IntegerField()
    known_count = models.IntegerField()
    credit_oere = models.BigIntegerField()
    debit_oere = models.BigIntegerField()
    received_at = models.DateTimeField()
    received_by = colleague()

    class Meta:
        db_table = "payments_received_file"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FileKind.values), name="payments_received_file_kind"),
            models.CheckConstraint(condition=Q(sha256__regex=SHA256), name="payments_received_file_sha256"),
            models.CheckConstraint(
                condition=Q(entry_count__gte=0, known_count__gte=0, credit_oere__gte=0, debit_oere__gte=0),
                name="payments_received_file_counts",
            ),
            models.UniqueConstraint(
                fields=["kind", "delivery"], condition=~Q(delivery=""), name="payments_received_file_delivery"
            ),
        ]
        indexes = [models.Index(fields=["-received_at"], name="payments_received_file_latest")]


class SentKind(models.TextChoices):
    """What was made."""

    COLLECTIONS = "bs0601"
    PAYOUTS = "pain001"


class SentFile(GuardedModel):
    """A file that was made for Betalingsservice or the bank. Its number is never used again."""

    kind = models.CharField(max_length=8, choices=SentKind.choices)
    number = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    entry_count = models.IntegerField()
    sum_oere = models.BigIntegerField()
    made_at = models.DateTimeField()
    made_by = colleague()

    class Meta:
        db_table = "payments_sent_file"
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="payments_sent_file_number"),
            models.CheckConstraint(condition=Q(kind__in=SentKind.values), name="payments_sent_file_kind"),
            models.CheckConstraint(condition=Q(sha256__regex=SHA256), name="payments_sent_file_sha256"),
            models.CheckConstraint(condition=Q(number__gt=0, entry_count__gt=0), name="payments_sent_file_numbered"),
        ]
