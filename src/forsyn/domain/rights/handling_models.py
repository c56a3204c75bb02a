"""What is done with a request: who asks, plans, what is withheld, and the letters."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from forsyn.domain.rights.request_models import Request, choices_of, one_of, together
from forsyn.domain.rights.rules import DocumentKind, Way
from forsyn.domain.safeguards.guarded import GuardedModel
from forsyn.policy.vocabulary import Right


class IdentityCheck(GuardedModel):
    """One try to settle who asks. A code is kept as a keyed hash over request, contact point, its value, and the code.

    ``contact_point_id`` and ``contact_kind`` say where the code was sent; the contact point may be gone by now.
    ``note`` is what a clerk saw, in words: "pas, foto og navn passer"; never a number.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="identity_checks")
    way = models.CharField(max_length=10, choices=choices_of(Way))
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
            one_of("way", Way, "rights_identity_check_way"),
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
    right = models.CharField(max_length=15, choices=choices_of(Right))
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
            one_of("right", Right, "rights_request_plan_right"),
            together("carried_out_at", "counts", name="rights_request_plan_carried_out"),
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
    kind = models.CharField(max_length=10, choices=choices_of(DocumentKind))
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
            one_of("kind", DocumentKind, "rights_request_document_kind"),
            models.CheckConstraint(
                condition=Q(sealed__isnull=False, not_kept=None) | Q(sealed=None, not_kept__isnull=False),
                name="rights_request_document_kept",
            ),
            models.CheckConstraint(condition=Q(byte_count__gte=0), name="rights_request_document_bytes"),
            models.UniqueConstraint(
                fields=["request"], condition=Q(kind=DocumentKind.ANSWER.value), name="rights_request_one_answer"
            ),
        ]
