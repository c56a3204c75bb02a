"""Opens bank files: once to check all of it, once more to take the entries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from forsyn.integrations.iso20022.codec import BankReading
from forsyn.integrations.iso20022.problems import Problem, UnusableBankFile
from forsyn.integrations.iso20022.values import Entry, Message, Statement

_CHUNK_BYTES = 65_536


@dataclass(frozen=True)
class BankFile:
    """A file that was found right. ``digest`` is the SHA-256 of its bytes, in hexadecimal."""

    path: Path
    digest: str
    message: Message
    statements: tuple[Statement, ...]

    def entries(self) -> Iterator[Entry]:
        """Every booked entry, statement by statement, in the file's order.

        Raises UnusableBankFile at the end if the file is no longer the one that was checked.
        """
        chunks = _Chunks(self.path)
        yield from BankReading(chunks, self.path.name).entries()
        if chunks.digest != self.digest:
            changed = Problem(1, "", "the file was changed while it was read", "hand it in again")
            raise UnusableBankFile(self.path.name, (changed,))


def open_bank_file(path: Path) -> BankFile:
    """Checks a camt.053 or camt.054 file from end to end, whatever its size. Raises UnusableBankFile, OSError."""
    chunks = _Chunks(path)
    reading = BankReading(chunks, path.name)
    for _ in reading.entries():
        pass
    return BankFile(path, chunks.digest, reading.message, tuple(reading.statements))


class _Chunks:
    """The bytes of a file, and their digest once they have gone by."""

    def __init__(self, path: Path) -> None:
        self._path, self._sha256 = path, hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                self._sha256.update(chunk)
                yield chunk

    @property
    def digest(self) -> str:
        return self._sha256.hexdigest()
