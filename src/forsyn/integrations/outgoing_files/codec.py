"""The list that goes with a batch: each file with its size and SHA-256, as JSON; and as CSV for machines that print.

Pure. The same content gives the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

MANIFEST = "manifest.json"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class NotAManifest(ValueError):
    """The list of a batch cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a batch. ``sha256`` is hexadecimal."""

    name: str
    sha256: str
    byte_count: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A batch: what it is for, of which run, when it was made (ISO 8601), its files, and what its carrier must know."""

    kind: str
    number: int
    made_at: str
    files: tuple[ListedFile, ...]
    details: Mapping[str, Any]

    @property
    def byte_count(self) -> int:
        """All files together."""
        return sum(file.byte_count for file in self.files)


def listed(name: str, content: bytes) -> ListedFile:
    """A file as it is listed."""
    return ListedFile(name, hashlib.sha256(content).hexdigest(), len(content))


def manifest_bytes(manifest: Manifest) -> bytes:
    """The list as UTF-8 JSON with a line's end."""
    document = {
        "kind": manifest.kind,
        "number": manifest.number,
        "made_at": manifest.made_at,
        "files": [asdict(file) for file in manifest.files],
        "details": dict(manifest.details),
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def manifest_from(content: bytes) -> Manifest:
    """What `manifest_bytes` wrote. Raises NotAManifest."""
    try:
        document = json.loads(content)
        files = tuple(ListedFile(**file) for file in document["files"])
        return Manifest(document["kind"], document["number"], document["made_at"], files, document["details"])
    except (ValueError, TypeError, KeyError) as wrong:
        raise NotAManifest(f"{MANIFEST} cannot be read: {wrong!r}") from wrong


def batch_name(manifest: Manifest, content: bytes) -> str:
    """The name of a batch whose list has these bytes: no two differ in content and share a name."""
    return f"{manifest.kind}-{manifest.number}-{hashlib.sha256(content).hexdigest()[:16]}"


def csv_bytes(head: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """A table as UTF-8 CSV with semicolons and a byte order mark; no cell is taken for a formula by a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(head)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
