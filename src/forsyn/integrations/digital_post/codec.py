"""Writes a message in MeMo 1.2, the message model of Digital Post. Pure.

The same message gives the same bytes. The prefix is always ``memo``: the service that takes messages in (SF1601)
knows no other. From version 1.2 the root tells no version of a schema.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, tostring

from forsyn.integrations.digital_post.checks import NotDigitalPost, check
from forsyn.integrations.digital_post.values import (
    Action,
    Case,
    DigitalPost,
    Document,
    NemSms,
    PdfFile,
    Recipient,
    Sender,
)

__all__ = ["NAMESPACE", "VERSION", "NotDigitalPost", "write_digital_post", "write_nemsms"]
NAMESPACE = "https://DigitalPost.dk/MeMo-1"
VERSION = "1.2"


def write_digital_post(message: DigitalPost) -> bytes:
    """The letter as UTF-8 XML with its files in it. Raises NotDigitalPost."""
    check(message)
    header = _node(
        "MessageHeader",
        _leaf("messageType", "DIGITALPOST"),
        _leaf("messageUUID", str(message.message_id)),
        _leaf("label", message.label),
        _leaf("notification", message.notification),
        _leaf("doNotDeliverUntilDate", message.deliver_from_date.isoformat() if message.deliver_from_date else ""),
        _leaf("mandatory", _truth(message.mandatory)),
        _leaf("legalNotification", _truth(message.legal)),
        _sender(message.sender),
        _recipient(message.recipient),
        _node("ContentData", _case(message.case)) if message.case else None,
    )
    body = _node(
        "MessageBody",
        _leaf("createdDateTime", _zulu(message.created_at)),
        _document("MainDocument", message.main),
        *(_document("AdditionalDocument", each) for each in message.additional),
    )
    return _message(header, body)


def write_nemsms(message: NemSms) -> bytes:
    """The text message as UTF-8 XML; it has no body. Raises NotDigitalPost."""
    check(message)
    header = _node(
        "MessageHeader",
        _leaf("messageType", "NEMSMS"),
        _leaf("messageUUID", str(message.message_id)),
        _leaf("label", message.label),
        _leaf("notification", message.text),
        _leaf("mandatory", _truth(False)),
        _leaf("legalNotification", _truth(False)),
        _sender(message.sender),
        _recipient(message.recipient),
    )
    return _message(header)


def _message(*parts: Element) -> bytes:
    root = _node("Message", *parts)
    root.attrib |= {"xmlns:memo": NAMESPACE, "memoVersion": VERSION}
    written: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'.encode()


def _node(name: str, *children: Element | None) -> Element:
    element = Element(f"memo:{name}")
    element.extend([child for child in children if child is not None])
    return element


def _leaf(name: str, value: str) -> Element | None:
    """An element with a value, or None without one."""
    if not value.strip():
        return None
    element = Element(f"memo:{name}")
    element.text = value
    return element


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _zulu(moment: datetime | None) -> str:
    """UTC with a Z, whole seconds: the only form that the model allows."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _sender(sender: Sender) -> Element:
    return _node("Sender", _leaf("senderID", sender.cvr), _leaf("idType", "CVR"), _leaf("label", sender.name))


def _recipient(recipient: Recipient) -> Element:
    return _node(
        "Recipient",
        _leaf("recipientID", recipient.number),
        _leaf("idType", recipient.id_type),
        _leaf("label", recipient.name),
    )


def _case(case: Case) -> Element:
    return _node("CaseID", _leaf("caseID", case.case_id), _leaf("caseSystem", case.system))


def _document(name: str, document: Document) -> Element:
    return _node(
        name,
        _leaf("label", document.label),
        *(_file(each) for each in document.files),
        *(_action(each) for each in document.actions),
    )


def _file(file: PdfFile) -> Element:
    return _node(
        "File",
        _leaf("encodingFormat", "application/pdf"),
        _leaf("filename", file.filename),
        _leaf("language", file.language),
        _leaf("content", b64encode(file.content).decode("ascii")),
    )


def _action(action: Action) -> Element:
    return _node(
        "Action",
        _leaf("label", action.label),
        _leaf("actionCode", action.code),
        _leaf("endDateTime", _zulu(action.ends_at)),
        _node("EntryPoint", _leaf("url", action.url)),
    )
