"""The files of what a person takes along: JSON by the published schema, CSV for each table, consumption as ESPI."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any

from forsyn.domain.metering.rules import Quality as HowMeasured
from forsyn.integrations.espi.codec import write_feed
from forsyn.integrations.espi.values import Interval, Kind, MeterReading, Quality, Service, UsagePoint
from forsyn.integrations.espi.values import Reading as EspiReading
from forsyn.integrations.packages.codec import Entry, safe_name, write_csv
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.dossier import Column, Form
from forsyn.policy.items import Text
from forsyn.policy.portable import FORMAT, FORMAT_VERSION, Part
from forsyn.policy.vocabulary import Language
from forsyn.workflows.access_data import LOCAL, Row
from forsyn.workflows.access_tables import Cells, Reading, Say, files_by_place, period, reading_object, remark, slug
from forsyn.workflows.portability_data import Series, Taken
from forsyn.workflows.portability_schema import address_of
from forsyn.workflows.portability_texts import (
    ABSENT,
    CONSUMPTION,
    COUNTER,
    COUNTER_HEADERS,
    DOCUMENTS,
    READ_ME,
    READ_ME_TEXT,
    READING_HEADERS,
    READINGS,
    REPLACED,
    SET_ASIDE,
    SET_ASIDE_HEADERS,
    TABLES,
)

DATA = "data.json"
_SERVICES = {"heat": Service.HEAT, "water": Service.WATER, "waste_water": Service.WASTE_WATER}
_JSON_PIECE = 16 * 1024
_HOUR, _DAY = 3600, 25 * 3600


@dataclass(frozen=True)
class PortableFiles:
    """A person's files, in the order in which they go into the package. ``made_at`` is aware, and all that is clock."""

    data: Taken
    language: Language
    made_at: datetime

    @cached_property
    def say(self) -> Say:
        return Say(self.data.policy, self.language)

    @cached_property
    def places(self) -> dict[tuple[str, str], str]:
        """Where the documents lie."""
        return files_by_place(self.data.documents(), DOCUMENTS.in_(self.language), safe_name)

    def entries(self) -> Iterator[Entry]:
        """All files, each read when its turn comes."""
        yield Entry(READ_ME.in_(self.language), [self.read_me()])
        yield Entry(DATA, self.json())
        yield from self.tables()
        yield Entry(CONSUMPTION.in_(self.language), self.espi())
        for one in self.data.documents():
            yield Entry(self.places[one.column.name, f"{one.sheet.name}:{one.row_id}"], _once(one.content))

    def read_me(self) -> bytes:
        controller, language = self.data.policy.controller.contact.name, self.language
        text = READ_ME_TEXT.in_(language).format(
            controller=controller.in_(language),
            data=DATA,
            schema=address_of(self.data.policy),
            tables=TABLES.in_(language),
            consumption=CONSUMPTION.in_(language),
        )
        absent = [ABSENT.in_(language).format(item=item, reason=reason) for item, reason in self.data.withheld.items()]
        return "\r\n".join([*text.splitlines(), *absent, ""]).encode()

    # -- data.json --------------------------------------------------------------------------------------------------

    def json(self) -> Iterator[bytes]:
        """The document of the published schema, in pieces."""
        waiting: list[str] = []
        size = 0
        for piece in self._json():
            waiting.append(piece)
            size += len(piece)
            if size >= _JSON_PIECE:
                yield "".join(waiting).encode()
                waiting.clear()
                size = 0
        yield "".join(waiting).encode()

    def _json(self) -> Iterator[str]:
        controller = self.data.policy.controller
        head = {
            "$schema": address_of(self.data.policy),
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "made_at": self.made_at.astimezone(LOCAL).isoformat(timespec="seconds"),
            "controller": {"name": controller.contact.name.in_(self.language), "cvr": controller.cvr},
            "given": {part.name: self._given(part) for part in self.data.portable.given if self.data.rows(part)},
        }
        yield _dumped(head)[:-1]
        for name, replaced in (("series", False), ("replaced_series", True)):
            yield f',"{name}":['
            yield from _joined(self._series(one) for one in self.data.series(replaced=replaced))
            yield "]"
        yield ',"set_aside":['
        yield from _joined([_dumped(_set_aside(one))] for one in self.data.set_aside())
        yield "]}\n"

    def _given(self, part: Part) -> list[dict[str, Any]]:
        return [
            {column.name: self._value(column, value, row) for column, value in _told(part, row)}
            for row in self.data.rows(part)
        ]

    def _value(self, column: Column, value: Any, row: Row) -> Any:
        if column.form in (Form.DOCUMENT, Form.SEALED_DOCUMENT):
            return self.places.get((column.name, row.key)) if value else None
        return period(value) if column.type == "daterange" else value

    def _series(self, one: Series) -> Iterator[str]:
        """One series as pieces of JSON; what the counter showed is kept until its readings are through."""
        about = {
            "series": one.number,
            "meter": one.meter,
            "home": one.home,
            "commodity": one.counter.commodity,
            "quantity": one.counter.code,
            "unit": one.counter.unit,
        }
        yield _dumped(about)[:-1] + ',"readings":['
        counter: list[dict[str, Any]] = []
        yield from _joined([_dumped(reading_object(reading))] for reading in self._readings(one, counter))
        yield f'],"counter":{_dumped(counter)}}}'

    def _readings(self, one: Series, counter: list[dict[str, Any]]) -> Iterator[Reading]:
        for row in one.rows:
            readings, shown = self.data.observed(row)
            counter.extend({"at": at, "value": value} for at, value in shown)
            yield from readings

    # -- tables -----------------------------------------------------------------------------------------------------

    def tables(self) -> Iterator[Entry]:
        """A CSV for each table that holds anything."""
        for part in self.data.portable.given:
            if self.data.rows(part):
                titles = [
                    column.title.in_(self.language) for column in part.sheet.columns if column.name in part.columns
                ]
                yield self._csv(slug(part.sheet.title.in_(self.language)), titles, self._cells(part))
        for name, replaced in ((READINGS, False), (REPLACED, True)):
            if _any(self.data.series(replaced=replaced)):
                yield self._csv(name.in_(self.language), self._titles(READING_HEADERS), self._reading_cells(replaced))
        if _any(self._counter_cells()):
            yield self._csv(COUNTER.in_(self.language), self._titles(COUNTER_HEADERS), self._counter_cells())
        if _any(self.data.set_aside()):
            yield self._csv(SET_ASIDE.in_(self.language), self._titles(SET_ASIDE_HEADERS), self._set_aside_cells())

    def _csv(self, name: str, titles: list[str], rows: Iterable[Cells]) -> Entry:
        return Entry(f"{TABLES.in_(self.language)}/{name}.csv", write_csv(titles, rows))

    def _titles(self, headers: Iterable[Text]) -> list[str]:
        return [header.in_(self.language) for header in headers]

    def _cells(self, part: Part) -> Iterator[Cells]:
        for row in self.data.rows(part):
            yield [self._cell(column, value, row) for column, value in _told(part, row)]

    def _cell(self, column: Column, value: Any, row: Row) -> str | int | float | bool | None:
        if column.form in (Form.DOCUMENT, Form.SEALED_DOCUMENT):
            return self.places.get((column.name, row.key)) if value else None
        return self.say.cell(column, value)

    def _about(self, one: Series) -> Cells:
        counter = one.counter
        said = (("commodity", counter.commodity), ("code", counter.code), ("unit", counter.unit))
        return [one.number, one.meter, one.home, *(self.say.text(column, value) for column, value in said)]

    def _reading_cells(self, replaced: bool) -> Iterator[Cells]:
        for one in self.data.series(replaced=replaced):
            about = self._about(one)
            for row in one.rows:
                for reading in self.data.observed(row)[0]:
                    plain = reading.quality == 0 and reading.value is not None
                    yield [*about, reading.start, reading.end, reading.value, self._remark(reading, plain)]

    def _remark(self, reading: Reading, plain: bool) -> str:
        return "" if plain else remark(reading, self.language)

    def _counter_cells(self) -> Iterator[Cells]:
        for one in self.data.series():
            about = self._about(one)
            for row in one.rows:
                yield from ([*about, at, value] for at, value in self.data.observed(row)[1])

    def _set_aside_cells(self) -> Iterator[Cells]:
        for one in self.data.set_aside():
            code, unit = self.say.text("code", one.quantity), self.say.text("unit", one.unit)
            yield [code, unit, one.at, one.value, one.time_as_sent, one.value_as_sent]

    # -- ESPI -------------------------------------------------------------------------------------------------------

    def espi(self) -> Iterator[bytes]:
        """The valid readings as a feed: hours, days and months, each a series of its own."""
        contact = self.data.policy.controller.contact
        title = READINGS.in_(self.language).capitalize()
        yield from write_feed(self._points(), updated=self.made_at, title=title, author=contact.name.in_(self.language))

    def _points(self) -> Iterator[UsagePoint]:
        for one in self.data.series():
            service = _SERVICES.get(one.counter.commodity)
            if service is None or one.counter.unit not in (BaseUnit.WATT_HOURS, BaseUnit.LITRES):
                continue
            title = f"{self.say.text('commodity', one.counter.commodity)}, {one.home}".removesuffix(", ")
            yield UsagePoint(f"series {one.key}", title, service, tuple(self._by_length(one)))

    def _by_length(self, one: Series) -> Iterator[MeterReading]:
        by_length: dict[Interval, list[EspiReading]] = {}
        shown: list[EspiReading] = []
        for row in one.rows:
            readings, counter = self.data.observed(row)
            for reading in readings:
                if reading.value is not None:
                    found = _espi(reading)
                    by_length.setdefault(_interval(found.duration_seconds), []).append(found)
            shown.extend(EspiReading(_seconds(at), 0, value) for at, value in counter)
        unit, name = BaseUnit(one.counter.unit), self.say.text("code", one.counter.code)
        for length, found_readings in by_length.items():
            yield MeterReading(str(length), name, unit, Kind.CONSUMPTION, length, found_readings)
        if shown:
            once = {reading.start_seconds: reading for reading in shown}
            yield MeterReading("counter", name, unit, Kind.COUNTER, Interval.INSTANT, [once[at] for at in sorted(once)])


def _told(part: Part, row: Row) -> Iterator[tuple[Column, Any]]:
    taken = frozenset(part.columns)
    for column, value in zip(part.sheet.columns, row.values, strict=True):
        if column.name in taken:
            yield column, value


def _espi(reading: Reading) -> EspiReading:
    start, end = _seconds(reading.start), _seconds(reading.end)
    return EspiReading(start, end - start, reading.value or 0, _espi_quality(reading.quality))


def _espi_quality(quality: int) -> Quality:
    if quality & HowMeasured.AFTER_GAP:
        return Quality.MIXED
    if quality & HowMeasured.RELEASED:
        return Quality.VERIFIED
    return Quality.OTHER if quality else Quality.VALID


def _interval(seconds: int) -> Interval:
    if seconds <= _HOUR:
        return Interval.HOUR
    return Interval.DAY if seconds <= _DAY else Interval.MONTH


def _seconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())


def _set_aside(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("quantity", "unit", "at", "value", "time_as_sent", "value_as_sent")}


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _joined(objects: Iterable[Iterable[str]]) -> Iterator[str]:
    """Objects, each in pieces, with commas between."""
    comma = ""
    for one in objects:
        yield from chain([comma] if comma else [], one)
        comma = ","


def _any(rows: Iterable[Any]) -> bool:
    return any(True for _ in rows)


def _once(content: Any) -> Iterator[bytes]:
    yield content()
