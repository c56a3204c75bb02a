"""The arithmetic of the access log's seals, and what a difference means. Pure.

A row is hashed in PostgreSQL's binary form of a composite: the number of fields, and for each its type's number, its
length (-1: null) and its bytes. A batch has the hash of its rows' hashes in the order of ids. A seal's own hash is that
of its lines (see `Seal.lines`), the last of which is the hash of the seal before: so each seal vouches for all before
it, and whoever has noted one number and hash elsewhere can tell whether history was written anew.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

FORMAT = "forsyn access seal 1"
GENESIS = bytes(32)
"""What the first seal has for the hash of the one before."""
_INT8, _TIMESTAMPTZ, _VARCHAR, _UUID = 20, 1184, 1043, 2950
"""PostgreSQL's numbers of the types, the same on every server."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FINGERPRINT = struct.Struct(">i8s")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log."""

    id: int
    at: datetime
    actor_id: int | None
    customer_id: int | None
    kind: str
    aspect: str
    subject_id: int | None
    purpose: str
    search: str | None
    reason: str | None
    request_id: UUID


def canonical(entry: Entry) -> bytes:
    """The bytes that are hashed."""
    fields = (
        (_INT8, _int8(entry.id)),
        (_TIMESTAMPTZ, _int8((entry.at - _EPOCH) // _MICROSECOND)),
        (_INT8, _int8(entry.actor_id)),
        (_INT8, _int8(entry.customer_id)),
        (_VARCHAR, entry.kind.encode()),
        (_VARCHAR, entry.aspect.encode()),
        (_INT8, _int8(entry.subject_id)),
        (_VARCHAR, entry.purpose.encode()),
        (_VARCHAR, _text(entry.search)),
        (_VARCHAR, _text(entry.reason)),
        (_UUID, entry.request_id.bytes),
    )
    return struct.pack(">i", len(fields)) + b"".join(_field(kind, value) for kind, value in fields)


def row_sha256(entry: Entry) -> bytes:
    """Hash of one row; 32 bytes."""
    return sha256(canonical(entry)).digest()


def _int8(value: int | None) -> bytes | None:
    return None if value is None else struct.pack(">q", value)


def _text(value: str | None) -> bytes | None:
    return None if value is None else value.encode()


def _field(kind: int, value: bytes | None) -> bytes:
    return struct.pack(">Ii", kind, -1) if value is None else struct.pack(">Ii", kind, len(value)) + value


@dataclass(frozen=True, slots=True)
class Batch:
    """What the rows of a batch come to. ``fingerprints``: 12 bytes a row, its id less the first and 8 bytes of hash."""

    row_count: int
    from_at: datetime | None
    to_at: datetime | None
    fingerprints: bytes
    rows_sha256: bytes


@dataclass(frozen=True, slots=True)
class Seal:
    """A batch with its place in the chain. All rows with ids from first to last in the month (of UTC) belong to it."""

    number: int
    month: date
    first_id: int
    last_id: int
    batch: Batch
    sealed_at: datetime
    chain_sha256: bytes = b""

    def lines(self, previous: bytes) -> str:
        """What is hashed of a seal, line by line."""
        batch = self.batch
        return "\n".join(
            (
                FORMAT,
                str(self.number),
                self.month.isoformat(),
                f"{self.first_id} {self.last_id} {batch.row_count}",
                *(_instant(at) for at in (batch.from_at, batch.to_at, self.sealed_at)),
                sha256(batch.fingerprints).hexdigest(),
                batch.rows_sha256.hex(),
                previous.hex(),
            )
        )

    def hash_after(self, previous: bytes) -> bytes:
        """The seal's own hash, given that of the one before."""
        return sha256(self.lines(previous).encode()).digest()

    @property
    def anchor(self) -> Anchor:
        return Anchor(self.number, self.chain_sha256.hex())


def _instant(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")


def chained(previous: Anchor | None, seals: Iterable[Seal]) -> Iterator[Seal]:
    """The seals numbered and hashed, each after the one before."""
    number, before = (0, GENESIS) if previous is None else (previous.number, bytes.fromhex(previous.sha256))
    for seal in seals:
        number += 1
        numbered = replace(seal, number=number)
        before = numbered.hash_after(before)
        yield replace(numbered, chain_sha256=before)


class NotAnAnchor(ValueError):
    """A text that does not name a seal; the message says how one is written."""


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """A seal's number and hash, short enough to be noted outside of the database."""

    number: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.number}:{self.sha256}"


def anchor(text: str) -> Anchor:
    """Read ``NUMBER:HASH``. Raises NotAnAnchor."""
    found = re.fullmatch(r"\s*([1-9][0-9]{0,8}):([0-9a-fA-F]{64})\s*", text)
    if found is None:
        raise NotAnAnchor(
            f"{text.strip()[:90]!r} names no seal. Write its number, a colon and the 64 digits of its hash, as "
            "`forsyn audit seal` prints them."
        )
    return Anchor(int(found[1]), found[2].lower())


class Fault(StrEnum):
    """What is wrong with a log that somebody has been at."""

    ROW_MISSING = "row missing"
    ROW_ADDED = "row added"
    ROW_ALTERED = "row altered"
    SEAL_ALTERED = "seal altered"
    SEAL_MISSING = "seal missing"
    TAIL_CUT = "tail cut"
    REWRITTEN = "chain rewritten"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: of which batch (None: of none), and of which rows, as far as can be told."""

    fault: Fault
    number: int | None
    entry_ids: tuple[int, ...] = ()

    def __str__(self) -> str:
        ids = self.entry_ids
        shown = ", ".join(map(str, ids[:5])) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
        which = f" (row {shown})" if len(ids) == 1 else f" ({len(ids)} rows: {shown})" if ids else ""
        return _SENTENCES[self.fault].format(number=self.number) + which


_SENTENCES: Mapping[Fault, str] = {
    Fault.ROW_MISSING: "batch {number}: what was sealed is not in the log any more",
    Fault.ROW_ADDED: "something was put into the log after that part of it was sealed",
    Fault.ROW_ALTERED: "batch {number}: what was sealed has been altered",
    Fault.SEAL_ALTERED: "batch {number}: the seal itself, or the one before it, has been altered",
    Fault.SEAL_MISSING: "batch {number}: the seal is not there any more",
    Fault.TAIL_CUT: "batch {number} was sealed and noted outside; the database does not have it any more",
    Fault.REWRITTEN: "batch {number}: the seal differs from what was noted outside, so the log was written anew",
}


def compare(seal: Seal, found: Batch) -> list[Finding]:
    """What has become of the rows of a batch since it was sealed; empty where nothing has."""
    sealed = seal.batch
    if sealed.rows_sha256 == found.rows_sha256 and sealed.fingerprints == found.fingerprints:
        return []
    before, after = _rows(seal.first_id, sealed.fingerprints), _rows(seal.first_id, found.fingerprints)
    differences = {
        Fault.ROW_MISSING: before.keys() - after.keys(),
        Fault.ROW_ADDED: after.keys() - before.keys(),
        Fault.ROW_ALTERED: {key for key in before.keys() & after.keys() if before[key] != after[key]},
    }
    findings = [Finding(fault, seal.number, tuple(sorted(ids))) for fault, ids in differences.items() if ids]
    return findings or [Finding(Fault.ROW_ALTERED, seal.number)]


def _rows(first_id: int, fingerprints: bytes) -> dict[int, bytes]:
    whole = len(fingerprints) - len(fingerprints) % _FINGERPRINT.size  # a damaged one is told by its hash
    return {first_id + offset: digest for offset, digest in _FINGERPRINT.iter_unpack(fingerprints[:whole])}


def fingerprints(first_id: int, digests: Sequence[tuple[int, bytes]]) -> bytes:
    """Of rows in the order of ids, each with its hash."""
    return b"".join(_FINGERPRINT.pack(key - first_id, digest[:8]) for key, digest in digests)


def batch(first_id: int, entries: Sequence[Entry]) -> Batch:
    """What entries in the order of ids come to; the database does the same in SQL."""
    digests = [(entry.id, row_sha256(entry)) for entry in entries]
    times = [entry.at for entry in entries]
    return Batch(
        row_count=len(entries),
        from_at=min(times, default=None),
        to_at=max(times, default=None),
        fingerprints=fingerprints(first_id, digests),
        rows_sha256=sha256(b"".join(digest for _, digest in digests)).digest(),
    )


class Chain:
    """Checks seals in the order of their numbers, each against the one before and against what was noted outside."""

    def __init__(self, known: Iterable[Anchor]) -> None:
        self._known = tuple(known)
        self._before = GENESIS
        self.newest: Anchor | None = None
        self._seen: dict[int, str] = {}

    @property
    def number(self) -> int:
        """Of the newest seal so far; 0 before the first."""
        return self.newest.number if self.newest else 0

    def follow(self, seals: Iterable[Seal]) -> Iterator[Finding]:
        """What is wrong with the next seals."""
        wanted = {one.number for one in self._known}
        for seal in seals:
            if seal.number != self.number + 1:
                yield from (Finding(Fault.SEAL_MISSING, gone) for gone in range(self.number + 1, seal.number))
            elif seal.hash_after(self._before) != seal.chain_sha256:
                yield Finding(Fault.SEAL_ALTERED, seal.number)
            self._before, self.newest = seal.chain_sha256, seal.anchor
            if seal.number in wanted:
                self._seen[seal.number] = seal.anchor.sha256

    def end(self) -> Iterator[Finding]:
        """What is wrong when no seal is left."""
        for number, noted in sorted({(one.number, one.sha256) for one in self._known}):
            if number > self.number:
                yield Finding(Fault.TAIL_CUT, number)
            elif number in self._seen and self._seen[number] != noted:
                yield Finding(Fault.REWRITTEN, number)
