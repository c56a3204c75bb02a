"""Reading settings from the environment."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def flag(name: str) -> bool:
    """Whether an environment variable says yes."""
    return os.environ.get(name, "").lower() in {"1", "yes", "true", "on"}


def secret_key(state: Path) -> str:
    """FORSYN_SECRET_KEY, else one made once and kept beside the embedded database."""
    if given := os.environ.get("FORSYN_SECRET_KEY"):
        return given
    file = state / "secret-key"
    with contextlib.suppress(FileNotFoundError):
        return file.read_text()
    state.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(secrets.token_urlsafe(48))
    return file.read_text()
