"""Reads everything that is held about a person, table by table: the data of a package, before it has a form.

The caller has entered `P.PRIVACY_RIGHTS`. All tables but those of days are read by one statement, prepared once a
connection, since planning its joins takes longer than reading one person's rows; days come by a cursor, so that memory
does not grow with them.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from django.db import connection

from forsyn.domain.safeguards.sealing import unseal
from forsyn.domain.sensitive.sealing import KeyRing, Place, Sealed
from forsyn.domain.sensitive.vault import store
from forsyn.policy.dossier import Column, Form, Sheet, moments, rule_applies
from forsyn.policy.ends import end_date
from forsyn.policy.policy import Policy
from forsyn.policy.reach import ends_at
from forsyn.workflows.access_reader import Reader as Reader
from forsyn.workflows.access_reader import parameters_of, prepared, values_of
from forsyn.workflows.access_reader import reader as reader
from forsyn.workflows.access_withheld import is_left_out
from forsyn.workflows.declarations import all_bindings
from forsyn.workflows.erasure_situation import Subject

LOCAL = ZoneInfo("Europe/Copenhagen")
SERIES_ROWS = 500
"""Day rows fetched at a time."""
IN_MEMORY_ROWS = 8_000
"""So many day rows, five years of four registers, are kept here: 15 MB."""
KEYS = ("meter_id", "register", "first_day", "day", "version", "account_id")
"""What names a row of a table that has no id."""
_CURSORS = count(1)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is given. ``key`` names it (``correspondence_note:17``); ``values`` go with the sheet's columns.

    ``until``: the day from which it is no longer kept, where that is known.
    """

    key: str
    values: Sequence[Any]
    until: date | None


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes that stand in a row and become a file of their own; read when their turn has come."""

    sheet: Sheet
    column: Column
    row_id: str
    name: str
    byte_count: int

    def content(self) -> bytes:
        """1 query. Raises SealBroken."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"select {self.column.name} from public.{self.sheet.name} where id::text = %s",
                [self.row_id],
            )
            found = cursor.fetchone()
        content = bytes(found[0]) if found and found[0] is not None else b""
        return unseal(content) if self.column.form is Form.SEALED_DOCUMENT and content else content


@dataclass(frozen=True, slots=True)
class Counter:
    """One register of a meter, as its readings tell of it."""

    meter_number: str
    commodity: str
    code: str
    unit: str
    resolution: str


@dataclass
class Held:
    """What is held about a person, without the series.

    ``event_days``: the day of each event of the person, by table of persons and event; None while it has not come.
    """

    reader: Reader
    subject: Subject
    event_days: Mapping[tuple[str, str], date | None]
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def documents(self) -> Iterator[Document]:
        """The documents that stand in rows."""
        for sheet in self.reader.sheets:
            for column in sheet.columns:
                if column.form in (Form.DOCUMENT, Form.SEALED_DOCUMENT):
                    yield from self._documents(sheet, column)

    def _documents(self, sheet: Sheet, column: Column) -> Iterator[Document]:
        place, named = sheet.place(column.name), sheet.place(column.file_name)
        for row in self.rows.get(sheet.name, ()):
            byte_count = row.values[place]  # type: ignore[index]
            if byte_count:
                name = (row.values[named] if named is not None else None) or ""
                yield Document(sheet, column, row.key.partition(":")[2], str(name), byte_count)

    @cached_property
    def counters(self) -> dict[tuple[int, int], Counter]:
        """The registers by meter and number. Empty where meters are not among the sheets."""
        meters = {row["id"]: row for row in self.dicts("metering_meter")}
        return {
            (row["meter_id"], row["number"]): Counter(
                meters.get(row["meter_id"], {}).get("number") or "",
                meters.get(row["meter_id"], {}).get("commodity") or "",
                row["code"] or "",
                row["unit"] or "",
                row["resolution"] or "",
            )
            for row in self.dicts("metering_register")
        }

    def dicts(self, table: str) -> Iterator[dict[str, Any]]:
        """A table's rows by column."""
        sheet = self.reader.shape.sheet(table)
        for row in self.rows.get(table, ()):
            yield {column.name: value for column, value in zip(sheet.columns, row.values, strict=True)}  # type: ignore[union-attr]


def read(found: Reader, subject: Subject, *, withheld: Mapping[str, str]) -> Held:
    """Everything but the series; items that are withheld are left out here, before anything else sees them. 1 query.

    Raises VaultClosed where sealed values cannot be opened.
    """
    with prepared(found.statement, parameters_of(subject)) as cursor:
        rows = cursor.fetchall()
    by_sheet: dict[int, list[tuple[Any, Any]]] = {}
    for number, values, days in rows:
        by_sheet.setdefault(number, []).append((values, days))
    event_days = _event_days(found, by_sheet)
    held = Held(found, subject, event_days)
    opener = _Opener()
    for number, sheet in enumerate(found.sheets):
        if number in by_sheet and not is_left_out(sheet.name, withheld):
            made = _rows(found.policy, sheet, by_sheet[number], event_days, opener, withheld)
            if made:
                held.rows[sheet.name] = made
    return held


def _event_days(found: Reader, by_sheet: Mapping[int, Sequence[tuple[Any, Any]]]) -> dict[tuple[str, str], date | None]:
    """When the person's events came; infinity is an end that has not come, and nothing is an event of nobody's."""
    told = {one: by_sheet[-1 - number][0][0][0] for number, one in enumerate(found.events)}
    return {
        (root, event): _day(told[root, text])
        for (root, event), text in all_bindings().person_events.items()
        if told[root, text] is not None
    }


def _rows(
    policy: Policy,
    sheet: Sheet,
    found: Sequence[tuple[Any, Any]],
    event_days: Mapping[tuple[str, str], date | None],
    opener: _Opener,
    withheld: Mapping[str, str],
) -> list[Row]:
    key_of = _key(sheet)
    told_by = sheet.place(sheet.table.told_by.column) if sheet.table.told_by else None
    until = _until(policy, sheet, event_days)
    hidden = [place for place, column in enumerate(sheet.columns) if f"{sheet.name}.{column.name}" in withheld]
    instants = [place for place, column in enumerate(sheet.columns) if column.type.startswith("timestamp")]
    sealed = [place for place, column in enumerate(sheet.columns) if column.form is Form.SEALED]
    ready = []
    for values, days in sorted(found, key=lambda one: _order(one[0], sheet)):
        key = key_of(values)
        if key in withheld:
            continue
        for place in instants:
            values[place] = _local(values[place])
        for place in sealed:
            values[place] = opener.open(sheet, values[place])
        for place in hidden:
            values[place] = None
        ready.append(Row(key, values, until(None if told_by is None else values[told_by], days)))
    return ready


def _order(values: Sequence[Any], sheet: Sheet) -> tuple[Any, ...]:
    return tuple(values[place] for place in _key_places(sheet))


def _key_places(sheet: Sheet) -> tuple[int, ...]:
    own = sheet.place("id")
    if own is not None:
        return (own,)
    return tuple(place for name in KEYS if (place := sheet.place(name)) is not None)


def _key(sheet: Sheet) -> Any:
    places = _key_places(sheet)

    def key(values: Sequence[Any]) -> str:
        return f"{sheet.name}:{'/'.join(str(values[place]) for place in places)}"

    return key


def _local(text: str | None) -> str | None:
    """An instant by the clock on the wall, with its offset."""
    if text is None or text.endswith("infinity"):
        return text
    return datetime.fromisoformat(text).astimezone(LOCAL).isoformat()


def _until(policy: Policy, sheet: Sheet, event_days: Mapping[tuple[str, str], date | None]) -> Any:
    """From which day on a row is no longer kept: when the last of its rules says so."""
    told = moments(sheet)
    roots = {ends_at(path, sheet.table) for path in sheet.table.persons}
    of_person = {
        end.rule.key: next((event_days.get((root, end.rule.event)) for root in roots), None) for end in sheet.ends
    }

    def until(kind: str | None, days: Sequence[str | None]) -> date | None:
        latest: date | None = None
        for end in sheet.ends:
            if not rule_applies(end, kind):
                continue
            day = of_person[end.rule.key] if end.moment is None else _day(days[told.index(end.moment)])
            if day is None:
                return None
            over = end_date(policy, end.rule, day)
            latest = over if latest is None else max(latest, over)
        return latest

    return until


def _day(text: str | None) -> date | None:
    return None if text is None or text.endswith("infinity") else date.fromisoformat(text)


class _Opener:
    """Opens sealed values; the key ring is fetched once, and only where something is sealed."""

    def __init__(self) -> None:
        self._ring: KeyRing | None = None

    def open(self, sheet: Sheet, told: Sequence[Any]) -> str | None:
        """Raises VaultClosed."""
        content, key, row, customer = told
        if content is None:
            return None
        if self._ring is None:
            self._ring = store().ring()
        sealed = Sealed(key, b64decode(content))
        return self._ring.open(sealed, Place(sheet.name, "sealed", UUID(row), customer)).text


# -- series --------------------------------------------------------------------------------------------------------


class SeriesRows:
    """The rows of one table of days, by meter, register and day; may be gone through again, with the same result.

    Some thousands are kept here. More are kept by the database beside a scrollable cursor, so that memory does not grow
    with them and another pass costs no second search. Close it.
    """

    def __init__(self, sheet: Sheet, subject: Subject, withheld: Mapping[str, str]) -> None:
        self.sheet, self._withheld = sheet, withheld
        self._cursor: psycopg.ServerCursor[Any] | None = None
        self._few: list[Row] | None = []
        if is_left_out(sheet.name, withheld):
            return
        order = ", ".join(f"t0.{name}" for name in ("meter_id", "register", "day", "version"))
        statement = f"{sheet.rows.select(values_of(sheet))} order by {order}"
        parameters = parameters_of(subject)
        # a plan that is kept would look into every month
        with prepared(
            f"{statement} limit {IN_MEMORY_ROWS + 1}", parameters, keep=not sheet.table.partitioned
        ) as cursor:
            rows = cursor.fetchall()
        if len(rows) <= IN_MEMORY_ROWS:
            self._few = list(self._given(rows))
            return
        self._few = None
        self._cursor = connection.connection.cursor(f"series_{next(_CURSORS)}", scrollable=True)
        self._cursor.execute(statement, parameters)

    def __iter__(self) -> Iterator[Row]:
        if self._cursor is None:
            yield from self._few or ()
            return
        self._cursor.scroll(0, mode="absolute")
        while rows := self._cursor.fetchmany(SERIES_ROWS):
            yield from self._given(rows)

    def _given(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[Row]:
        key_of = _key(self.sheet)
        for (values,) in rows:
            key = key_of(values)
            if key not in self._withheld:
                yield Row(key, values, None)

    @cached_property
    def count(self) -> int:
        """How many there are."""
        return sum(1 for _ in self) if self._few is None else len(self._few)

    def close(self) -> None:
        """The database forgets them."""
        if self._cursor is not None:
            self._cursor.close()
