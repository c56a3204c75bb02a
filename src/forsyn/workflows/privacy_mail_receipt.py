"""The receipt for a mail: that it is here, its number, and by when there is an answer; nothing about anybody.

It goes to whoever the mail says wrote it, on file or not, so that everybody gets a clear answer and nobody learns from
it who is a customer. One address gets at most one a day: what answers by itself soon falls silent.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from forsyn.domain.rights.actions_record import add_step
from forsyn.domain.rights.mail_queries import receipts_sent
from forsyn.domain.rights.rules import StepKind
from forsyn.domain.rights.words import without_cpr
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.mailbox.codec import IncomingMail
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import Letter, mail_person
from forsyn.workflows.privacy_mail_words import receipt_subject, receipt_text
from forsyn.workflows.privacy_requests import Received

AT_MOST_ONE_IN = timedelta(days=1)
SENT = "Kvittering sendt med e-mail."


def send_receipt(mail: IncomingMail, received: Received, *, now: datetime) -> bool:
    """Put the receipt into the outbox and on the request's record; whether there is one. In the caller's transaction.

    There is none for a mail that wants no automatic answer (RFC 3834). Raises DisclosureRefused.
    """
    address = mail.envelope.sender_address
    if mail.envelope.quiet:
        return False
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        if receipts_sent(address=address, since=now - AT_MOST_ONE_IN):
            return False
        policy = current_policy()
        taken_out = without_cpr(f"{mail.envelope.subject}\n{mail.text}")[1]
        text = receipt_text(
            policy,
            number=received.number,
            deadline_date=received.deadline_date,
            files_left=bool(mail.left_out),
            no_text=not mail.text,
            cpr_taken_out=bool(taken_out),
        )
        letter = Letter(
            address,
            receipt_subject(policy, received.number),
            text,
            ("email", "privacy_requests"),
            customer_ids=received.customer_ids,
        )
        mail_person(P.PRIVACY_RIGHTS, letter, actor=None, now=now)
        add_step(received.request_id, StepKind.RECEIPT_SENT, text=SENT, by_id=None, now=now)
    return True
