"""The log of erasures on the disk: a file that only this program's user may read, only ever added to."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from forsyn.integrations.erasure_log.codec import BEGINNING, KEY_BYTES, Entry, entries_of, line_of, person_hash


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
        return person_hash(self._key(), customer_number)

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries; they are on the disk when this returns. Raises LogBroken, OSError."""
        listed = list(entries)
        if not listed:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="ascii") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            text = log.read()
            whole = text[: text.rfind("\n") + 1]
            chain = ([BEGINNING] + [chain for _, chain in entries_of(whole.splitlines())])[-1]
            log.seek(len(whole))
            log.truncate()  # a line that was cut off: its erasure never came about
            for entry in listed:
                line, chain = line_of(entry, chain)
                log.write(f"{line}\n")
            log.flush()
            os.fsync(log.fileno())

    def entries(self) -> list[Entry]:
        """All entries, checked. Raises LogBroken."""
        if not self.file.exists():
            return []
        text = self.file.read_text(encoding="ascii", errors="replace")
        return [entry for entry, _ in entries_of(text[: text.rfind("\n") + 1].splitlines())]

    def _key(self) -> bytes:
        if not self.key_file.exists():
            self.key_file.parent.mkdir(parents=True, exist_ok=True)
            try:
                with os.fdopen(os.open(self.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
                    made.write(secrets.token_bytes(KEY_BYTES))
                    made.flush()
                    os.fsync(made.fileno())
            except FileExistsError:
                pass  # somebody else made it just now
        return self.key_file.read_bytes()
