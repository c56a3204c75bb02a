"""Meters, where they hang, and the values that they deliver: one row per meter, register and local day.

`Day` and `DaySuperseded` carry no foreign key and no trigger and have the meter in their key, so that they can be
distributed; they are read and written as arrays (`encoding.py`), hardly ever as model instances.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from forsyn.domain.customers.models import Commodity
from forsyn.domain.metering.generated_days import GeneratedDays
from forsyn.domain.metering.month_models import Level as Level
from forsyn.domain.metering.month_models import Month as Month
from forsyn.domain.metering.month_models import Spared as Spared
from forsyn.domain.metering.month_models import Thinning as Thinning
from forsyn.domain.safeguards.guarded import GuardedModel
from forsyn.kernel.quantities import BaseUnit


class ValueKind(models.TextChoices):
    """What a register delivers."""

    INTERVAL = "interval"
    """Consumption in each hour or day."""
    CUMULATIVE = "cumulative"
    """What the counter shows at an instant."""


class Resolution(models.TextChoices):
    """How closely a register is read."""

    HOUR = "hour"
    DAY = "day"


class QuarantineState(models.TextChoices):
    """Where a quarantined item stands."""

    OPEN = "open"
    RELEASED = "released"
    REJECTED = "rejected"


class Meter(GuardedModel):
    """A device. Its number is text: leading zeros count, and no scheme is shared between makers."""

    id = models.AutoField(primary_key=True)
    number = models.CharField(max_length=64)
    commodity = models.CharField(max_length=12, choices=Commodity.choices)
    manufacturer = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=60, blank=True)

    class Meta:
        db_table = "metering_meter"
        indexes = [models.Index(fields=["number"], name="metering_meter_prefix", opclasses=["text_pattern_ops"])]
        constraints = [
            models.UniqueConstraint(fields=["number", "commodity"], name="metering_meter_once"),
            models.CheckConstraint(condition=Q(commodity__in=Commodity.values), name="metering_meter_commodity"),
            models.CheckConstraint(condition=~Q(number=""), name="metering_meter_number"),
        ]

    def __str__(self) -> str:
        return self.number


class Register(GuardedModel):
    """A counter of a meter: what it counts, in which unit, and what it may plausibly show."""

    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="registers")
    number = models.SmallIntegerField()
    code = models.CharField(max_length=30)
    unit = models.CharField(max_length=15, choices=[(unit.value, unit.value) for unit in BaseUnit])
    values = models.CharField(max_length=10, choices=ValueKind.choices)
    resolution = models.CharField(max_length=4, choices=Resolution.choices)
    rollover = models.BigIntegerField(null=True)
    """The counter shows at most rollover - 1 base units, then starts at 0; null: it never comes round."""
    max_per_hour = models.IntegerField(null=True)
    """More base units than this in one hour are not believed; null: no such limit."""

    class Meta:
        db_table = "metering_register"
        constraints = [
            models.UniqueConstraint(fields=["meter", "number"], name="metering_register_number"),
            models.UniqueConstraint(fields=["meter", "code"], name="metering_register_code"),
            models.CheckConstraint(condition=Q(number__gt=0), name="metering_register_number_positive"),
            models.CheckConstraint(
                condition=Q(unit__in=[unit.value for unit in BaseUnit]), name="metering_register_unit"
            ),
            models.CheckConstraint(condition=Q(values__in=ValueKind.values), name="metering_register_values"),
            models.CheckConstraint(condition=Q(resolution__in=Resolution.values), name="metering_register_resolution"),
            models.CheckConstraint(
                condition=Q(rollover=None) | Q(rollover__gt=0, values="cumulative"), name="metering_register_rollover"
            ),
            models.CheckConstraint(
                condition=Q(max_per_hour=None) | Q(max_per_hour__gt=0), name="metering_register_max_per_hour"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Mounting(GuardedModel):
    """A meter at an installation in a period. On the day of a swap both the old and the new one may hang there."""

    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="mountings")
    installation = models.ForeignKey("customers.Installation", on_delete=models.PROTECT, related_name="mountings")
    period = DateRangeField()

    class Meta:
        db_table = "metering_mounting"
        constraints = [
            ExclusionConstraint(
                name="metering_mounting_one_place",
                expressions=[("meter", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(period__isempty=False), name="metering_mounting_period"),
        ]


class MountingReading(GuardedModel):
    """What a register showed when the meter was put up and taken down, as the fitter wrote it."""

    mounting = models.ForeignKey(Mounting, on_delete=models.PROTECT, related_name="readings")
    register = models.SmallIntegerField()
    opening = models.BigIntegerField(null=True)
    closing = models.BigIntegerField(null=True)

    class Meta:
        db_table = "metering_mounting_reading"
        constraints = [models.UniqueConstraint(fields=["mounting", "register"], name="metering_mounting_reading_once")]


class Delivery(GuardedModel):
    """One file of values that was taken in: a unit, all of it or nothing. The same file twice is one delivery."""

    id = models.AutoField(primary_key=True)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    profile = models.CharField(max_length=60)
    received_at = models.DateTimeField()
    account = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    """Who brought it in; null: an operator at the command line."""
    delivered = models.BigIntegerField()
    stored = models.BigIntegerField()
    identical = models.BigIntegerField()
    quarantined = models.BigIntegerField()
    """Set aside, whatever was decided later, except what was released: that moves to stored or identical."""
    new = models.BigIntegerField()
    completed = models.BigIntegerField()
    corrected = models.BigIntegerField()
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    rounded = models.BigIntegerField()
    rounding_base_units = models.FloatField()

    class Meta:
        db_table = "metering_delivery"
        constraints = [
            models.UniqueConstraint(fields=["sha256", "profile"], name="metering_delivery_once"),
            models.CheckConstraint(
                condition=Q(delivered=F("stored") + F("identical") + F("quarantined")), name="metering_delivery_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(stored=F("new") + F("completed") + F("corrected")), name="metering_delivery_stored_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(identical__gte=0, quarantined__gte=0, new__gte=0, completed__gte=0, corrected__gte=0),
                name="metering_delivery_no_negative_count",
            ),
        ]
        indexes = [models.Index(fields=["-received_at"], name="metering_delivery_received_idx")]

    def __str__(self) -> str:
        return f"{self.id} {self.file_name}"


class _DayColumns(GuardedModel):
    """What a day row holds; see `docs/decisions/meter-store.md`."""

    meter_id = models.IntegerField()
    day = models.DateField()
    delivery_id = models.IntegerField()
    register = models.SmallIntegerField()
    version = models.SmallIntegerField()
    total = models.BigIntegerField()
    opening = models.BigIntegerField(null=True)
    values = ArrayField(models.IntegerField(null=True))
    """Hour by hour; empty where the hours have become their day (`actions_thinning`)."""
    quality = ArrayField(models.SmallIntegerField(null=True), null=True)
    carried = models.BigIntegerField(null=True)
    """Without its hours: of the total, what the first reading brought of a gap that began on an earlier day."""

    class Meta:
        abstract = True


class Day(_DayColumns):
    """The valid version of a local day. Partitioned by month; made by hand-written SQL."""

    pk = models.CompositePrimaryKey("meter_id", "register", "day")

    class Meta:
        db_table = "metering_day"


class DaySuperseded(_DayColumns):
    """A version that a correction or late data replaced; kept to be seen."""

    pk = models.CompositePrimaryKey("meter_id", "register", "day", "version")
    superseded_at = models.DateTimeField()
    superseded_by = models.IntegerField()
    """The delivery whose values replaced it."""

    class Meta:
        db_table = "metering_day_superseded"


QUARANTINED_DAYS = """
case when day is not null then daterange(day, day + 1)
     when first_at is not null then daterange(
          (timezone('Europe/Copenhagen', first_at) - interval '1 second')::date,
          (timezone('Europe/Copenhagen', coalesce(last_at, first_at)) - interval '1 second')::date + 1)
end
"""


class QuarantineItem(GuardedModel):
    """Values of one meter and register in one delivery that were not believed, for one reason, packed.

    Where whole meters are set aside (unknown, not mounted) `day` is null and all their values are one item;
    otherwise an item holds one local day, so that it can be judged by itself.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="quarantine_items")
    meter_number = models.CharField(max_length=64, blank=True)
    register_code = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=30)
    day = models.DateField(null=True)
    days = GeneratedDays(expression=QUARANTINED_DAYS)
    """The local days from its first value to its last: whose they are is asked of all of them."""
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    value_count = models.IntegerField()
    lines = ArrayField(models.BigIntegerField())
    instants = ArrayField(models.BigIntegerField(null=True))
    """Seconds since 1970-01-01T00:00Z at which each value's interval ends; null where the stamp could not be read."""
    values = ArrayField(models.BigIntegerField(null=True))
    """Base units; null where the value could not be read."""
    stamp_texts = ArrayField(models.TextField(), null=True)
    value_texts = ArrayField(models.TextField(), null=True)
    """As delivered, where the reader could not make sense of them."""
    state = models.CharField(max_length=10, choices=QuarantineState.choices)
    decided_by = models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        db_table = "metering_quarantine"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=QuarantineState.values), name="metering_quarantine_state"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="metering_quarantine_decided",
            ),
            models.CheckConstraint(condition=Q(value_count__gt=0), name="metering_quarantine_value_count"),
            models.CheckConstraint(condition=Q(days__isempty=False), name="metering_quarantine_days"),
        ]
        indexes = [
            models.Index(fields=["delivery", "reason"], name="metering_quarantine_delivery"),
            models.Index(fields=["meter_number"], name="metering_quarantine_meter"),
            models.Index(fields=["id"], condition=Q(state="open"), name="metering_quarantine_open"),
        ]
