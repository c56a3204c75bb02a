"""The machine that the command line runs on: its database and its web server."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

FORSYN = "from forsyn.config.command import run; run()"
LONGEST_PAUSE_SECONDS = 60.0


class KeptRunning:
    """A child process that is started again when it ends, after a pause that doubles while it does not stay."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._started_at = self._start_at = 0.0
        self._pause = 1.0

    def look(self, now: float) -> None:
        """Start it when it is time to; ``now`` in seconds of a clock that does not jump."""
        if self._child is not None and self._child.poll() is not None:
            stayed = now - self._started_at >= LONGEST_PAUSE_SECONDS
            self._pause = 1.0 if stayed else self._pause
            sys.stderr.write(
                f"The runner of jobs ended (status {self._child.returncode}); it starts again in {self._pause:.0f} s.\n"
            )
            self._child, self._start_at = None, now + self._pause
            self._pause = min(LONGEST_PAUSE_SECONDS, self._pause * 2)
        if self._child is None and now >= self._start_at:
            self._child, self._started_at = _child(self._command), now

    def end(self) -> None:
        """Let it finish what it is at; kill it where that takes longer than half a minute."""
        if self._child is not None:
            _end(self._child, seconds=30)


class Machine:
    """Implements interfaces.cli.host.Host."""

    def __init__(self) -> None:
        self._instance = settings.INSTANCE
        self.name: str = self._instance.name
        self.policy_file: Path = self._instance.policy_file
        self.state: Path = self._instance.state

    @contextlib.contextmanager
    def database(self) -> Iterator[None]:
        """PostgreSQL runs as long as the block lasts."""
        with self._instance.running_database():
            yield

    def embedded(self) -> bool:
        """Whether the embedded PostgreSQL is used."""
        return self._instance.embedded is not None

    def may_migrate(self) -> bool:
        """Whether the owner of the tables is known here: always with the embedded PostgreSQL."""
        instance = self._instance
        return instance.embedded is not None or instance.owner_database_url != instance.database_url

    def free_port(self, wanted: int) -> int:
        """The wanted port, or the next free one above it."""
        for port in range(wanted, min(wanted + 50, 65536)):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with contextlib.suppress(OSError):
                    probe.bind(("127.0.0.1", port))
                    return port
        raise OSError(f"No free port from {wanted} on. Name another with --port.")

    def serve(self, *, port: int) -> None:
        """Serve until Ctrl-C or SIGTERM; the web server and the runner of jobs are children that stop with us."""
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
            "--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "--no-ws",
            "forsyn.config.wsgi:application",
        ]  # fmt: skip
        signal.signal(signal.SIGTERM, _as_interrupt)
        child = _child(command)
        jobs = KeptRunning([sys.executable, "-c", FORSYN, "jobs", "run", "--parent", str(os.getpid())])
        try:
            self._watch(child, jobs)
        except KeyboardInterrupt:
            _end(child, seconds=10)
        finally:
            jobs.end()  # after the pages, whose last looks it seals
        if child.returncode not in {0, -signal.SIGTERM, -signal.SIGKILL}:
            raise SystemExit(child.returncode)

    def _watch(self, child: subprocess.Popen[bytes], jobs: KeptRunning) -> None:
        """Until the web server ends; a database server or runner that dies meanwhile is started again."""
        while True:
            jobs.look(time.monotonic())
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=1)
                return
            if self._instance.embedded is not None and self._instance.embedded.restart_if_dead():
                sys.stderr.write("PostgreSQL had stopped; it was started again.\n")


def _child(command: list[str]) -> subprocess.Popen[bytes]:
    """A process that works as the login role alone, and that the terminal's Ctrl-C does not reach."""
    return subprocess.Popen(command, env=os.environ | {"FORSYN_SERVING": "1"}, start_new_session=True)


def _end(child: subprocess.Popen[bytes], *, seconds: float) -> None:
    child.terminate()
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt
