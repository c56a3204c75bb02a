"""Reads of the marked mails that could not be taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forsyn.domain.correspondence.models import MailFailure

TRIES = 3
"""So often a mail is tried at each look; then it is left for people, and tried again once in a while."""
SHOWN = 20


@dataclass(frozen=True, slots=True)
class WhichMail:
    """One mail of a mail box: the server's number, and when the server took it."""

    uid: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class LeftMail:
    """A mail that people must take in by hand. ``trouble`` is for operators, in English."""

    mailbox: str
    uid: int
    received_at: datetime
    tries: int
    trouble: str


def tried_long(*, mailbox: str) -> dict[WhichMail, datetime]:
    """The mails that have been tried `TRIES` times or more, with the last try. 1 query."""
    rows = MailFailure.objects.filter(mailbox=mailbox, tries__gte=TRIES)
    return {WhichMail(row.uid, row.received_at): row.tried_at for row in rows}


def mails_left() -> list[LeftMail]:
    """Those that are left for people, the oldest first, `SHOWN` at most. 1 query."""
    rows = MailFailure.objects.filter(tries__gte=TRIES).order_by("received_at", "uid")[:SHOWN]
    return [LeftMail(row.mailbox, row.uid, row.received_at, row.tries, row.trouble) for row in rows]
