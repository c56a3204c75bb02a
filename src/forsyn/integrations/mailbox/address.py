"""Where a mail box is: imaps://user@host:port/folder; pure."""

from __future__ import annotations

from dataclasses import dataclass
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
