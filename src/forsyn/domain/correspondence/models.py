"""What was said between a customer and the utility."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from forsyn.domain.safeguards.guarded import GuardedModel


class NoteKind(models.TextChoices):
    """Where the talk took place."""

    PHONE = "phone"
    VISIT = "visit"
    OTHER = "other"


class Note(GuardedModel):
    """What a member of staff needs to remember of a talk; written once and not changed.

    A text in which numbers like CPR numbers stood was answered for before it was stored: ``cpr_asked_at`` is when,
    ``cpr_denied`` how many numbers stayed, since the writer said that they are none, ``cpr_taken_out`` how many left
    the text.
    """

    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        related_name="notes",
        db_index=False,  # the index of the latest notes begins with it
    )
    written_at = models.DateTimeField()
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=10, choices=NoteKind.choices)
    text = models.TextField()
    cpr_asked_at = models.DateTimeField(null=True)
    cpr_denied = models.SmallIntegerField(default=0)
    cpr_taken_out = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "correspondence_note"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoteKind.values), name="correspondence_note_kind"),
            models.CheckConstraint(condition=~Q(text=""), name="correspondence_note_text"),
            models.CheckConstraint(
                condition=Q(cpr_asked_at=None, cpr_denied=0, cpr_taken_out=0)
                | Q(Q(cpr_denied__gt=0) | Q(cpr_taken_out__gt=0), cpr_denied__gte=0, cpr_taken_out__gte=0)
                & Q(cpr_asked_at__isnull=False),
                name="correspondence_note_answered",
            ),
        ]
        indexes = [models.Index(fields=["customer", "-written_at", "-id"], name="correspondence_note_latest")]


class MailboxLook(GuardedModel):
    """The last look into a mail box that persons write to: how many marked mails could not be taken in, since when."""

    mailbox = models.CharField(max_length=400, unique=True)
    looked_at = models.DateTimeField()
    waiting = models.IntegerField()
    oldest_waiting_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "correspondence_mailbox_look"
        constraints = [
            models.CheckConstraint(
                condition=Q(waiting=0, oldest_waiting_at=None) | Q(waiting__gt=0, oldest_waiting_at__isnull=False),
                name="correspondence_mailbox_look_waiting",
            ),
        ]


class MailFailure(GuardedModel):
    """A marked mail that could not be taken in, until it is, or has left the mail box. Nothing of the mail is here.

    ``uid`` is the server's number for it, ``received_at`` when it came: together they name one mail even where the
    server numbers anew. ``trouble`` is for operators.
    """

    mailbox = models.CharField(max_length=400)
    uid = models.BigIntegerField()
    received_at = models.DateTimeField()
    tries = models.IntegerField()
    tried_at = models.DateTimeField()
    trouble = models.CharField(max_length=200)

    class Meta:
        db_table = "correspondence_mail_failure"
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "uid", "received_at"], name="correspondence_mail_failure_once"),
            models.CheckConstraint(condition=Q(tries__gt=0), name="correspondence_mail_failure_tries"),
        ]
