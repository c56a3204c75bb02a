"""Notes that a mail box was looked into."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from forsyn.domain.correspondence.models import MailboxLook


@transaction.atomic
def note_look(*, mailbox: str, waiting: int, oldest_waiting_at: datetime | None, now: datetime) -> None:
    """Keep the last look only. ``waiting``: marked mails that could not be taken in; the oldest came when it says."""
    MailboxLook.objects.update_or_create(
        mailbox=mailbox, defaults={"looked_at": now, "waiting": waiting, "oldest_waiting_at": oldest_waiting_at}
    )


@transaction.atomic
def forget_other_looks(*, mailbox: str | None) -> None:
    """Forget looks into mail boxes that are read no more: all but this one, where there is one."""
    MailboxLook.objects.exclude(mailbox=mailbox or "").delete()
