"""Finds out whose session a request belongs to."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from forsyn.domain.accounts.models import Account
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P


class PurposefulBackend(AuthenticationBackend):
    """allauth's; the account of a session is read before the page's purpose is known, under that of signing in."""

    def get_user(self, user_id: Any) -> Account | None:
        """As Django's."""
        with purpose(P.SIGN_IN, actor=None):
            account: Account | None = super().get_user(user_id)
            return account
