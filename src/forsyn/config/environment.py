"""Reading settings from the environment."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from forsyn.config.instance import InstanceError
from forsyn.integrations.mailbox.address import MailboxSettings, NoMailboxAddress, parsed


def flag(name: str) -> bool:
    """Whether an environment variable says yes."""
    return os.environ.get(name, "").lower() in {"1", "yes", "true", "on"}


def number(name: str, otherwise: int) -> int:
    """A whole number, 0 or more. Raises InstanceError."""
    text = os.environ.get(name) or str(otherwise)
    if not text.isascii() or not text.isdigit():
        raise InstanceError(f"{name} is {text!r}: use a whole number, such as {otherwise}.")
    return int(text)


MAIL_SECURITY = {"starttls": 587, "implicit": 465, "loopback": 25}
"""How the mail server is spoken to, and the port that it then has."""
THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}


def mail_security(host: str) -> str:
    """FORSYN_EMAIL_TLS: a key of `MAIL_SECURITY`, `starttls` unless said otherwise. Raises InstanceError."""
    said = os.environ.get("FORSYN_EMAIL_TLS", "").lower()
    security = "starttls" if said in {"", "1", "yes", "true", "on"} else said
    if security not in MAIL_SECURITY:
        raise InstanceError(
            f"FORSYN_EMAIL_TLS is {said!r}: use starttls, implicit (TLS from the first byte), or loopback for a relay "
            "on this machine. Mail leaves over TLS only."
        )
    if security == "loopback" and host not in THIS_MACHINE:
        raise InstanceError(
            f"FORSYN_EMAIL_TLS is loopback, but FORSYN_EMAIL_HOST is {host!r}, which is not this machine. "
            "Use starttls or implicit."
        )
    return security


def mailbox() -> MailboxSettings | None:
    """FORSYN_MAILBOX_URL and its companions; None where there is no mail box to read. Raises InstanceError."""
    url = os.environ.get("FORSYN_MAILBOX_URL")
    if not url:
        return None
    try:
        address = parsed(url)
    except NoMailboxAddress as error:
        raise InstanceError(f"FORSYN_MAILBOX_URL: {error}") from None
    file = os.environ.get("FORSYN_MAILBOX_PASSWORD_FILE")
    if not file:
        raise InstanceError(
            "FORSYN_MAILBOX_URL is set, and FORSYN_MAILBOX_PASSWORD_FILE is not: name a file that holds the mail box's "
            "password and that only Forsyn can read."
        )
    return MailboxSettings(
        address,
        Path(file),
        ca_file=os.environ.get("FORSYN_MAILBOX_CA", ""),
        handled_folder=os.environ.get("FORSYN_MAILBOX_HANDLED") or "Forsyn",
        largest_bytes=number("FORSYN_MAILBOX_LARGEST_MB", 25) * 2**20,
        keep_days=number("FORSYN_MAILBOX_KEEP_DAYS", 100),
    )


def secret_key(state: Path) -> str:
    """FORSYN_SECRET_KEY, else one made once and kept beside the embedded database. Raises InstanceError."""
    if given := os.environ.get("FORSYN_SECRET_KEY"):
        return given
    file = state / "secret-key"
    try:
        with contextlib.suppress(FileNotFoundError):
            return file.read_text()
        state.mkdir(parents=True, exist_ok=True)
        _write_once(file, secrets.token_urlsafe(48))
        return file.read_text()
    except OSError as error:
        raise InstanceError(
            f"{error.filename or file}: {error.strerror}. Forsyn keeps its database and keys in {state}: "
            "let FORSYN_STATE_DIR name a folder that it may write to, on a disk with room."
        ) from None


def _write_once(file: Path, text: str) -> None:
    """Whole or not at all, whoever else does the same just now and whatever stops it."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}.", encoding="ascii") as draft:  # 0600
        draft.write(text)
        draft.flush()
        with contextlib.suppress(FileExistsError):
            os.link(draft.name, file)
