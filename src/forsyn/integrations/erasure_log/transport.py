"""The log of erasures on the disk: a file that only this program's user may read, only ever added to."""

from __future__ import annotations

import fcntl
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from forsyn.integrations.erasure_log.codec import (
    BEGINNING,
    KEY_BYTES,
    Entry,
    chain_of,
    entries_of,
    line_of,
    person_hash,
    standing,
)

TAIL_BYTES = 4096
"""More than a line is long."""


@dataclass(frozen=True, slots=True)
class ErasureLog:
    """The log of one instance, and its key. Both lie outside the database, and outside its backups."""

    file: Path

    @property
    def key_file(self) -> Path:
        """Where the key of the hashes lies."""
        return self.file.with_suffix(".key")

    def hashed(self, customer_number: str) -> str:
        """How a customer stands in the log."""
        return self.hasher()(customer_number)

    def hasher(self) -> Callable[[str], str]:
        """`hashed` for many customers: the key is read once."""
        return partial(person_hash, self._key())

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries; they are on the disk when this returns. Raises LogBroken, OSError."""
        listed = list(entries)
        if not listed:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        made = not self.file.exists()
        with os.fdopen(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            end, chain = _last(log)
            log.seek(end)
            log.truncate()  # a line that was cut off: its erasure never came about
            for entry in listed:
                line, chain = line_of(entry, chain)
                log.write(f"{line}\n".encode("ascii"))
            log.flush()
            os.fsync(log.fileno())
        if made:
            _sync_folder(self.file.parent)

    def entries(self) -> list[Entry]:
        """All entries that stand, from a log whose lines are all checked. Raises LogBroken."""
        if not self.file.exists():
            return []
        text = self.file.read_text(encoding="ascii", errors="replace")
        return standing(entry for entry, _ in entries_of(text[: text.rfind("\n") + 1].splitlines()))

    def _key(self) -> bytes:
        if not self.key_file.exists():
            self._make_key()
        return self.key_file.read_bytes()

    def _make_key(self) -> None:
        """Written beside its place, and put there whole: nobody reads half a key, whoever else makes one just now."""
        folder = self.key_file.parent
        folder.mkdir(parents=True, exist_ok=True)
        opened, beside = tempfile.mkstemp(dir=folder, prefix=f".{self.key_file.name}-")
        try:
            with os.fdopen(opened, "wb") as made:
                made.write(secrets.token_bytes(KEY_BYTES))
                made.flush()
                os.fsync(made.fileno())
            with suppress(FileExistsError):
                os.link(beside, self.key_file)
        finally:
            os.unlink(beside)
        _sync_folder(folder)


def _last(log: BinaryIO) -> tuple[int, str]:
    """Where the last whole line ends, and its chain. Reads the end of the file only; raises LogBroken."""
    size = log.seek(0, os.SEEK_END)
    start = max(size - TAIL_BYTES, 0)
    log.seek(start)
    tail = log.read()
    end = tail.rfind(b"\n") + 1
    lines = tail[:end].splitlines()
    if not lines:
        return 0, BEGINNING
    return start + end, chain_of(lines[-1].decode("ascii", "replace"))


def _sync_folder(folder: Path) -> None:
    """A new file is on the disk for good only when its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
