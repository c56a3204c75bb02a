"""A person's rows in the forms of a package: tables for spreadsheets, objects for programs, lines for reading."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from forsyn.domain.metering.rules import Quality
from forsyn.integrations.packages.codec import LINE_END, SEPARATOR, csv_line
from forsyn.kernel.local_days import HOUR_SECONDS, day_start_seconds, hours_in_day
from forsyn.policy.dossier import Column, Form, Sheet
from forsyn.policy.dossier_texts import SOURCES
from forsyn.policy.dossier_words import words
from forsyn.policy.items import Text
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import date_words
from forsyn.workflows.access_data import LOCAL, Counter, Document, Row

CODED = frozenset(
    {"kind", "commodity", "relation", "housing_kind", "channel", "withdrawn_channel", "language", "unit"}
    | {"values", "resolution", "code", "state", "right", "register_code", "identity_way", "on_behalf", "contact_kind"}
    | {"part", "aspect", "way"}
    | {"quality", "factor", "expected_from", "route", "ended_by", "vat_code", "posting_vat", "remarks"}
)
"""Columns with codes of the program, which have words (`dossier_words.toml`, values)."""
NAMED = {"purpose": "purposes", "recipient": "recipients", "consent": "consents", "categories": "categories"}
"""Columns with keys of the policy, and where it names them."""
RECKONED = frozenset({"basis", "calculation"})
"""What programs read: the documents that a bill was reckoned from and to."""
PACKED = ("values", "quality")
"""What stands hour by hour in a row of days."""
KEPT_UNTIL = Text("Gemmes til", "Kept until")
DAY = timedelta(days=1)
READING_HEADERS = (
    Text("Målernummer", "Meter number"),
    Text("Hvad der måles", "What is measured"),
    Text("Enhed", "Unit"),
    Text("Fra", "From"),
    Text("Til", "Until"),
    Text("Værdi", "Value"),
    Text("Bemærkning", "Remark"),
)
QUALITIES = {
    Quality.FIRST_READING: Text("tællerens første aflæsning", "first reading of the counter"),
    Quality.AFTER_GAP: Text("med forbrug fra et hul før", "with consumption of a gap before"),
    Quality.RELEASED: Text("godkendt af en medarbejder", "released by a member of staff"),
}
_YES_NO = {True: Text("ja", "yes"), False: Text("nej", "no")}
_CLOCK, _FROM, _TO = Text("kl.", "at"), Text("fra", "from"), Text("til", "to")
_IN_FULL = Text("står i data.json", "is in data.json")
MISSING = Text("ikke målt", "not measured")
Cells = list[str | int | float | bool | None]
_FOLD = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


class Reading(NamedTuple):
    """What was consumed from ``start`` to ``end`` (local, with offset), in whole base units; None: not measured."""

    start: str
    end: str
    value: int | None
    quality: int


class Say:
    """Names codes and keys in one language."""

    def __init__(self, policy: Policy, language: Language) -> None:
        self.language = language
        self._values = {key: text.in_(language) for key, text in words().values.items()}
        self._names: Mapping[str, Mapping[str, str]] = {
            column: {key: one.name.in_(language) for key, one in getattr(policy, section).items()}
            for column, section in NAMED.items()
        }

    def text(self, column: str, value: str) -> str:
        """A text as a person reads it."""
        if column == "source":
            return SOURCES[value].in_(self.language) if value in SOURCES else value
        if column in self._names:
            return self._names[column].get(value, value)
        return self._values.get(value, value) if column in CODED else value

    def reading(self, column: Column, value: Any) -> str:
        """A value in running text: dates, times and periods in words."""
        if isinstance(value, bool):
            return _YES_NO[value].in_(self.language)
        if isinstance(value, dict) or (value and column.name in RECKONED):
            return _IN_FULL.in_(self.language)
        if not isinstance(value, str) or value.endswith("infinity"):
            return str(self.cell(column, value))
        if column.type == "date":
            return date_words(date.fromisoformat(value), self.language)
        if column.type.startswith("timestamp"):
            at = datetime.fromisoformat(value)
            return f"{date_words(at.date(), self.language)} {_CLOCK.in_(self.language)} {at:%H.%M}"
        return self.period_words(value) if column.type == "daterange" else str(self.cell(column, value))

    def _coded(self, column: Column, value: str) -> str:
        own = column.codes.get(value)
        return self.text(column.name, value) if own is None else own.in_(self.language)

    def period_words(self, text: str) -> str:
        """``1. januar 2020 til 14. marts 2026``: with its last day; ``fra 1. januar 2020`` where it has no end."""
        found = period(text) or {"from": None, "until": None}
        first, until = (date.fromisoformat(day) if day else None for day in (found["from"], found["until"]))
        begins = date_words(first, self.language) if first else ""
        ends = date_words(until - DAY, self.language) if until else ""
        if begins and ends:
            return f"{begins} {_TO.in_(self.language)} {ends}"
        return f"{_FROM.in_(self.language)} {begins}" if begins else f"{_TO.in_(self.language)} {ends}".strip()

    def cell(self, column: Column, value: Any) -> str | int | float | bool | None:
        """A value as a cell."""
        if isinstance(value, str):
            return _interval(value) if column.type == "daterange" else self._coded(column, value)
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return ", ".join(self._coded(column, one) for one in value)
        if isinstance(value, list) and column.codes:
            return "; ".join(dict.fromkeys(self._coded(column, one["code"]) for one in value))
        if isinstance(value, list | dict):
            return json.dumps(value, ensure_ascii=False)
        return value  # type: ignore[no-any-return]


def period(text: str | None) -> dict[str, str | None] | None:
    """A half-open period of days as PostgreSQL writes it: ``[2020-01-01,)``."""
    if text is None or text == "empty":
        return None
    first, _, until = text[1:-1].partition(",")
    return {"from": first or None, "until": until or None}


def _interval(text: str) -> str:
    """As ISO 8601 writes intervals; an end that is not there is two dots."""
    found = period(text)
    return f"{found['from'] or '..'}/{found['until'] or '..'}" if found else ""


def slug(title: str) -> str:
    """A title as the name of a file: ``forbrug-dag-for-dag``."""
    kept = "".join(letter if letter.isalnum() else " " for letter in title.lower().translate(_FOLD))
    return "-".join(kept.split())


# -- tables --------------------------------------------------------------------------------------------------------


def headers(sheet: Sheet, language: Language) -> list[str]:
    """A sheet's columns, and until when each row is kept."""
    titles = [column.title.in_(language) for column in _whole(sheet)]
    return titles if sheet.is_series else [*titles, KEPT_UNTIL.in_(language)]


def cells(sheet: Sheet, rows: Iterable[Row], say: Say, file_of: Callable[[str, str], str | None]) -> Iterator[Cells]:
    """Rows as cells; ``file_of`` (column, row's key) is where a document lies in the package."""
    places = [place for place, column in enumerate(sheet.columns) if not (sheet.is_series and column.name in PACKED)]
    for row in rows:
        made: Cells = []
        for place in places:
            column, value = sheet.columns[place], row.values[place]
            if column.form in (Form.DOCUMENT, Form.SEALED_DOCUMENT):
                value = file_of(column.name, row.key) if value else None
            made.append(say.cell(column, value))
        if not sheet.is_series:
            made.append(row.until.isoformat() if row.until else None)
        yield made


def _whole(sheet: Sheet) -> list[Column]:
    return [column for column in sheet.columns if not (sheet.is_series and column.name in PACKED)]


# -- objects -------------------------------------------------------------------------------------------------------


def as_object(sheet: Sheet, row: Row, file_of: Callable[[str, str], str | None]) -> dict[str, Any]:
    """A row as JSON carries it; keys are the columns' own names."""
    made: dict[str, Any] = {}
    for column, value in zip(sheet.columns, row.values, strict=True):
        if column.form in (Form.DOCUMENT, Form.SEALED_DOCUMENT):
            made[column.name] = {"file": file_of(column.name, row.key), "bytes": value} if value else None
        elif column.type == "daterange":
            made[column.name] = period(value)
        elif not (sheet.is_series and column.name in PACKED):
            made[column.name] = value
    return made


# -- readings ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _bounds(day: date) -> tuple[str, ...]:
    """The bounds of a local day's hours, by the clock on the wall with its offset: 24, 25 or 26 of them."""
    start = day_start_seconds(day)
    seconds = (start + number * HOUR_SECONDS for number in range(hours_in_day(day) + 1))
    return tuple(datetime.fromtimestamp(one, LOCAL).isoformat() for one in seconds)


class Readings:
    """Unpacks rows of days to their hours; days whose hours are gone are one reading of their total."""

    def __init__(self, sheet: Sheet, counters: Mapping[tuple[int, int], Counter]) -> None:
        named = {column.name: place for place, column in enumerate(sheet.columns)}
        self._meter, self._register, self.day_place = named["meter_id"], named["register"], named["day"]
        self._values, self._quality, self._total = named["values"], named["quality"], named["total"]
        self._counters = counters

    def counter(self, row: Row) -> Counter:
        """Which register of which meter a row is of."""
        found = self._counters.get((row.values[self._meter], row.values[self._register]))
        return found or Counter("", "", "", "", "")

    def plain_hours(self, row: Row) -> Sequence[int] | None:
        """The values of a day of hours of which each was plainly measured; None of any other."""
        values = row.values[self._values]
        plain = row.values[self._quality] is None and len(values) > 1 and None not in values
        return values if plain and len(values) == len(_csv_spans(row.values[self.day_place])) else None

    def of(self, row: Row) -> Iterator[Reading]:
        """The readings of a row, in the order of time."""
        bounds = _bounds(date.fromisoformat(row.values[self.day_place]))
        values, qualities = row.values[self._values], row.values[self._quality]
        if not values:
            yield Reading(bounds[0], bounds[-1], row.values[self._total], 0)
        elif len(values) != len(bounds) - 1:  # one value a day
            yield Reading(bounds[0], bounds[-1], values[0], (qualities or [0])[0] or 0)
        elif qualities is None:
            for number, value in enumerate(values):
                yield Reading(bounds[number], bounds[number + 1], value, 0)
        else:
            for number, value in enumerate(values):
                quality = qualities[number] if number < len(qualities) else 0
                yield Reading(bounds[number], bounds[number + 1], value, quality or 0)


def reading_lines(readings: Readings, rows: Iterable[Row], say: Say) -> Iterator[str]:
    """One line of CSV a reading, its time and its value together; each text is a day's.

    Most are plainly measured hours, and their lines are put together from pieces that are made once a day.
    """
    for row in rows:
        counter = readings.counter(row)
        start = csv_line([counter.meter_number, say.text("code", counter.code), say.text("unit", counter.unit)])
        start = start.removesuffix(LINE_END) + SEPARATOR
        values = readings.plain_hours(row)
        if values is None:
            yield "".join(start + csv_line(_reading_cells(one, say.language)) for one in readings.of(row))
        else:
            spans = _csv_spans(row.values[readings.day_place])
            yield "".join([f"{start}{span}{value};{LINE_END}" for span, value in zip(spans, values, strict=True)])


def _reading_cells(one: Reading, language: Language) -> Cells:
    plain = one.quality == 0 and one.value is not None
    return [one.start, one.end, one.value, "" if plain else remark(one, language)]


@lru_cache(maxsize=4096)
def _csv_spans(day: str) -> tuple[str, ...]:
    bounds = _bounds(date.fromisoformat(day))
    return tuple(f"{start};{end};" for start, end in pairwise(bounds))


@lru_cache(maxsize=4096)
def _json_spans(day: str) -> tuple[str, ...]:
    bounds = _bounds(date.fromisoformat(day))
    return tuple(f'{{"start":"{start}","end":"{end}","value":' for start, end in pairwise(bounds))


def remark(reading: Reading, language: Language) -> str:
    """How a value came about, where it was not plainly measured."""
    if reading.value is None:
        return MISSING.in_(language)
    return ", ".join(text.in_(language) for bit, text in QUALITIES.items() if reading.quality & bit)


def readings_json(readings: Readings, row: Row) -> str:
    """A row's readings as a JSON array; ``quality``: how a value came about, where not plainly measured."""
    values = readings.plain_hours(row)
    if values is None:
        return json.dumps([reading_object(one) for one in readings.of(row)], separators=(",", ":"))
    spans = _json_spans(row.values[readings.day_place])
    return f"[{','.join([f'{span}{value}}}' for span, value in zip(spans, values, strict=True)])}]"


def reading_object(one: Reading) -> dict[str, Any]:
    """A reading as JSON carries it; ``quality``: how it came about, where not plainly measured."""
    made: dict[str, Any] = {"start": one.start, "end": one.end, "value": one.value}
    if one.quality:
        made["quality"] = [bit.name.lower() for bit in Quality if one.quality & bit and bit.name]
    return made


# -- files ---------------------------------------------------------------------------------------------------------


def files_by_place(
    documents: Sequence[Document], folder: str, safe: Callable[[str], str]
) -> dict[tuple[str, str], str]:
    """Where each document lies in the package, by its column and its row's key."""
    return {
        (one.column.name, f"{one.sheet.name}:{one.row_id}"): f"{folder}/{slug(one.sheet.title.da)}-{one.row_id}-"
        f"{safe(one.name)}"
        for one in documents
    }
