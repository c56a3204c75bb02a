"""Supply points, meters, and a meter's day in all its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forsyn.domain.metering.actions_log import record_meters
from forsyn.domain.metering.inspection import DayVersion
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.office import wording
from forsyn.interfaces.office.access import office_required, sees_people
from forsyn.interfaces.office.requests import iso_date
from forsyn.kernel.calendar import day_period
from forsyn.kernel.periods import Period
from forsyn.workflows.supply_point_file import GAP_DAYS, day_file, meter_file, supply_point_file


@require_safe
@office_required
def supply_point(request: HttpRequest, supply_point_id: int) -> HttpResponse:
    """A supply point with its meters; agreements only for those who work with customers."""
    people = sees_people(request)
    today = timezone.localdate()
    file = supply_point_file(supply_point_id=supply_point_id, today=today, people=people)
    if file is None:
        raise Http404
    record_meters(
        kind=AccessKind.LOOK,
        aspect=Aspect.SUPPLY_POINT,
        supply_point_ids=[supply_point_id],
        subject_id=supply_point_id,
        # former parties are named to those who work with customers; the rest see the days alone
        during=None if people else Period(today - timedelta(days=GAP_DAYS), today + timedelta(days=1)),
    )
    context = {"file": file, "today": today, "people": people, "gap_days": GAP_DAYS}
    return render(request, "office/supply_point.html", context)


@require_safe
@office_required
def meter(request: HttpRequest, meter_id: int) -> HttpResponse:
    """A meter: where it hung, its registers, its corrected days."""
    file = meter_file(meter_id=meter_id)
    if file is None:
        raise Http404
    record_meters(kind=AccessKind.LOOK, aspect=Aspect.METER, meter_ids=[meter_id], subject_id=meter_id)
    context = {"file": file, "today": timezone.localdate(), "people": sees_people(request)}
    return render(request, "office/meter.html", context)


@dataclass(frozen=True)
class HourRow:
    """One hour of a day in every version; changed tells which values differ from the version before."""

    hour: str
    cells: tuple[tuple[int | None, str, bool], ...]


@require_safe
@office_required
def meter_day(request: HttpRequest, meter_id: int, register: int, day: str) -> HttpResponse:
    """A day's versions side by side."""
    chosen = iso_date(day)
    found = day_file(meter_id=meter_id, register=register, day=chosen)
    if found is None:
        raise Http404
    record_meters(
        kind=AccessKind.LOOK,
        aspect=Aspect.CONSUMPTION,
        meter_ids=[meter_id],
        subject_id=meter_id,
        during=day_period(chosen),
    )
    context = {
        "meter": found.meter,
        "register": found.register,
        "day": chosen,
        "versions": found.versions,
        "rows": hour_rows(chosen, found.versions),
        "without_hours": bool(found.versions) and found.versions[-1].without_hours,
        "month": found.month,
        "month_period": found.month and Period(found.month.first_day, found.month.until_day),
    }
    return render(request, "office/meter_day.html", context)


def hour_rows(day: date, versions: Sequence[DayVersion]) -> list[HourRow]:
    """The hours of a day, each with its value, remarks, and whether it changed, in every version."""
    slots = max((len(version.values) for version in versions), default=0)
    return [
        HourRow(name, tuple(_cell(versions, place, slot) for place in range(len(versions))))
        for slot, name in enumerate(wording.slot_names(day, slots))
    ]


def _cell(versions: Sequence[DayVersion], place: int, slot: int) -> tuple[int | None, str, bool]:
    version = versions[place]
    value = version.values[slot] if slot < len(version.values) else None
    bits = version.quality[slot] if slot < len(version.quality) else None
    before = versions[place - 1].values if place else ()
    changed = place > 0 and (before[slot] if slot < len(before) else None) != value
    return value, wording.quality_text(bits or 0), changed
