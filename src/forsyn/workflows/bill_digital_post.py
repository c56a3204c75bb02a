"""A bill as a letter in Digital Post (MeMo): its PDF, with buttons to see one's bills and to pay. Pure.

Whom it goes to comes from the caller as the recipient that the letter is addressed to; nothing else of that person is
known here. What the notification says can be read by anybody, and says nothing of the bill.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from forsyn.integrations.digital_post.codec import write_digital_post
from forsyn.integrations.digital_post.values import (
    Action,
    ActionCode,
    Case,
    DigitalPost,
    Document,
    PdfFile,
    Recipient,
    Sender,
)
from forsyn.workflows.bill_document import BillDocument
from forsyn.workflows.bill_layout import title
from forsyn.workflows.bill_words import Words, words

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
SYSTEM = "Forsyn"


def digital_post_file(
    document: BillDocument,
    pdf: bytes,
    *,
    recipient: Recipient,
    message_id: UUID,
    created_at: datetime,
    payment_url: str = "",
) -> bytes:
    """The message as UTF-8 XML, with the PDF in it. ``message_id`` is a UUID of version 4, the same at each attempt.

    ``payment_url``: an https page where this bill can be paid. Raises NotDigitalPost, without any number of a person.
    """
    facts = document.facts
    told = words(facts.addressee.language)
    kind = "_credit_note" if document.is_credit_note else ""
    filename = told.of("digital_post", f"filename{kind}").format(number=facts.number)
    file = PdfFile(filename, pdf, language=told.language.value)
    label = f"{title(document)} {facts.number}"
    return write_digital_post(
        DigitalPost(
            message_id=message_id,
            label=label,
            created_at=created_at,
            sender=Sender(facts.utility.cvr, facts.utility.name),
            recipient=recipient,
            main=Document(label, (file,), tuple(_actions(document, told, payment_url))),
            notification=told.of("digital_post", f"notification{kind}").format(utility=facts.utility.name),
            case=Case(facts.number, SYSTEM),
        )
    )


def _actions(document: BillDocument, told: Words, payment_url: str) -> Iterator[Action]:
    if payment_url and document.payment_line is not None:
        last_moment = datetime.combine(document.facts.due_date, time(23, 59, 59), COPENHAGEN)
        yield Action(ActionCode.PAYMENT, told.of("digital_post", "pay"), payment_url, last_moment)
    if document.facts.bills_url:
        yield Action(ActionCode.SELF_SERVICE, told.of("digital_post", "see_bills"), document.facts.bills_url)
