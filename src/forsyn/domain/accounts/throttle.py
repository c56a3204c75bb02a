"""Names of the counters of attempts, so that the table tells nothing of addresses or e-mails."""

from __future__ import annotations

from django.utils.crypto import salted_hmac


def hashed_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: a keyed hash of what is counted, useless without the secret key."""
    return salted_hmac("forsyn.attempts", f"{key_prefix}:{version}:{key}", algorithm="sha256").hexdigest()
