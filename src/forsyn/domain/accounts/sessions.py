"""Sessions that say whose they are, so that they can be found and ended with the person."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

from forsyn.domain.accounts.models import Session
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P


class SessionStore(DatabaseSessionStore):
    """Django's database sessions with the account in a column of its own.

    Django reads and writes them before and after a page, outside of the page's purpose: signing in is theirs.
    """

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """A row with the signed-in account, or none before signing in."""
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.account_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row

    def load(self) -> dict[str, Any]:
        """As Django's."""
        with purpose(P.SIGN_IN, actor=None):
            return super().load()

    def exists(self, session_key: str) -> bool:
        """As Django's."""
        with purpose(P.SIGN_IN, actor=None):
            return super().exists(session_key)

    def save(self, must_create: bool = False) -> None:
        """As Django's."""
        with purpose(P.SIGN_IN, actor=None):
            super().save(must_create=must_create)

    def delete(self, session_key: str | None = None) -> None:
        """As Django's."""
        with purpose(P.SIGN_IN, actor=None):
            super().delete(session_key)
