"""On-account plans: what a year is expected to cost, in instalments; and the degree days that heat follows."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from forsyn.domain.billing.terms_models import EQUAL, OVERLAPS
from forsyn.domain.customers.models import has_days
from forsyn.domain.safeguards.guarded import GuardedModel
from forsyn.kernel.quantities import BaseUnit


class ExpectedFrom(models.TextChoices):
    """Where the expected consumption of a plan comes from."""

    LAST_YEAR = "last_year"
    DEGREE_DAYS = "degree_days"
    """Last year's, as it would have been in a normal year (graddage)."""
    NORM = "norm"
    """New here: what such a home uses."""
    STAFF = "staff"
    CUSTOMER = "customer"


class Plan(GuardedModel):
    """What an agreement pays on account for a period, normally a settlement year.

    A plan that is replaced ends where the new one begins. ``expected_amount`` is null where the tariff has no
    consumption.
    """

    agreement = models.ForeignKey("customers.Agreement", on_delete=models.PROTECT, related_name="billing_plans")
    period = DateRangeField()
    expected_from = models.CharField(max_length=12, choices=ExpectedFrom.choices)
    expected_amount = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=15, blank=True)
    expected_net_oere = models.BigIntegerField()
    """What the expected consumption costs in the period, without VAT."""
    made_at = models.DateTimeField()

    class Meta:
        db_table = "billing_plan"
        constraints = [
            ExclusionConstraint(name="billing_plan_one", expressions=[("agreement", EQUAL), ("period", OVERLAPS)]),
            has_days("billing_plan"),
            models.CheckConstraint(
                condition=Q(expected_from__in=ExpectedFrom.values), name="billing_plan_expected_from"
            ),
            models.CheckConstraint(
                condition=Q(expected_amount=None, unit="")
                | Q(expected_amount__gte=0, unit__in=[unit.value for unit in BaseUnit]),
                name="billing_plan_expected_amount",
            ),
            models.CheckConstraint(condition=Q(expected_net_oere__gte=0), name="billing_plan_expected_net"),
        ]


class Instalment(GuardedModel):
    """One instalment of a plan: for a part of its period, due on a day. It is billed once (see `Bill.instalment`)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="instalments")
    period = DateRangeField()
    due_date = models.DateField()
    net_oere = models.BigIntegerField()

    class Meta:
        db_table = "billing_instalment"
        constraints = [
            ExclusionConstraint(name="billing_instalment_one", expressions=[("plan", EQUAL), ("period", OVERLAPS)]),
            has_days("billing_instalment"),
            models.CheckConstraint(condition=Q(net_oere__gte=0), name="billing_instalment_net"),
        ]
        indexes = [models.Index(fields=["due_date"], name="billing_instalment_due")]


class DegreeDays(GuardedModel):
    """Degree days (graddage, base 17 °C) of a month here, and of the same month in a normal year."""

    month = models.DateField(unique=True)
    """Its first day."""
    degree_days = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    """Null while the month is not over."""
    normal_degree_days = models.DecimalField(max_digits=7, decimal_places=2)

    class Meta:
        db_table = "billing_degree_days"
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="billing_degree_days_month"),
            models.CheckConstraint(
                condition=Q(normal_degree_days__gte=0) & (Q(degree_days=None) | Q(degree_days__gte=0)),
                name="billing_degree_days_positive",
            ),
        ]
