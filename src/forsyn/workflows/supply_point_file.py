"""All that the office knows about a supply point, and about a meter, brought together for one page each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forsyn.domain.customers import queries
from forsyn.domain.customers.staff_rows import supply_point
from forsyn.domain.metering import inspection, quarantine_queries
from forsyn.domain.metering.inspection import Correction, DayAmount, DayVersion, MountingView
from forsyn.domain.metering.models import Meter, Month, QuarantineItem, Register
from forsyn.kernel.periods import Period

RECENT_DAYS = 14
"""Days whose values are shown."""
GAP_DAYS = 90
"""Days that are looked through for gaps."""


@dataclass(frozen=True)
class MissingDays:
    """Days in a row on which hours are missing of a register, where a meter hung."""

    period: Period
    hours: int | None
    """How many hours are missing; None where whole days are, of which nobody knows the hours yet."""


@dataclass(frozen=True)
class RegisterDays:
    """A register's last days at an installation, the latest first, and what is missing in the last GAP_DAYS."""

    code: str
    unit: str
    recent: tuple[DayAmount, ...]
    missing: tuple[MissingDays, ...]
    last: DayAmount | None
    """The last day with a value, within GAP_DAYS."""


@dataclass(frozen=True)
class InstallationFile:
    """An installation with its meters, the latest first, and their registers."""

    installation: queries.InstallationView
    meters: tuple[MountingView, ...]
    registers: tuple[RegisterDays, ...]


@dataclass(frozen=True)
class SupplyPointFile:
    """One supply point, as of today. agreements is empty where people are left out."""

    place: queries.Place
    agreements: list[queries.AgreementView]
    installations: list[InstallationFile]
    corrections: list[Correction]
    quarantine: list[QuarantineItem]


@dataclass(frozen=True)
class MeterFile:
    """One meter, with the days of one of its registers, the latest first."""

    meter: Meter
    mountings: list[MountingView]
    registers: list[Register]
    corrections: list[Correction]
    quarantine: list[QuarantineItem]


def supply_point_file(*, supply_point_id: int, today: date, people: bool) -> SupplyPointFile | None:
    """None where there is no such supply point. Without `people` the agreements name no holders."""
    place = supply_point(supply_point_id=supply_point_id)
    if place is None:
        return None
    installations = queries.installations_at(supply_point_id=supply_point_id)
    ids = [installation.id for installation in installations]
    mounted = inspection.mountings(installation_ids=ids)
    days = inspection.days_at(installation_ids=ids, first=today - timedelta(days=GAP_DAYS), until=today)
    return SupplyPointFile(
        place=place,
        agreements=queries.agreements_at(supply_point_id=supply_point_id, today=today) if people else [],
        installations=[_installation(installation, mounted, days, today) for installation in installations],
        corrections=inspection.corrections(installation_ids=ids, limit=20),
        quarantine=quarantine_queries.open_items_of_meters(
            meter_numbers=sorted({mounting.meter_number for mounting in mounted})
        ),
    )


def meter_file(*, meter_id: int) -> MeterFile | None:
    """None where there is no such meter."""
    meter = inspection.meter(meter_id=meter_id)
    if meter is None:
        return None
    return MeterFile(
        meter=meter,
        mountings=inspection.mountings(meter_id=meter_id),
        registers=sorted(meter.registers.all(), key=lambda register: register.number),
        corrections=inspection.corrections(meter_id=meter_id),
        quarantine=quarantine_queries.open_items_of_meters(meter_numbers=[meter.number]),
    )


@dataclass(frozen=True)
class DayFile:
    """A day of a meter's register in all its versions, or the month that it has become part of."""

    meter: Meter
    register: Register
    versions: list[DayVersion]
    month: Month | None


def day_file(*, meter_id: int, register: int, day: date) -> DayFile | None:
    """None where there is no such register."""
    meter = inspection.meter(meter_id=meter_id)
    found = next((each for each in meter.registers.all() if each.number == register), None) if meter else None
    if meter is None or found is None:
        return None
    versions = inspection.day_versions(meter_id=meter_id, register=register, day=day)
    month = None if versions else inspection.month_of(meter_id=meter_id, register=register, day=day)
    return DayFile(meter, found, versions, month)


def _installation(
    installation: queries.InstallationView, mounted: Sequence[MountingView], days: Sequence[DayAmount], today: date
) -> InstallationFile:
    here = [day for day in days if day.installation_id == installation.id]
    codes = dict.fromkeys(day.register_code for day in here)
    return InstallationFile(
        installation,
        tuple(mounting for mounting in mounted if mounting.installation_id == installation.id),
        tuple(register_days(code, [day for day in here if day.register_code == code], today) for code in codes),
    )


def register_days(code: str, days: Sequence[DayAmount], today: date) -> RegisterDays:
    """A register's days, the latest first, arranged. Days after the last value are late, not missing."""
    since = today - timedelta(days=RECENT_DAYS)
    last = next((day for day in days if day.total is not None), None)
    measured = [day for day in days if last is not None and day.day <= last.day]
    return RegisterDays(
        code=code,
        unit=days[0].unit,
        recent=tuple(day for day in days if day.day >= since),
        missing=tuple(_missing(measured)),
        last=last,
    )


def _missing(days: Sequence[DayAmount]) -> Iterable[MissingDays]:
    """Runs of whole days without values, and single days with some; the latest first."""
    until: date | None = None
    first: date | None = None
    for day in days:
        if day.total is None:
            until = until or day.day + timedelta(days=1)
            first = day.day
            continue
        if first is not None and until is not None:
            yield MissingDays(Period(first, until), None)
            first = until = None
        if day.hours_present < day.hours_expected:
            lacking = day.hours_expected - day.hours_present
            yield MissingDays(Period(day.day, day.day + timedelta(days=1)), lacking)
    if first is not None and until is not None:
        yield MissingDays(Period(first, until), None)
