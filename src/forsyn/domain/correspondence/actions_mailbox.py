"""Notes that a mail box was looked into, and of the mails in it that could not be taken in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F

from forsyn.domain.correspondence.mailbox_queries import WhichMail
from forsyn.domain.correspondence.models import MailboxLook, MailFailure


@transaction.atomic
def note_look(*, mailbox: str, waiting: int, oldest_waiting_at: datetime | None, now: datetime) -> None:
    """Keep the last look only. ``waiting``: marked mails that could not be taken in; the oldest came when it says."""
    MailboxLook.objects.update_or_create(
        mailbox=mailbox, defaults={"looked_at": now, "waiting": waiting, "oldest_waiting_at": oldest_waiting_at}
    )


@transaction.atomic
def note_failure(*, mailbox: str, mail: WhichMail, trouble: str, now: datetime) -> None:
    """One more try of a mail has failed. ``trouble`` quotes nothing of the mail."""
    said = {"tried_at": now, "trouble": trouble[:200]}
    MailFailure.objects.update_or_create(
        mailbox=mailbox,
        uid=mail.uid,
        received_at=mail.received_at,
        defaults=said | {"tries": F("tries") + 1},
        create_defaults=said | {"tries": 1},
    )


@transaction.atomic
def forget_failures(*, mailbox: str, but: Collection[WhichMail]) -> None:
    """Forget all but these: the others were taken in, or people have moved them."""
    rows = MailFailure.objects.filter(mailbox=mailbox).values_list("pk", "uid", "received_at")
    gone = [pk for pk, uid, received_at in rows if WhichMail(uid, received_at) not in but]
    if gone:
        MailFailure.objects.filter(pk__in=gone).delete()


@transaction.atomic
def forget_other_looks(*, mailbox: str | None) -> None:
    """Forget looks into mail boxes that are read no more: all but this one, where there is one."""
    MailboxLook.objects.exclude(mailbox=mailbox or "").delete()
    MailFailure.objects.exclude(mailbox=mailbox or "").delete()
