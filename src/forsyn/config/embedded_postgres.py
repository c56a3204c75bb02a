"""PostgreSQL from the PyPI wheel, run as a supervised child when no DATABASE_URL is given.

Several commands may use one server at once: each holds a shared lock, and the last one out stops it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from forsyn.config.postgres_programs import EmbeddedPostgresError, cached_programs, server_account

SUPERUSER = "postgres"
START_SECONDS = 60.0
SILENT_OF_PERSONS = {
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""An error of a statement quotes the statement and the row. The program tells of it; the server's log does not."""


@dataclass(frozen=True)
class ServerFiles:
    """Where one embedded server keeps its things."""

    state: Path

    @property
    def data(self) -> Path:
        return self.state / "data"

    @property
    def password_file(self) -> Path:
        return self.state / "pgpass"

    @property
    def log(self) -> Path:
        return self.state / "postgres.log"

    @property
    def lock(self) -> Path:
        return self.state / "server.lock"

    @property
    def users(self) -> Path:
        return self.state / "server.users"

    @property
    def socket_directory(self) -> Path:
        """A short path: a Unix socket's path may hold 107 bytes only."""
        digest = hashlib.sha256(os.fsencode(self.state)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"forsyn-{digest}"


def default_state_directory(project: Path) -> Path:
    """Beside the project; for root outside it, since the server's own user may not reach root's folders."""
    given = os.environ.get("FORSYN_STATE_DIR")
    if given:
        return Path(given).absolute()
    if os.geteuid() != 0:
        return project / ".forsyn"
    digest = hashlib.sha256(str(project).encode()).hexdigest()[:8]
    return Path("/var/lib/forsyn") / f"{project.name}-{digest}"


class EmbeddedServer:
    """One PostgreSQL cluster in a state directory."""

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        self.files = ServerFiles(state)
        self._durable = durable
        self._account = server_account()
        self._programs = cached_programs(state, self._account)
        self._child: subprocess.Popen[bytes] | None = None

    # -- start and stop ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def running(self, prepare: Callable[[], None]) -> Iterator[None]:
        """Start the server, or join the one that runs; the last one to leave stops it.

        ``prepare`` runs on the started server while no other command may start, join or leave.
        """
        self._make_directories()
        with self.files.users.open("a") as users:
            try:
                with self._exclusively():
                    fcntl.flock(users, fcntl.LOCK_SH)
                    self._initialise()
                    if not self._answers():
                        self._start()
                    prepare()
                yield
            finally:
                with self._exclusively():
                    self._stop_if_last(users)

    def restart_if_dead(self) -> bool:
        """Whether the server that we started had died and was started again; call it inside `running`."""
        if self._child is None or self._child.poll() is None:
            return False
        with self._exclusively():
            if not self._answers():
                self._start()
        return True

    @contextlib.contextmanager
    def _exclusively(self) -> Iterator[None]:
        with self.files.lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _stop_if_last(self, users: object) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
        except BlockingIOError:  # another command still uses the server, and will stop it
            if self._child is not None:
                self._child.returncode = 0  # no longer ours to wait for
            return
        self._stop()
        self._child = None

    def _make_directories(self) -> None:
        state, sockets = self.files.state, self.files.socket_directory
        state.mkdir(parents=True, exist_ok=True)
        sockets.mkdir(mode=0o700, exist_ok=True)
        if sockets.stat().st_uid not in {os.geteuid(), self._account.pw_uid if self._account else -1}:
            raise EmbeddedPostgresError(
                f"{sockets} belongs to another user, so PostgreSQL's socket would not be safe there. Remove it."
            )
        if self._account is not None:
            os.chown(sockets, self._account.pw_uid, self._account.pw_gid)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self._programs() / program), *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env=self._environment(),
            **self._as_server_user(),
        )

    def _as_server_user(self) -> dict[str, object]:
        if self._account is None:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}

    @staticmethod
    def _environment() -> dict[str, str]:
        return {"LC_ALL": "C", "PATH": os.environ.get("PATH", ""), "TZ": "UTC"}

    def _initialise(self) -> None:
        if (self.files.data / "PG_VERSION").exists():
            self._check_version()
            return
        password = secrets.token_urlsafe(24)
        folder = self.files.state / "initialising"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        secret = self.files.state / "superuser-password"
        secret.write_text(password)
        secret.chmod(0o600)
        if self._account is not None:
            os.chown(folder, self._account.pw_uid, self._account.pw_gid)
            os.chown(secret, self._account.pw_uid, self._account.pw_gid)
        try:
            done = self._run(
                "initdb", "-D", str(folder), "-U", SUPERUSER, f"--pwfile={secret}", "--auth=scram-sha-256",
                "--encoding=UTF8", "--locale=C", "--no-sync",
            )  # fmt: skip
        finally:
            secret.unlink()
        if done.returncode != 0:
            raise EmbeddedPostgresError(_why_initdb_failed(done.stderr, folder))
        self.add_password(SUPERUSER, password)
        folder.rename(self.files.data)

    def _check_version(self) -> None:
        here = (self.files.data / "PG_VERSION").read_text().strip()
        program = self._run("postgres", "--version").stdout.split()[-1].split(".")[0]
        if here != program:
            raise EmbeddedPostgresError(
                f"The data in {self.files.data} was made by PostgreSQL {here}, but this is PostgreSQL {program}. "
                f"Dump it with version {here} and load it anew, or point FORSYN_STATE_DIR somewhere else."
            )

    def _settings(self) -> dict[str, str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.files.socket_directory),
            "max_connections": "60",
            "shared_buffers": "256MB",
            "work_mem": "16MB",
            "maintenance_work_mem": "128MB",
            "effective_cache_size": "2GB",
            "max_wal_size": "4GB",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "UTC",
            "logging_collector": "off",
            **SILENT_OF_PERSONS,
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return settings

    def _start(self) -> None:
        options = [f"-c{name}={value}" for name, value in self._settings().items()]
        deadline = time.monotonic() + START_SECONDS
        while True:
            child = self._child = self._spawn(options)
            while time.monotonic() < deadline:
                if self._answers():
                    return
                if child.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                child.send_signal(signal.SIGQUIT)
                raise EmbeddedPostgresError(
                    f"PostgreSQL did not answer within {START_SECONDS:.0f} s. See {self.files.log}."
                )
            self._explain_exit()
            time.sleep(0.1)

    def _spawn(self, options: list[str]) -> subprocess.Popen[bytes]:
        with self.files.log.open("wb") as log:
            return subprocess.Popen(
                [str(self._programs() / "postgres"), "-D", str(self.files.data), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=self._environment(),
                start_new_session=True,  # Ctrl-C is for us; PostgreSQL is stopped by us
                **self._as_server_user(),
            )

    def _explain_exit(self) -> None:
        """After a kill, the old server's shared memory may linger a moment: only then a new try helps."""
        text = self.files.log.read_text(errors="replace")
        if "pre-existing shared memory block" in text or "lock file" in text:
            return
        last = [line for line in text.splitlines() if "FATAL" in line or "ERROR" in line][-1:]
        raise EmbeddedPostgresError(
            f"PostgreSQL did not start: {' '.join(last) or 'no reason given'}. See {self.files.log}."
        )

    def _stop(self) -> None:
        pid = self._pid()
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)  # fast shutdown
        for _ in range(600):
            if self._child is not None:
                self._child.poll()
            if not (self.files.data / "postmaster.pid").exists():
                break
            time.sleep(0.05)
        if self._child is not None:
            self._child.wait(timeout=30)

    def _pid(self) -> int | None:
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            return int((self.files.data / "postmaster.pid").read_bytes().split()[0])
        return None

    def _answers(self) -> bool:
        if self._pid() is None:
            return False
        try:
            psycopg.connect(self.conninfo("postgres", SUPERUSER), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    # -- how to reach it --------------------------------------------------------------------------------

    def add_password(self, role: str, password: str) -> None:
        """Keep a role's password where libpq finds it, readable by the owner only."""
        lines = []
        with contextlib.suppress(FileNotFoundError):
            lines = [line for line in self.files.password_file.read_text().splitlines() if line.split(":")[3] != role]
        lines.append(f"*:*:*:{role}:{password}")
        fresh = self.files.password_file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text("\n".join(lines) + "\n")
        fresh.rename(self.files.password_file)

    def conninfo(self, database: str, role: str) -> str:
        return psycopg.conninfo.make_conninfo(
            host=str(self.files.socket_directory),
            dbname=database,
            user=role,
            passfile=str(self.files.password_file),
        )


def _why_initdb_failed(told: str, folder: Path) -> str:
    lines = told.strip().splitlines() or ["no reason given"]
    reasons = [line for line in lines if "error" in line.lower() or "FATAL" in line or "No space" in line]
    return (
        f"The database could not be made in {folder.parent}: {(reasons or lines)[0].strip()}. "
        "See that PostgreSQL's user may write there and that the disk has room, or let FORSYN_STATE_DIR name another "
        "folder; then try again."
    )
