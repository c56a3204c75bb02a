"""The files of a package, each as a stream: the readable PDF, one JSON, a CSV for each table, and the documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from forsyn.integrations.documents.codec import to_plain
from forsyn.integrations.documents.pdf import typeset
from forsyn.integrations.packages.codec import Entry, safe_name, write_csv, write_lines
from forsyn.policy.document import Document as Paper
from forsyn.policy.document import as_text
from forsyn.policy.dossier import Form, Sheet
from forsyn.policy.dossier_document import SHOWN_ROWS, access_document
from forsyn.policy.dossier_facts import Facts, MonthFacts, ReceivedFacts, TableFacts
from forsyn.policy.dossier_words import LeftOut, words
from forsyn.policy.items import Text
from forsyn.policy.vocabulary import Language
from forsyn.workflows.access_data import LOCAL, Document, Row, SeriesRows
from forsyn.workflows.access_head import SCHEMA, head
from forsyn.workflows.access_months import month_facts
from forsyn.workflows.access_plan import Gathered, latest, sources_of, used_for
from forsyn.workflows.access_tables import (
    READING_HEADERS,
    Readings,
    Say,
    as_object,
    cells,
    files_by_place,
    headers,
    reading_lines,
    readings_json,
    slug,
)

TABLES = Text("tabeller", "tables")
DOCUMENTS = Text("dokumenter", "documents")
READINGS = Text("maalinger", "readings")
PDF = Text("indsigt.pdf", "access.pdf")
READ_ME = Text("LÆS-MIG.txt", "README.txt")
JSON_PIECE = 16 * 1024


@dataclass(frozen=True)
class Files:
    """A person's files, in the order in which they go into the package. ``made_at`` is aware, and all that is clock."""

    data: Gathered
    language: Language
    made_at: datetime

    @cached_property
    def say(self) -> Say:
        return Say(self.data.policy, self.language)

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        return tuple(self.data.held.documents())

    @cached_property
    def places(self) -> dict[tuple[str, str], str]:
        """Where the documents lie."""
        return files_by_place(self.documents, DOCUMENTS.in_(self.language), safe_name)

    def file_of(self, column: str, key: str) -> str | None:
        return self.places.get((column, key))

    def entries(self, *, pdf: bool = True) -> Iterator[Entry]:
        """All files; without ``pdf``, those that are the data."""
        paper = self.paper()
        yield Entry(READ_ME.in_(self.language), [as_text(paper).replace("\n", "\r\n").encode()])
        if pdf:
            yield Entry(PDF.in_(self.language), [typeset(to_plain(paper), dated=self.day)])
        yield Entry("data.json", self.json())
        yield Entry(SCHEMA, [self.data.reader.schema])
        yield from self.tables()
        for one in self.documents:
            yield Entry(self.places[one.column.name, f"{one.sheet.name}:{one.row_id}"], _once(one.content))

    @property
    def day(self) -> date:
        return self.made_at.astimezone(LOCAL).date()

    # -- tables -------------------------------------------------------------------------------------------------

    def tables(self) -> Iterator[Entry]:
        """One CSV for each table that holds anything, and one for the readings of each table of days."""
        for sheet in self.data.reader.sheets:
            if rows := self.data.held.rows.get(sheet.name):
                yield self.table(sheet, rows)
        for series in self.data.series:
            if series.count:
                yield self.table(series.sheet, series)
                readings = Readings(series.sheet, self.data.held.counters)
                lines = reading_lines(readings, series, self.say)
                titles = [header.in_(self.language) for header in READING_HEADERS]
                yield Entry(self.readings_file(series.sheet), write_lines(titles, lines))

    def table(self, sheet: Sheet, rows: Iterable[Row]) -> Entry:
        return Entry(
            self.table_file(sheet),
            write_csv(headers(sheet, self.language), cells(sheet, rows, self.say, self.file_of)),
        )

    def table_file(self, sheet: Sheet) -> str:
        return f"{TABLES.in_(self.language)}/{slug(sheet.title.in_(self.language))}.csv"

    def readings_file(self, sheet: Sheet) -> str:
        return f"{TABLES.in_(self.language)}/{READINGS.in_(self.language)}-{slug(sheet.title.in_(self.language))}.csv"

    # -- data.json ----------------------------------------------------------------------------------------------

    def json(self) -> Iterator[bytes]:
        """Everything in one document, in pieces."""
        yield from _gathered_pieces(self._json())

    def _json(self) -> Iterator[str]:
        yield _dumped(head(self.data, self.language, self.made_at))[:-1] + ',"tables":{'
        comma = ""
        for sheet in self.data.reader.sheets:
            if rows := self.data.held.rows.get(sheet.name):
                yield f"{comma}{self.opening(sheet)}"
                yield from _joined(self.objects(sheet, rows))
                yield "]}"
                comma = ","
        for series in (one for one in self.data.series if one.count):
            yield f"{comma}{self.opening(series.sheet)}"
            yield from _joined(self.days(series))
            yield "]}"
            comma = ","
        yield "}}"

    def opening(self, sheet: Sheet) -> str:
        about = {"title": sheet.title.in_(self.language), "categories": list(sheet.categories)}
        return f'{_dumped(sheet.name)}:{_dumped(about)[:-1]},"rows":['

    def objects(self, sheet: Sheet, rows: Iterable[Row]) -> Iterator[str]:
        for row in rows:
            made = as_object(sheet, row, self.file_of)
            made["kept_until"] = row.until.isoformat() if row.until else None
            yield _dumped(made)

    def days(self, series: SeriesRows) -> Iterator[str]:
        readings = Readings(series.sheet, self.data.held.counters)
        for row in series:
            counter = readings.counter(row)
            made = as_object(series.sheet, row, self.file_of)
            made |= {"meter_number": counter.meter_number, "code": counter.code, "unit": counter.unit}
            yield f'{_dumped(made)[:-1]},"readings":{readings_json(readings, row)}}}'

    # -- the readable part --------------------------------------------------------------------------------------

    def paper(self) -> Paper:
        """The document for reading."""
        return access_document(self.data.policy, self.facts, self.language)

    @cached_property
    def facts(self) -> Facts:
        data = self.data
        series = [one for one in data.series if one.count]
        files = [("file_pdf", PDF), ("file_csv", TABLES), ("file_json", Text("data.json", "data.json"))]
        if self.documents:
            files.append(("file_documents", DOCUMENTS))
        return Facts(
            numbers=data.numbers,
            day=self.day,
            tables=self.table_facts,
            received=tuple(
                ReceivedFacts(
                    one.recipient,
                    one.categories,
                    one.first_at.astimezone(LOCAL).date(),
                    one.last_at.astimezone(LOCAL).date(),
                    one.times,
                    one.only_carried,
                )
                for one in data.received
            ),
            months=self.months(series),
            readings_file=self.readings_file(series[0].sheet) if series else "",
            files=tuple((key, name.in_(self.language)) for key, name in files),
            purposes=used_for(data),
            withheld=tuple((self.item(key), reason) for key, reason in sorted(data.withheld.items())),
            left_out=self.left_out(),
            holds=tuple((hold.ground, hold.end_date) for hold in data.held_back),
        )

    @cached_property
    def table_facts(self) -> tuple[TableFacts, ...]:
        """The tables that hold anything, as the document tells them; of days, only how many there are."""
        found = []
        for sheet in self.data.reader.sheets:
            if rows := self.data.held.rows.get(sheet.name):
                shown = tuple((tuple(self.values(sheet, row)), row.until) for row in rows[-SHOWN_ROWS:][::-1])
                found.append(
                    TableFacts(
                        sheet.title.in_(self.language),
                        self.table_file(sheet),
                        sources_of(sheet, self.data),
                        shown,
                        len(rows),
                        latest(rows),
                    )
                )
        for series in self.data.series:
            if count := series.count:
                title = series.sheet.title.in_(self.language)
                file = self.table_file(series.sheet)
                found.append(TableFacts(title, file, sources_of(series.sheet, self.data), (), count, None))
        return tuple(found)

    def values(self, sheet: Sheet, row: Row) -> Iterator[tuple[str, str]]:
        """A row's values with their labels, without numbers of rows and what is empty."""
        for column, value in zip(sheet.columns, row.values, strict=True):
            if value in (None, "", [], {}) or column.name == "id" or column.name.endswith("_id"):
                continue
            if column.form in (Form.DOCUMENT, Form.SEALED_DOCUMENT):
                value = self.file_of(column.name, row.key)
            yield column.title.in_(self.language), self.say.reading(column, value)

    def months(self, series: list[SeriesRows]) -> tuple[MonthFacts, ...]:
        """Consumption by month: of the days that count, not of those that were replaced."""
        valid = [one for one in series if one.sheet.name == "metering_day"]
        return month_facts(self.data, valid, self.say)

    def item(self, key: str) -> str:
        """A withheld item as a person reads it."""
        table, _, row = key.partition(":")
        name, _, column = table.partition(".")
        sheet = self.data.reader.shape.sheet(name)
        if sheet is None:
            return key
        title = sheet.title.in_(self.language)
        named = words().column(name, column) if column else None
        return f"{title}, {named.in_(self.language)}" if named else f"{title}, nr. {row}" if row else title

    def left_out(self) -> Mapping[LeftOut, tuple[str, ...]]:
        """Titles by reason; of the tables in which something is held."""
        found: dict[LeftOut, dict[str, None]] = {}
        for sheet in self.data.reader.shape.sheets:
            if self.data.holds(sheet):
                for why in sheet.left_out.values():
                    found.setdefault(why, {})[sheet.title.in_(self.language)] = None
        for table, why in self.data.reader.shape.left_out.items():
            if named := words().table(table):
                found.setdefault(why, {})[named.title.in_(self.language)] = None
        return {why: tuple(titles) for why, titles in found.items()}


def _once(content: Callable[[], bytes]) -> Iterator[bytes]:
    yield content()


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _joined(parts: Iterable[str]) -> Iterator[str]:
    comma = ""
    for part in parts:
        yield comma + part
        comma = ","


def _gathered_pieces(parts: Iterable[str]) -> Iterator[bytes]:
    """Small pieces put together, so that each write is worth its while."""
    waiting: list[str] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= JSON_PIECE:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()
