"""Meter values for tests of pages, laid straight into the store: quick, and shaped as the test wants them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.metering.day_rows import COLUMNS, COPY_HEADER, COPY_TRAILER, DayRows, to_copy
from forsyn.domain.metering.models import Meter, Mounting, Register
from forsyn.kernel.local_days import hours_in_day

UNITS = {"heat": ("energy", "watt_hours"), "water": ("volume", "litres")}


@dataclass
class MeterStore:
    """Puts up meters and fills them with values."""

    count: int = 0

    def meter(self, installation_id: int, commodity: str, first: date, until: date | None = None) -> Meter:
        """A meter at an installation from a day on."""
        self.count += 1
        code, unit = UNITS[commodity]
        meter = Meter.objects.create(
            number=f"00{7000 + self.count}", commodity=commodity, manufacturer="Måleprøve", model="M1"
        )
        Register.objects.create(meter=meter, number=1, code=code, unit=unit, values="interval", resolution="hour")
        Mounting.objects.create(meter=meter, installation_id=installation_id, period=DateRange(first, until))
        return meter

    def fill(
        self,
        meter: Meter,
        first: date,
        last: date,
        value: Callable[[date, int], int | None],
        quality: Mapping[tuple[date, int], int] | None = None,
    ) -> None:
        """Values for every hour of some days: value(day, index), None where missing."""
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        all_days = [(day, [value(day, index) for index in range(hours_in_day(day))]) for day in days]
        kept = [(day, hours) for day, hours in all_days if any(amount is not None for amount in hours)]
        rows = DayRows.blank(len(kept))
        for number, (day, hours) in enumerate(kept):
            rows.meter_id[number], rows.register[number], rows.version[number] = meter.pk, 1, 1
            rows.day[number] = (day - date(1970, 1, 1)).days
            rows.slots[number] = len(hours)
            rows.total[number] = sum(v for v in hours if v is not None)
            for index, amount in enumerate(hours):
                rows.present[number, index] = amount is not None
                rows.values[number, index] = amount or 0
                rows.quality[number, index] = (quality or {}).get((day, index), 0)
        _copy_in(rows, {day.replace(day=1) for day, _ in kept})


def _copy_in(rows: DayRows, months: set[date]) -> None:
    with connection.cursor() as cursor:
        for month in months:
            cursor.execute("select metering_ensure_month(%s)", [month])
        with cursor.copy(f"copy metering_day ({', '.join(COLUMNS)}) from stdin (format binary)") as copy:
            copy.write(COPY_HEADER + b"".join(to_copy(rows)) + COPY_TRAILER)
