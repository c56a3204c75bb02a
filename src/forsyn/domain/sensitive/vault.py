"""The key ring, for this area's actions and queries. Where it lies is config's; `settings.KEY_STORE` brings it."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from django.conf import settings
from django.db import connection

from forsyn.domain.sensitive.models import MODELS, SealedRow
from forsyn.domain.sensitive.sealing import KeyRing, Opened, Place, Sealed

TABLES = tuple(model._meta.db_table for model in MODELS.values())


class KeyStore(Protocol):
    """Where the ring lies."""

    def exists(self) -> bool:
        """Whether there is a ring at all."""

    def ring(self) -> KeyRing:
        """The ring as it is now. Raises KeyRingUnusable."""

    def make(self, *, today: date) -> None:
        """Make the first ring, unless somebody else has just done so. Raises KeyRingUnusable."""

    def replace(self, ring: KeyRing) -> None:
        """Put another ring in its place, whole or not at all. Raises KeyRingUnusable."""


def store() -> KeyStore:
    """This instance's."""
    found: KeyStore = settings.KEY_STORE
    return found


def ring_for_sealing(*, today: date) -> KeyRing:
    """The ring; at the very first use a new one. Raises KeyRingUnusable where rows are there and their ring is not."""
    if not store().exists() and not ever_sealed():
        store().make(today=today)
    return store().ring()


def ever_sealed() -> bool:
    """Whether the database has, or has had, anything sealed. 1 query.

    It looks at the files of the tables: every purpose may ask that, and none learns of rows that are not its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select sum(pg_relation_size(to_regclass(name))) > 0 from unnest(%s::text[]) as name", [list(TABLES)]
        )
        return bool(cursor.fetchone()[0])


def place_of(row: SealedRow) -> Place:
    """Where a row's content stands."""
    return Place(row._meta.db_table, "sealed", row.pk, row.customer_id)


def opened(row: SealedRow, ring: KeyRing) -> Opened:
    """A row's content in clear. Raises UnknownKey, BrokenSeal."""
    return ring.open(Sealed(row.sealing_key, bytes(row.sealed)), place_of(row))
