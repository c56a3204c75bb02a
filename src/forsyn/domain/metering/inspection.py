"""What staff look into: meters and where they hung, recent days, corrections. Set-based: one statement for any number.

Amounts are whole numbers of the register's base unit; dates are local; periods half-open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from forsyn.domain.customers.models import Commodity
from forsyn.domain.metering.models import Day, DaySuperseded, Meter, Month, Mounting, MountingReading
from forsyn.kernel.periods import Period

MAIN_REGISTER = {Commodity.HEAT: "energy", Commodity.WATER: "volume"}
"""The register that counts what is paid for; waste water has no meter, it follows the water."""
FOUND_LIMIT = 50


@dataclass(frozen=True)
class MeterFound:
    """A meter whose number was searched for, and where it hangs, else where it hung last."""

    id: int
    number: str
    commodity: str
    exact: bool
    installation_id: int | None
    installation_number: str | None
    supply_point_id: int | None


@dataclass(frozen=True)
class MountingView:
    """A meter at an installation in a period, with the readings that the fitter wrote down (register number to base
    units, None where nothing was written)."""

    meter_id: int
    meter_number: str
    commodity: str
    manufacturer: str
    model: str
    installation_id: int
    installation_number: str
    supply_point_id: int
    period: Period
    readings: tuple[MountingReading, ...]


@dataclass(frozen=True)
class Span:
    """An installation's register in a period: what a customer's agreement covers of it."""

    installation_id: int
    register_code: str
    first: date
    until: date | None


@dataclass(frozen=True)
class MonthAmount:
    """One month of one installation."""

    installation_id: int
    month: date
    total: int
    days: int
    """Days with any value."""


@dataclass(frozen=True)
class DayAmount:
    """One day of one register at an installation, over the meters that hung there; total is None where nothing came."""

    installation_id: int
    register_code: str
    unit: str
    day: date
    total: int | None
    hours_present: int
    hours_expected: int
    version: int
    """Above 1 where the day was corrected or completed."""


@dataclass(frozen=True)
class Correction:
    """A version of a day that was replaced."""

    meter_id: int
    meter_number: str
    register: int
    register_code: str
    unit: str
    day: date
    version: int
    total: int
    replaced_at: datetime
    replaced_by: int
    """The delivery."""


@dataclass(frozen=True)
class DayVersion:
    """One version of a day: the valid one has no replaced_at."""

    version: int
    delivery_id: int
    total: int
    opening: int | None
    values: tuple[int | None, ...]
    quality: tuple[int | None, ...]
    replaced_at: datetime | None

    @property
    def without_hours(self) -> bool:
        """Whether the hours were too old to be kept."""
        return not self.values


def meters_with_number(*, number: str) -> list[MeterFound]:
    """Meters whose number begins so, the exact one first; zeros before the number need not be typed. 1 query."""
    if not number:
        return []
    padded = [number.zfill(length) for length in range(len(number), 21)]
    return [
        MeterFound(**row)
        for row in _rows(
            "select meter.id, meter.number, meter.commodity, meter.number = any(%(padded)s) as exact,"
            "       place.installation_id, place.installation_number, place.supply_point_id"
            "  from (select id, number, commodity from metering_meter"
            "         where starts_with(number, %(number)s) or starts_with(number, %(upper)s)"
            "            or number = any(%(padded)s)"
            "         order by number limit %(limit)s) as meter"
            "  left join lateral ("
            "    select installation.id as installation_id, installation.number as installation_number,"
            "           installation.supply_point_id"
            "      from metering_mounting as mounting"
            "      join customers_installation as installation on installation.id = mounting.installation_id"
            "     where mounting.meter_id = meter.id order by lower(mounting.period) desc limit 1) as place on true"
            " order by exact desc, meter.number, meter.commodity",
            {"number": number, "upper": number.upper(), "padded": padded, "limit": FOUND_LIMIT},
        )
    ]


def meter(*, meter_id: int) -> Meter | None:
    """One meter with its registers in order, or None. 2 queries."""
    return Meter.objects.filter(pk=meter_id).prefetch_related("registers").first()


def mountings(*, installation_ids: Sequence[int] = (), meter_id: int | None = None) -> list[MountingView]:
    """Of installations or of one meter, the latest first. 2 queries."""
    found = Mounting.objects.select_related("meter", "installation").prefetch_related("readings")
    found = found.filter(installation_id__in=installation_ids) if meter_id is None else found.filter(meter_id=meter_id)
    return [
        MountingView(
            meter_id=row.meter_id,
            meter_number=row.meter.number,
            commodity=row.meter.commodity,
            manufacturer=row.meter.manufacturer,
            model=row.meter.model,
            installation_id=row.installation_id,
            installation_number=row.installation.number,
            supply_point_id=row.installation.supply_point_id,
            period=Period(row.period.lower, row.period.upper),
            readings=tuple(sorted(row.readings.all(), key=lambda reading: reading.register)),
        )
        for row in found.order_by("-period", "installation__number", "pk")
    ]


def months_within(*, spans: Sequence[Span], first: date, until: date) -> list[MonthAmount]:
    """Consumption by month in [first, until), each installation only within its spans. 1 query.

    Older months are kept as such, or in parts, each wholly within a span or outside.
    """
    if not spans:
        return []
    rows = _rows(
        "with register as materialized ("
        "  select span.installation_id, mounting.meter_id, register.number,"
        "         mounting.period * daterange(span.first, span.until) as period"
        "    from unnest(%(ids)s::bigint[], %(codes)s::text[], %(firsts)s::date[], %(untils)s::date[])"
        "           as span(installation_id, code, first, until)"
        "    join metering_mounting as mounting on mounting.installation_id = span.installation_id"
        "    join metering_register as register on register.meter_id = mounting.meter_id and register.code = span.code)"
        " select installation_id, month, sum(total)::bigint as total, sum(days)::int as days from ("
        "  select register.installation_id, date_trunc('month', d.day)::date as month, sum(d.total) as total,"
        "         count(distinct d.day) as days"
        "    from register"
        "    join metering_day as d on d.meter_id = register.meter_id and d.register = register.number"
        "     and d.day <@ register.period"
        "   where d.day >= %(first)s and d.day < %(until)s group by 1, 2"
        "  union all"
        "  select register.installation_id, date_trunc('month', d.first_day)::date, d.total, d.days"
        "    from register"
        "    join metering_month as d on d.meter_id = register.meter_id and d.register = register.number"
        "     and d.first_day <@ register.period"
        "   where d.first_day >= %(first)s and d.first_day < %(until)s) as part"
        " group by 1, 2 order by 1, 2",
        {
            "ids": [span.installation_id for span in spans],
            "codes": [span.register_code for span in spans],
            "firsts": [span.first for span in spans],
            "untils": [span.until for span in spans],
            "first": first,
            "until": until,
        },
    )
    return [MonthAmount(**row) for row in rows]


def days_at(*, installation_ids: Sequence[int], first: date, until: date) -> list[DayAmount]:
    """Every day in [first, until) on which a meter hung, for each register, with or without values. 1 query."""
    if not installation_ids:
        return []
    rows = _rows(
        "select mounting.installation_id, register.code as register_code, register.unit, dates.day::date as day,"
        "       sum(d.total)::bigint as total,"
        "       coalesce(sum(cardinality(d.values) - cardinality(array_positions(d.values, null))), 0)::int"
        "         as hours_present,"
        "       coalesce(max(cardinality(d.values)), 0)::int as hours_expected, coalesce(max(d.version), 0) as version"
        "  from generate_series(%(first)s::date, %(until)s::date - 1, interval '1 day') as dates(day)"
        "  join metering_mounting as mounting on mounting.period @> dates.day::date"
        "  join metering_register as register on register.meter_id = mounting.meter_id"
        "  left join metering_day as d on d.meter_id = mounting.meter_id and d.register = register.number"
        "   and d.day = dates.day::date and d.day >= %(first)s and d.day < %(until)s"
        " where mounting.installation_id = any(%(ids)s)"
        " group by 1, 2, 3, 4 order by 1, 2, 4 desc",
        {"ids": list(installation_ids), "first": first, "until": until},
    )
    return [DayAmount(**row) for row in rows]


def corrections(
    *, installation_ids: Sequence[int] = (), meter_id: int | None = None, limit: int = FOUND_LIMIT
) -> list[Correction]:
    """Replaced versions at installations or of one meter, the latest replaced first. 1 query."""
    rows = _rows(
        "select old.meter_id, meter.number as meter_number, old.register, register.code as register_code,"
        "       register.unit, old.day, old.version, old.total, old.superseded_at as replaced_at,"
        "       old.superseded_by as replaced_by"
        "  from metering_day_superseded as old"
        "  join metering_meter as meter on meter.id = old.meter_id"
        "  join metering_register as register on register.meter_id = old.meter_id and register.number = old.register"
        " where old.meter_id = any(array(select mounting.meter_id from metering_mounting as mounting"
        "                                 where mounting.installation_id = any(%(ids)s)) || %(meter)s::int[])"
        "   and (%(meter)s::int[] <> '{}' or exists (select from metering_mounting as mounting"
        "        where mounting.meter_id = old.meter_id and mounting.installation_id = any(%(ids)s)"
        "          and mounting.period @> old.day))"
        " order by old.superseded_at desc, old.day desc, old.register, old.version desc limit %(limit)s",
        {"ids": list(installation_ids), "meter": [] if meter_id is None else [meter_id], "limit": limit},
    )
    return [Correction(**row) for row in rows]


def day_versions(*, meter_id: int, register: int, day: date) -> list[DayVersion]:
    """All versions of a day, the oldest first, the valid one last. 2 queries."""
    chosen = {"meter_id": meter_id, "register": register, "day": day}
    old = DaySuperseded.objects.filter(**chosen).order_by("version")
    versions = [_version(row, row.superseded_at) for row in old]
    return [*versions, *(_version(row, None) for row in Day.objects.filter(**chosen))]


def month_of(*, meter_id: int, register: int, day: date) -> Month | None:
    """The month, or the part of one, that a day has become part of; None where it has not. 1 query."""
    found = Month.objects.filter(meter_id=meter_id, register=register, first_day__lte=day, until_day__gt=day)
    return found.first()


def _version(row: Day | DaySuperseded, replaced_at: datetime | None) -> DayVersion:
    return DayVersion(
        version=row.version,
        delivery_id=row.delivery_id,
        total=row.total,
        opening=row.opening,
        values=tuple(row.values),
        quality=tuple(row.quality or [0] * len(row.values)) if row.values else (),
        replaced_at=replaced_at,
    )


def _rows(statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
