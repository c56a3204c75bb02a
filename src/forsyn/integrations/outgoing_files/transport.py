"""Puts batches into the folder from which their carriers fetch them: under its name a batch is always whole.

A batch is made in a folder whose name begins with `PART`; it gets its own name once it is on record that it left.
What a program that was ended left behind is found by `unfinished`. The name of a batch that is held back begins with
`HELD`, so that no carrier fetches it. Only this program's user may read any of it.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from forsyn.integrations.outgoing_files.codec import (
    MANIFEST,
    ListedFile,
    Manifest,
    NotAManifest,
    batch_name,
    listed,
    manifest_bytes,
    manifest_from,
)

PART, HELD = ".part-", ".held-"


@dataclass
class NewBatch:
    """A batch being made. Its files are on the disk as soon as they are written."""

    folder: Path
    part: Path
    files: list[ListedFile] = field(default_factory=list)

    def write(self, name: str, content: bytes) -> ListedFile:
        """Add a file."""
        if Path(name).name != name or name in {MANIFEST, *(file.name for file in self.files)}:
            raise ValueError(f"{name!r} cannot be the name of a file in a batch, or is there already.")
        _write(self.part / name, content)
        self.files.append(listed(name, content))
        return self.files[-1]

    def close(self, manifest: Manifest) -> tuple[str, bytes]:
        """Add the list; return the batch's name and the list's bytes. It still has to be `published`."""
        content = manifest_bytes(manifest)
        _write(self.part / MANIFEST, content)
        _sync(self.part)
        return batch_name(manifest, content), content

    def publish(self, name: str) -> Path:
        """Give it its name: from now on it can be fetched."""
        return _publish(self.part, self.folder / name)

    def drop(self) -> None:
        """It is not to be fetched after all."""
        shutil.rmtree(self.part, ignore_errors=True)


def new_batch(folder: Path) -> NewBatch:
    """Begin a batch. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"{PART}{secrets.token_hex(8)}"
    part.mkdir(mode=0o700)
    return NewBatch(folder, part)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A batch that has not got its name, and what that would be."""

    part: Path
    name: str

    def publish(self) -> Path:
        """Give it its name."""
        return _publish(self.part, self.part.parent / self.name)

    def drop(self) -> None:
        """Delete what was begun."""
        shutil.rmtree(self.part, ignore_errors=True)


def unfinished(folder: Path) -> Iterator[Unfinished]:
    """Batches that were begun and have no name; those without a readable list are deleted here."""
    for part in sorted(folder.glob(f"{PART}*")):
        try:
            content = (part / MANIFEST).read_bytes()
            found = Unfinished(part, batch_name(manifest_from(content), content))
        except (OSError, NotAManifest):
            shutil.rmtree(part, ignore_errors=True)
        else:
            yield found


def waiting(folder: Path) -> list[str]:
    """The names of the batches that can be fetched."""
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def hold(folder: Path, name: str) -> None:
    """Take a batch out of its carrier's reach. Raises FileNotFoundError."""
    path = _batch(folder, name)
    if not path.name.startswith(HELD):
        _publish(path, folder / f"{HELD}{name}")


def held(folder: Path) -> list[str]:
    """The names of the batches that are held back."""
    return sorted(path.name.removeprefix(HELD) for path in folder.glob(f"{HELD}*") if path.is_dir())


def manifest_of(folder: Path, name: str) -> Manifest:
    """A batch's list. Raises FileNotFoundError, NotAManifest."""
    return manifest_from((_batch(folder, name) / MANIFEST).read_bytes())


def content_of(folder: Path, name: str, file: str) -> bytes:
    """A file of a batch. Raises FileNotFoundError."""
    if Path(file).name != file or file.startswith("."):
        raise FileNotFoundError(f"There is no file {file} in {name}.")
    return (_batch(folder, name) / file).read_bytes()


def delete(folder: Path, name: str) -> None:
    """Delete a batch that was fetched, or is called back. Raises FileNotFoundError."""
    shutil.rmtree(_batch(folder, name))
    _sync(folder)


def _batch(folder: Path, name: str) -> Path:
    """Where a batch lies, held back or not."""
    places = (folder / name, folder / f"{HELD}{name}")
    found = next((path for path in places if path.is_dir()), None)
    if Path(name).name != name or name.startswith(".") or found is None:
        raise FileNotFoundError(f"There is no batch {name} in {folder}.")
    return found


def _publish(part: Path, path: Path) -> Path:
    part.rename(path)
    _sync(path.parent)
    return path


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
