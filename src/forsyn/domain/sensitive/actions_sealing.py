"""Renewing seals and keyed hashes, some rows at a time: each call is one transaction, so a killed rotation goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from psycopg import sql

from forsyn.domain.sensitive.models import MODELS, SealedRow
from forsyn.domain.sensitive.rules import Kind
from forsyn.domain.sensitive.sealing import KeyRing, Use, VaultClosed, new_key
from forsyn.domain.sensitive.vault import opened, place_of, store

ROWS_AT_ONCE = 1000
"""Of 300 bytes each; a chunk of a thousand is sealed and written in well under a second."""


_ROTATION = 0x6B657973
"""An advisory lock of this number ('keys') goes with the session, so that a killed rotation leaves none."""


class Chunk(NamedTuple):
    """What one call did: rows renewed, rows whose seal does not open, and where to go on; None is the end."""

    renewed: int
    unopened: int
    last: UUID | None


@transaction.atomic
def reseal(*, kind: Kind, ring: KeyRing, after: UUID | None, rows: int = ROWS_AT_ONCE) -> Chunk:
    """Seal the next rows of a kind, that another key of the ring sealed, with the current one."""
    current = ring.current(Use.SEALING).id
    former = [key.id for key in ring.of(Use.SEALING) if key.id != current]
    found = _next(kind, "sealing_key", former, after, rows)
    renewed = []
    for row in found:
        try:
            renewed.append((row.pk, *reversed(ring.seal(opened(row, ring).text, place_of(row)))))
        except VaultClosed:
            continue  # counted below; `forsyn keys check` names them
    _write(kind, ("sealed", "sealing_key"), renewed)
    return Chunk(len(renewed), len(found) - len(renewed), found[-1].pk if found else None)


@transaction.atomic
def rehash(*, ring: KeyRing, after: UUID | None, rows: int = ROWS_AT_ONCE) -> Chunk:
    """Give the next CPR rows, that another key hashed, their keyed hash under the current lookup key."""
    current = ring.current(Use.LOOKUP)
    found = _next(Kind.CPR, "lookup_key", None, after, rows, but=current.id)
    renewed = []
    for row in found:
        try:
            renewed.append((row.pk, *reversed(ring.lookup(opened(row, ring).text, current))))
        except VaultClosed:
            continue
    _write(Kind.CPR, ("lookup", "lookup_key"), renewed)
    return Chunk(len(renewed), len(found) - len(renewed), found[-1].pk if found else None)


def add_key(*, use: Use, today: date) -> KeyRing:
    """Put a new current key of a use in the ring, on the disk before anything is sealed with it.

    Where there is no ring, make one: the rows of a lost one stay closed. Raises KeyRingUnusable.
    """
    if not store().exists():
        store().make(today=today)
        return store().ring()
    ring = store().ring().with_new(new_key(use, today=today), today=today)
    store().replace(ring)
    return ring


@contextmanager
def only_rotation() -> Iterator[bool]:
    """Whether nobody else renews seals just now; as long as the block lasts, nobody else may."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [_ROTATION])
        alone = bool(cursor.fetchone()[0])
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("select pg_advisory_unlock(%s)", [_ROTATION])


def drop_keys(*, key_ids: Sequence[str]) -> KeyRing:
    """Take keys out of the ring for good. The caller has seen that no row needs them. Raises KeyRingUnusable."""
    ring = store().ring().without(key_ids)
    store().replace(ring)
    return ring


def _next(
    kind: Kind, column: str, keys: Sequence[str] | None, after: UUID | None, rows: int, *, but: str = ""
) -> list[SealedRow]:
    """The next rows in the order of their ids, locked, with what is sealed in them."""
    found = MODELS[kind].objects.defer(None).select_for_update().order_by("id")
    found = found.exclude(**{column: but}) if keys is None else found.filter(**{f"{column}__in": keys})
    return list((found.filter(pk__gt=after) if after else found)[:rows])


def _write(kind: Kind, columns: tuple[str, str], renewed: Sequence[tuple[UUID, bytes, str]]) -> None:
    """One statement for all rows: value and key of each."""
    if not renewed:
        return
    statement = sql.SQL(
        "update {table} as kept set {value} = new.value, {key} = new.key"
        " from unnest(%s::uuid[], %s::bytea[], %s::text[]) as new (id, value, key) where kept.id = new.id"
    ).format(
        table=sql.Identifier(MODELS[kind]._meta.db_table),
        value=sql.Identifier(columns[0]),
        key=sql.Identifier(columns[1]),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(part) for part in zip(*renewed, strict=True)])
