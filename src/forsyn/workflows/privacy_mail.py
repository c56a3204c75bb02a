"""Mails marked as the policy says ("Persondata"): each becomes a request in the queue, once, whatever stops the work.

A mail is put into the queue and its receipt into the outbox in one transaction; only then it is moved in the mail box.
Killed in between, the next round finds it again, knows it by its digest, and only moves it.

A mail that fails holds up no other: after a few tries it is left for people, who see it on the desk, and is tried again
each hour after the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum

from django.conf import settings
from django.db import transaction

from forsyn.domain.correspondence.actions_mailbox import (
    forget_failures,
    forget_other_looks,
    note_failure,
    note_look,
)
from forsyn.domain.correspondence.mailbox_queries import WhichMail, tried_long
from forsyn.domain.rights.actions import Attachment
from forsyn.domain.rights.rules import WISH_LENGTH, RequestRefused
from forsyn.domain.rights.words import without_cpr
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.mailbox import codec
from forsyn.integrations.mailbox.address import MailboxSettings
from forsyn.integrations.mailbox.codec import IncomingMail, LeftOut, MailNotReadable
from forsyn.integrations.mailbox.transport import MailboxNotRead, OpenMailbox, Waiting, opened
from forsyn.kernel.local_days import local_day
from forsyn.policy.purposes import P
from forsyn.workflows import privacy_mail_words as words
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.privacy_mail_receipt import send_receipt
from forsyn.workflows.privacy_requests import Received, receive_from_mail

logger = logging.getLogger(__name__)
NEW = timedelta(days=2)
"""So long the subject of every mail is looked at here, since not every server finds an encoded one."""
AGAIN = timedelta(hours=1)
"""So long a mail that has failed several times is left alone."""


class NoMailbox(LookupError):
    """No mail box is set up; the message tells operators how."""


class Fate(StrEnum):
    """What became of a marked mail."""

    OPENED = "opened"
    """It is a new request."""
    ADDED = "added"
    """It names an open request of the same address, and is kept with that one."""
    KNOWN = "known"
    """It was a request already, and has only been moved."""
    AUTOMATIC = "automatic"
    """No person wrote it: no request, no receipt; it stays where it was."""
    FAILED = "failed"
    """It could not be taken in, and waits for the next round."""
    LEFT = "left"
    """It has failed several times, was not tried now, and stays in the mail box for people to see to."""


@dataclass
class Round:
    """What one look into the mail box did: how many mails of each fate, and how many old ones were forgotten."""

    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    waiting_since: datetime | None = None
    """When the oldest mail came that could not be taken in."""
    failing: set[WhichMail] = field(default_factory=set)
    forgotten: int = 0

    def count(self, fate: Fate, waiting: Waiting) -> None:
        """One mail more."""
        self.fates[fate] += 1
        if fate in (Fate.FAILED, Fate.LEFT):
            self.failing.add(_which(waiting))
            self.waiting_since = min(self.waiting_since or waiting.received_at, waiting.received_at)

    def sentence(self) -> str:
        """For operators and the job's log; names nobody."""
        fates = ", ".join(f"{count} {fate}" for fate, count in self.fates.items())
        return f"Marked mails: {fates}. {self.forgotten} handled earlier deleted from the mail box."


def fetch_if_set_up(*, clock: Callable[[], datetime]) -> str:
    """As `fetch_marked`, for the job; what was done, in a sentence. Without a mail box there is nothing to do."""
    if settings.MAILBOX is not None:
        return fetch_marked(clock=clock).sentence()
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        forget_other_looks(mailbox=None)
    return "No mail box is set up."


def mailbox() -> MailboxSettings:
    """The mail box of this instance. Raises NoMailbox."""
    box: MailboxSettings | None = settings.MAILBOX
    if box is None:
        raise NoMailbox("No mail box is set up: set FORSYN_MAILBOX_URL and FORSYN_MAILBOX_PASSWORD_FILE.")
    return box


def fetch_marked(*, clock: Callable[[], datetime]) -> Round:
    """Take in what is marked, and note that it was looked for. Safe to run at any time, and twice at once.

    Outside of any transaction. Raises NoMailbox, MailboxNotRead; also where a mail could not be taken in, after the
    others have been.
    """
    box, done, now = mailbox(), Round(), clock()
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        left = tried_long(mailbox=box.name)
    with _opened(box) as folder:
        marked = list(_marked(folder, now))
        for waiting in sorted(marked, key=lambda each: _which(each) in left):  # what has failed often comes last
            tried_at = left.get(_which(waiting))
            rests = tried_at is not None and now < tried_at + AGAIN
            done.count(Fate.LEFT if rests else _handled(folder, waiting, box, clock()), waiting)
        done.forgotten = folder.forget_handled(local_day(now) - timedelta(days=box.keep_days))
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        forget_other_looks(mailbox=box.name)
        forget_failures(mailbox=box.name, but=done.failing)
        note_look(mailbox=box.name, waiting=len(done.failing), oldest_waiting_at=done.waiting_since, now=clock())
    if done.fates[Fate.FAILED]:
        raise MailboxNotRead(f"{done.sentence()} What failed waits in the mail box and is tried again; see the log.")
    return done


@dataclass(frozen=True, slots=True)
class Found:
    """What waits in the mail box."""

    marked: int
    oldest_at: datetime | None


def look(*, now: datetime) -> Found:
    """What the next round would take in; changes nothing there or here. Raises NoMailbox, MailboxNotRead."""
    with _opened(mailbox()) as folder:
        received = [waiting.received_at for waiting in _marked(folder, now)]
    return Found(len(received), min(received, default=None))


def take_in(mail: IncomingMail, *, received_at: datetime, now: datetime) -> tuple[Fate, Received | None]:
    """Open a request for a mail and put its receipt into the outbox, or know that this was done; one transaction.

    Raises RequestRefused, DisclosureRefused, database errors: then nothing was done.
    """
    if mail.envelope.automatic:
        return Fate.AUTOMATIC, None
    with transaction.atomic():
        received = receive_from_mail(
            sender_address=mail.envelope.sender_address,
            sender_name=mail.envelope.sender_name,
            subject=mail.envelope.subject,
            text=words.noted(mail) + mail.text,
            attachments=_attachments(mail),
            received_at=min(received_at, now),
            message_digest=mail.digest,
            now=now,
            today=local_day(now),
            right=words.plainly_asked(mail.envelope.subject, current_policy().controller.subject_mark),
        )
        if not received.is_new:
            return Fate.ADDED if received.is_reply else Fate.KNOWN, received
        send_receipt(mail, received, now=now)
    return Fate.OPENED, received


# -- within --------------------------------------------------------------------------------------------------------


def _which(waiting: Waiting) -> WhichMail:
    return WhichMail(waiting.uid, waiting.received_at)


def _opened(box: MailboxSettings):  # type: ignore[no-untyped-def]
    return opened(box.address, password=box.password(), ca_file=box.ca_file or None, handled_folder=box.handled_folder)


def _marked(folder: OpenMailbox, now: datetime):  # type: ignore[no-untyped-def]
    mark = current_policy().controller.subject_mark
    for waiting in folder.waiting(mark, since=local_day(now) - NEW):
        if codec.is_marked(waiting.subject, mark):
            yield waiting


def _handled(folder: OpenMailbox, waiting: Waiting, box: MailboxSettings, now: datetime) -> Fate:
    """One mail; a failure is told in the log, and leaves it where it is."""
    try:
        mail = _read(folder, waiting, box)
        fate, _ = take_in(mail, received_at=waiting.received_at, now=now)
    except Exception as error:  # whatever is wrong with one mail, the others are not to wait for it
        logger.error("A marked mail (number %s in the mail box) could not be taken in: %s", waiting.uid, _told(error))
        with purpose(P.PRIVACY_RIGHTS, actor=None):
            note_failure(mailbox=box.name, mail=_which(waiting), trouble=_told(error), now=now)
        folder.check_open()  # else every mail after it would seem to fail
        return Fate.FAILED
    if fate is Fate.AUTOMATIC:
        folder.pass_by(waiting.uid)
    else:
        folder.set_aside(waiting.uid)
    return fate


def _read(folder: OpenMailbox, waiting: Waiting, box: MailboxSettings) -> IncomingMail:
    """As much of the mail as is taken in: whole, or its text, or, where it cannot be taken apart, who wrote."""
    own, uid = _own_addresses(box), waiting.uid
    header = folder.header(uid)
    bare = codec.read_envelope(header, own_addresses=own)
    if bare.envelope.automatic:
        return bare
    try:
        if waiting.size <= box.largest_bytes:
            return codec.read_mail(folder.whole(uid), own_addresses=own)
        outline = folder.outline(uid)
        return codec.read_outline(
            header, outline.part_header, outline.part, left_out=outline.left_out, own_addresses=own
        )
    except MailNotReadable:
        left_out = (LeftOut(words.WHOLE_MAIL, waiting.size),)
        return codec.read_outline(header, b"", b"", left_out=left_out, own_addresses=own)


def _own_addresses(box: MailboxSettings) -> frozenset[str]:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return frozenset(
        each.lower() for each in (box.address.user, sender, current_policy().controller.contact.email) if "@" in each
    )


def _attachments(mail: IncomingMail) -> list[Attachment]:
    kept = [Attachment(each.name, each.media_type, len(each.content), each.content) for each in mail.attachments]
    left = [
        Attachment(each.name, "application/octet-stream", each.size, not_kept=words.NOT_KEPT) for each in mail.left_out
    ]
    if len(mail.text) > WISH_LENGTH // 2:  # the queue cuts what is long
        text = without_cpr(mail.text)[0].encode()
        kept.append(Attachment(words.LONG_TEXT, "text/plain; charset=utf-8", len(text), text))
    return kept + left


def _told(error: Exception) -> str:
    """A line for operators that quotes nothing of the mail."""
    known = isinstance(error, MailboxNotRead | MailNotReadable | DisclosureRefused | RequestRefused)
    return str(error) if known else type(error).__name__
