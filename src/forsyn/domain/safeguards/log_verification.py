"""Whether the access log is as it was sealed. Reads every row of it, in the database, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from forsyn.domain.safeguards.log_models import AccessSeal
from forsyn.domain.safeguards.log_rules import Anchor, Batch, Chain, Fault, Finding, Seal, compare

PART = 100
"""Batches looked at in one statement: a million rows."""
MOST_ROWS_NAMED = 1000
SEALING_WAITS = "select pg_advisory_xact_lock_shared(1181705075, 2)"


@dataclass(frozen=True, slots=True)
class LogState:
    """How far the sealing has come. ``unplaced``: rows whose month has no table yet, in the one for the rest."""

    unsealed: int
    oldest_unsealed_at: datetime | None
    unplaced: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found; ``retired`` batches are past their time and gone, as the policy says."""

    state: LogState
    batches: int
    rows: int
    retired: int
    newest: Anchor | None
    findings: tuple[Finding, ...]

    @property
    def kept(self) -> bool:
        """Nothing has been tampered with, as far as seals and notes can tell."""
        return not self.findings


def log_state() -> LogState:
    """1 query, which counts what is not sealed yet. Under P.SECURITY or P.PRIVACY_RIGHTS."""
    with connection.cursor() as cursor:
        cursor.execute("select unsealed, oldest_unsealed_at, unplaced from safeguards_access_state()")
        return LogState(*cursor.fetchone())


def verify(*, known: Iterable[Anchor], retired_before: datetime) -> Verification:
    """Hash all rows anew and compare them with their seals, the seals with each other and with the notes of ``known``.

    Batches whose rows are all gone and from before ``retired_before`` are not missed. Under P.SECURITY; sealing waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(SEALING_WAITS)
    chain = Chain(known)
    findings: list[Finding] = []
    rows = retired = 0
    for seals, found in _parts():
        findings += chain.follow(seals)
        for seal in seals:
            batch = found[seal.number]
            rows += batch.row_count
            if not batch.row_count and seal.batch.to_at is not None and seal.batch.to_at < retired_before:
                retired += 1
            else:
                findings += compare(seal, batch)
    findings += chain.end()
    if _sealed_rows() != rows:
        findings.append(Finding(Fault.ROW_ADDED, None, _outside()))
    return Verification(log_state(), chain.number, rows, retired, chain.newest, tuple(findings))


def _parts() -> Iterator[tuple[list[Seal], dict[int, Batch]]]:
    last = 0
    while seals := [_seal(row) for row in AccessSeal.objects.filter(number__gt=last).order_by("number")[:PART]]:
        first, last = seals[0].number, seals[-1].number
        yield seals, _found(first, last)


def _found(first: int, last: int) -> dict[int, Batch]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select number, row_count, from_at, to_at, fingerprints, rows_sha256 from safeguards_access_sealed(%s, %s)",
            [first, last],
        )
        return {number: Batch(*batch) for number, *batch in cursor.fetchall()}


def _seal(row: AccessSeal) -> Seal:
    batch = Batch(row.row_count, row.from_at, row.to_at, bytes(row.fingerprints), bytes(row.rows_sha256))
    return Seal(
        row.number, row.month, row.first_id, row.last_id, batch, row.sealed_at, chain_sha256=bytes(row.chain_sha256)
    )


def _sealed_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select safeguards_access_sealed_rows()")
        counted: int = cursor.fetchone()[0]
        return counted


def _outside() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute("select safeguards_access_outside(%s)", [MOST_ROWS_NAMED])
        return tuple(key for (key,) in cursor.fetchall())
