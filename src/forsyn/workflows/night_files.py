"""Files that the program leaves behind only where it was killed: values of a delivery that was being taken in.

Nothing else of a person is a file. Attachments, documents and letters lie in the database and go with their rows; a
job's arguments, queues and sessions are rows too; logs name no person; there is no search index outside of the
database, and no thumbnail. WAL and backups are the operator's: `docs/retention.md`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

DELIVERIES = "forsyn-delivery-*"
"""As `forsyn.domain.metering.spool` names its folders."""
STALE = timedelta(days=1)
"""No delivery takes a day; what is older belongs to nobody who still runs."""


def leftover_files(*, now: datetime, folder: Path | None = None) -> list[Path]:
    """Our own folders of deliveries that nobody works at any more."""
    newest = (now - STALE).timestamp()
    found = []
    for path in sorted((folder or Path(tempfile.gettempdir())).glob(DELIVERIES)):
        about = path.lstat()
        if path.is_dir() and not path.is_symlink() and about.st_uid == os.getuid() and about.st_mtime < newest:
            found.append(path)
    return found


def delete_leftover_files(*, now: datetime, folder: Path | None = None) -> int:
    """Delete them; return how many."""
    leftover = leftover_files(now=now, folder=folder)
    for path in leftover:
        shutil.rmtree(path)
    return len(leftover)
