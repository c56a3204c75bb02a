"""How a package leaves: kept in memory, or in a file without a name, until it is handed over; on record at the door.

The door wants the digest of the whole before anything leaves, so a package is made first and handed over then. What is
larger than `IN_MEMORY` lies in a file that has no name in any folder, readable by this process alone: it is gone with
it, whatever happens.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import IO

from forsyn.domain.safeguards import actions_door as door
from forsyn.domain.safeguards.door_facts import Digest
from forsyn.policy.vocabulary import Channel
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import carrier

IN_MEMORY = 4 * 1024 * 1024
PIECE = 64 * 1024


class PackageRefused(RuntimeError):
    """No package is made; the message says why and what to do, in Danish."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package that waits to be handed over, once. ``disclosure_id`` is the door's record; None before it."""

    name: str
    digest: Digest
    _content: IO[bytes]
    disclosure_id: int | None = None

    def pieces(self) -> Iterator[bytes]:
        """The bytes; at their end nothing of them is left here."""
        with self._content as content:
            while piece := content.read(PIECE):
                yield piece

    def close(self) -> None:
        """It is not handed over after all."""
        self._content.close()


def spooled(pieces: Iterable[bytes], name: str) -> Package:
    """The pieces put together, with their digest."""
    sha256, byte_count = hashlib.sha256(), 0
    content = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the package closes it
    try:
        for piece in pieces:
            sha256.update(piece)
            byte_count += len(piece)
            content.write(piece)
        content.seek(0)
    except BaseException:
        content.close()
        raise
    return Package(name, Digest(sha256.digest(), byte_count), content)


def through_the_door(
    package: Package,
    *,
    categories: Collection[str],
    customer_ids: Collection[int],
    now: datetime,
    today: date,
    recipient: str | None = None,
    statute: str = "",
    country: str = "",
) -> Package:
    """Put on record that the package leaves: for the person, or for a ``recipient`` of the policy.

    ``country``: where a recipient is whom the person named.

    Under the purpose entered. Raises DisclosureRefused; then nothing is left of the package.
    """
    try:
        made = door.disclose(
            categories=tuple(categories) or ("customer_number",),
            recipient=recipient or carrier(current_policy(), Channel.FILE),
            customer_ids=tuple(customer_ids),
            payload=package.digest,
            channel=Channel.FILE,
            to_person=recipient is None,
            statute=statute,
            country=country,
            keep=False,
            now=now,
            today=today,
        )
    except BaseException:
        package.close()
        raise
    return replace(package, disclosure_id=made.id)
