"""Sealing the access log, and noting the seals outside of the database, where its owner cannot reach."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from forsyn.domain.safeguards.actions_log import Sealed, seal
from forsyn.domain.safeguards.log_rules import Anchor, anchor
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P

EVERY = timedelta(minutes=10)
"""What is younger than this may not be sealed yet."""


def notes_file(state: Path, instance: str) -> Path:
    """Where an instance's seals are noted: one ``time NUMBER:HASH`` a line, only ever added to."""
    return state / f"access-seals-{instance}.txt"


def noted(file: Path) -> list[Anchor]:
    """The seals noted in a file; none where it is not there. Raises NotAnAnchor for a line that is none."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    return [anchor(line.rpartition(" ")[2]) for line in lines if line.strip()]


def seal_and_note(file: Path, *, now: datetime) -> Sealed:
    """Seal what is written, and note the newest seal where it does not stand yet."""
    with purpose(P.SECURITY, actor=None):
        done = seal(now=now)
    if done.newest is not None and not _is_noted(file, done.newest):
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="ascii") as notes:
            notes.write(f"{now.isoformat(timespec='seconds')} {done.newest}\n")
    return done


def _is_noted(file: Path, newest: Anchor) -> bool:
    return file.exists() and str(newest) in file.read_text(encoding="ascii", errors="replace")
