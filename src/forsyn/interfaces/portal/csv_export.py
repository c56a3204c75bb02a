"""Consumption as CSV for spreadsheets: semicolon, decimal comma, exact amounts, a byte order mark for Excel's æøå."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, islice

from django.utils.translation import gettext as _

from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.amounts import Level, Measure, exact_decimal
from forsyn.interfaces.portal.pages import figures
from forsyn.interfaces.portal.slots import Slot, State, hour_slots
from forsyn.interfaces.portal.where import Where
from forsyn.kernel.calendar import DAY, Fold, LocalHour

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
    slots = [slot for slot in figures(where).slots if slot.state not in UNTOLD or slot.last_year is not None]
    unit = {"unit": where.measure.csv_unit}
    header = [_("Fra"), _("Fra (UTC)")] if where.level is Level.HOURS else [_("Fra"), _("Til og med")]
    header += [_("Forbrug (%(unit)s)") % unit, _("Året før (%(unit)s)") % unit, _("Bemærkning")]
    return _pieces(header, (_row(where, slot) for slot in slots))


def hours_file(where: Where) -> Iterator[str]:
    """Every own hour of a year so far, a row each: up to 8,784. Read at once, written piece by piece."""
    days = [day for day in where.ownership.days(where.period) if day <= where.today]
    read = where.source.hours(days[0], days[-1])
    rows = (
        _hour_row(where.measure, slot, slot.hour)
        for day in days
        for slot in hour_slots(day, read.get(day, {}), {}, where.ownership)
        if slot.hour is not None
    )
    header = [_("Fra"), _("Fra (UTC)"), _("Forbrug (%(unit)s)") % {"unit": where.measure.csv_unit}, _("Bemærkning")]
    return _pieces(header, rows)


def file_name(where: Where, *, hours: bool = False) -> str:
    """varme-2026-03.csv; nothing in it tells whose it is."""
    parts = [f"{part:02d}" for part in (where.year, where.month, where.day) if part is not None]
    return "-".join([where.measure.slug, *parts, *(["timer"] if hours else [])]) + ".csv"


def _pieces(header: Row, rows: Iterable[Row]) -> Iterator[str]:
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
    remarks = [] if hour.fold is Fold.ONLY else [wording.upper_first(wording.hour_name(hour))]
    remarks += [text] if (text := wording.remarks_text(slot, None)) else []
    return [
        f"{slot.period.first.isoformat()} {hour.hour:02d}:00",
        f"{start:%Y-%m-%dT%H:%MZ}",
        _amount(measure, slot.amount),
        ". ".join(remarks),
    ]


def _amount(measure: Measure, amount: int | None) -> str:
    return "" if amount is None else exact_decimal(amount, measure.csv_base_units)
