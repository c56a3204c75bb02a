"""The nightly clock's record: what went, under which rule, and when. It counts rows and names no person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class NightState(models.TextChoices):
    """How far a night has come. One that was broken off is still running, and is gone on with."""

    RUNNING = "running"
    FINISHED = "finished"


class StepState(models.TextChoices):
    """How far a step has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    HELD_UP = "held_up"
    """Live traffic had the rows locked each time; the next night takes them."""


class Work(models.TextChoices):
    """What a step works through."""

    ROWS = "rows"
    """Rows whose own event is over, by primary key."""
    PERSONS = "persons"
    """Rows about persons whose time is over and about nobody else, person by person."""
    COLUMNS = "columns"
    """Columns whose time is over while their row stays."""
    REMNANTS = "remnants"
    """Rows without persons that only belonged to rows that are gone."""
    SENSITIVE = "sensitive"
    LOG = "log"
    """Whole months of the access log."""
    HOURS = "hours"
    DAYS = "days"
    FILES = "files"
    DEAD = "dead"
    """Dead versions of rows, in tables and indexes."""


class Night(models.Model):
    """One run. ``today`` is the local day that the rules' time was counted to."""

    today = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=NightState.choices)
    policy_version = models.CharField(max_length=40)
    policy_sha256 = models.CharField(max_length=64)
    held_customers = models.IntegerField()
    """How many customers a hold or a restriction spared when it began."""

    class Meta:
        db_table = "retention_night"
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=NightState.RUNNING), name="retention_night_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(state__in=NightState.values), name="retention_night_state"),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at")), name="retention_night_finished"
            ),
            models.CheckConstraint(
                condition=Q(state=NightState.RUNNING, finished_at=None)
                | Q(state=NightState.FINISHED, finished_at__isnull=False),
                name="retention_night_ended",
            ),
        ]
        indexes = [models.Index(fields=["-started_at"], name="retention_night_started")]


class Step(models.Model):
    """One table under its rules, or one other piece of work, in one night.

    ``previewed`` was counted by the step's own condition before it began; ``done_count`` is what went. ``cursor`` is
    where the next chunk begins.
    """

    night = models.ForeignKey(Night, on_delete=models.CASCADE, related_name="steps")
    number = models.IntegerField()
    work = models.CharField(max_length=10, choices=Work.choices)
    table_name = models.CharField(max_length=63)
    rules = models.CharField(max_length=300)
    outcome = models.CharField(max_length=15)
    previewed = models.BigIntegerField(null=True)
    done_count = models.BigIntegerField(default=0)
    chunks = models.IntegerField(default=0)
    state = models.CharField(max_length=10, choices=StepState.choices, default=StepState.WAITING)
    cursor = models.CharField(max_length=60, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "retention_step"
        constraints = [
            models.UniqueConstraint(fields=["night", "number"], name="retention_step_once"),
            models.CheckConstraint(condition=Q(work__in=Work.values), name="retention_step_work"),
            models.CheckConstraint(condition=Q(state__in=StepState.values), name="retention_step_state"),
            models.CheckConstraint(
                condition=Q(done_count__gte=0, chunks__gte=0) & (Q(previewed=None) | Q(previewed__gte=0)),
                name="retention_step_counts",
            ),
        ]


class Erasure(models.Model):
    """An entry of the log of erasures that this database has carried out: a keyed hash, whose key lies with the log.

    A backup that is put back lacks the newest of them; so it shows who is to be erased anew.
    """

    person = models.CharField(max_length=64)
    logged_at = models.DateTimeField()
    carried_out_at = models.DateTimeField()

    class Meta:
        db_table = "retention_erasure"
        constraints = [
            models.UniqueConstraint(fields=["person", "logged_at"], name="retention_erasure_once"),
            models.CheckConstraint(condition=Q(person__regex="^[0-9a-f]{64}$"), name="retention_erasure_is_a_hash"),
        ]
