"""Requests of persons under Art. 12–22: what was asked, by whom, until when, and what came of it.

What one row cannot say (which state follows which, what never changes) stands in triggers: migration 0002.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from forsyn.domain.rights.rules import (
    CLOSED,
    Clock,
    DocumentKind,
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


def _choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


def _one_of(field: str, words: type[StrEnum], name: str, *, or_none: bool = False) -> models.CheckConstraint:
    known = Q(**{f"{field}__in": [word.value for word in words]})
    return models.CheckConstraint(condition=known | Q(**{f"{field}__isnull": True}) if or_none else known, name=name)


def _together(*fields: str, name: str) -> models.CheckConstraint:
    """All of these are there, or none is."""
    none, every = (Q(**{f"{field}__isnull": missing for field in fields}) for missing in (True, False))
    return models.CheckConstraint(condition=none | every, name=name)


class Request(GuardedModel):
    """A person's request (anmodning). ``right`` is None until somebody has read what is asked for.

    ``deadline_date`` is the last day to answer, in force; ``first_deadline_date`` the one without an extension.
    ``version`` grows with each change, so that two clerks do not write over each other. ``account`` is the portal's,
    where the request came from there.
    """

    right = models.CharField(max_length=15, choices=_choices(Right), null=True)
    state = models.CharField(max_length=15, choices=_choices(State))
    channel = models.CharField(max_length=10, choices=_choices(Intake))
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
    on_behalf = models.CharField(max_length=10, choices=_choices(OnBehalf), default=OnBehalf.SELF.value)
    authority_note = models.TextField(null=True)
    authority_seen_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=2, default="da")
    subject = models.CharField(max_length=400, blank=True)
    wish = models.TextField(blank=True)
    concerns_id = models.BigIntegerField(null=True)
    """The earlier request that a complaint is about; that one may be gone by now."""
    message_sha256 = models.BinaryField(max_length=32, null=True, unique=True)
    """Of the mail that it came by: the same mail is one request."""
    identity_settled_at = models.DateTimeField(null=True)
    identity_way = models.CharField(max_length=10, choices=_choices(Way), null=True)
    assigned_to = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=15, choices=_choices(Outcome), null=True)
    refusal_ground = models.CharField(max_length=20, choices=_choices(RefusalGround), null=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "rights_request"
        constraints = [
            _one_of("right", Right, "rights_request_right", or_none=True),
            _one_of("state", State, "rights_request_state"),
            _one_of("channel", Intake, "rights_request_channel"),
            _one_of("on_behalf", OnBehalf, "rights_request_on_behalf"),
            _one_of("identity_way", Way, "rights_request_identity_way", or_none=True),
            _one_of("outcome", Outcome, "rights_request_outcome", or_none=True),
            _one_of("refusal_ground", RefusalGround, "rights_request_refusal_ground", or_none=True),
            models.CheckConstraint(condition=Q(language__in=["da", "en"]), name="rights_request_language"),
            _together("identity_settled_at", "identity_way", name="rights_request_identity"),
            _together("assigned_to", "claimed_at", name="rights_request_assigned"),
            _together("extended_at", "extension_reason", "extension_told_at", name="rights_request_extended"),
            _together("authority_note", "authority_seen_at", name="rights_request_authority"),
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
    kind = models.CharField(max_length=20, choices=_choices(StepKind))
    text = models.TextField(blank=True)
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "rights_request_step"
        constraints = [_one_of("kind", StepKind, "rights_request_step_kind")]


class IdentityCheck(GuardedModel):
    """One try to settle who asks. A code is kept as a keyed hash over request, contact point, its value, and the code.

    ``contact_point_id`` and ``contact_kind`` say where the code was sent; the contact point may be gone by now.
    ``note`` is what a clerk saw, in words: "pas, foto og navn passer"; never a number.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="identity_checks")
    way = models.CharField(max_length=10, choices=_choices(Way))
    made_at = models.DateTimeField()
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(null=True)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    contact_point_id = models.BigIntegerField(null=True)
    contact_kind = models.CharField(max_length=12, null=True)
    code_hash = models.CharField(max_length=64, null=True)
    expires_at = models.DateTimeField(null=True)
    tries_left = models.SmallIntegerField(null=True)
    passed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rights_identity_check"
        constraints = [
            _one_of("way", Way, "rights_identity_check_way"),
            models.CheckConstraint(
                condition=Q(
                    way=Way.CODE.value,
                    customer__isnull=False,
                    contact_point_id__isnull=False,
                    contact_kind__isnull=False,
                    expires_at__isnull=False,
                    tries_left__gte=0,
                    tries_left__isnull=False,
                )
                | (
                    ~Q(way=Way.CODE.value)
                    & Q(
                        contact_point_id=None,
                        contact_kind=None,
                        code_hash=None,
                        expires_at=None,
                        tries_left=None,
                        passed_at__isnull=False,
                    )
                ),
                name="rights_identity_check_code",
            ),
            models.CheckConstraint(  # used or spent: nothing is left to try again with
                condition=(Q(passed_at=None) & ~Q(tries_left=0)) | Q(code_hash=None),
                name="rights_identity_check_single_use",
            ),
            models.CheckConstraint(
                condition=~Q(way=Way.SEEN.value) | (Q(note__isnull=False, by__isnull=False) & ~Q(note="")),
                name="rights_identity_check_seen",
            ),
        ]


class RequestPlan(GuardedModel):
    """A plan that can be read before it is carried out: plain data, kept as evidence with its fingerprint."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="plans")
    right = models.CharField(max_length=15, choices=_choices(Right))
    plan = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of the plan as canonical JSON, in hexadecimal."""
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    carried_out_at = models.DateTimeField(null=True)
    carried_out_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    counts = models.JSONField(null=True)
    """What was done: how many rows of what."""

    class Meta:
        db_table = "rights_request_plan"
        constraints = [
            _one_of("right", Right, "rights_request_plan_right"),
            _together("carried_out_at", "counts", name="rights_request_plan_carried_out"),
            models.CheckConstraint(
                condition=Q(dropped_at=None) | Q(carried_out_at=None), name="rights_request_plan_dropped"
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(dropped_at=None, carried_out_at=None),
                name="rights_request_plan_one_waits",
            ),
        ]


class Withheld(GuardedModel):
    """Something that is left out of an answer, with the reason that the person reads (Art. 15(4), § 22)."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="withheld")
    item = models.CharField(max_length=200)
    """Which: a key of the plan, such as ``correspondence_note:17`` or ``metering_day``."""
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "rights_withheld"
        constraints = [
            models.UniqueConstraint(fields=["request", "item"], name="rights_withheld_once"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(item=""), name="rights_withheld_reason"),
        ]


class RequestDocument(GuardedModel):
    """A file that came with a request, or a letter of ours; sealed. ``sealed`` is None where it was not taken in.

    ``disclosure_id`` is the door's record of what left; there may be none, where nothing has left yet.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=10, choices=_choices(DocumentKind))
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    byte_count = models.BigIntegerField()
    sealed = models.BinaryField(null=True)
    not_kept = models.TextField(null=True)
    """Why the content is not here: too large, a kind of file that is not opened."""
    recorded_at = models.DateTimeField()
    disclosure_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "rights_request_document"
        constraints = [
            _one_of("kind", DocumentKind, "rights_request_document_kind"),
            models.CheckConstraint(
                condition=Q(sealed__isnull=False, not_kept=None) | Q(sealed=None, not_kept__isnull=False),
                name="rights_request_document_kept",
            ),
            models.CheckConstraint(condition=Q(byte_count__gte=0), name="rights_request_document_bytes"),
            models.UniqueConstraint(
                fields=["request"], condition=Q(kind=DocumentKind.ANSWER.value), name="rights_request_one_answer"
            ),
        ]
