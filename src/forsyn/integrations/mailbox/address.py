"""Where a mail box is, imaps://user@host:port/folder, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

IMAPS = 993
EXAMPLE = "imaps://post%40example.dk@imap.example.dk/INBOX"


class NoMailboxAddress(ValueError):
    """A text that names no mail box; the message says what one looks like."""


@dataclass(frozen=True, slots=True)
class MailboxAddress:
    """A folder of a user's mail on a server that speaks IMAP over TLS from the first byte (RFC 8314)."""

    host: str
    port: int
    user: str
    folder: str

    @property
    def where(self) -> str:
        """For operators."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """How the mail box is read. ``ca_file``: authorities to trust, "" for the machine's own.

    Mails larger than ``largest_bytes`` are not fetched whole; those handled are deleted ``keep_days`` after they came.
    """

    address: MailboxAddress
    password_file: Path
    ca_file: str = ""
    handled_folder: str = "Forsyn"
    largest_bytes: int = 25 * 2**20
    keep_days: int = 100

    @property
    def name(self) -> str:
        """Tells one mail box from another."""
        return f"{self.address.user}@{self.address.host}/{self.address.folder}"[:400]

    def password(self) -> str:
        """Read anew each time, so that it can be changed while the program runs. Raises OSError."""
        return self.password_file.read_text(encoding="utf-8").strip("\r\n")


def parsed(url: str) -> MailboxAddress:
    """A user with an @ in it is written %40. Raises NoMailboxAddress."""
    try:
        parts = urlsplit(url)
        port = parts.port or IMAPS
    except ValueError:
        raise NoMailboxAddress(f"It is no address; one looks like {EXAMPLE}.") from None
    if parts.scheme != "imaps":
        raise NoMailboxAddress(
            f"It begins with {parts.scheme or 'nothing'}:, but mail is fetched over TLS only: {EXAMPLE}."
        )
    if parts.password is not None:
        raise NoMailboxAddress("It holds a password, which others would see; put that into a file of its own.")
    if not parts.hostname or not parts.username:
        raise NoMailboxAddress(f"It lacks the user or the host; one looks like {EXAMPLE}.")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    return MailboxAddress(parts.hostname, port, unquote(parts.username), folder)
