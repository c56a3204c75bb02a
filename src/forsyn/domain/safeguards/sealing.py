"""Encrypts what waits in the outbox, with a key that is not in the database: the program's own secret key."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBroken(RuntimeError):
    """What waits in the outbox cannot be read with any key that the program has."""


def seal(content: bytes) -> bytes:
    """Content as only this program can read it."""
    return _cipher().encrypt(content)


def unseal(sealed: bytes) -> bytes:
    """The content. Raises SealBroken."""
    try:
        return _cipher().decrypt(sealed)
    except InvalidToken:
        raise SealBroken(
            "The outbox was sealed with another FORSYN_SECRET_KEY. Name the former one in FORSYN_OLD_SECRET_KEYS."
        ) from None


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"forsyn outbox").derive(key.encode())
