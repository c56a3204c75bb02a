"""Writes the access log: one statement, in the transaction of the page that shows what is logged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID, uuid4

from django.db import connection

from forsyn.domain.safeguards.log_models import AccessKind, Aspect

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
                _request.get() or uuid4(),
            ],
        )
