"""Sealing the access log as time goes, and noting the seals outside of the database, where its owner cannot reach."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError, connections
from django.utils import timezone

from forsyn.domain.safeguards.actions_log import Sealed, seal
from forsyn.domain.safeguards.log_rules import Anchor, anchor
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.purposes import P

EVERY = timedelta(minutes=10)
"""What is younger than this may not be sealed yet."""
logger = logging.getLogger("forsyn.access_log")


def notes_file(state: Path, instance: str) -> Path:
    """Where an instance's seals are noted: one ``time NUMBER:HASH`` a line, only ever added to."""
    return state / f"access-seals-{instance}.txt"


def noted(file: Path) -> list[Anchor]:
    """The seals noted in a file; none where it is not there. Raises NotAnAnchor for a line that is none."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    return [anchor(line.rpartition(" ")[2]) for line in lines if line.strip()]


def seal_and_note(file: Path) -> Sealed:
    """Seal what is written, and note the newest seal where it does not stand yet."""
    now = timezone.now()
    with purpose(P.SECURITY, actor=None):
        done = seal(now=now)
    if done.newest is not None and not _is_noted(file, done.newest):
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="ascii") as notes:
            notes.write(f"{now.isoformat(timespec='seconds')} {done.newest}\n")
    return done


def _is_noted(file: Path, newest: Anchor) -> bool:
    return file.exists() and str(newest) in file.read_text(encoding="ascii", errors="replace")


@contextlib.contextmanager
def sealing(file: Path, *, every: timedelta = EVERY) -> Iterator[None]:
    """Seal at the beginning, every so often in a thread of its own, and at the end of the block."""
    stopped = threading.Event()

    def work() -> None:
        while True:
            _try(file)
            if stopped.wait(every.total_seconds()):
                _try(file)
                return

    thread = threading.Thread(target=work, name="access-seals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=30)


def _try(file: Path) -> None:
    try:
        seal_and_note(file)
    except (DatabaseError, PurposeViolation, OSError) as error:  # the next time takes all of it
        logger.warning("The access log could not be sealed: %s", str(error).strip().splitlines()[0])
    finally:
        connections.close_all()
