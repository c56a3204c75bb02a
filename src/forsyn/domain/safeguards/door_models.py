"""The one door out: who processes for us under which agreement, what left for whom, and what still waits to leave.

No purpose writes the disclosures, their persons or the outbox: they are written by functions of the database alone
(migration 0005), so that nothing is on its way that is not on record.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from forsyn.policy.countries import countries
from forsyn.policy.vocabulary import Channel, Role

INSIDE = sorted(code for code, country in countries().items() if country.in_eea)
"""ISO 3166 codes of the EU/EEA, as the database checks them."""


class DisclosureState(models.TextChoices):
    """How far something that left, or is to leave, has come."""

    WAITING = "waiting"
    """In the outbox."""
    HANDED_OVER = "handed_over"
    """Given to the transport at once; it is not kept here, so it is not tried again."""
    DELIVERED = "delivered"
    """The transport has taken it over; its content is no longer kept."""
    FAILED = "failed"
    """Not delivered, and not tried again by itself."""
    DOUBTFUL = "doubtful"
    """The program stopped while it was being sent: it may have left. A person decides whether it is sent again."""


class Part(models.TextChoices):
    """What a person has to do with a disclosure."""

    ABOUT = "about"
    BY = "by"


def _has_days(table: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(period__isempty=False, period__lower_inf=False), name=f"{table}_period")


class RecipientAgreement(models.Model):
    """A processor agreement (Art. 28(3)) with a recipient of the policy. Renewals are rows of their own.

    It holds on a day of its period once it is signed and the document is on file.
    """

    recipient = models.CharField(max_length=60)
    number = models.CharField(max_length=60, unique=True)
    signed_date = models.DateField(null=True)
    period = DateRangeField()
    storage_country = models.CharField(max_length=10)
    instructions = models.TextField(blank=True)
    document_name = models.CharField(max_length=200, null=True)
    document_sha256 = models.BinaryField(max_length=32, null=True)

    sub_processors: models.Manager[SubProcessor]
    audits: models.Manager[ProcessorAudit]

    class Meta:
        db_table = "safeguards_recipient_agreement"
        constraints = [
            ExclusionConstraint(
                name="safeguards_agreement_one",
                expressions=[("recipient", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            _has_days("safeguards_agreement"),
            models.CheckConstraint(
                condition=Q(document_name=None, document_sha256=None)
                | Q(document_name__isnull=False, document_sha256__isnull=False),
                name="safeguards_agreement_document",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class AgreementDocument(models.Model):
    """The signed agreement itself."""

    agreement = models.OneToOneField(RecipientAgreement, on_delete=models.CASCADE, related_name="document")
    content = models.BinaryField()
    content_type = models.CharField(max_length=100)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "safeguards_agreement_document"


class SubProcessor(models.Model):
    """Somebody whom the processor lets work with the data (Art. 28(2)), in a period."""

    agreement = models.ForeignKey(RecipientAgreement, on_delete=models.PROTECT, related_name="sub_processors")
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=10)
    service = models.CharField(max_length=200)
    period = DateRangeField()

    class Meta:
        db_table = "safeguards_sub_processor"
        constraints = [_has_days("safeguards_sub_processor")]


class ProcessorAudit(models.Model):
    """A look at how the processor keeps its promises (Art. 28(3)(h)), and when to look again."""

    agreement = models.ForeignKey(RecipientAgreement, on_delete=models.PROTECT, related_name="audits")
    audit_date = models.DateField()
    finding = models.TextField()
    next_date = models.DateField(null=True)

    class Meta:
        db_table = "safeguards_audit"
        constraints = [
            models.CheckConstraint(condition=~Q(finding=""), name="safeguards_audit_finding"),
            models.CheckConstraint(
                condition=Q(next_date=None) | Q(next_date__gt=F("audit_date")), name="safeguards_audit_next"
            ),
        ]


class Disclosure(models.Model):
    """Something that left, or is about to: what kind, why, to whom, on which ground. `DisclosurePerson` says whose.

    ``purpose`` is a key of the policy's; ``countries`` are all where the recipient, its storage and its sub-processors
    are. ``to_person``: it is for the person, and the recipient only carries it. ``payload_sha256`` is of what left.
    """

    at = models.DateTimeField()
    purpose = models.CharField(max_length=60)
    recipient = models.CharField(max_length=60)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    agreement = models.ForeignKey(RecipientAgreement, null=True, on_delete=models.PROTECT, related_name="disclosures")
    categories = ArrayField(models.CharField(max_length=60))
    countries = ArrayField(models.CharField(max_length=10))
    ground = models.CharField(max_length=40, blank=True)
    statute = models.TextField(blank=True)
    channel = models.CharField(max_length=20, choices=[(channel.value, channel.value) for channel in Channel])
    to_person = models.BooleanField()
    person_count = models.IntegerField()
    payload_sha256 = models.BinaryField(max_length=32)
    payload_bytes = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=DisclosureState.choices)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "safeguards_disclosure"
        constraints = [
            models.CheckConstraint(
                condition=Q(countries__contained_by=INSIDE, countries__len__gt=0), name="safeguards_disclosure_inside"
            ),
            models.CheckConstraint(condition=Q(categories__len__gt=0), name="safeguards_disclosure_categories"),
            models.CheckConstraint(
                condition=~Q(role=Role.PROCESSOR.value) | Q(agreement__isnull=False),
                name="safeguards_disclosure_agreement",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.PUBLIC_AUTHORITY.value) | ~Q(statute=""), name="safeguards_disclosure_statute"
            ),
            models.CheckConstraint(condition=Q(person_count__gte=0), name="safeguards_disclosure_count"),
            models.CheckConstraint(condition=Q(state__in=DisclosureState.values), name="safeguards_disclosure_state"),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="safeguards_disclosure_role"
            ),
        ]
        indexes = [
            models.Index(fields=["at"], name="safeguards_disclosure_at"),
            models.Index(fields=["recipient", "at"], name="safeguards_disclosure_to"),
            models.Index(
                fields=["state", "at"],
                condition=~Q(state=DisclosureState.DELIVERED.value),
                name="safeguards_disclosure_open",
            ),
        ]


class DisclosurePerson(models.Model):
    """Whom a disclosure is about, and who made it. Ids outlive the rows they name: Art. 15 and 19 ask long after."""

    disclosure = models.ForeignKey(Disclosure, on_delete=models.CASCADE, related_name="persons")
    part = models.CharField(max_length=5, choices=Part.choices)
    customer_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "safeguards_disclosure_person"
        constraints = [
            models.CheckConstraint(
                condition=Q(customer_id=None, account_id__isnull=False)
                | Q(customer_id__isnull=False, account_id=None, part="about"),
                name="safeguards_disclosure_person_one",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id"], name="safeguards_disclosure_customer"),
            models.Index(fields=["account_id"], name="safeguards_disclosure_account"),
        ]


class DisclosureRefusal(models.Model):
    """Something that the door did not let out, and why: codes of `door_rules.Reason`."""

    at = models.DateTimeField()
    purpose = models.CharField(max_length=60)
    recipient = models.CharField(max_length=60)
    categories = ArrayField(models.CharField(max_length=60))
    channel = models.CharField(max_length=20)
    person_count = models.IntegerField()
    reasons = ArrayField(models.CharField(max_length=60))
    explanation = models.TextField()

    class Meta:
        db_table = "safeguards_disclosure_refusal"
        indexes = [models.Index(fields=["at"], name="safeguards_refusal_at")]


class OutboxMessage(models.Model):
    """Waits to be delivered, in the transaction that made it. ``sealed`` is content and address, encrypted.

    ``work`` is how the program entered the purpose (`forsyn.policy.purposes.P`); it is delivered under it, too.
    """

    disclosure = models.OneToOneField(Disclosure, on_delete=models.CASCADE, related_name="outbox")
    work = models.CharField(max_length=40)
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        db_table = "safeguards_outbox"
        indexes = [models.Index(fields=["work", "due_at"], name="safeguards_outbox_due")]
