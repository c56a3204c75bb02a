"""An e-mail as bytes, and back; pure. The bytes are what the door keeps, digests and hands over."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields


class NotAMail(ValueError):
    """Bytes that no mail was written as."""


@dataclass(frozen=True, slots=True)
class Mail:
    """Plain text to one address. ``message_id`` stays the same however often it is tried (RFC 5322, 3.6.4)."""

    to: str
    sender: str
    subject: str
    text: str
    message_id: str


def to_bytes(mail: Mail) -> bytes:
    """The same mail always gives the same bytes."""
    return json.dumps(asdict(mail), ensure_ascii=False, sort_keys=True).encode()


def from_bytes(content: bytes) -> Mail:
    """Raises NotAMail."""
    try:
        values = json.loads(content)
    except ValueError:
        raise NotAMail("These bytes are no mail: they are not JSON in UTF-8.") from None
    names = {each.name for each in fields(Mail)}
    if not isinstance(values, dict) or values.keys() != names or not all(isinstance(v, str) for v in values.values()):
        raise NotAMail(f"These bytes are no mail: one has the texts {', '.join(sorted(names))}.")
    return Mail(**values)
