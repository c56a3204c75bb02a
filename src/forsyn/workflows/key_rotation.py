"""The keys of sensitive data: what each is used for, what a lost one takes with it, and putting new ones in place.

All of it works under retention, the one purpose that sees every sensitive row and looks after how long it lies here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive import actions_sealing
from forsyn.domain.sensitive.actions_sealing import Chunk
from forsyn.domain.sensitive.queries import SealedWith, one_of_each_key, sealed_with
from forsyn.domain.sensitive.rules import Kind
from forsyn.domain.sensitive.sealing import Key, Use, VaultClosed
from forsyn.domain.sensitive.vault import opened, store
from forsyn.policy.purposes import P


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key, of the ring or only named by rows, and the rows that need it. It has no secret."""

    key_id: str
    use: Use
    created: date | None
    retired: date | None
    rows: tuple[SealedWith, ...]

    @property
    def in_ring(self) -> bool:
        return self.created is not None

    @property
    def count(self) -> int:
        return sum(line.rows for line in self.rows)


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows of one kind under one key, and why they cannot be opened; no ``problem`` where they can."""

    line: SealedWith
    problem: str | None


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did: ``key_id`` is current now, ``made`` if it is new; ``unopened`` rows stay as they were."""

    key_id: str
    made: bool
    renewed: int
    unopened: int


class RotationRunning(RuntimeError):
    """Somebody else rotates now."""


def all_keys() -> list[KeyRow]:
    """Every key that rows need and every key of the ring. Raises KeyRingUnusable for a ring that cannot be read."""
    with purpose(P.RETENTION, actor=None):
        lines = sealed_with()
    known = store().ring().keys if store().exists() else ()
    return _rows_of_keys(known, lines)


def _rows_of_keys(known: tuple[Key, ...], lines: list[SealedWith]) -> list[KeyRow]:
    def needing(key_id: str, use: Use) -> tuple[SealedWith, ...]:
        return tuple(line for line in lines if (line.key_id, line.use) == (key_id, use))

    rows = [KeyRow(key.id, key.use, key.created, key.retired, needing(key.id, key.use)) for key in known]
    there = {(key.id, key.use) for key in known}
    missing = dict.fromkeys((line.key_id, line.use) for line in lines if (line.key_id, line.use) not in there)
    return [KeyRow(key_id, use, None, None, needing(key_id, use)) for key_id, use in missing] + rows


def check() -> list[Finding]:
    """Open one value of each kind and key, and see that each keyed hash has its key. Nothing of a value is returned."""
    with purpose(P.RETENTION, actor=None):
        lines, samples = sealed_with(), one_of_each_key()
        problems = {(kind, Use.SEALING, row.sealing_key): _problem(partial(_open, row)) for kind, row in samples}
    for line in lines:
        if line.use is Use.LOOKUP:
            problems[line.kind, line.use, line.key_id] = _problem(partial(_find, line.key_id))
    return [Finding(line, problems.get((line.kind, line.use, line.key_id))) for line in lines]


def _open(row: object) -> None:
    opened(row, store().ring())  # type: ignore[arg-type]


def _find(key_id: str) -> None:
    store().ring().get(key_id, Use.LOOKUP)


def _problem(attempt: Callable[[], None]) -> str | None:
    try:
        attempt()
    except VaultClosed as error:
        return str(error)
    return None


def rotate(
    *,
    use: Use,
    today: date,
    progress: Callable[[int], None] = lambda rows: None,
    rows_at_once: int = actions_sealing.ROWS_AT_ONCE,
) -> Rotation:
    """Put a new key in the place of the current one and renew all rows, or finish a rotation that was stopped.

    ``progress`` is told the number of rows after each chunk. Raises KeyRingUnusable, RotationRunning.
    """
    with actions_sealing.only_rotation() as alone:
        if not alone:
            raise RotationRunning("Somebody else rotates the keys now. Wait until that is done; `forsyn keys show`.")
        unfinished = store().exists() and _retired_but_used(use)
        ring = store().ring() if unfinished else actions_sealing.add_key(use=use, today=today)
        steps: list[Callable[..., Chunk]] = (
            [actions_sealing.rehash]
            if use is Use.LOOKUP
            else [partial(actions_sealing.reseal, kind=kind) for kind in Kind]
        )
        done = [_chunks(partial(step, ring=ring, rows=rows_at_once), progress) for step in steps]
        renewed, unopened = (sum(counts) for counts in zip(*done, strict=True))
        return Rotation(ring.current(use).id, not unfinished, renewed, unopened)


def _retired_but_used(use: Use) -> bool:
    """Whether rows that can be renewed still need a retired key."""
    return any(key.use is use and key.retired and key.rows for key in all_keys())


def _chunks(step: Callable[..., Chunk], progress: Callable[[int], None]) -> tuple[int, int]:
    """One transaction a chunk, until there are no more rows."""
    renewed = unopened = 0
    after: UUID | None = None
    while True:
        with purpose(P.RETENTION, actor=None):
            chunk = step(after=after)
        if chunk.last is None:
            return renewed, unopened
        renewed, unopened, after = renewed + chunk.renewed, unopened + chunk.unopened, chunk.last
        progress(chunk.renewed)


def drop(*, today: date) -> tuple[list[KeyRow], list[KeyRow]]:
    """Take retired keys that no row needs out of the ring; return those that went and those that stayed.

    One retired today stays until tomorrow: a page opened before may still write with it. Raises KeyRingUnusable.
    """
    with actions_sealing.only_rotation() as alone:
        if not alone:
            raise RotationRunning("Somebody else rotates the keys now. Wait until that is done; `forsyn keys show`.")
        retired = [key for key in all_keys() if key.retired]
        going = [key for key in retired if not key.rows and key.retired and key.retired < today]
        if going:
            actions_sealing.drop_keys(key_ids=[key.key_id for key in going])
        return going, [key for key in retired if key not in going]
