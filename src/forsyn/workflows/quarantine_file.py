"""One item of the quarantine beside what is stored: the basis of a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from forsyn.domain.metering import inspection, quarantine_queries
from forsyn.domain.metering.inspection import DayVersion
from forsyn.domain.metering.models import Meter, QuarantineItem, Register, Resolution, ValueKind
from forsyn.kernel.local_days import HOUR_SECONDS, day_start_seconds

LINES = 100
"""Values on one page: an unknown meter's item may hold a year."""


@dataclass(frozen=True)
class Line:
    """One delivered value in base units, or its texts where it could not be read."""

    number: int
    at: datetime | None
    value: int | None
    stamp_text: str
    value_text: str


@dataclass(frozen=True)
class StoredHour:
    """One hour of the item's day as it is stored, or the whole day of a register that is read daily. Base units.

    delivered: what the item would set there.
    """

    slot: int
    value: int | None
    reading: int | None
    delivered: tuple[int, ...]


@dataclass(frozen=True)
class ItemFile:
    """An item, its meter and register where they are known by now, a page of its lines, and its day as stored."""

    item: QuarantineItem
    meter: Meter | None
    register: Register | None
    lines: tuple[Line, ...]
    hours: tuple[StoredHour, ...]
    page: int
    pages: int


def item_file(*, item_id: int, page: int = 1) -> ItemFile | None:
    """None where there is no such item."""
    item = quarantine_queries.item(item_id=item_id)
    if item is None:
        return None
    meter = quarantine_queries.only_meter_with(number=item.meter_number)
    register = (
        next((each for each in meter.registers.all() if each.code == item.register_code), None) if meter else None
    )
    versions = (
        inspection.day_versions(meter_id=meter.id, register=register.number, day=item.day)
        if meter and register and item.day
        else []
    )
    pages = max(-(-item.value_count // LINES), 1)
    page = min(max(page, 1), pages)
    part = range((page - 1) * LINES, min(page * LINES, item.value_count))
    valid = versions[-1] if versions and versions[-1].replaced_at is None else None
    lines = tuple(_line(item, place) for place in part)
    return ItemFile(item, meter, register, lines, _hours(item, register, valid), page, pages)


def _hours(item: QuarantineItem, register: Register | None, valid: DayVersion | None) -> tuple[StoredHour, ...]:
    """Every hour of the day beside what was delivered for it; nothing where nothing of the day is stored."""
    if valid is None:
        return ()
    delivered: dict[int, list[int]] = {}
    for seconds, value in zip(item.instants, item.values, strict=True):
        slot = _slot(item, register, seconds)
        if slot is not None and value is not None:
            delivered.setdefault(slot, []).append(value)
    return tuple(
        StoredHour(slot, value, _reading(register, valid, slot), tuple(delivered.get(slot, ())))
        for slot, value in enumerate(valid.values)
    )


def _line(item: QuarantineItem, place: int) -> Line:
    seconds = item.instants[place]
    return Line(
        number=item.lines[place],
        at=None if seconds is None else datetime.fromtimestamp(seconds, UTC),
        value=item.values[place],
        stamp_text=_text(item.stamp_texts, place),
        value_text=_text(item.value_texts, place),
    )


def _slot(item: QuarantineItem, register: Register | None, seconds: int | None) -> int | None:
    """The place of a value in its day: its hour, or the whole day."""
    if item.day is None or register is None or seconds is None:
        return None
    if register.resolution == Resolution.DAY:
        return 0
    slot = (seconds - 1 - day_start_seconds(item.day)) // HOUR_SECONDS
    return slot if slot >= 0 else None


def _reading(register: Register | None, valid: DayVersion, slot: int) -> int | None:
    """What a counter showed at the end of an hour: where it stood at the day's beginning, and what came since."""
    if register is None or register.values != ValueKind.CUMULATIVE or valid.opening is None:
        return None
    return valid.opening + list(accumulate(value or 0 for value in valid.values))[slot]


def _text(texts: Sequence[str] | None, place: int) -> str:
    return texts[place] if texts is not None and place < len(texts) else ""
