"""Sealing: values encrypted by the program with keys that the database never sees. Pure, except for its randomness.

A sealed value is AES-256-GCM (NIST SP 800-38D): one byte of form, twelve of nonce, the ciphertext and its tag. The
associated data name table, column, row, customer and key, so that a value opens nowhere else than where it was put.
A number is found by its HMAC-SHA256 (RFC 2104) under a key of its own.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_FORM = b"\x01"
_NONCE_BYTES = 12


class VaultClosed(Exception):
    """What is sealed cannot be opened or sealed now. The text is for operators, ``for_staff`` for everyone else.

    Neither ever holds a key or a value.
    """

    for_staff = (
        "Oplysningen er der, men den kan ikke låses op lige nu. Ingenting er slettet. "
        "Bed driften om at køre »forsyn keys check«."
    )


class KeyRingUnusable(VaultClosed):
    """The key ring is missing, cannot be read, or is not what it should be."""


class UnknownKey(VaultClosed):
    """A value was sealed with a key that the ring does not have."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"The key {key_id} is not in the key ring. Put the ring that has it back; "
            "`forsyn keys check` says what cannot be opened without it."
        )
        self.key_id = key_id


class BrokenSeal(VaultClosed):
    """A sealed value was altered or moved, or the key of that id is another one."""

    def __init__(self, place: Place, key_id: str) -> None:
        super().__init__(
            f"{place.table}.{place.column} of row {place.row} does not open with the key {key_id}: the value was "
            "altered, it stood in another row, or the ring has another key under that name."
        )
        self.place = place


class Place(NamedTuple):
    """Where a sealed value stands, and whose it is."""

    table: str
    column: str
    row: UUID
    customer_id: int


class Sealed(NamedTuple):
    """A value nobody reads without the key of that id."""

    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A value in clear, for as long as it is needed. Only ``text`` shows it: not ``repr``, not ``str``."""

    text: str = field(repr=False)


class Use(StrEnum):
    SEALING = "sealing"
    LOOKUP = "lookup"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the ring; ``retired`` is the day since which nothing new is done with it."""

    id: str
    use: Use
    created: date
    secret: bytes = field(repr=False)
    retired: date | None = None


def new_key(use: Use, *, today: date) -> Key:
    """A random key; its id tells the day."""
    prefix = "lookup-" if use is Use.LOOKUP else ""
    return Key(f"{prefix}{today.isoformat()}-{secrets.token_hex(3)}", use, today, secrets.token_bytes(KEY_BYTES))


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of an instance. Of each use exactly one is not retired."""

    keys: tuple[Key, ...]

    @classmethod
    def new(cls, *, today: date) -> KeyRing:
        """A ring with one key of each use."""
        return cls(tuple(new_key(use, today=today) for use in Use))

    def current(self, use: Use) -> Key:
        """The key that new values are sealed, or hashed, with."""
        return next(key for key in self.keys if key.use is use and key.retired is None)

    def of(self, use: Use) -> tuple[Key, ...]:
        """All keys of a use, retired ones too."""
        return tuple(key for key in self.keys if key.use is use)

    def get(self, key_id: str, use: Use = Use.SEALING) -> Key:
        """A key by its id. Raises UnknownKey."""
        for key in self.keys:
            if key.id == key_id and key.use is use:
                return key
        raise UnknownKey(key_id)

    def with_new(self, key: Key, *, today: date) -> KeyRing:
        """The ring with a key instead of the current one of its use, which retires today."""
        retired = (
            replace(old, retired=today) if old.use is key.use and old.retired is None else old for old in self.keys
        )
        return KeyRing((*retired, key))

    def without(self, key_ids: Collection[str]) -> KeyRing:
        """The ring without some retired keys; a current one stays."""
        return KeyRing(tuple(key for key in self.keys if key.retired is None or key.id not in key_ids))

    def seal(self, text: str, place: Place) -> Sealed:
        """Seal a text for the place where it will stand, with the current key."""
        key = self.current(Use.SEALING)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        ciphertext = AESGCM(key.secret).encrypt(nonce, text.encode(), _bound_to(place, key.id))
        return Sealed(key.id, _FORM + nonce + ciphertext)

    def open(self, sealed: Sealed, place: Place) -> Opened:
        """The text that was sealed for that place. Raises UnknownKey, BrokenSeal."""
        key = self.get(sealed.key_id)
        form, nonce, ciphertext = sealed.value[:1], sealed.value[1:13], sealed.value[13:]
        if form != _FORM or len(nonce) != _NONCE_BYTES:
            raise BrokenSeal(place, key.id)
        try:
            return Opened(AESGCM(key.secret).decrypt(nonce, ciphertext, _bound_to(place, key.id)).decode())
        except InvalidTag:
            raise BrokenSeal(place, key.id) from None

    def lookup(self, digits: str, key: Key | None = None) -> Sealed:
        """The keyed hash by which a number is found, under the current lookup key or another."""
        key = key or self.current(Use.LOOKUP)
        return Sealed(key.id, hmac.digest(key.secret, f"forsyn cpr lookup 1\x1f{digits}".encode(), "sha256"))


def _bound_to(place: Place, key_id: str) -> bytes:
    return "\x1f".join(("forsyn sealed 1", *map(str, place), key_id)).encode()
