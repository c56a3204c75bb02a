"""Writes the access log, in the transaction of the page that shows what is logged; and seals what is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from forsyn.domain.safeguards.log_models import AccessKind, AccessSeal, Aspect
from forsyn.domain.safeguards.log_rules import Anchor, Batch, Seal, chained

LONGEST_SEARCH = 200
LONGEST_REASON = 500

_request: ContextVar[UUID | None] = ContextVar("access_log_request", default=None)


@contextmanager
def one_request() -> Iterator[UUID]:
    """All that is recorded within the block is marked as of one request."""
    token = _request.set(uuid4())
    try:
        yield _request.get()  # type: ignore[misc]
    finally:
        _request.reset(token)


def request_id() -> UUID:
    """That of the request within which this is called, else a new one."""
    return _request.get() or uuid4()


def record(
    *,
    kind: AccessKind,
    aspect: Aspect,
    customer_ids: Iterable[int] = (),
    subject_id: int | None = None,
    search: str | None = None,
    reason: str | None = None,
) -> None:
    """Put on record who looks, at whom and at what, under the purpose entered. 1 query, however many persons.

    Call it within the purpose that the page reads under: the database takes the actor, the purpose and the time from
    there, and page and record stand or fall together. ``search``: the words as typed, recorded once, apart from the
    customers found. ``subject_id``: id of the meter, supply point or item. Nobody found and nothing searched is one
    record without a person. Raises PurposeViolation outside of a purpose.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select safeguards_record_access(%s, %s, %s::bigint[], %s, %s, %s, %s)",
            [
                AccessKind(kind).value,
                Aspect(aspect).value,
                list(dict.fromkeys(customer_ids)),
                subject_id,
                None if search is None else search.replace("\x00", "")[:LONGEST_SEARCH],
                (reason or "").strip()[:LONGEST_REASON] or None,
                request_id(),
            ],
        )


SEAL_ROWS = 10_000
"""Most rows of one batch: as many as a difference has to be looked for among."""
MONTHS_AHEAD = 3
PATIENCE_SECONDS = 5.0
_SEALERS = "select pg_advisory_xact_lock(1181705075, 2)"
_STILL_WRITING = """
    select exists (select from pg_locks where locktype = 'advisory' and classid = 1181705075 and objid = 1
                      and objsubid = 2 and virtualtransaction = any(%s)), pg_sleep(%s)"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing came to: the batches made now, and the newest of all, if there is one."""

    batches: int
    rows: int
    newest: Anchor | None
    waiting: bool
    """Others were still writing when the patience ended; nothing is sealed, and the next time takes it all."""


def seal(*, now: datetime, patience_seconds: float = PATIENCE_SECONDS) -> Sealed:
    """Seal all rows of which no earlier one can still come, chained to the last seal; and make the next months.

    Rows get their ids before they are committed, so it first waits, blocking nobody, for those who still write ids up
    to the highest given out. Work under P.SECURITY; nothing else in that transaction.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SEALERS)
        cursor.execute("select safeguards_ensure_access_months(%s, %s)", [now.astimezone(UTC).date(), MONTHS_AHEAD])
        last = AccessSeal.objects.order_by("-number").only("number", "last_id", "chain_sha256").first()
        newest = None if last is None else Anchor(last.number, bytes(last.chain_sha256).hex())
        cursor.execute("select last_id, writers from safeguards_access_horizon()")
        horizon, writers = cursor.fetchone()
        if not _done(cursor, writers, patience_seconds):
            return Sealed(0, 0, newest, waiting=True)
        cursor.execute(
            "select month, first_id, last_id, row_count, from_at, to_at, fingerprints, rows_sha256"
            "  from safeguards_access_unsealed(%s, %s, %s)",
            [0 if last is None else last.last_id, horizon, SEAL_ROWS],
        )
        batches = (
            Seal(0, month, first_id, last_id, Batch(*found), now)
            for month, first_id, last_id, *found in cursor.fetchall()
        )
        seals = list(chained(newest, batches))
        AccessSeal.objects.bulk_create(map(_row, seals))
    rows = sum(one.batch.row_count for one in seals)
    return Sealed(len(seals), rows, seals[-1].anchor if seals else newest, waiting=False)


def _done(cursor: CursorWrapper, writers: list[str], patience_seconds: float) -> bool:
    step = 0.02
    for _ in range(max(1, round(patience_seconds / step))):
        if not writers:
            return True
        cursor.execute(_STILL_WRITING, [writers, step])
        if not cursor.fetchone()[0]:
            return True
    return False


def _row(one: Seal) -> AccessSeal:
    batch = one.batch
    return AccessSeal(
        number=one.number,
        month=one.month,
        first_id=one.first_id,
        last_id=one.last_id,
        row_count=batch.row_count,
        from_at=batch.from_at,
        to_at=batch.to_at,
        fingerprints=batch.fingerprints,
        rows_sha256=batch.rows_sha256,
        chain_sha256=one.chain_sha256,
        sealed_at=one.sealed_at,
    )
