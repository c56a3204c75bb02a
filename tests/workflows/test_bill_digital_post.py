"""Bills in Digital Post: the PDF unchanged, a notification that tells nothing, and buttons only where they lead."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import pytest

from forsyn.integrations.digital_post.codec import NAMESPACE, NotDigitalPost
from forsyn.integrations.digital_post.values import IdType, Recipient
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_digital_post import digital_post_file
from forsyn.workflows.bill_document import BillDocument, credit_note_of
from tests import bill_samples as bills

PDF = b"%PDF-1.7\nregning\n%%EOF\n"
PERSON = Recipient(IdType.CPR, "0101011234", "Åse Ærø Østerby")
NAMES = {"memo": NAMESPACE}


def written(document: BillDocument, **changes: Any) -> Element:
    given: dict[str, Any] = {
        "recipient": PERSON,
        "message_id": UUID("0a3f50b8-5b4a-42b8-a044-0003ba298018"),
        "created_at": datetime(2027, 1, 15, 8, tzinfo=UTC),
    }
    return fromstring(digital_post_file(document, PDF, **given | changes))


def texts(message: Element, name: str) -> list[str | None]:
    return [each.text for each in message.iterfind(f".//memo:{name}", NAMES)]


def test_the_letter_carries_the_pdf_unchanged() -> None:
    message = written(bills.annual())
    assert [b64decode(content or "") for content in texts(message, "content")] == [PDF]
    assert texts(message, "filename") == ["regning-4711.pdf"]
    assert texts(message, "label")[0] == "Årsopgørelse for fjernvarme 4711"
    assert texts(message, "senderID") == ["99000023"]


def test_the_notification_says_nothing_of_the_bill() -> None:
    assert texts(written(bills.annual()), "notification") == ["Du har fået en regning fra Nordby Varme A/S."]


def test_buttons_lead_to_the_bills_and_to_paying_until_the_due_date() -> None:
    message = written(bills.annual(), payment_url="https://nordbyforsyning.example/betal/4711")
    assert texts(message, "actionCode") == ["BETALING", "SELVBETJENING"]
    assert texts(message, "endDateTime") == ["2027-02-15T22:59:59Z"], "the last second of the day in Denmark"


def test_nobody_is_asked_to_pay_what_is_collected_or_given_back() -> None:
    for document in (bills.estimated(), bills.refund()):
        message = written(document, payment_url="https://nordbyforsyning.example/betal/4711")
        assert texts(message, "actionCode") == ["SELVBETJENING"]


def test_a_credit_note_is_called_one() -> None:
    note = credit_note_of(bills.annual(), number="4712", issue_date=date(2027, 2, 1))
    message = written(note)
    assert texts(message, "filename") == ["kreditnota-4712.pdf"]
    assert texts(message, "notification") == ["Du har fået en kreditnota fra Nordby Varme A/S."]


def test_an_english_customer_is_written_to_in_english() -> None:
    message = written(bills.english())
    assert texts(message, "language") == [Language.ENGLISH.value]
    assert texts(message, "notification") == ["You have a bill from Nordby Varme A/S."]


def test_a_replacement_number_is_refused_without_being_repeated() -> None:
    with pytest.raises(NotDigitalPost, match="erstatningsnummer") as refused:
        written(bills.annual(), recipient=replace(PERSON, number="6101011234"))
    assert "6101011234" not in str(refused.value)
