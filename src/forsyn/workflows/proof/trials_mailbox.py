"""Trials of the mail box: a marked mail opens a case, and none waits."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError

from forsyn.domain.rights.rules import RequestRefused
from forsyn.integrations.mailbox.codec import is_marked, read_mail
from forsyn.policy.policy import Text
from forsyn.workflows.privacy_mail import Fate, take_in
from forsyn.workflows.proof.bench import Bench, Finding, rolled_back, spoken
from forsyn.workflows.proof.trial import control, invariant

MARKED = """\
From: forsyn prove <forsyn-prove@prove.example>
To: {to}
Subject: {mark}
Message-ID: <forsyn-prove@prove.example>
X-Auto-Response-Suppress: All

forsyn prove
"""
"""Asks for no receipt, so that nothing comes near the door."""
NOT_SET_UP = Text(
    "Der er ikke sat nogen postkasse op her: mærket post skal læses af mennesker.",
    "No mail box is set up here: people have to read marked mail.",
)
LATE = "select count(*) from correspondence_mailbox_look where least(looked_at, oldest_waiting_at) < %s"
LONGEST_WAIT = timedelta(days=1)


@control(
    "SF-01",
    "SV-01",
    da="En mail med mærket i emnet bliver lagt ind og åbner en sag; en uden gør ikke. Sagen bliver slettet igen.",
    en="A mail with the mark in its subject is put in and opens a case; one without does not. The case is undone.",
)
def marked_mail_opens_a_case(bench: Bench) -> Finding:
    """The bytes of a mail, all the way to a row in the queue."""
    controller = bench.policy.controller
    content = MARKED.format(mark=controller.subject_mark, to=controller.contact.email).encode()
    mail = read_mail(content, own_addresses=frozenset())
    asked = "select count(*) from rights_request where message_sha256 = %s"
    digest = bytes.fromhex(mail.digest)
    wrong = int(not is_marked(content, controller.subject_mark))
    wrong += int(is_marked(content.replace(controller.subject_mark.encode(), b"..."), controller.subject_mark))
    with rolled_back():
        try:
            fate, _ = take_in(mail, received_at=bench.now, now=bench.now)
            wrong += int(fate is not Fate.OPENED or bench.count(asked, [digest]) != 1)
        except (DatabaseError, ObjectDoesNotExist, RequestRefused):
            wrong += 1
    return Finding(spoken(asked, bench.reader), 3, wrong, ("rights_request",) if wrong else ())


@invariant(
    "SF-01",
    "SV-01",
    da="Postkassen er læst inden for det sidste døgn, og ingen mærket mail har ventet længere.",
    en="The mail box was read within the last day, and no marked mail has waited longer.",
)
def no_marked_mail_waits(bench: Bench) -> Finding:
    """By the note that each round leaves; one that could not be read leaves none."""
    late = bench.count(LATE, [bench.now - LONGEST_WAIT])
    looks = bench.count("select count(*) from correspondence_mailbox_look")
    never = int(settings.MAILBOX is not None and not looks)
    wrong = late + never
    note = NOT_SET_UP if settings.MAILBOX is None and not looks else None
    where = ("correspondence_mailbox_look",) if wrong else ()
    return Finding(spoken(LATE, bench.reader), looks + never, wrong, where, note)


TRIALS = (marked_mail_opens_a_case, no_marked_mail_waits)
