"""Writes consumption as an ESPI feed: Atom (RFC 4287) around the resources of NAESB REQ.21, version 4.0. Pure.

The bytes come in pieces, so that memory stays bounded: at most one local month of readings waits. Instants are UTC
seconds; LocalTimeParameters tell how Danish clocks differ (Directive 2000/84/EC). Litres are cubic metres times 10^-3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid5
from xml.sax.saxutils import escape

from forsyn.integrations.espi.values import Interval, Kind, MeterReading, Quality, Reading, Service, UsagePoint
from forsyn.kernel.local_days import day_start_seconds, local_day
from forsyn.kernel.quantities import BaseUnit
from forsyn.kernel.xml_text import NOT_XML

NAMESPACE = "http://naesb.org/espi"
LARGEST = 2**47
"""Int48, the schema's type of values, as far as it goes in both directions."""
_IDS = UUID("5d1b7f60-3c0e-5b6f-9b0a-7a0f5a3f6c21")
_POTABLE_WATER, _WASTE_WATER, _HEATING_FLUID = 9, 11, 12
_COMMODITIES = {Service.WATER: _POTABLE_WATER, Service.WASTE_WATER: _WASTE_WATER, Service.HEAT: _HEATING_FLUID}
_CUBIC_METRE, _WATT_HOUR = 42, 72
_UNITS = {BaseUnit.WATT_HOURS: (_WATT_HOUR, 0), BaseUnit.LITRES: (_CUBIC_METRE, -3)}
"""UnitSymbolKind and UnitMultiplierKind."""
_ENERGY, _VOLUME = 12, 58
_MEASURES = {BaseUnit.WATT_HOURS: _ENERGY, BaseUnit.LITRES: _VOLUME}
_DAILY, _MONTHLY = 11, 13
_PERIODS = {Interval.DAY: _DAILY, Interval.MONTH: _MONTHLY}
"""TimePeriodOfInterest; 0 for the others."""
_LENGTHS = {Interval.HOUR: 3_600, Interval.DAY: 86_400, Interval.INSTANT: 0}
"""Seconds; months have none of their own."""
_FORWARD = 1
SUMMER_BEGINS = "3E0E2000"
"""Bits: month 3, last (7) Sunday (7), at 2 by the clock of winter."""
SUMMER_ENDS = "AE0E3000"
"""Month 10, last Sunday, at 3 by the clock of summer."""
_OFFSET_SECONDS = 3_600


class NotEspi(ValueError):
    """Values that the standard has no place for; the message says which, and what to do."""


def write_feed(
    points: Iterable[UsagePoint], *, updated: datetime, title: str = "Forbrug", author: str = "Forsyn"
) -> Iterator[bytes]:
    """The feed as UTF-8, piece by piece. ``updated`` is aware; ``author`` is who delivers. Raises NotEspi."""
    stamp = updated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="{NAMESPACE}">\n'
        f"<id>{_id(f'feed {stamp} {title}')}</id>\n<title>{_text(title)}</title>\n<updated>{stamp}</updated>\n"
        f"<author><name>{_text(author)}</name></author>\n"
    ).encode()
    writer = _Writer(stamp)
    yield writer.local_time()
    for number, point in enumerate(points, 1):
        yield from writer.point(number, point)
    yield b"</feed>\n"


class _Writer:
    """Entries of one feed; each links to what it belongs to, by addresses relative to the feed."""

    def __init__(self, stamp: str) -> None:
        self._stamp = stamp
        self._types = count(1)

    def local_time(self) -> bytes:
        return self._entry(
            "LocalTimeParameters/1",
            "Europe/Copenhagen",
            f"<espi:LocalTimeParameters><espi:dstEndRule>{SUMMER_ENDS}</espi:dstEndRule>"
            f"<espi:dstOffset>{_OFFSET_SECONDS}</espi:dstOffset>"
            f"<espi:dstStartRule>{SUMMER_BEGINS}</espi:dstStartRule>"
            f"<espi:tzOffset>{_OFFSET_SECONDS}</espi:tzOffset></espi:LocalTimeParameters>",
            key="local time",
        )

    def point(self, number: int, point: UsagePoint) -> Iterator[bytes]:
        here = f"UsagePoint/{number}"
        yield self._entry(
            here,
            point.title,
            f"<espi:UsagePoint><espi:ServiceCategory><espi:kind>{int(point.service)}</espi:kind>"
            "</espi:ServiceCategory></espi:UsagePoint>",
            f"{here}/MeterReading",
            "LocalTimeParameters/1",
            key=point.key,
        )
        for index, series in enumerate(point.series, 1):
            yield from self._series(f"{here}/MeterReading/{index}", point, series)

    def _series(self, here: str, point: UsagePoint, series: MeterReading) -> Iterator[bytes]:
        type_here, key = f"ReadingType/{next(self._types)}", f"{point.key}\0{series.key}"
        yield self._entry(
            here, series.title, "<espi:MeterReading/>", f"{here}/IntervalBlock", type_here, key=f"{key}\0series"
        )
        yield self._entry(type_here, series.title, _reading_type(point.service, series), key=f"{key}\0type")
        for number, readings in enumerate(_by_month(_checked(series)), 1):
            month = _month(readings[0].start_seconds)
            yield self._entry(
                f"{here}/IntervalBlock/{number}", f"{month:%Y-%m}", _block(readings), key=f"{key}\0{month}"
            )

    def _entry(self, here: str, title: str, content: str, *related: str, key: str) -> bytes:
        up = here.rpartition("/")[0]
        links = "".join(f'<link rel="related" href="{address}"/>' for address in related)
        return (
            f"<entry>\n<id>{_id(key)}</id>\n<title>{_text(title)}</title>\n<updated>{self._stamp}</updated>\n"
            f'<link rel="self" href="{here}"/><link rel="up" href="{up}"/>{links}\n'
            f'<content type="application/xml">{content}</content>\n</entry>\n'
        ).encode()


def _reading_type(service: Service, series: MeterReading) -> str:
    if series.unit not in _UNITS:
        raise NotEspi(f"ESPI has no unit for {series.unit}: leave the register {series.title!r} to JSON and CSV.")
    symbol, power = _UNITS[series.unit]
    length = _LENGTHS.get(series.interval)
    parts = (
        ("accumulationBehaviour", int(series.kind)),
        ("commodity", _COMMODITIES[service]),
        ("dataQualifier", 0),
        ("defaultQuality", int(Quality.VALID)),
        ("flowDirection", _FORWARD),
        ("intervalLength", length),
        ("kind", _MEASURES[series.unit]),
        ("phase", 0),
        ("powerOfTenMultiplier", power),
        ("timeAttribute", _PERIODS.get(series.interval, 0)),
        ("uom", symbol),
    )
    told = "".join(f"<espi:{name}>{value}</espi:{name}>" for name, value in parts if value is not None)
    return f"<espi:ReadingType>{told}</espi:ReadingType>"


def _checked(series: MeterReading) -> Iterator[Reading]:
    """The readings, each after the one before it and within what the schema can hold."""
    end = None
    for reading in series.readings:
        start, duration, value, _ = reading
        if end is not None and (start < end or (series.kind is Kind.COUNTER and start == end)):
            raise NotEspi(f"Readings of {series.title!r} overlap at {_instant(start)}: give them by start, each once.")
        if not -LARGEST <= value <= LARGEST or not 0 <= duration < 2**32:
            raise NotEspi(f"A reading of {series.title!r} at {_instant(start)} is larger than ESPI can hold.")
        end = start + duration
        yield reading


def _by_month(readings: Iterable[Reading]) -> Iterator[list[Reading]]:
    """Readings of one local month after the other."""
    waiting: list[Reading] = []
    month_end = None
    for reading in readings:
        if month_end is None or reading.start_seconds >= month_end:
            if waiting:
                yield waiting
            waiting = []
            month_end = _seconds_of_next(_month(reading.start_seconds))
        waiting.append(reading)
    if waiting:
        yield waiting


def _seconds_of_next(month: date) -> int:
    return day_start_seconds((month + timedelta(days=31)).replace(day=1))


def _block(readings: list[Reading]) -> str:
    first, last = readings[0], readings[-1]
    lasts = last.start_seconds + last.duration_seconds - first.start_seconds
    told = "".join(map(_reading, readings))
    interval = f"<espi:interval>{_period(lasts, first.start_seconds)}</espi:interval>"
    return f"<espi:IntervalBlock>{interval}{told}</espi:IntervalBlock>"


def _reading(reading: Reading) -> str:
    start, duration, value, quality = reading
    odd = (
        ""
        if quality == 0
        else f"<espi:ReadingQuality><espi:quality>{int(quality)}</espi:quality></espi:ReadingQuality>"
    )
    return (
        f"\n<espi:IntervalReading>{odd}<espi:timePeriod>{_period(duration, start)}</espi:timePeriod>"
        f"<espi:value>{value}</espi:value></espi:IntervalReading>"
    )


def _period(duration: int, start: int) -> str:
    return f"<espi:duration>{duration}</espi:duration><espi:start>{start}</espi:start>"


def _month(seconds: int) -> date:
    return local_day(_instant(seconds)).replace(day=1)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _id(key: str) -> str:
    """Always the same for the same key."""
    return uuid5(_IDS, key).urn


def _text(text: str) -> str:
    return escape(NOT_XML.sub("", text))
