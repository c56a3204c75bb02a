"""The machine that the command line runs on: its database and its web server."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


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
        """Serve until Ctrl-C or SIGTERM; the web server is a child that is stopped with us."""
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
            "--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "--no-ws",
            "forsyn.config.wsgi:application",
        ]  # fmt: skip
        child = subprocess.Popen(command, env=os.environ | {"FORSYN_SERVING": "1"}, start_new_session=True)
        signal.signal(signal.SIGTERM, _as_interrupt)
        try:
            self._watch(child)
        except KeyboardInterrupt:
            child.terminate()
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if child.returncode not in {0, -signal.SIGTERM, -signal.SIGKILL}:
            raise SystemExit(child.returncode)

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """Until the web server ends; a database server that dies meanwhile is started again."""
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=1)
                return
            if self._instance.embedded is not None and self._instance.embedded.restart_if_dead():
                sys.stderr.write("PostgreSQL had stopped; it was started again.\n")


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt
