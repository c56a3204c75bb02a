"""Consumption as CSV for spreadsheets: semicolon, decimal comma, exact amounts, a byte order mark for Excel's æøå."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import chain, islice

import numpy as np
from django.utils.translation import gettext as _

from forsyn.domain.metering.queries import HourlyValues
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.amounts import Level, Measure, exact_decimal
from forsyn.interfaces.portal.figures import figures
from forsyn.interfaces.portal.readings import NO_REMARKS, remarks_of
from forsyn.interfaces.portal.slots import Slot, State
from forsyn.interfaces.portal.where import Where
from forsyn.kernel.calendar import DAY, Fold, LocalHour, local_hours
from forsyn.kernel.local_days import HOUR_SECONDS, day_starts_seconds

BYTE_ORDER_MARK = "\ufeff"
UNTOLD = {State.OUTSIDE, State.FUTURE}
"""Slots without a row, unless last year has a figure for them."""
ROWS_A_PIECE = 500

Row = list[str]


class _Echo:
    """A file that hands back what is written, so that csv.writer can feed a stream."""

    def write(self, text: str) -> str:
        return text


def period_file(where: Where) -> Iterator[str]:
    """The slots of a consumption page, a row each."""
    found = figures(where)
    told = found.slots or ([found.whole] if found.whole else [])
    slots = [slot for slot in told if slot.state not in UNTOLD or slot.last_year is not None]
    by_hour = where.level is Level.HOURS and found.kept_as is None
    unit = {"unit": where.measure.csv_unit}
    header = [_("Fra"), _("Fra (UTC)")] if by_hour else [_("Fra"), _("Til og med")]
    header += [_("Forbrug (%(unit)s)") % unit, _("Året før (%(unit)s)") % unit, _("Bemærkning")]
    return pieces(header, (_row(where, slot) for slot in slots))


def hours_file(where: Where) -> Iterator[str]:
    """Every own hour of a year so far, a row each: up to 8,784. Read at once, written piece by piece."""
    days = [day for day in where.ownership.days(where.period) if day <= where.today]
    values = where.source.hour_values(days[0], days[-1])
    if values is None:
        raise ValueError(f"no own day in {where.period}")
    header = [_("Fra"), _("Fra (UTC)"), _("Forbrug (%(unit)s)") % {"unit": where.measure.csv_unit}, _("Bemærkning")]
    summed = _summed_days(where) if _lacks_whole_days(values) else set()
    return pieces(header, _hour_rows(where, days, values, summed))


def _lacks_whole_days(values: HourlyValues) -> bool:
    # where a whole day lacks, so does one of these half days
    halves = values.present[: len(values.present) // 12 * 12].reshape(-1, 12)
    return not halves.any(axis=1).all()


def _summed_days(where: Where) -> set[date]:
    """The days whose hours are too old to be kept."""
    return {day for day, found in where.source.days(where.period).items() if found.without_hours or found.sum_since}


def _hour_rows(where: Where, days: list[date], values: HourlyValues, summed: set[date]) -> Iterator[Row]:
    """Rows from arrays: a slot object for each hour would take five times as long."""
    bounds = day_starts_seconds(days[0], days[-1] + DAY)
    utc = np.datetime_as_string(values.starts_at.astype("datetime64[s]"), unit="m").tolist()
    amounts, present, quality = values.value.tolist(), values.present.tolist(), values.quality.tolist()
    unit = where.measure.csv_base_units
    for day in days:
        begin, end = ((bounds[(day - days[0]).days + shift] - bounds[0]) // HOUR_SECONDS for shift in (0, 1))
        absent = State.AWAITED if where.ownership.awaits(day) else State.MISSING
        absent = State.SUMMED if day in summed else absent
        names = _hour_names(day) if end - begin != len(_ORDINARY_DAY) else _ORDINARY_DAY
        for index, (clock, name) in enumerate(names, begin):
            amount = exact_decimal(amounts[index], unit) if present[index] else ""
            remarks = remarks_of(quality[index]) if present[index] else NO_REMARKS
            plain = present[index] and not remarks
            text = name if plain else _remark(name, wording.value_text(None if present[index] else absent, remarks))
            yield [f"{day} {clock}", f"{utc[index]}Z", amount, text]


def _hour_names(day: date) -> list[tuple[str, str]]:
    """(what the clock shows, and which of two hours of one name it is) for each hour of a day."""
    hours = local_hours(day)
    return [(f"{hour.hour:02d}:00", _which(hour)) for hour in hours]


def _which(hour: LocalHour) -> str:
    return "" if hour.fold is Fold.ONLY else wording.upper_first(wording.hour_name(hour))


def _remark(name: str, text: str) -> str:
    return ". ".join(part for part in (name, text) if part)


_ORDINARY_DAY = [(f"{hour:02d}:00", "") for hour in range(24)]


def file_name(where: Where, *, hours: bool = False) -> str:
    """varme-2026-03.csv; nothing in it tells whose it is."""
    parts = [f"{part:02d}" for part in (where.year, where.month, where.day) if part is not None]
    return "-".join([where.measure.slug, *parts, *(["timer"] if hours else [])]) + ".csv"


def pieces(header: Row, rows: Iterable[Row]) -> Iterator[str]:
    """A semicolon CSV that spreadsheets open as it is, in pieces."""
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    lines = (str(writer.writerow(row)) for row in chain([header], rows))
    yield BYTE_ORDER_MARK
    while piece := "".join(islice(lines, ROWS_A_PIECE)):
        yield piece


def _row(where: Where, slot: Slot) -> Row:
    last_year = _amount(where.measure, slot.last_year)
    if slot.hour is not None:
        *row, remarks = _hour_row(where.measure, slot, slot.hour)
        return [*row, last_year, remarks]
    owned = next((own for own in where.ownership.periods if own.overlaps(slot.period)), None)
    last_day = (slot.period.until or slot.period.first + DAY) - DAY
    return [
        slot.period.first.isoformat(),
        last_day.isoformat(),
        _amount(where.measure, slot.amount),
        last_year,
        wording.remarks_text(slot, owned),
    ]


def _hour_row(measure: Measure, slot: Slot, hour: LocalHour) -> Row:
    start = datetime.fromtimestamp(hour.starts_at_seconds, UTC)
    return [
        f"{slot.period.first.isoformat()} {hour.hour:02d}:00",
        f"{start:%Y-%m-%dT%H:%MZ}",
        _amount(measure, slot.amount),
        _remark(_which(hour), wording.remarks_text(slot, None)),
    ]


def _amount(measure: Measure, amount: int | None) -> str:
    return "" if amount is None else exact_decimal(amount, measure.csv_base_units)
