"""The quarantine as staff work through it: in groups of one delivery and reason, then by meter, then item by item.

A page of rows has one more than its size where there are further ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from forsyn.domain.metering.models import Meter, QuarantineItem
from forsyn.domain.metering.rules import REASONS, Reason

PAGE_SIZE = 50


@dataclass(frozen=True)
class Group:
    """What was set aside of one delivery for one reason, in one state."""

    delivery_id: int
    file_name: str
    received_at: datetime
    reason: str
    items: int
    meters: int
    values: int


@dataclass(frozen=True)
class MeterGroup:
    """A group's items of one meter. Days are local and may be missing, where stamps could not be read."""

    meter_number: str
    meter_id: int | None
    """Its id, where exactly one meter of that number is known by now."""
    items: int
    values: int
    first_at: datetime | None
    last_at: datetime | None
    only_item: int | None
    """The item's id where there is just one."""


@dataclass(frozen=True)
class Selection:
    """Items that one decision is about: one, or those of a delivery and reason, all or of some meters."""

    item_id: int | None = None
    delivery_id: int | None = None
    reason: str | None = None
    meter_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class SelectionSummary:
    """What a selection holds in one state, to be shown before it is decided."""

    items: int
    meters: int
    values: int
    unknown_meters: int
    """Meters that are not known by that number now, so that there is no place for their values."""
    first_at: datetime | None
    last_at: datetime | None


def groups(*, state: str, page: int = 1, page_size: int = PAGE_SIZE) -> list[Group]:
    """A page of groups, the latest delivery first. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select item.delivery_id, delivery.file_name, delivery.received_at, item.reason, item.items, item.meters,"
            "       item.values"
            "  from (select delivery_id, reason, count(*) as items, count(distinct meter_number) as meters,"
            "               sum(value_count)::bigint as values"
            "          from metering_quarantine where state = %(state)s group by delivery_id, reason) as item"
            "  join metering_delivery as delivery on delivery.id = item.delivery_id"
            " order by delivery.received_at desc, delivery.id desc, item.reason limit %(limit)s offset %(offset)s",
            {"state": state, "limit": page_size + 1, "offset": (page - 1) * page_size},
        )
        return [Group(*row) for row in cursor.fetchall()]


def groups_by_meter(
    *, delivery_id: int, reason: str, state: str, page: int = 1, page_size: int = PAGE_SIZE
) -> list[MeterGroup]:
    """A page of a group's meters, those with most values first. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select item.meter_number, known.id, item.items, item.values, item.first_at, item.last_at,"
            "       case when item.items = 1 then item.only_item end"
            "  from (select meter_number, count(*) as items, sum(value_count)::bigint as values,"
            "               min(first_at) as first_at, max(last_at) as last_at, min(id) as only_item"
            "          from metering_quarantine"
            "         where delivery_id = %(delivery)s and reason = %(reason)s and state = %(state)s"
            "         group by meter_number"
            "         order by values desc, meter_number limit %(limit)s offset %(offset)s) as item"
            "  left join lateral (select min(meter.id) as id from metering_meter as meter"
            "                      where meter.number = item.meter_number having count(*) = 1) as known on true"
            " order by item.values desc, item.meter_number",
            {
                "delivery": delivery_id,
                "reason": reason,
                "state": state,
                "limit": page_size + 1,
                "offset": (page - 1) * page_size,
            },
        )
        return [MeterGroup(*row) for row in cursor.fetchall()]


def items_of(
    *, delivery_id: int, reason: str, meter_number: str, state: str, page: int = 1, page_size: int = PAGE_SIZE
) -> list[QuarantineItem]:
    """A page of the items of one meter in a group, the earliest first, without their arrays. 1 query."""
    found = _without_arrays(QuarantineItem.objects.filter(delivery_id=delivery_id, reason=reason, state=state))
    found = found.filter(meter_number=meter_number).order_by("first_at", "pk")
    return list(found[(page - 1) * page_size : page * page_size + 1])


def item(*, item_id: int) -> QuarantineItem | None:
    """One item with its arrays, its delivery and who decided, or None. 1 query."""
    return QuarantineItem.objects.filter(pk=item_id).select_related("delivery", "decided_by").first()


def open_items_of_meters(*, meter_numbers: Sequence[str], limit: int = 20) -> list[QuarantineItem]:
    """Open items of meters, the latest first, without their arrays. 1 query."""
    found = _without_arrays(QuarantineItem.objects.filter(meter_number__in=list(meter_numbers), state="open"))
    return list(found.select_related("delivery").order_by("-pk")[:limit])


def summary(*, selection: Selection, state: str = "open") -> SelectionSummary:
    """What a selection holds in a state. 1 query."""
    counted = (
        selected(selection)
        .filter(state=state)
        .aggregate(
            items=Count("pk"),
            meters=Count("meter_number", distinct=True),
            values_held=Coalesce(Sum("value_count"), 0),
            unknown_meters=Count("meter_number", distinct=True, filter=~_has_place()),
            first_at=Min("first_at"),
            last_at=Max("last_at"),
        )
    )
    return SelectionSummary(values=counted.pop("values_held"), **counted)


def selected(selection: Selection) -> QuerySet[QuarantineItem]:
    """The items of a selection, in any state."""
    if selection.item_id is not None:
        return QuarantineItem.objects.filter(pk=selection.item_id)
    found = QuarantineItem.objects.filter(delivery_id=selection.delivery_id, reason=selection.reason)
    return found.filter(meter_number__in=selection.meter_numbers) if selection.meter_numbers else found


def reason_of(*, item_id: int | None) -> str | None:
    """An item's reason, or None. 1 query."""
    return QuarantineItem.objects.filter(pk=item_id).values_list("reason", flat=True).first()


def lock_open(*, selection: Selection) -> list[int]:
    """The ids of a selection's open items, locked until the transaction ends. 1 query."""
    found = selected(selection).filter(state="open").order_by("pk").select_for_update()
    return list(found.values_list("pk", flat=True))


def storable(*, selection: Selection) -> tuple[int, int]:
    """Of a selection's open values: how many could not be read, and how many a release has a place for. 1 query."""
    counted = (
        selected(selection)
        .filter(state="open")
        .aggregate(
            unreadable=Coalesce(Sum("value_count", filter=_UNREADABLE), 0),
            storable=Coalesce(Sum("value_count", filter=_has_place() & ~_UNREADABLE), 0),
        )
    )
    return counted["unreadable"], counted["storable"]


def storable_ids(*, selection: Selection) -> list[int]:
    """The open items that a release may have a place for. 1 query."""
    found = selected(selection).filter(_has_place(), ~_UNREADABLE, state="open").order_by("delivery_id", "pk")
    return list(found.values_list("pk", flat=True))


_READER_REASONS = REASONS[: REASONS.index(Reason.METER_UNKNOWN)]
_UNREADABLE = (
    Q(reason__in=[reason for reason in _READER_REASONS if reason is not Reason.REGISTER_UNKNOWN])
    | Q(reason__in=[Reason.STAMP_OUT_OF_RANGE, Reason.TOO_OLD])
    | Q(reason=Reason.REGISTER_UNKNOWN, register_code="")
)
"""What can never be stored.

What the reader could not make sense of has no number or no instant. A register that the file's profile does not know
has no code; one that the meter has not, has."""


def _has_place() -> Exists:
    return Exists(Meter.objects.filter(number=OuterRef("meter_number")))


def last_decision(*, selection: Selection) -> QuarantineItem | None:
    """The item of a selection that was decided last, with who decided, without its arrays; or None. 1 query."""
    decided = selected(selection).exclude(state="open").select_related("decided_by")
    return _without_arrays(decided).order_by("-decided_at", "-pk").first()


def _without_arrays(found: QuerySet[QuarantineItem]) -> QuerySet[QuarantineItem]:
    return found.defer("lines", "instants", "values", "stamp_texts", "value_texts")


def only_meter_with(*, number: str) -> Meter | None:
    """The meter of a number with its registers, where there is exactly one. 2 queries."""
    found = list(Meter.objects.filter(number=number).prefetch_related("registers")[:2])
    return found[0] if len(found) == 1 else None
