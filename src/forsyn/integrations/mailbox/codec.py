"""A mail as a stranger's mail program wrote it, read into plain values; pure. Sources: RFC 5322, 2045–2047, 2183, 3834.

Nothing of it is believed: the sender's name and address are what somebody wrote there. Texts that come out hold no
control characters and nothing that turns the writing direction; they are composed (NFC) and cut to a length.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from email.parser import BytesParser

from forsyn.integrations.mailbox import headers
from forsyn.integrations.mailbox.headers import clean_text
from forsyn.integrations.mailbox.html_text import words_of

LONGEST_SUBJECT = 300
LONGEST_TEXT = 50_000
"""Characters: some fifteen pages."""
MOST_ATTACHMENTS = 50
MOST_PARTS = 1_000
DEEPEST = 100
"""Multiparts in one mail; reading takes its lines times this."""
_COMPARED = ("Message-ID", "From", "Date", "Subject")
_BULK = {"bulk", "junk", "list"}


class MailNotReadable(ValueError):
    """A mail that cannot be taken apart. Who sent it, and its subject, may be readable all the same."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail. ``name`` is safe to store under; nobody has looked into ``content``."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was not taken in, and stays in the mail box only. ``size`` in bytes, as sent."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail's header fields say. ``sender_address`` is "" where there is none that can be written to.

    ``automatic``: no person wrote it (RFC 3834, 2), or it comes from one of our own addresses; it wants neither a case
    nor an answer. ``quiet``: a person may have, and no automatic answer goes back. ``oddities`` are keys of what a
    reader should know: "several_senders", "name_with_address", "mixed_alphabets", "no_address".
    """

    sender_address: str
    sender_name: str
    subject: str
    automatic: bool
    quiet: bool
    oddities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """A mail. ``digest``: 64 hexadecimal digits of Message-ID, sender, date, subject and text part as they came.

    The same mail has the same digest however often it is fetched. ``text`` is "" where none could be read.
    """

    envelope: Envelope
    text: str = field(repr=False)
    digest: str
    attachments: tuple[Attachment, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def read_mail(content: bytes, *, own_addresses: frozenset[str]) -> IncomingMail:
    """A whole mail as the server has it. ``own_addresses`` in lower case. Raises MailNotReadable."""
    if content.lower().count(b"multipart/") > DEEPEST:
        raise MailNotReadable(f"The mail has more than {DEEPEST} multiparts.")
    message = _parsed(content)
    plain: list[Message] = []
    pages: list[Message] = []
    files: list[Message] = []
    for part in _leaves(message):
        _kind(part, plain, pages, files)
    text, used = _first_text(plain, pages)
    spare = [part for part in (*plain, *pages) if _filename(part) and part not in used]
    kept, left = _attachments([*files, *spare])
    return IncomingMail(
        envelope=_envelope(message, own_addresses),
        text=text,
        digest=_digest(message, [_payload(part) for part in used]),
        attachments=kept,
        left_out=left,
    )


def read_outline(
    header: bytes, part_header: bytes, part: bytes, *, left_out: tuple[LeftOut, ...], own_addresses: frozenset[str]
) -> IncomingMail:
    """A mail too large to fetch whole, by its header fields and its (first) text part, each as the server has it.

    ``part_header`` is b"" where no text part was found. Raises MailNotReadable.
    """
    message = _parsed(header + b"\r\n\r\n", headers_only=True)
    text, payload = "", b""
    if part_header:
        only = _parsed(part_header.rstrip(b"\r\n") + b"\r\n\r\n" + part)
        payload = _payload(only)
        text, _ = _first_text(*(([], [only]) if _media_type(only) == "text/html" else ([only], [])))
    return IncomingMail(
        envelope=_envelope(message, own_addresses),
        text=text,
        digest=_digest(message, [payload]),
        left_out=tuple(
            LeftOut(safe_name(headers.unfolded("Subject", each.name), number), each.size)
            for number, each in enumerate(left_out, 1)
        ),
    )


def read_envelope(header: bytes, *, own_addresses: frozenset[str]) -> IncomingMail:
    """As much as header fields alone tell, for a mail that cannot be taken apart. Raises MailNotReadable."""
    return read_outline(header, b"", b"", left_out=(), own_addresses=own_addresses)


def is_marked(header: bytes, mark: str) -> bool:
    """Whether a subject (header fields as the server has them) holds the mark, however it is spelt or encoded."""
    try:
        subject = headers.line(_parsed(header + b"\r\n\r\n", headers_only=True), "Subject", longest=LONGEST_SUBJECT)
    except MailNotReadable:
        return False
    return _folded(mark) in _folded(subject)


def safe_name(name: str, number: int) -> str:
    """A file's name without folders, controls, or what a file system takes amiss; at most 120 characters."""
    line = headers.clean_line(re.split(r"[/\\]", name)[-1], longest=1_000)
    line = re.sub(r'[<>:"|?*\x00-\x1f]', "_", line).strip(". ")
    stem, dot, ending = line.rpartition(".")
    if dot and len(ending) <= 10:
        line = f"{stem[: 119 - len(ending)].rstrip('. ')}.{ending}" if stem.strip(". ") else ending
    return line[:120].strip(". ") or f"vedhaeftet-{number}"


# -- within --------------------------------------------------------------------------------------------------------


def _parsed(content: bytes, *, headers_only: bool = False) -> Message:
    try:
        return BytesParser(policy=policy.compat32).parsebytes(content, headersonly=headers_only)
    except Exception as error:
        raise MailNotReadable(f"The mail's structure cannot be read ({type(error).__name__}).") from None


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, in order. A mail within the mail is one part."""
    waiting, seen = [message], 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > MOST_PARTS:
            raise MailNotReadable(f"The mail has more than {MOST_PARTS} parts.")
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            waiting += reversed(part.get_payload())
        else:
            yield part


def _kind(part: Message, plain: list[Message], pages: list[Message], files: list[Message]) -> None:
    media_type = _media_type(part)
    if _disposition(part) == "attachment" or media_type not in {"text/plain", "text/html"}:
        files.append(part)
    elif media_type == "text/plain":
        plain.append(part)
    else:
        pages.append(part)


def _first_text(plain: list[Message], pages: list[Message]) -> tuple[str, list[Message]]:
    """The text of the parts in plain text, else of those in HTML, and which they were."""
    for parts, read in ((plain, str), (pages, words_of)):
        texts = [read(_text(part)) for part in parts]
        if text := clean_text("\n\n".join(texts), longest=LONGEST_TEXT):
            return text, parts
    return "", []


def _text(part: Message) -> str:
    try:
        charset = part.get_content_charset()
    except Exception:
        charset = None
    return headers.decoded(_payload(part)[: LONGEST_TEXT * 20], charset)


def _payload(part: Message) -> bytes:
    """The bytes that a part stands for; of a mail within the mail, that mail."""
    try:
        if part.is_multipart():
            return b"".join(each.as_bytes() for each in part.get_payload()[:1])
        payload = part.get_payload(decode=True)
    except Exception:
        return b""
    return payload if isinstance(payload, bytes) else b""


def _attachments(parts: list[Message]) -> tuple[tuple[Attachment, ...], tuple[LeftOut, ...]]:
    kept: list[Attachment] = []
    left: list[LeftOut] = []
    for number, part in enumerate(parts, 1):
        content, given = _payload(part), _filename(part)
        if not content and not given:
            continue
        name = safe_name(given, number)
        if content and len(kept) < MOST_ATTACHMENTS:
            kept.append(Attachment(name, _media_type(part), content))
        else:
            left.append(LeftOut(name, len(content)))
    return tuple(kept), tuple(left)


def _media_type(part: Message) -> str:
    kind = part.get_content_type()
    return kind if re.fullmatch(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}", kind) else "text/plain"


def _disposition(part: Message) -> str:
    return (headers.raw(part, "Content-Disposition") or [""])[0].split(";")[0].strip().lower()


def _filename(part: Message) -> str:
    try:
        return headers.clean_line(headers.unfolded("Subject", part.get_filename() or ""), longest=200)
    except Exception:
        return ""


def _envelope(message: Message, own_addresses: frozenset[str]) -> Envelope:
    senders = headers.senders(message)
    name, address = next((sender for sender in senders if sender[1]), (senders or [("", "")])[0])
    oddities = tuple(_oddities(name, address, len(senders)))
    automatic = _is_automatic(message) or bool({each.lower() for _, each in senders} & own_addresses)
    suppressed = ",".join(headers.raw(message, "X-Auto-Response-Suppress")).lower()
    return Envelope(
        sender_address=address,
        sender_name=name,
        subject=headers.line(message, "Subject", longest=LONGEST_SUBJECT),
        automatic=automatic,
        quiet=automatic or len(senders) != 1 or not address or "all" in suppressed or "autoreply" in suppressed,
        oddities=oddities,
    )


def _is_automatic(message: Message) -> bool:
    """RFC 3834, 2 and 5; RFC 3464 (reports of delivery); Precedence and List-Id, which lists and robots set."""
    said = (headers.raw(message, "Auto-Submitted") or ["no"])[0].split(";")[0].strip().lower()
    precedence = (headers.raw(message, "Precedence") or [""])[0].strip().lower()
    bounce = any(not path.strip("<> ") for path in headers.raw(message, "Return-Path"))
    return (
        said not in {"no", ""}
        or precedence in _BULK
        or bounce
        or bool(headers.raw(message, "List-Id"))
        or message.get_content_type() == "multipart/report"
    )


def _oddities(name: str, address: str, senders: int) -> Iterator[str]:
    if senders > 1:
        yield "several_senders"
    if not address:
        yield "no_address"
    elif "@" in name and name.lower() != address.lower():
        yield "name_with_address"
    alphabets = {unicodedata.name(one, "").split(" ")[0] for one in name if one.isalpha()}
    if "LATIN" in alphabets and alphabets & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH"}:
        yield "mixed_alphabets"


def _digest(message: Message, payloads: list[bytes]) -> str:
    digest = hashlib.sha256()
    for name in _COMPARED:
        for value in headers.raw(message, name)[:2]:
            digest.update(f"{name}\0{' '.join(value.split())}\0".encode("utf-8", "surrogatepass"))
    for payload in payloads:
        digest.update(payload.strip())
    return digest.hexdigest()


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
