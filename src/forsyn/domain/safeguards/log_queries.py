"""Reads of the access log: for the data protection officer, and in outline for those who were looked at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, Q, QuerySet

from forsyn.domain.safeguards.log_models import AccessEntry, AccessSeal, SpotCheck, SpotCheckItem, Verdict


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; None is any. Days are local, and both ends belong to it."""

    customer_id: int | None = None
    actor_id: int | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None
    words: str = ""


def entries(wanted: Wanted) -> QuerySet[AccessEntry]:
    """The latest first. Under P.PRIVACY_RIGHTS or P.SECURITY."""
    found = AccessEntry.objects.order_by("-at", "-id")
    conditions = {
        "customer_id": wanted.customer_id,
        "actor_id": wanted.actor_id,
        "at__gte": wanted.from_at,
        "at__lt": wanted.until_at,
    }
    found = found.filter(**{name: value for name, value in conditions.items() if value is not None})
    return found.filter(search__icontains=wanted.words) if wanted.words else found


def newest_seal() -> AccessSeal | None:
    """Number, hash and time of the newest seal. 1 query."""
    return AccessSeal.objects.order_by("-number").only("number", "chain_sha256", "sealed_at").first()


@dataclass(frozen=True, slots=True)
class Outline:
    """What a person sees of the looks of one day: never who, and not what was searched for."""

    day: date
    aspect: str
    kind: str
    purpose: str
    times: int
    first_at: datetime
    last_at: datetime


_OUTLINE = """
    select (at at time zone 'Europe/Copenhagen')::date as day, aspect, kind, purpose, count(distinct request_id),
           min(at), max(at)
      from safeguards_access_log
     where customer_id = %s
     group by 1, 2, 3, 4
     order by 1 desc, max(at) desc
    offset %s limit %s"""


def outline(*, customer_id: int, offset: int, limit: int) -> list[Outline]:
    """The looks at one customer by day, what, and why; the latest first. 1 query. Under P.SELF_SERVICE."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTLINE, [customer_id, offset, limit])
        return [Outline(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a member of staff saw of a person on one day: the first entry of it, and how many there were."""

    entry_id: int
    looked_at: datetime
    actor_id: int
    customer_id: int
    looks: int


_CANDIDATES = """
    select min(id), min(at), actor_id, customer_id, count(*)
      from safeguards_access_log
     where at >= %s and at < %s and actor_id is not null and customer_id is not null and kind <> 'list'
       and actor_id <> coalesce(%s, -1)
     group by actor_id, customer_id, (at at time zone 'Europe/Copenhagen')::date
     order by 1"""


def candidates(*, from_at: datetime, until_at: datetime, but_not: int | None) -> list[Candidate]:
    """What there is to choose a sample among, leaving out one's own. 1 query. Under P.PRIVACY_RIGHTS."""
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, [from_at, until_at, but_not])
        return [Candidate(*row) for row in cursor.fetchall()]


def items_of(*, spot_check_id: int) -> list[SpotCheckItem]:
    """A sample's looks, in the order of time."""
    return list(SpotCheckItem.objects.filter(spot_check=spot_check_id).order_by("looked_at", "id"))


def entries_of(*, entry_ids: Collection[int]) -> dict[int, AccessEntry]:
    """The log's own rows of a sample, as far as they are still kept."""
    return {row.id: row for row in AccessEntry.objects.filter(id__in=entry_ids)}


def spot_checks_with_counts() -> QuerySet[SpotCheck]:
    """Samples, the latest first, each with ``looks``, how many are ``open``, and how many were ``unjustified``."""
    return SpotCheck.objects.annotate(
        looks=Count("items"),
        open=Count("items", filter=Q(items__verdict=None)),
        unjustified=Count("items", filter=Q(items__verdict=Verdict.UNJUSTIFIED)),
    ).order_by("-made_at", "-id")
