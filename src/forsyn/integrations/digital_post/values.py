"""What a message to Digital Post says. Pure.

The words are those of MeMo, the message model of Digitaliseringsstyrelsen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class IdType(StrEnum):
    """Whose number a recipient is found by."""

    CPR = "CPR"
    CVR = "CVR"


class ActionCode(StrEnum):
    """What the recipient can do about a document; the model knows more than these."""

    PAYMENT = "BETALING"
    SELF_SERVICE = "SELVBETJENING"
    INFORMATION = "INFORMATION"


@dataclass(frozen=True, slots=True)
class Sender:
    """The company or authority: CVR number, digits only, and the name that the recipient reads."""

    cvr: str
    name: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets it: ten digits of a CPR number or eight of a CVR number. The number is never shown by `repr`."""

    id_type: IdType
    number: str = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class PdfFile:
    """A PDF; ``filename`` is what the recipient keeps it as, and ends with .pdf. ``language`` is ISO 639-1."""

    filename: str
    content: bytes = field(repr=False)
    language: str = "da"


@dataclass(frozen=True, slots=True)
class Action:
    """A button at the document, to an https address; ``ends_at`` (aware) is the deadline that it shows."""

    code: ActionCode
    label: str
    url: str
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document: a title that the recipient reads, its files, and what can be done about it."""

    label: str
    files: tuple[PdfFile, ...]
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """The sender's own reference, that an answer brings back."""

    case_id: str
    system: str


@dataclass(frozen=True, slots=True)
class DigitalPost:
    """A letter. ``message_id`` is a UUID of version 4, the same at each attempt; ``created_at`` is aware.

    ``notification`` is what the e-mail or SMS about the letter says (at most 150 characters); it is not protected, so
    it says nothing about the recipient. ``legal`` asks for the strong proof of delivery that a court accepts;
    ``mandatory`` is for letters that may not be opted out of.
    """

    message_id: UUID
    label: str
    created_at: datetime
    sender: Sender
    recipient: Recipient
    main: Document
    additional: tuple[Document, ...] = ()
    notification: str = ""
    deliver_from_date: date | None = None
    case: Case | None = None
    mandatory: bool = False
    legal: bool = False


@dataclass(frozen=True, slots=True)
class NemSms:
    """A text message of at most 150 characters. It is not protected: it says nothing about the recipient."""

    message_id: UUID
    label: str
    text: str
    sender: Sender
    recipient: Recipient
