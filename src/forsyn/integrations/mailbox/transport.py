"""Reads a mail box over IMAP, with TLS from the first byte and a certificate that is verified, or not at all.

Nothing is marked as read. A mail that was handled is moved to a folder of its own; one that no person wrote gets a
keyword and stays. What is fetched is bounded: a mail's size is asked before anything else of it.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from forsyn.integrations.mailbox.address import MailboxAddress
from forsyn.integrations.mailbox.codec import LeftOut
from forsyn.integrations.mailbox.headers import extended_value

PASSED_BY = "$ForsynAutomatic"
"""Keyword of a marked mail that no person wrote: looked at once, left where it is."""
BATCH = 100
SECONDS = SocketTimeout(connect=10, read=60)
LONGEST_SUBJECT_BYTES = 4_096
LONGEST_HEADER_BYTES = 65_536
LONGEST_TEXT_BYTES = 262_144
_FIELDS = (
    "FROM SENDER DATE SUBJECT MESSAGE-ID RETURN-PATH AUTO-SUBMITTED PRECEDENCE LIST-ID X-AUTO-RESPONSE-SUPPRESS "
    "CONTENT-TYPE"
)
_HOW_ENCODED = "CONTENT-TYPE CONTENT-TRANSFER-ENCODING"
_SUBJECT = f"BODY.PEEK[HEADER.FIELDS (SUBJECT)]<0.{LONGEST_SUBJECT_BYTES}>"
_HEADER = f"BODY.PEEK[HEADER.FIELDS ({_FIELDS})]<0.{LONGEST_HEADER_BYTES}>"


class MailboxNotRead(ConnectionError):
    """A mail box that could not be read. It tells operators why and what to do, and quotes no mail."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that may be for us. ``received_at`` is when the server took it; ``subject`` the header field as it is."""

    uid: int
    size: int
    received_at: datetime
    subject: bytes


@dataclass(frozen=True, slots=True)
class Outline:
    """Of a mail that is not fetched whole: its header fields, its first text part with that one's, and what is left."""

    header: bytes
    part_header: bytes = b""
    part: bytes = b""
    left_out: tuple[LeftOut, ...] = ()


class OpenMailbox:
    """A folder, open. Each method raises MailboxNotRead."""

    def __init__(self, client: IMAPClient, address: MailboxAddress, handled_folder: str) -> None:
        self._client = client
        self._address = address
        self._handled_folder = handled_folder
        self._handled_is_there = False

    def waiting(self, mark: str, *, since: date) -> Iterator[Waiting]:
        """What is not handled and bears the mark, as far as the server can tell, or came since a day; oldest first.

        Servers differ in finding encoded subjects: look at the subject once more.
        """
        criteria = ["UNDELETED", "UNKEYWORD", PASSED_BY, "OR", "SUBJECT", mark, "SINCE", since]
        self._asked(self._client.noop)  # lets the server tell what came meanwhile
        uids = sorted(self._asked(lambda: self._client.search(criteria, None if mark.isascii() else "UTF-8")))
        for start in range(0, len(uids), BATCH):
            yield from self._looked_at(uids[start : start + BATCH])

    def check_open(self) -> None:
        """Whether the server still answers."""
        self._asked(self._client.noop)

    def whole(self, uid: int) -> bytes:
        """The mail. Ask for its size first."""
        return _section(self._fetched(uid, "BODY.PEEK[]"), b"BODY[]")

    def header(self, uid: int) -> bytes:
        """The header fields that matter, whatever else there is."""
        return _section(self._fetched(uid, _HEADER), b"BODY[HEADER.FIELDS")

    def outline(self, uid: int) -> Outline:
        """A bounded part of the mail, however large it is."""
        header = self.header(uid)
        structure = self._fetched(uid, "BODYSTRUCTURE").get(b"BODYSTRUCTURE")
        parts = _parts_or_none(structure)
        text = next((part for kind in (b"plain", b"html") for part in parts if part.is_text(kind)), None)
        left = tuple(LeftOut(part.name, part.size) for part in parts if part.is_file)
        if text is None:
            return Outline(header, left_out=left)
        mime = f"{text.path}.MIME" if structure.is_multipart else f"HEADER.FIELDS ({_HOW_ENCODED})"
        found = self._fetched(
            uid,
            f"BODY.PEEK[{mime}]<0.{LONGEST_HEADER_BYTES}>",
            f"BODY.PEEK[{text.path}]<0.{LONGEST_TEXT_BYTES}>",
        )
        part_header = _section(found, f"BODY[{mime.split()[0]}".encode())
        return Outline(header, part_header, _section(found, f"BODY[{text.path}]".encode()), left)

    def set_aside(self, uid: int) -> None:
        """Move a handled mail to the folder of those. Doing it again, or to a mail that has gone, does nothing."""
        self._asked(lambda: self._moved(uid))

    def pass_by(self, uid: int) -> None:
        """Leave a mail where it is, unread, and do not look at it again, if the server keeps keywords."""
        with suppress(imaplib.IMAP4.error):
            self._client.add_flags([uid], [PASSED_BY.encode()], silent=True)

    def forget_handled(self, before: date) -> int:
        """Delete the handled mails that came before a day; how many."""
        return self._asked(lambda: self._emptied(before))

    def _looked_at(self, uids: Sequence[int]) -> Iterator[Waiting]:
        found = self._asked(lambda: self._client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE", _SUBJECT]))
        for uid in uids:
            if uid in found:
                data = found[uid]
                subject = _section(data, b"BODY[HEADER.FIELDS")
                yield Waiting(uid, int(data[b"RFC822.SIZE"]), data[b"INTERNALDATE"], subject)

    def _fetched(self, uid: int, *items: str) -> dict[bytes, Any]:
        return dict(self._asked(lambda: self._client.fetch([uid], list(items))).get(uid, {}))

    def _moved(self, uid: int) -> None:
        if not self._handled_is_there:
            if not self._client.folder_exists(self._handled_folder):
                self._client.create_folder(self._handled_folder)
            self._handled_is_there = True
        if self._client.has_capability("MOVE"):
            self._client.move([uid], self._handled_folder)
            return
        self._client.copy([uid], self._handled_folder)  # a kill here leaves a second copy there, and loses nothing
        self._deleted([uid])

    def _deleted(self, uids: Sequence[int]) -> None:
        """For good only where the server can be told which: a plain EXPUNGE takes what others have deleted too."""
        self._client.delete_messages(uids, silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)

    def _emptied(self, before: date) -> int:
        if not self._client.folder_exists(self._handled_folder):
            return 0
        self._client.select_folder(self._handled_folder)
        try:
            uids = self._client.search(["UNDELETED", "BEFORE", before])
            if uids:
                self._deleted(uids)
            return len(uids)
        finally:
            self._client.select_folder(self._address.folder)

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except (imaplib.IMAP4.error, OSError, ValueError, AssertionError, RecursionError) as error:
            raise _not_read(self._address, error) from None


@contextmanager
def opened(
    address: MailboxAddress, *, password: str, ca_file: str | None, handled_folder: str
) -> Iterator[OpenMailbox]:
    """A mail box until the block ends. Raises MailboxNotRead."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    client = None
    try:
        client = IMAPClient(address.host, address.port, ssl=True, ssl_context=context, timeout=SECONDS)
        client.normalise_times = False
        client.login(address.user, password)
        client.select_folder(address.folder)
    except (imaplib.IMAP4.error, OSError, ValueError, AssertionError) as error:
        _close(client)
        raise _not_read(address, error) from None
    try:
        yield OpenMailbox(client, address, handled_folder)
    finally:
        _close(client)


def _close(client: IMAPClient | None) -> None:
    if client is not None:
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()


def _not_read(address: MailboxAddress, error: Exception) -> MailboxNotRead:
    where = address.where
    if isinstance(error, MailboxNotRead):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailboxNotRead(
            f"The certificate of the mail box's server {where} is not valid: {error.verify_message}. Nothing was read. "
            "Name the server as its certificate does, or its authority in FORSYN_MAILBOX_CA."
        )
    if isinstance(error, ssl.SSLError):
        return MailboxNotRead(
            f"No TLS could be agreed with the mail box's server {where} ({error.reason}). Nothing was read. "
            "See that it speaks TLS 1.2 or newer from the first byte on the port in FORSYN_MAILBOX_URL."
        )
    if isinstance(error, LoginError):
        return MailboxNotRead(
            f"The mail box's server {where} refuses the user or the password. See FORSYN_MAILBOX_URL and "
            "FORSYN_MAILBOX_PASSWORD_FILE."
        )
    if isinstance(error, imaplib.IMAP4.error):
        return MailboxNotRead(
            f"The mail box's server {where} refuses what it was asked ({type(error).__name__}). See that the folder in "
            "FORSYN_MAILBOX_URL is there, and that the user may read it and move mails to FORSYN_MAILBOX_HANDLED."
        )
    return MailboxNotRead(
        f"The mail box's server {where} could not be used ({type(error).__name__}). See FORSYN_MAILBOX_URL, and that "
        "the server can be reached. Nothing is lost: it is tried again."
    )


# -- the structure of a mail ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    path: str
    kind: bytes
    subtype: bytes
    size: int
    name: str
    is_attachment: bool

    def is_text(self, subtype: bytes) -> bool:
        return self.kind == b"text" and self.subtype == subtype and not self.is_attachment

    @property
    def is_file(self) -> bool:
        return self.is_attachment or self.kind not in (b"text", b"multipart")


def _parts_or_none(structure: Any) -> list[_Part]:
    """The leaves; none where the server described the mail in a way that is not the standard's."""
    try:
        return list(_parts(structure)) if structure else []
    except (AttributeError, IndexError, TypeError, ValueError):
        return []


def _parts(structure: Any) -> Iterator[_Part]:
    """The leaves of a BODYSTRUCTURE (RFC 3501, 7.4.2), with the numbers that they are fetched by."""
    waiting = [(structure, "")]
    while waiting:
        body, path = waiting.pop()
        if body.is_multipart:
            inner = [(each, f"{path}.{number}".lstrip(".")) for number, each in enumerate(body[0], 1)]
            waiting += reversed(inner)
            continue
        kind, subtype = (bytes(each or b"").lower() for each in body[:2])
        disposition = next((each for each in body[7:] if _is_disposition(each)), None)
        name = _parameter(disposition[1], "filename") if disposition else ""
        yield _Part(
            path=path or "1",
            kind=kind,
            subtype=subtype,
            size=body[6] if isinstance(body[6], int) else 0,
            name=name or _parameter(body[2], "name"),
            is_attachment=disposition is not None and bytes(disposition[0]).lower() == b"attachment",
        )


def _is_disposition(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and value[0] in {b"attachment", b"inline", b"ATTACHMENT", b"INLINE"}
    )


def _parameter(pairs: Any, name: str) -> str:
    """A parameter's value, also where it is encoded as RFC 2231 says."""
    if not isinstance(pairs, tuple):
        return ""
    for key, value in zip(pairs[::2], pairs[1::2], strict=False):
        said = bytes(key or b"").decode("ascii", "replace").lower()
        text = bytes(value or b"").decode("utf-8", "replace")
        if said == name:
            return text
        if said.startswith(f"{name}*"):
            return extended_value(text) if said.endswith("*") else text
    return ""


def _section(data: dict[bytes, Any], name: bytes) -> bytes:
    """The section that a server answered with; it repeats the name that was asked for, and where it begins."""
    return next((bytes(value or b"") for key, value in data.items() if key.upper().startswith(name)), b"")
