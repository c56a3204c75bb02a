"""What is left of old values: days without their hours, months without their days; see `docs/decisions/thinning.md`.

Whole numbers of the register's base unit. No foreign key and no trigger, as of the day rows.
"""

from __future__ import annotations

from django.db import models

from forsyn.domain.safeguards.guarded import GuardedModel


class Level(models.TextChoices):
    """What is too old to be kept, and becomes something coarser."""

    HOURS = "hours"
    """Hours become their day."""
    DAYS = "days"
    """Days become their month."""


class Month(GuardedModel):
    """Consumption of one register of one meter in [first_day, until_day): a month, or a part of it.

    A month is parted where somebody moved in or out, or the meter was put up or taken down, so that no row tells of two
    persons' consumption together.
    """

    first_day = models.DateField()
    until_day = models.DateField()
    meter_id = models.IntegerField()
    register = models.SmallIntegerField()
    quality = models.SmallIntegerField()
    """Bits of `rules.Quality` that any of its hours had, and of `rules.MISSING` and `rules.END_MISSING`."""
    days = models.SmallIntegerField()
    """Days on which anything was delivered."""
    complete_days = models.SmallIntegerField()
    """Days of which no hour was missing."""
    total = models.BigIntegerField()
    opening = models.BigIntegerField(null=True)
    """What a counter showed before; null where the register delivers intervals."""
    closing = models.BigIntegerField(null=True)
    """What a counter showed last, before it comes round (opening and steps of the last day)."""
    carried = models.BigIntegerField(null=True)
    """Of the total, what the first reading brought of a gap that began before; null where it brought nothing."""

    pk = models.CompositePrimaryKey("meter_id", "register", "first_day")

    class Meta:
        db_table = "metering_month"


class Thinning(GuardedModel):
    """How far hours have become days, and days months. One row a level."""

    level = models.TextField(primary_key=True)
    closed_before = models.DateField(null=True)
    """Values of earlier days are not stored any more: a correction of them waits for a person."""
    done_before = models.DateField(null=True)
    """All earlier days are done, but those of spared meters."""
    done_meter = models.IntegerField(default=0)
    """In the month of `done_before`, the meters up to this one are done too."""

    class Meta:
        db_table = "metering_thinning"


class Spared(GuardedModel):
    """A meter of which something was kept beyond its age, since somebody's data were held; each night looks again."""

    id = models.IntegerField(primary_key=True)
    """The meter's."""
    hours = models.BooleanField()
    days = models.BooleanField()

    class Meta:
        db_table = "metering_spared"
