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

    def free_port(self, wanted: int) -> int:
        """The wanted port, or the next free one above it."""
        for port in range(wanted, wanted + 50):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with contextlib.suppress(OSError):
                    probe.bind(("127.0.0.1", port))
                    return port
        raise OSError(f"No free port between {wanted} and {wanted + 49}.")

    def serve(self, *, port: int) -> None:
        """Serve until Ctrl-C or SIGTERM; the web server is a child that is stopped with us."""
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
            "--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "--no-ws",
            "forsyn.config.wsgi:application",
        ]  # fmt: skip
        child = subprocess.Popen(command, env=os.environ | {"FORSYN_SERVING": "1"}, start_new_session=True)
        signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        try:
            child.wait()
        except KeyboardInterrupt:
            child.terminate()
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
        if child.returncode not in {0, -signal.SIGTERM, -signal.SIGKILL, None}:
            raise SystemExit(child.returncode)
