"""Who looked at what: the access log, the seals over it, and the spot checks of it (GDPR Art. 5(2) and 32).

The log outlives what it names, so nothing here points at customers or accounts by a foreign key.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from forsyn.domain.safeguards.guarded import GuardedModel


class AccessKind(models.TextChoices):
    """How somebody got to see something."""

    LOOK = "look"
    """A page about the person, or about what is the person's."""
    LIST = "list"
    """A line about the person among others: the hits of a search."""
    SEARCH = "search"
    """The search itself, with the words as they were typed; about nobody yet."""
    EXPORT = "export"
    """A file, or a print."""
    CHANGE = "change"
    """A page that showed the person and changed something."""


class Aspect(models.TextChoices):
    """What was looked at, in the few words that a person can make sense of."""

    CUSTOMER_FILE = "customer_file"
    CONSUMPTION = "consumption"
    SUPPLY_POINT = "supply_point"
    METER = "meter"
    QUARANTINE = "quarantine"
    NOTES = "notes"
    CONSENTS = "consents"
    PRIVACY_REQUESTS = "privacy_requests"
    DISCLOSURES = "disclosures"
    ACCESS_LOG = "access_log"
    BREACHES = "breaches"
    ACCOUNT = "account"
    """What a customer owes and has paid."""
    BILLS = "bills"
    BOOKS = "books"
    """Vouchers of the ledger."""
    SENSITIVE_CPR = "sensitive_cpr"
    SENSITIVE_HEALTH = "sensitive_health"
    SENSITIVE_THREATS = "sensitive_threats"
    SENSITIVE_PREMISES = "sensitive_premises"
    SENSITIVE_OFFENCES = "sensitive_offences"


class Verdict(models.TextChoices):
    """What the data protection officer found of a look-up."""

    JUSTIFIED = "justified"
    ASKED = "asked"
    """The member of staff has been asked why."""
    UNJUSTIFIED = "unjustified"


class AccessEntry(GuardedModel):
    """One look at one person, or one search. Written by `actions_log.record`; read, never changed.

    The database fills in `at`, `actor_id` and `purpose` from its clock and the purpose entered. `request_id` is the
    same for all that one page wrote. `subject_id`: the id of the meter, supply point or item that the page was about.
    """

    id = models.BigIntegerField(primary_key=True)  # in the database, (id, at): the table is parted by month
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=10, choices=AccessKind.choices)
    aspect = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=60)
    search = models.CharField(max_length=200, null=True)
    reason = models.CharField(max_length=500, null=True)
    request_id = models.UUIDField()

    class Meta:
        db_table = "safeguards_access_log"


class AccessSeal(models.Model):
    """A batch of the log: all rows of a month whose ids lie in a range, under a hash that is chained to the one before.

    `fingerprints` has 12 bytes a row, in the order of ids: the id less `first_id` (4 bytes, big-endian) and the first
    8 bytes of the row's SHA-256, so that a failing batch can name its rows. See `log_rules`.
    """

    number = models.IntegerField(primary_key=True)
    month = models.DateField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    row_count = models.IntegerField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    fingerprints = models.BinaryField()
    rows_sha256 = models.BinaryField()
    chain_sha256 = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "safeguards_access_seal"
        constraints = [
            models.UniqueConstraint(fields=["first_id", "month"], name="safeguards_access_seal_once"),
            models.CheckConstraint(
                condition=Q(number__gt=0) & Q(row_count__gt=0) & Q(last_id__gte=F("first_id")),
                name="safeguards_access_seal_range",
            ),
        ]


class SpotCheck(GuardedModel):
    """A random sample of the look-ups of a period, for somebody to go through."""

    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    candidates = models.IntegerField()
    """How many looks there were to choose among: one a member of staff, person and day."""

    @property
    def last_day_at(self) -> datetime:
        """A moment of the period's last day."""
        return self.to_at - timedelta(microseconds=1)

    class Meta:
        db_table = "safeguards_spot_check"
        constraints = [
            models.CheckConstraint(condition=Q(to_at__gt=F("from_at")), name="safeguards_spot_check_period"),
        ]


class SpotCheckItem(GuardedModel):
    """One look of a sample, why it weighed more than others, and what was found. Nobody judges his or her own."""

    spot_check = models.ForeignKey(SpotCheck, on_delete=models.CASCADE, related_name="items")
    entry_id = models.BigIntegerField()
    looked_at = models.DateTimeField()
    actor_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    marks = ArrayField(models.CharField(max_length=20))
    verdict = models.CharField(max_length=12, choices=Verdict.choices, null=True)
    note = models.CharField(max_length=1000, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "safeguards_spot_check_item"
        constraints = [
            models.UniqueConstraint(fields=["spot_check", "entry_id"], name="safeguards_spot_check_item_once"),
            models.CheckConstraint(
                condition=Q(verdict=None, decided_at=None, decided_by_id=None)
                | Q(verdict__in=Verdict.values, decided_at__isnull=False, decided_by_id__isnull=False),
                name="safeguards_spot_check_item_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by_id=None) | ~Q(decided_by_id=F("actor_id")),
                name="safeguards_spot_check_item_other",
            ),
            models.CheckConstraint(
                condition=Q(verdict=None) | Q(verdict=Verdict.JUSTIFIED) | ~Q(note=""),
                name="safeguards_spot_check_item_note",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id"], name="safeguards_spot_check_customer"),
            models.Index(fields=["actor_id"], name="safeguards_spot_check_actor"),
        ]
