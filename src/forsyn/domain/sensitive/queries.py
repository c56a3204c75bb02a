"""Reads of sensitive data, under the purpose that the caller has entered. A seal is opened here, on demand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Min, Q
from django.utils.timezone import localtime
from psycopg import sql

from forsyn.domain.sensitive.models import MODELS, Cpr, HandOver, ReportReceipt, SealedRow
from forsyn.domain.sensitive.rules import Kind
from forsyn.domain.sensitive.sealing import KeyRing, Opened, Use, VaultClosed
from forsyn.domain.sensitive.vault import opened, store
from forsyn.kernel import identifiers
from forsyn.kernel.local_days import local_day


@dataclass(frozen=True, slots=True)
class Notice:
    """One row in clear. ``content`` is None where its key is missing: the notice is there, and nobody can read it."""

    kind: Kind
    id: UUID
    customer_id: int
    content: Opened | None
    source: str
    recorded_at: datetime
    recorded_by_id: int | None
    review_date: date
    reviewed_at: datetime | None


class Due(NamedTuple):
    """A row to be reviewed on ``review_date``; it says nothing of the content."""

    kind: Kind
    id: UUID
    customer_id: int
    review_date: date
    recorded_at: datetime
    reviewed_at: datetime | None


class Withdrawn(NamedTuple):
    """A row that has lost its ground: no live consent, and for a CPR number no open hand-over either."""

    kind: Kind
    id: UUID
    customer_id: int


class SealedWith(NamedTuple):
    """How many rows of a kind one key has sealed (or, for CPR numbers, hashed), and from when they are."""

    kind: Kind
    use: Use
    key_id: str
    rows: int
    oldest: date
    newest: date


def reveal_cpr(*, customer_id: int) -> Opened | None:
    """A customer's CPR number, for the use that the purpose is for; None where the purpose sees none. 1 query.

    Raises VaultClosed.
    """
    row = Cpr.objects.defer(None).filter(customer_id=customer_id).first()
    return opened(row, store().ring()) if row else None


def reveal_cprs(*, customer_ids: Collection[int]) -> dict[int, Opened]:
    """The CPR numbers of many customers, of those that the purpose sees. 1 query. Raises VaultClosed."""
    rows = list(Cpr.objects.defer(None).filter(customer_id__in=list(customer_ids)))
    ring = store().ring() if rows else None
    return {row.customer_id: opened(row, ring) for row in rows if ring is not None}


def find_by_cpr(*, number: str) -> list[int]:
    """Ids of the customers with that CPR number, among those that the purpose sees. 1 query.

    Raises identifiers.InvalidIdentifier, VaultClosed.
    """
    digits, ring = identifiers.cpr(number), store().ring()
    hashes = [ring.lookup(digits, key).value for key in ring.of(Use.LOOKUP)]
    return list(Cpr.objects.filter(lookup__in=hashes).order_by("customer_id").values_list("customer_id", flat=True))


def notices(*, kind: Kind, customer_ids: Collection[int]) -> list[Notice]:
    """What is kept of a kind about these customers, the newest first. 1 query.

    A notice that cannot be opened is among them, without its content.
    """
    rows = MODELS[kind].objects.defer(None).filter(customer_id__in=customer_ids).order_by("-recorded_at", "id")
    ring = _ring_or_none()
    return [_notice(kind, row, ring) for row in rows]


def reveal(*, kind: Kind, row_id: UUID) -> Opened:
    """One row's content. 1 query. Raises ObjectDoesNotExist, VaultClosed."""
    return opened(MODELS[kind].objects.defer(None).get(pk=row_id), store().ring())


def due_for_review(*, today: date, kinds: Collection[Kind] = tuple(Kind)) -> list[Due]:
    """The rows whose review date has come, the longest overdue first. 1 query.

    ``kinds`` are those that the purpose entered reads: retention and privacy rights read all of them.
    """
    parts = [
        sql.SQL(
            "select {kind} as kind, id, customer_id, review_date, recorded_at, reviewed_at"
            " from {table} where review_date <= {today}"
        ).format(kind=sql.Literal(str(kind)), table=_table(kind), today=sql.Literal(today))
        for kind in kinds
    ]
    return [
        Due(Kind(kind), row_id, customer_id, review, localtime(recorded), reviewed and localtime(reviewed))
        for kind, row_id, customer_id, review, recorded, reviewed in _union(parts, "review_date, kind, id")
    ]


def unreviewed(*, today: date, spared: Collection[int] = ()) -> Q:
    """Rows that nobody found to be needed by the day of their review: they may not be kept."""
    return Q(review_date__lt=today) & ~Q(customer_id__in=list(spared))


def count_unreviewed(*, kind: Kind, today: date, spared: Collection[int] = ()) -> int:
    """How many rows of a kind `actions.forget_unreviewed` would delete. 1 query."""
    return MODELS[kind].objects.filter(unreviewed(today=today, spared=spared)).count()


def withdrawn() -> list[Withdrawn]:
    """Rows that must go because the consent that carried them was withdrawn, or the claim is closed. 1 query.

    Under retention or privacy rights: the purposes of the consents see such rows no longer.
    """
    without_ground = sql.SQL(
        "select {cpr} as kind, id, customer_id from sensitive_cpr as kept"
        " where not exists (select from safeguards_consent as consent where consent.customer_id = kept.customer_id"
        "   and consent.consent in ('cpr_address', 'cpr_nemkonto', 'cpr_eboks') and consent.withdrawn_at is null)"
        " and not exists (select from sensitive_hand_over as claim"
        "   where claim.customer_id = kept.customer_id and claim.closed_at is null)"
    ).format(cpr=sql.Literal(str(Kind.CPR)))
    without_consent = sql.SQL(
        "select {health} as kind, id, customer_id from sensitive_health_notice as kept"
        " where not exists (select from safeguards_consent as consent where consent.customer_id = kept.customer_id"
        "   and consent.consent = 'health_notice' and consent.withdrawn_at is null)"
    ).format(health=sql.Literal(str(Kind.HEALTH)))
    rows = _union([without_ground, without_consent], "kind, id")
    return [Withdrawn(Kind(kind), row_id, customer_id) for kind, row_id, customer_id in rows]


def receipts(*, customer_id: int) -> list[ReportReceipt]:
    """That offences were reported, the newest first. 1 query."""
    return list(ReportReceipt.objects.filter(customer_id=customer_id).order_by("-reported_at"))


def open_hand_overs(*, customer_id: int) -> list[HandOver]:
    """The customer's claims that are being handed over now. 1 query."""
    return list(HandOver.objects.filter(customer_id=customer_id, closed_at=None).order_by("opened_at"))


def handed_over_but_kept() -> int:
    """How many offences are kept although the authority has the report: none, while the promise is kept. 1 query."""
    handed_over = ReportReceipt.objects.exclude(handed_over_at=None).values("offence_id")
    return MODELS[Kind.OFFENCES].objects.filter(pk__in=handed_over).count()


def sealed_with() -> list[SealedWith]:
    """Which keys are in use, for what, by how many rows. 6 queries, whatever the number of rows."""
    found = [line for kind in Kind for line in _sealed_with(kind, Use.SEALING, "sealing_key")]
    return found + _sealed_with(Kind.CPR, Use.LOOKUP, "lookup_key")


def one_of_each_key() -> list[tuple[Kind, SealedRow]]:
    """One row of each kind and sealing key, with what is sealed in it. 5 queries."""
    return [
        (kind, row)
        for kind, model in MODELS.items()
        for row in model.objects.defer(None).order_by("sealing_key", "id").distinct("sealing_key")
    ]


def _sealed_with(kind: Kind, use: Use, column: str) -> list[SealedWith]:
    groups = MODELS[kind].objects.order_by(column).values_list(column)
    found = groups.annotate(Count("pk"), Min("recorded_at"), Max("recorded_at"))
    return [
        SealedWith(kind, use, key_id, rows, local_day(oldest), local_day(newest))
        for key_id, rows, oldest, newest in found
    ]


def _notice(kind: Kind, row: SealedRow, ring: KeyRing | None) -> Notice:
    return Notice(
        kind,
        row.pk,
        row.customer_id,
        _opened_or_none(row, ring),
        row.source,
        localtime(row.recorded_at),
        row.recorded_by_id,
        row.review_date,
        row.reviewed_at,
    )


def _ring_or_none() -> KeyRing | None:
    try:
        return store().ring()
    except VaultClosed:
        return None


def _opened_or_none(row: SealedRow, ring: KeyRing | None) -> Opened | None:
    try:
        return opened(row, ring) if ring else None
    except VaultClosed:
        return None


def _table(kind: Kind) -> sql.Identifier:
    return sql.Identifier(MODELS[kind]._meta.db_table)


def _union(parts: Sequence[sql.Composed], order: str) -> list[tuple[object, ...]]:
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" union all ").join(parts) + sql.SQL(f" order by {order}"))
        return cursor.fetchall()
