"""What is charged: tariffs and their versions, rates of VAT, and the accounts that customers pay into."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from forsyn.domain.safeguards.guarded import GuardedModel
from forsyn.kernel.charges.tariff import Commodity

COMMODITIES = [(commodity.value, commodity.value) for commodity in Commodity]


class VersionState(models.TextChoices):
    """Where a version of a tariff stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


def colleague() -> models.ForeignKey:  # type: ignore[type-arg]
    """A member of staff; null where the program itself did it."""
    return models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )


class Tariff(GuardedModel):
    """A tariff of one commodity, such as heat for dwellings."""

    key = models.CharField(max_length=60, unique=True)
    commodity = models.CharField(max_length=12, choices=COMMODITIES)
    name_da = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)

    class Meta:
        db_table = "billing_tariff"
        constraints = [
            models.CheckConstraint(
                condition=Q(commodity__in=[commodity.value for commodity in Commodity]), name="billing_tariff_commodity"
            ),
            models.CheckConstraint(condition=~Q(key="") & ~Q(name_da="") & ~Q(name_en=""), name="billing_tariff_named"),
        ]

    def __str__(self) -> str:
        return self.key


class TariffVersion(GuardedModel):
    """One version: canonical JSON of `kernel.charges.tariff.Tariff`, with prices of all time up to its writing.

    The approved version with the highest number is what is billed by. ``preview`` is what it would have cost last
    year's consumption, as the approver saw it. Only a draft can be changed (trigger).
    """

    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=10, choices=VersionState.choices)
    drafted_by = colleague()
    drafted_at = models.DateTimeField()
    preview = models.JSONField(null=True)
    approved_by = colleague()
    approved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "billing_tariff_version"
        constraints = [
            models.UniqueConstraint(fields=["tariff", "number"], name="billing_tariff_version_number"),
            models.UniqueConstraint(
                fields=["tariff"], condition=Q(state="draft"), name="billing_tariff_version_one_draft"
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="billing_tariff_version_number_positive"),
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="billing_tariff_version_state"),
            models.CheckConstraint(
                condition=Q(state="approved", approved_at__isnull=False, preview__isnull=False)
                | (~Q(state="approved") & Q(approved_at=None, approved_by=None)),
                name="billing_tariff_version_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(drafted_by=None) | ~Q(approved_by=F("drafted_by")),
                name="billing_tariff_version_four_eyes",
            ),
        ]


class TariffTexts(GuardedModel):
    """What a version's components are called: ``{text_key: {"da": …, "en": …}}``. Everybody may read it."""

    version = models.OneToOneField(TariffVersion, on_delete=models.PROTECT, related_name="texts_row")
    texts = models.JSONField()

    class Meta:
        db_table = "billing_tariff_texts"


class VatRate(GuardedModel):
    """The standard rate of VAT (momsloven § 33) in a period, in percent."""

    period = DateRangeField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        db_table = "billing_vat_rate"
        constraints = [
            ExclusionConstraint(name="billing_vat_rate_one", expressions=[("period", RangeOperators.OVERLAPS)]),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False), name="billing_vat_rate_period"
            ),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="billing_vat_rate_percent"),
        ]


class Creditor(GuardedModel):
    """Where customers pay, in a period: the FI creditor number, the bank account, Betalingsservice."""

    period = DateRangeField()
    fi_creditor = models.CharField(max_length=8)
    bank_registration = models.CharField(max_length=4)
    bank_account = models.CharField(max_length=10)
    betalingsservice_creditor = models.CharField(max_length=8, blank=True)
    """PBS number (PBS-nr.)."""
    debtor_group = models.CharField(max_length=5, blank=True)

    class Meta:
        db_table = "billing_creditor"
        constraints = [
            ExclusionConstraint(name="billing_creditor_one", expressions=[("period", RangeOperators.OVERLAPS)]),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False), name="billing_creditor_period"
            ),
            models.CheckConstraint(
                condition=Q(fi_creditor__regex="^[0-9]{8}$", bank_registration__regex="^[0-9]{4}$")
                & Q(bank_account__regex="^[0-9]{1,10}$"),
                name="billing_creditor_numbers",
            ),
        ]
