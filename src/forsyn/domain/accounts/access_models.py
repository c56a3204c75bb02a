"""Who may do what, for how long, and who said so: roles of staff, requests for them, people from other companies."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from forsyn.domain.safeguards.guarded import GuardedModel
from forsyn.policy.staff_roles import Role

ROLES = [(role.value, role.value) for role in Role]
BOUNDED = Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False)
NOT_BLANK = r"\S"


def _account(*, null: bool = False, related_name: str = "+") -> models.ForeignKey:
    """Whoever is behind the row; null is the operator at the command line, or nobody yet."""
    return models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=null, related_name=related_name)


def _known_role(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name=name)


def _somebody_else(field: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{field: None}) | ~Q(**{field: F("account")}), name=name)


class AccessRequest(GuardedModel):
    """Somebody on the staff asks for a role, for a reason and a time; another person decides."""

    account = _account(related_name="access_requests")
    role = models.CharField(max_length=40, choices=ROLES)
    period = DateRangeField()
    reason = models.TextField()
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = _account(null=True)
    granted = models.BooleanField(null=True)
    answer = models.TextField(default="")

    class Meta:
        db_table = "accounts_access_request"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role"], condition=Q(decided_at=None), name="accounts_access_request_open_once"
            ),
            _known_role("accounts_access_request_role"),
            models.CheckConstraint(condition=BOUNDED, name="accounts_access_request_period"),
            models.CheckConstraint(condition=Q(reason__regex=NOT_BLANK), name="accounts_access_request_reason"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, granted=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, granted__isnull=False),
                name="accounts_access_request_decided",
            ),
            models.CheckConstraint(
                condition=~Q(granted=False) | Q(answer__regex=NOT_BLANK), name="accounts_access_request_refused"
            ),
            _somebody_else("decided_by", "accounts_access_request_by_another"),
        ]


class StaffRole(GuardedModel):
    """A role that a member of staff has for a time; it ends after ``review_date``, unless somebody reviews it by then.

    ``granted_by`` is null where an operator gave it at the command line. Once ``ended_at`` stands, it counts no more.
    """

    account = _account(related_name="roles")
    role = models.CharField(max_length=40, choices=ROLES)
    period = DateRangeField()
    reason = models.TextField()
    request = models.OneToOneField(AccessRequest, on_delete=models.PROTECT, null=True, related_name="role_given")
    granted_at = models.DateTimeField()
    granted_by = _account(null=True)
    review_date = models.DateField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = _account(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = _account(null=True)
    end_reason = models.TextField(default="")

    class Meta:
        db_table = "accounts_staff_role"
        constraints = [
            _known_role("accounts_staff_role_role"),
            models.CheckConstraint(condition=BOUNDED, name="accounts_staff_role_period"),
            models.CheckConstraint(condition=Q(reason__regex=NOT_BLANK), name="accounts_staff_role_reason"),
            models.CheckConstraint(
                condition=Q(period__startswith__lte=F("review_date")), name="accounts_staff_role_review"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, end_reason="")
                | Q(ended_at__isnull=False, end_reason__regex=NOT_BLANK),
                name="accounts_staff_role_ended",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | Q(reviewed_at__isnull=False), name="accounts_staff_role_reviewed"
            ),
            _somebody_else("granted_by", "accounts_staff_role_by_another"),
            _somebody_else("reviewed_by", "accounts_staff_role_reviewed_by_another"),
            ExclusionConstraint(
                name="accounts_staff_role_once",
                condition=Q(ended_at=None),
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class ExternalStaff(GuardedModel):
    """A member of staff whom another company employs: signs in as staff, under a confidentiality agreement (SV-03)."""

    account = models.OneToOneField(
        "accounts.Account", on_delete=models.PROTECT, primary_key=True, related_name="external"
    )
    employer = models.CharField(max_length=200)

    class Meta:
        db_table = "accounts_external_staff"
        constraints = [
            models.CheckConstraint(condition=Q(employer__regex=NOT_BLANK), name="accounts_external_staff_employer")
        ]


class ConfidentialityAgreement(GuardedModel):
    """A signed agreement. The roles of an external lie within the periods of theirs; triggers see to it."""

    account = _account(related_name="agreements")
    document = models.BinaryField()
    document_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    signed_date = models.DateField()
    period = DateRangeField()
    registered_at = models.DateTimeField()
    registered_by = _account(null=True)

    class Meta:
        db_table = "accounts_confidentiality_agreement"
        constraints = [
            models.CheckConstraint(condition=BOUNDED, name="accounts_confidentiality_period"),
            models.CheckConstraint(
                condition=Q(period__startswith__gte=F("signed_date")), name="accounts_confidentiality_signed"
            ),
            _somebody_else("registered_by", "accounts_confidentiality_by_another"),
            ExclusionConstraint(
                name="accounts_confidentiality_once",
                expressions=[("account", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
        ]


class InstructionConfirmation(GuardedModel):
    """A member of staff has read the instructions of a role, and says so (SF-27). Nobody else can say it for them.

    ``fingerprint`` is that of the text (`forsyn.policy.instructions`), ``text_version`` the policy's version then.
    """

    account = _account(related_name="instruction_confirmations")
    role = models.CharField(max_length=40, choices=ROLES)
    fingerprint = models.CharField(max_length=64)
    text_version = models.CharField(max_length=40)
    confirmed_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_instruction_confirmation"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "fingerprint"], name="accounts_instruction_confirmation_once"
            ),
            _known_role("accounts_instruction_confirmation_role"),
            models.CheckConstraint(
                condition=Q(fingerprint__regex="^[0-9a-f]{64}$"), name="accounts_instruction_confirmation_text"
            ),
        ]


class Colleague(GuardedModel):
    """The name of a member of staff, for showing who did something without reading accounts. A view."""

    id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=200)

    class Meta:
        managed = False
        db_table = "accounts_colleague"

    def __str__(self) -> str:
        return self.name
