"""The log of erasures as lines of text: who was erased, as a keyed hash, and when; each line chained to the one before.

    {"at": "2026-11-21T10:00:00+00:00", "chain": "…", "person": "…", "policy": "1.0"}

A line that takes an erasure back that was never committed repeats it, with ``taken_back`` and the time.

``person`` is an HMAC-SHA-256 of the customer number under a key that lies beside the log and never in the database;
there are no names. ``chain`` is the SHA-256 of the former line's chain and this line without it, in hexadecimal.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

BEGINNING = "0" * 64
"""What the first line is chained to."""
KEY_BYTES = 32


class LogBroken(RuntimeError):
    """A line of the log is not what was written; the message says which, in English."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure. ``person``: `person_hash`, in hexadecimal. ``taken_back_at``: of a line that takes it back."""

    at: datetime
    person: str
    policy: str
    taken_back_at: datetime | None = None


def person_hash(key: bytes, customer_number: str) -> str:
    """How a customer stands in the log."""
    return hmac.digest(key, f"forsyn erasure 1\x1f{customer_number}".encode(), "sha256").hex()


def line_of(entry: Entry, before: str) -> tuple[str, str]:
    """The line for an entry, without its end, and its chain. ``before``: the chain of the line before it."""
    said = {"at": entry.at.isoformat(), "person": entry.person, "policy": entry.policy}
    if entry.taken_back_at is not None:
        said["taken_back"] = entry.taken_back_at.isoformat()
    chain = _chain(said, before)
    return json.dumps(said | {"chain": chain}, sort_keys=True), chain


def chain_of(line: str) -> str:
    """The chain that a line ends with. Raises LogBroken."""
    try:
        return str(json.loads(line)["chain"])
    except (ValueError, KeyError, TypeError) as error:
        raise LogBroken("The last line of the log of erasures cannot be read. Put the log's copy back.") from error


def entries_of(lines: Iterable[str]) -> Iterator[tuple[Entry, str]]:
    """The entries with their chains. A last line that was cut off as it was written is left out; raises LogBroken."""
    before, listed = BEGINNING, [line for line in lines if line.strip()]
    for number, line in enumerate(listed, 1):
        try:
            said = json.loads(line)
            chain = said.pop("chain")
            taken_back = datetime.fromisoformat(said["taken_back"]) if "taken_back" in said else None
            entry = Entry(datetime.fromisoformat(said["at"]), said["person"], said["policy"], taken_back)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if number == len(listed) and not line.endswith("}"):
                return  # the machine stopped while it was being written: nothing had been erased yet
            raise LogBroken(f"Line {number} of the log of erasures cannot be read. Put the log's copy back.") from error
        if chain != _chain(said, before):
            raise LogBroken(
                f"Line {number} of the log of erasures is not chained to the one before it: it was changed, or lines "
                "were taken out. Put the log's copy back."
            )
        yield entry, chain
        before = chain


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """The erasures that nobody has taken back."""
    listed = list(entries)
    taken_back = {(entry.person, entry.at) for entry in listed if entry.taken_back_at is not None}
    return [entry for entry in listed if (entry.person, entry.at) not in taken_back]


def _chain(said: dict[str, str], before: str) -> str:
    return hashlib.sha256(f"{before}\n{json.dumps(said, sort_keys=True)}".encode()).hexdigest()
