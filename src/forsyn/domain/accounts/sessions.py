"""Sessions that say whose they are, so that they can be found and ended with the person."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

from forsyn.domain.accounts.models import Session


class SessionStore(DatabaseSessionStore):
    """Django's database sessions with the account in a column of its own."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """A row with the signed-in account, or none before signing in."""
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.account_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row
