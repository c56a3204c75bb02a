"""Where the key ring lies: a file outside the database that nobody else may read, or the environment.

The file is JSON; `docs/operators.md` shows it. No message here repeats what stands in a key.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import stat
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from forsyn.domain.sensitive.sealing import KEY_BYTES, Key, KeyRing, KeyRingUnusable, Use

FORMAT = 1
LARGEST_BYTES = 1_000_000
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass
class KeyStore:
    """Implements domain.sensitive.vault.KeyStore: ``text`` from the environment, else the file."""

    file: Path
    text: str | None = field(default=None, repr=False)
    _read: tuple[object, KeyRing] | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, state: Path) -> KeyStore:
        """FORSYN_KEY_RING holds the ring itself; FORSYN_KEYS names its file; else it lies in the state directory."""
        return cls(Path(os.environ.get("FORSYN_KEYS") or state / "keys.json"), os.environ.get("FORSYN_KEY_RING"))

    def exists(self) -> bool:
        """Whether there is a ring at all, readable or not."""
        return self.text is not None or os.path.lexists(self.file)

    def ring(self) -> KeyRing:
        """The ring as it is now: a changed file is read anew, at the price of one `stat`. Raises KeyRingUnusable."""
        try:
            status = None if self.text is not None else self.file.stat()
        except OSError as error:
            raise KeyRingUnusable(self._unreadable(error)) from None
        seen = status and (status.st_ino, status.st_mtime_ns, status.st_size, status.st_mode)
        if self._read is None or self._read[0] != seen:
            self._read = seen, self._parse(self._content(status))
        return self._read[1]

    def make(self, *, today: date) -> None:
        """Make the first ring, unless somebody else has just done so. Raises KeyRingUnusable."""
        self._refuse_environment()
        self._write(KeyRing.new(today=today), first=True)

    def replace(self, ring: KeyRing) -> None:
        """Put another ring in its place, whole or not at all. Raises KeyRingUnusable."""
        self._refuse_environment()
        self._write(ring, first=False)

    def _refuse_environment(self) -> None:
        if self.text is not None:
            raise KeyRingUnusable(
                "The key ring comes from FORSYN_KEY_RING, which this program cannot change. Write its text to a file "
                "that only you may read, run the command with FORSYN_KEYS naming it and FORSYN_KEY_RING unset, and "
                "then give the file's new text to FORSYN_KEY_RING."
            )

    def _content(self, status: os.stat_result | None) -> str:
        if status is None:
            return self.text or ""
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_BYTES:
            raise KeyRingUnusable(f"{self.file} is no key ring. Let FORSYN_KEYS name the file with the keys.")
        if os.name == "posix" and status.st_mode & OTHERS:
            raise KeyRingUnusable(
                f"{self.file} may be used by others on this machine (mode {stat.S_IMODE(status.st_mode):04o}), "
                f"so it is not read. Run `chmod 600 {self.file}`, and find out who has read it: if anybody, rotate "
                "the keys with `forsyn keys rotate`, and again with --lookup."
            )
        try:
            return self.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise KeyRingUnusable(self._unreadable(error)) from None

    def _unreadable(self, error: Exception) -> str:
        if isinstance(error, FileNotFoundError):
            return (
                f"There is no key ring at {self.file}. Put it back from where you keep its copy, or let FORSYN_KEYS "
                "name it. `forsyn keys check` says what cannot be opened without it."
            )
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        return (
            f"The key ring {self.file} cannot be read: {reason}. Let the user that runs Forsyn own it, with mode 600."
        )

    def _parse(self, text: str) -> KeyRing:
        try:
            document = json.loads(text)
            if document["format"] != FORMAT:
                raise _Malformed(f"its format is not {FORMAT}")
            ring = KeyRing(tuple(_key(entry) for entry in document["keys"]))
            _check(ring)
        except json.JSONDecodeError as error:
            raise KeyRingUnusable(self._malformed(f"line {error.lineno} is not JSON")) from None
        except (KeyError, TypeError):
            raise KeyRingUnusable(
                self._malformed("it lacks 'format' or 'keys', or a key lacks one of its parts")
            ) from None
        except _Malformed as error:
            raise KeyRingUnusable(self._malformed(str(error))) from None
        return ring

    def _malformed(self, what: str) -> str:
        where = "FORSYN_KEY_RING" if self.text is not None else str(self.file)
        return f"The key ring in {where} cannot be used: {what}. Put back the copy that you keep of it."

    def _write(self, ring: KeyRing, *, first: bool) -> None:
        text = json.dumps({"format": FORMAT, "keys": [_entry(key) for key in ring.keys]}, indent=2) + "\n"
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            _put(self.file, text, first=first)
        except OSError as error:
            raise KeyRingUnusable(
                f"The key ring {self.file} cannot be written: {error.strerror}. Nothing was changed. "
                "Let FORSYN_KEYS name a file in a folder that Forsyn may write to, on a disk with room."
            ) from None


class _Malformed(ValueError):
    """What is wrong with a ring, to end a sentence with."""


def _key(entry: dict[str, Any]) -> Key:
    try:
        secret = base64.b64decode(entry["secret"], validate=True)
        created, retired = date.fromisoformat(entry["created"]), entry.get("retired")
        key = Key(
            str(entry["id"]), Use(entry["use"]), created, secret, date.fromisoformat(retired) if retired else None
        )
    except binascii.Error:
        raise _Malformed(f"the secret of key {entry.get('id')!r} is not Base64") from None
    except ValueError:
        raise _Malformed(f"key {entry.get('id')!r} has a date or a use that does not exist") from None
    if len(key.secret) != KEY_BYTES or not 1 <= len(key.id) <= 40:
        raise _Malformed(f"key {key.id[:40]!r} must have {KEY_BYTES} secret bytes and an id of 1 to 40 characters")
    return key


def _check(ring: KeyRing) -> None:
    twice = [key_id for key_id, count in Counter(key.id for key in ring.keys).items() if count > 1]
    if twice:
        raise _Malformed(f"two keys have the id {twice[0]!r}")
    for use in Use:
        count = sum(key.retired is None for key in ring.of(use))
        if count != 1:
            raise _Malformed(f"{count} keys of the use {str(use)!r} are not retired, where there must be one")


def _entry(key: Key) -> dict[str, str]:
    entry = {
        "id": key.id,
        "use": str(key.use),
        "created": key.created.isoformat(),
        "secret": base64.b64encode(key.secret).decode(),
    }
    return entry | ({"retired": key.retired.isoformat()} if key.retired else {})


def _put(file: Path, text: str, *, first: bool) -> None:
    """On the disk for good, before anything is sealed with it: whole or not at all, and readable by us alone."""
    with tempfile.NamedTemporaryFile(
        "w", dir=file.parent, prefix=f".{file.name}.", encoding="utf-8", delete=False
    ) as new:
        draft = Path(new.name)
        try:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
            if first:
                with contextlib.suppress(FileExistsError):
                    os.link(draft, file)
            else:
                draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
