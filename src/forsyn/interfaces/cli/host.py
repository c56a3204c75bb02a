"""What the commands ask of the machine they run on; config implements it, so that interfaces never import config."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Host(Protocol):
    """One instance on one machine; it is the Typer context's ``obj``."""

    name: str
    policy_file: Path
    state: Path

    def database(self) -> AbstractContextManager[None]:
        """PostgreSQL runs as long as the block lasts: the embedded one is started, or joined, when needed."""

    def embedded(self) -> bool:
        """Whether the embedded PostgreSQL is used, not one of the operator's own."""

    def serve(self, *, port: int) -> None:
        """Serve the web pages on 127.0.0.1 until Ctrl-C. Call it inside `database`."""

    def may_migrate(self) -> bool:
        """Whether the owner of the tables is known here."""

    def free_port(self, wanted: int) -> int:
        """The wanted port, or the next free one above it."""
