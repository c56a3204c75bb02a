"""Reading about deliveries, quarantine, corrections and meters, for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Sum

from forsyn.domain.metering.models import DaySuperseded, Delivery, Meter, Mounting, QuarantineItem, Register
from forsyn.domain.metering.rules import ABOUT_THE_METER

PAGE_SIZE = 50


class ReasonCount(NamedTuple):
    """How much of a delivery was set aside for one reason."""

    reason: str
    state: str
    items: int
    values: int


@dataclass(frozen=True, slots=True)
class MountedMeter:
    """A meter at an installation in a period; until is None while it hangs there."""

    meter_id: int
    meter_number: str
    commodity: str
    manufacturer: str
    model: str
    first: date | None
    until: date | None
    registers: tuple[Register, ...]


def deliveries(*, page: int = 1, page_size: int = PAGE_SIZE) -> list[Delivery]:
    """A page of deliveries, the latest first."""
    return list(_page(Delivery.objects.select_related("account").order_by("-received_at", "-id"), page, page_size))


def delivery(delivery_id: int) -> Delivery | None:
    """One delivery, or None."""
    return Delivery.objects.select_related("account").filter(pk=delivery_id).first()


def delivery_of(*, sha256: str, profile: str) -> Delivery | None:
    """The delivery that a file was taken in as, or None."""
    return Delivery.objects.filter(sha256=sha256, profile=profile).first()


def deliveries_waiting_for_meters(*, delivery_id: int | None = None) -> list[Delivery]:
    """Deliveries with open values that had no meter, register or mounting, the earliest first. 1 query."""
    waiting = QuarantineItem.objects.filter(delivery=OuterRef("pk"), state="open", reason__in=sorted(ABOUT_THE_METER))
    found = Delivery.objects.filter(Exists(waiting)).order_by("pk")
    return list(found if delivery_id is None else found.filter(pk=delivery_id))


def delivered_file_names() -> set[str]:
    """The names of all files that were taken in."""
    return set(Delivery.objects.values_list("file_name", flat=True))


def quarantine_items(
    *,
    delivery_id: int | None = None,
    meter_number: str | None = None,
    state: str | None = "open",
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> list[QuarantineItem]:
    """A page of items, the latest delivery first; None asks for all. The arrays are loaded: keep pages small."""
    found = QuarantineItem.objects.select_related("delivery", "decided_by").order_by("-delivery_id", "id")
    if delivery_id is not None:
        found = found.filter(delivery_id=delivery_id)
    if meter_number is not None:
        found = found.filter(meter_number=meter_number)
    if state is not None:
        found = found.filter(state=state)
    return list(_page(found, page, page_size))


def quarantine_summary(delivery_id: int) -> list[ReasonCount]:
    """Items and values of a delivery's quarantine by reason and state."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select reason, state, count(*), sum(value_count)::bigint from metering_quarantine"
            " where delivery_id = %s group by reason, state order by reason, state",
            [delivery_id],
        )
        return [ReasonCount(*row) for row in cursor.fetchall()]


def open_quarantine_values() -> int:
    """How many values await a decision."""
    return QuarantineItem.objects.filter(state="open").aggregate(values=Sum("value_count"))["values"] or 0


def superseded(*, meter_id: int, day: date, register: int | None = None) -> list[DaySuperseded]:
    """The versions of a day that were replaced, oldest first."""
    found = DaySuperseded.objects.filter(meter_id=meter_id, day=day)
    if register is not None:
        found = found.filter(register=register)
    return list(found.order_by("register", "version"))


def meters_at(installation_id: int) -> list[MountedMeter]:
    """The meters that hang or hung at an installation, the present ones first."""
    return meters_at_installations([installation_id])[installation_id]


def meters_at_installations(installation_ids: Sequence[int]) -> dict[int, list[MountedMeter]]:
    """The same for several installations, by their ids. 2 queries."""
    mountings = (
        Mounting.objects.filter(installation_id__in=installation_ids)
        .select_related("meter")
        .prefetch_related(Prefetch("meter__registers", Register.objects.order_by("number")))
        .order_by("-period", "id")
    )
    found: dict[int, list[MountedMeter]] = {installation_id: [] for installation_id in installation_ids}
    for mounting in mountings:
        found[mounting.installation_id].append(_mounted(mounting, mounting.meter))
    return found


def _mounted(mounting: Mounting, meter: Meter) -> MountedMeter:
    return MountedMeter(
        meter_id=meter.id,
        meter_number=meter.number,
        commodity=meter.commodity,
        manufacturer=meter.manufacturer,
        model=meter.model,
        first=mounting.period.lower,
        until=mounting.period.upper,
        registers=tuple(meter.registers.all()),
    )


def meter_numbers_present(*, commodity: str, numbers: Sequence[str]) -> set[str]:
    """Which of the numbers are those of a meter of the commodity."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select number from metering_meter where commodity = %s and number = any(%s)", [commodity, list(numbers)]
        )
        return {number for (number,) in cursor.fetchall()}


def last_value_day(*, installation_id: int) -> date | None:
    """The last local day with a value of any meter that hung there, or None."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(latest.day) from metering_mounting as mounting"
            " join metering_register as register on register.meter_id = mounting.meter_id"
            " cross join lateral ("
            "   select d.day from metering_day as d"
            "    where d.meter_id = mounting.meter_id and d.register = register.number and d.day <@ mounting.period"
            "    order by d.day desc limit 1) as latest"
            " where mounting.installation_id = %s",
            [installation_id],
        )
        found: date | None = cursor.fetchone()[0]
        return found


def _page(found: QuerySet[Any], page: int, page_size: int) -> QuerySet[Any]:
    begin = (max(page, 1) - 1) * page_size
    return found[begin : begin + page_size]
