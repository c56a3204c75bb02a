"""The request itself, whom it is about, and its record."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from forsyn.domain.rights.rules import (
    CLOSED,
    Clock,
    Intake,
    OnBehalf,
    Outcome,
    RefusalGround,
    State,
    StepKind,
    Way,
    number_of,
)
from forsyn.domain.safeguards.guarded import GuardedModel
from forsyn.policy.vocabulary import Right

OPEN = Q(closed_at=None)
_CLOSED = sorted(state.value for state in CLOSED)
_ANSWERING = [State.PLANNED.value, State.ANSWERED.value]
"""States in which it is settled who asks, and for what."""


def choices_of(words: type[StrEnum]) -> list[tuple[str, str]]:
    """A field's choices."""
    return [(word.value, word.value) for word in words]


def one_of(field: str, words: type[StrEnum], name: str, *, or_none: bool = False) -> models.CheckConstraint:
    """The database, too, knows a field's choices."""
    known = Q(**{f"{field}__in": [word.value for word in words]})
    return models.CheckConstraint(condition=known | Q(**{f"{field}__isnull": True}) if or_none else known, name=name)


def together(*fields: str, name: str) -> models.CheckConstraint:
    """All of these are there, or none is."""
    none, every = (Q(**{f"{field}__isnull": missing for field in fields}) for missing in (True, False))
    return models.CheckConstraint(condition=none | every, name=name)


class Request(GuardedModel):
    """A person's request (anmodning). ``right`` is None until somebody has read what is asked for.

    ``deadline_date`` is the last day to answer, in force; ``first_deadline_date`` the one without an extension.
    ``version`` grows with each change, so that two clerks do not write over each other. ``account`` is the portal's,
    where the request came from there.
    """

    right = models.CharField(max_length=15, choices=choices_of(Right), null=True)
    state = models.CharField(max_length=15, choices=choices_of(State))
    channel = models.CharField(max_length=10, choices=choices_of(Intake))
    received_at = models.DateTimeField()
    received_date = models.DateField()
    first_deadline_date = models.DateField()
    deadline_date = models.DateField()
    paused_since_date = models.DateField(null=True)
    paused_days = models.IntegerField(default=0)
    extended_at = models.DateTimeField(null=True)
    extension_reason = models.TextField(null=True)
    extension_told_at = models.DateTimeField(null=True)
    requester_name = models.CharField(max_length=200, blank=True)
    requester_email = models.CharField(max_length=254, blank=True)
    requester_address = models.TextField(blank=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    on_behalf = models.CharField(max_length=10, choices=choices_of(OnBehalf), default=OnBehalf.SELF.value)
    authority_note = models.TextField(null=True)
    authority_seen_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=2, default="da")
    subject = models.CharField(max_length=400, blank=True)
    wish = models.TextField(blank=True)
    concerns_id = models.BigIntegerField(null=True)
    """The earlier request that a complaint is about, or whose wish stands when a restriction ends; it may be gone."""
    message_sha256 = models.BinaryField(max_length=32, null=True, unique=True)
    """Of the mail that it came by: the same mail is one request."""
    identity_settled_at = models.DateTimeField(null=True)
    identity_way = models.CharField(max_length=10, choices=choices_of(Way), null=True)
    assigned_to = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=15, choices=choices_of(Outcome), null=True)
    refusal_ground = models.CharField(max_length=20, choices=choices_of(RefusalGround), null=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "rights_request"
        constraints = [
            one_of("right", Right, "rights_request_right", or_none=True),
            one_of("state", State, "rights_request_state"),
            one_of("channel", Intake, "rights_request_channel"),
            one_of("on_behalf", OnBehalf, "rights_request_on_behalf"),
            one_of("identity_way", Way, "rights_request_identity_way", or_none=True),
            one_of("outcome", Outcome, "rights_request_outcome", or_none=True),
            one_of("refusal_ground", RefusalGround, "rights_request_refusal_ground", or_none=True),
            models.CheckConstraint(condition=Q(language__in=["da", "en"]), name="rights_request_language"),
            together("identity_settled_at", "identity_way", name="rights_request_identity"),
            together("assigned_to", "claimed_at", name="rights_request_assigned"),
            together("extended_at", "extension_reason", "extension_told_at", name="rights_request_extended"),
            together("authority_note", "authority_seen_at", name="rights_request_authority"),
            models.CheckConstraint(
                condition=Q(on_behalf__in=["self", "company"])
                | Q(authority_seen_at__isnull=False)
                | ~Q(state__in=_ANSWERING),
                name="rights_request_authority_first",
            ),
            models.CheckConstraint(
                condition=Q(identity_settled_at__isnull=False)
                | Q(right=Right.COMPLAINT.value, right__isnull=False)
                | ~Q(state__in=_ANSWERING),
                name="rights_request_identity_first",
            ),
            models.CheckConstraint(
                condition=Q(right__isnull=False) | ~Q(state__in=_ANSWERING),
                name="rights_request_right_first",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_CLOSED, closed_at__isnull=False) | (~Q(state__in=_CLOSED) & Q(closed_at=None)),
                name="rights_request_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(state=State.ANSWERED.value, outcome__isnull=False)
                | (~Q(state=State.ANSWERED.value) & Q(outcome=None)),
                name="rights_request_answered",
            ),
            models.CheckConstraint(
                condition=Q(state=State.REFUSED.value, refusal_ground__isnull=False)
                | (~Q(state=State.REFUSED.value) & Q(refusal_ground=None)),
                name="rights_request_refused",
            ),
            models.CheckConstraint(
                condition=Q(paused_since_date=None) | Q(paused_since_date__gte=F("received_date"), closed_at=None),
                name="rights_request_paused",
            ),
            models.CheckConstraint(condition=Q(paused_days__gte=0, version__gte=1), name="rights_request_counts"),
            models.CheckConstraint(
                condition=Q(first_deadline_date__gt=F("received_date"))
                & (
                    Q(extended_at=None, deadline_date=F("first_deadline_date"))
                    | Q(extended_at__isnull=False, deadline_date__gt=F("first_deadline_date"))
                ),
                name="rights_request_deadlines",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("received_at")), name="rights_request_closed_after"
            ),
        ]
        indexes = [
            models.Index(fields=["deadline_date"], condition=OPEN, name="rights_request_open"),
            models.Index(fields=["-closed_at"], condition=~OPEN, name="rights_request_closed"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """``P-2026-00017``."""
        return number_of(self.pk, self.received_date)

    @property
    def clock(self) -> Clock:
        """What its limits follow from."""
        return Clock(
            self.received_date,
            paused_days=self.paused_days,
            paused_since_date=self.paused_since_date,
            extended=self.extended_at is not None,
        )


class RequestCustomer(GuardedModel):
    """A customer whom a request is about: a person may have several numbers. At first there may be none."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="customers")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()

    class Meta:
        db_table = "rights_request_customer"
        constraints = [
            models.UniqueConstraint(fields=["request", "customer"], name="rights_request_customer_once"),
        ]


class RequestStep(GuardedModel):
    """One line of a request's record; never changed. ``by`` is None where the program did it, or the requester."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=choices_of(StepKind))
    text = models.TextField(blank=True)
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "rights_request_step"
        constraints = [one_of("kind", StepKind, "rights_request_step_kind")]
