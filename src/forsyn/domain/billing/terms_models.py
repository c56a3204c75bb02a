"""On which terms an agreement is billed: its tariff, its sizes, its fees, and amounts that staff settled."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from forsyn.domain.billing.tariff_models import Tariff, colleague
from forsyn.domain.customers.models import has_days
from forsyn.domain.safeguards.guarded import GuardedModel
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.charges.components import Factor
from forsyn.kernel.quantities import BaseUnit

EQUAL, OVERLAPS = RangeOperators.EQUAL, RangeOperators.OVERLAPS
SETTLED = (Quality.SELF_READ, Quality.ESTIMATED, Quality.AGREED)


class Terms(GuardedModel):
    """The tariff of an agreement in a period, and how many on-account instalments a year it pays (0: none)."""

    agreement = models.ForeignKey("customers.Agreement", on_delete=models.PROTECT, related_name="billing_terms")
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="terms")
    period = DateRangeField()
    instalments = models.SmallIntegerField()
    is_single_pipe = models.BooleanField(default=False)
    """A single-pipe plant (enstrengsanlæg), exempt from incentives where the tariff says so."""
    recorded_at = models.DateTimeField()
    recorded_by = colleague()

    class Meta:
        db_table = "billing_terms"
        constraints = [
            ExclusionConstraint(name="billing_terms_one", expressions=[("agreement", EQUAL), ("period", OVERLAPS)]),
            has_days("billing_terms"),
            models.CheckConstraint(
                condition=Q(instalments__gte=0, instalments__lte=12), name="billing_terms_instalments"
            ),
        ]


class FactorOf(GuardedModel):
    """The square metres, meter size (m³/h), dwellings, kilowatts or cubic metres of an agreement in a period."""

    agreement = models.ForeignKey("customers.Agreement", on_delete=models.PROTECT, related_name="billing_factors")
    factor = models.CharField(max_length=15, choices=[(factor.value, factor.value) for factor in Factor])
    period = DateRangeField()
    value = models.DecimalField(max_digits=12, decimal_places=3)
    recorded_at = models.DateTimeField()
    recorded_by = colleague()

    class Meta:
        db_table = "billing_factor"
        constraints = [
            ExclusionConstraint(
                name="billing_factor_one", expressions=[("agreement", EQUAL), ("factor", EQUAL), ("period", OVERLAPS)]
            ),
            has_days("billing_factor"),
            models.CheckConstraint(
                condition=Q(factor__in=[factor.value for factor in Factor if factor is not Factor.AGREEMENT]),
                name="billing_factor_factor",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="billing_factor_value"),
        ]


class FeeOf(GuardedModel):
    """A fee that an agreement is charged: a component of its tariff, on a day, so many times."""

    agreement = models.ForeignKey("customers.Agreement", on_delete=models.PROTECT, related_name="billing_fees")
    component = models.CharField(max_length=60)
    on_date = models.DateField()
    count = models.SmallIntegerField(default=1)
    recorded_at = models.DateTimeField()
    recorded_by = colleague()

    class Meta:
        db_table = "billing_fee"
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0), name="billing_fee_count"),
            models.CheckConstraint(condition=~Q(component=""), name="billing_fee_component"),
        ]
        indexes = [models.Index(fields=["agreement", "on_date"], name="billing_fee_agreement")]


class SettledConsumption(GuardedModel):
    """An amount of consumption that staff settled in place of what the meter delivered, and why.

    What the meter delivered in these days is then not asked. One that is withdrawn stays to be seen.
    """

    agreement = models.ForeignKey("customers.Agreement", on_delete=models.PROTECT, related_name="settled_consumption")
    period = DateRangeField()
    amount = models.BigIntegerField()
    unit = models.CharField(max_length=15, choices=[(unit.value, unit.value) for unit in BaseUnit])
    quality = models.CharField(max_length=10, choices=[(quality.value, quality.value) for quality in SETTLED])
    reason = models.CharField(max_length=400)
    recorded_at = models.DateTimeField()
    recorded_by = colleague()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "billing_settled_consumption"
        constraints = [
            ExclusionConstraint(
                name="billing_settled_consumption_one",
                expressions=[("agreement", EQUAL), ("unit", EQUAL), ("period", OVERLAPS)],
                condition=Q(withdrawn_at=None),
            ),
            has_days("billing_settled_consumption"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="billing_settled_consumption_amount"),
            models.CheckConstraint(
                condition=Q(unit__in=["watt_hours", "litres"]), name="billing_settled_consumption_unit"
            ),
            models.CheckConstraint(
                condition=Q(quality__in=[quality.value for quality in SETTLED]),
                name="billing_settled_consumption_quality",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="billing_settled_consumption_reason"),
        ]
