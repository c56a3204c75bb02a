"""Names of the counters of attempts, so that the table tells nothing of addresses or e-mails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.utils.crypto import salted_hmac

from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P


def hashed_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: a keyed hash of what is counted, useless without the secret key."""
    return salted_hmac("forsyn.attempts", f"{key_prefix}:{version}:{key}", algorithm="sha256").hexdigest()


class AttemptsCache(DatabaseCache):
    """Django's cache in the database, which counts attempts to sign in: that is the purpose."""

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """As Django's; `get` comes here, too."""
        with purpose(P.SIGN_IN, actor=None):
            return super().get_many(list(keys), version)

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        with purpose(P.SIGN_IN, actor=None):
            return super()._base_set(mode, key, value, timeout)

    def _base_delete_many(self, keys: Iterable[str]) -> bool:
        with purpose(P.SIGN_IN, actor=None):
            return super()._base_delete_many(keys)

    def has_key(self, key: str, version: int | None = None) -> bool:
        """As Django's."""
        with purpose(P.SIGN_IN, actor=None):
            return super().has_key(key, version)
