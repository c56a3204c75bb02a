"""Breaches of personal data security (GDPR Art. 33 and 34): what happened, whom it touched, who was told and when.

Nothing here is edited silently: the database itself writes each change of a breach, with what stood before, into the
steps, and lets nobody change or remove a step.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from forsyn.domain.safeguards.guarded import GuardedModel
from forsyn.policy.vocabulary import Capacity


class Risk(models.TextChoices):
    """What a named person found that the breach may do to the persons (Art. 33(1) and 34(1))."""

    NONE = "none"
    """Unlikely to be a risk: nobody is notified, and the reason stands here (Art. 33(5))."""
    RISK = "risk"
    """The authority is notified."""
    HIGH = "high"
    """The persons are told as well."""


class Exception34(models.TextChoices):
    """Why persons need not be told of a high risk: the letters of Art. 34(3)."""

    PROTECTED = "protected"
    """(a) What was touched cannot be read by whoever got it, such as encrypted data."""
    AVERTED = "averted"
    """(b) Measures taken since make the high risk unlikely."""
    DISPROPORTIONATE = "disproportionate"
    """(c) It would take disproportionate effort: they are told in public instead."""


class StepKind(models.TextChoices):
    """What happened to a breach, as the record has it."""

    REGISTERED = "registered"
    CHANGED = "changed"
    """Written by the database: which columns, and what stood in them before and after."""
    SEARCHED = "searched"
    LEFT_OUT = "left_out"
    ASSESSED = "assessed"
    PREPARED = "prepared"
    NOTIFIED = "notified"
    LETTER = "letter"
    """What the persons are to read was settled."""
    TOLD = "told"
    EXCEPTION = "exception"
    NOTE = "note"
    CLOSED = "closed"


class SearchKind(models.TextChoices):
    """By what affected persons were found."""

    LOOKS = "looks"
    """The access log: whom an account looked at in a span of time."""
    DISCLOSURES = "disclosures"
    """The door: whose data a recipient got in a span of time."""
    NUMBERS = "numbers"
    """A list of customer numbers."""
    PLACES = "places"
    """Supply points, by their numbers: who had an agreement there in a span of days."""
    METERS = "meters"
    """Meters, by their numbers: who had an agreement where they hung in a span of days."""
    SUPPLIED = "supplied"
    """Everybody with an agreement in a span of days."""


class ToldBy(models.TextChoices):
    """How a person was told."""

    EMAIL = "email"
    LETTER = "letter"


class Breach(GuardedModel):
    """One breach. ``aware_at`` starts the 72 hours; ``notify_by_at`` ends them and is set by the database.

    ``data_categories`` and ``person_groups`` are the policy's keys; ``approximate_persons`` and ``_records`` are for
    what no search can tell (Art. 33(3)(a)). ``processor``: key of the recipient where it happened, else blank. In the
    capacity of a processor, ``on_behalf_of`` names the controller, who is told instead of the authority (Art. 33(2)).
    """

    title = models.CharField(max_length=120)
    what_happened = models.TextField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    aware_at = models.DateTimeField()
    notify_by_at = models.DateTimeField(editable=False)
    confidentiality = models.BooleanField()
    integrity = models.BooleanField()
    availability = models.BooleanField()
    data_categories = ArrayField(models.CharField(max_length=40))
    person_groups = ArrayField(models.CharField(max_length=20))
    approximate_persons = models.IntegerField(null=True)
    approximate_records = models.BigIntegerField(null=True)
    consequences = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    processor = models.CharField(max_length=40, blank=True)
    capacity = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Capacity])
    on_behalf_of = models.CharField(max_length=200, blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )

    risk = models.CharField(max_length=5, choices=Risk.choices, null=True)
    risk_reason = models.TextField(blank=True)
    assessed_at = models.DateTimeField(null=True)
    assessed_by = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )

    letter_da = models.TextField(blank=True)
    letter_en = models.TextField(blank=True)
    letters_released_at = models.DateTimeField(null=True)
    """From now on whoever is found is told by itself: by e-mail, else by a letter to print."""
    letters_released_by = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    exception = models.CharField(max_length=16, choices=Exception34.choices, null=True)
    exception_reason = models.TextField(blank=True)
    excepted_by = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )

    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    lessons = models.TextField(blank=True)

    class Meta:
        db_table = "accountability_breach"
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(what_happened=""), name="accountability_breach_what_happened"
            ),
            models.CheckConstraint(
                condition=Q(confidentiality=True) | Q(integrity=True) | Q(availability=True),
                name="accountability_breach_nature",
            ),
            models.CheckConstraint(
                condition=Q(data_categories__len__gt=0, person_groups__len__gt=0), name="accountability_breach_whose"
            ),
            models.CheckConstraint(
                condition=(Q(began_at=None) | Q(began_at__lte=F("aware_at")))
                & (Q(ended_at=None) | Q(began_at=None) | Q(ended_at__gte=F("began_at"))),
                name="accountability_breach_when",
            ),
            models.CheckConstraint(
                condition=Q(capacity=Capacity.CONTROLLER.value, on_behalf_of="")
                | (Q(capacity=Capacity.PROCESSOR.value) & ~Q(on_behalf_of="")),
                name="accountability_breach_capacity",
            ),
            models.CheckConstraint(
                condition=Q(risk=None, assessed_at=None, assessed_by=None, risk_reason="")
                | (Q(risk__in=Risk.values, assessed_at__isnull=False, assessed_by__isnull=False) & ~Q(risk_reason="")),
                name="accountability_breach_assessed",
            ),
            models.CheckConstraint(
                condition=Q(letters_released_at=None, letters_released_by=None)
                | (Q(letters_released_at__isnull=False, letters_released_by__isnull=False) & ~Q(letter_da="")),
                name="accountability_breach_released",
            ),
            models.CheckConstraint(
                condition=Q(exception=None, exception_reason="", excepted_by=None)
                | (Q(exception__in=Exception34.values, excepted_by__isnull=False) & ~Q(exception_reason="")),
                name="accountability_breach_exception",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False, risk__isnull=False),
                name="accountability_breach_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["notify_by_at"], condition=Q(closed_at=None), name="accountability_breach_open"),
            models.Index(fields=["-aware_at"], name="accountability_breach_latest"),
        ]

    @property
    def number(self) -> str:
        """What people call it by: ``B-2026-7``."""
        return f"B-{self.registered_at.year}-{self.pk}"


class BreachSearch(GuardedModel):
    """One search for affected persons: by what, and how many it found; the persons themselves are `BreachPerson`."""

    breach = models.ForeignKey(Breach, on_delete=models.CASCADE, related_name="searches", db_constraint=False)
    kind = models.CharField(max_length=12, choices=SearchKind.choices)
    account = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    """Whose looks; only of kind LOOKS."""
    recipient = models.CharField(max_length=60, blank=True)
    from_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(null=True)
    given = models.IntegerField(null=True)
    """How many numbers were given; the numbers themselves are not kept."""
    found = models.IntegerField()
    added = models.IntegerField()
    """Of those found, who was not on the list before."""
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Colleague", on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        db_table = "accountability_breach_search"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SearchKind.values), name="accountability_search_kind"),
            models.CheckConstraint(
                condition=Q(found__gte=0, added__gte=0) & Q(added__lte=F("found")), name="accountability_search_counts"
            ),
        ]


class BreachPerson(GuardedModel):
    """A customer whom a breach touched, as some search found. ``told_at`` is when the letter left by the door."""

    breach = models.ForeignKey(
        Breach, on_delete=models.CASCADE, related_name="persons", db_index=False, db_constraint=False
    )
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    search = models.ForeignKey(BreachSearch, on_delete=models.CASCADE, related_name="persons", db_constraint=False)
    added_at = models.DateTimeField()
    left_out_reason = models.TextField(blank=True)
    """Why somebody who was found is not affected after all; else blank."""
    told_at = models.DateTimeField(null=True)
    told_by = models.CharField(max_length=6, choices=ToldBy.choices, null=True)
    disclosure_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "accountability_breach_person"
        constraints = [
            models.UniqueConstraint(fields=["breach", "customer"], name="accountability_breach_person_once"),
            models.CheckConstraint(
                condition=Q(told_at=None, told_by=None, disclosure_id=None)
                | Q(told_at__isnull=False, told_by__in=ToldBy.values, disclosure_id__isnull=False),
                name="accountability_breach_person_told",
            ),
        ]
        indexes = [
            models.Index(
                fields=["breach", "customer"],
                condition=Q(told_at=None, left_out_reason=""),
                name="accountability_person_untold",
            ),
        ]


class BreachNotice(GuardedModel):
    """What the authority (or, for a processor, the controller) is told, and when it was: one row a phase (Art. 33(4)).

    ``recipient`` is a key of the policy's. ``text`` is what was prepared, as it was sent. ``late_reason`` accompanies
    what leaves after the 72 hours (Art. 33(1)). ``receipt`` is the authority's own number.
    """

    breach = models.ForeignKey(
        Breach, on_delete=models.CASCADE, related_name="notices", db_index=False, db_constraint=False
    )
    phase = models.SmallIntegerField()
    final = models.BooleanField(default=False)
    recipient = models.CharField(max_length=60)
    text = models.TextField()
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    late_reason = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    receipt = models.CharField(max_length=100, blank=True)
    disclosure_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "accountability_breach_notice"
        constraints = [
            models.UniqueConstraint(fields=["breach", "phase"], name="accountability_notice_phase"),
            models.CheckConstraint(condition=Q(phase__gte=1) & ~Q(text=""), name="accountability_notice_text"),
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None, disclosure_id=None, receipt="")
                | Q(sent_at__isnull=False, sent_by__isnull=False, disclosure_id__isnull=False),
                name="accountability_notice_sent",
            ),
        ]


class BreachStep(GuardedModel):
    """The record (Art. 33(5)): added to, never changed. ``by`` is null where the program itself did it.

    ``changes`` maps columns to ``[before, after]`` where the database saw a breach being changed.
    """

    breach = models.ForeignKey(
        Breach, on_delete=models.CASCADE, related_name="steps", db_index=False, db_constraint=False
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=StepKind.choices)
    by = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    text = models.TextField(blank=True)
    changes = models.JSONField(default=dict)

    class Meta:
        db_table = "accountability_breach_step"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=StepKind.values), name="accountability_step_kind"),
        ]
        indexes = [models.Index(fields=["breach", "at", "id"], name="accountability_step_order")]
