"""Reads what a person takes along (Art. 20). The caller has entered `P.PRIVACY_RIGHTS`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db import connection

from forsyn.domain.metering.rules import Quality
from forsyn.domain.safeguards.queries import live_catalog
from forsyn.kernel.local_days import day_start_seconds
from forsyn.policy.catalog import Catalog
from forsyn.policy.dossier import REPLACED, Shape, Sheet, shape
from forsyn.policy.policy import Policy
from forsyn.policy.portable import Part, parts
from forsyn.policy.reach import about
from forsyn.workflows.access_data import LOCAL, Counter, Document, Held, Reader, Row, SeriesRows, read
from forsyn.workflows.access_tables import Reading, Readings
from forsyn.workflows.declarations import all_bindings, current_policy
from forsyn.workflows.erasure_situation import Subject, subject_of

MONTHS = "metering_month"
SET_ASIDE = "metering_quarantine"
ADDRESSES = "customers_address"
COUNTERS = ("metering_meter", "metering_register")
"""Read for the unit and the kind of what was measured; the meter's number, which is assigned, stays."""
_HOMES = """
    select distinct on (mounting.meter_id) mounting.meter_id, home.id,
           concat_ws(', ', concat_ws(' ', home.street, home.house_number),
                     nullif(concat_ws(' ', nullif(home.floor, ''), nullif(home.door, '')), ''),
                     concat_ws(' ', home.postal_code, home.city))
      from ({mountings}) as mounting
      join public.customers_installation as pipes on pipes.id = mounting.installation_id
      join public.customers_supply_point as point on point.id = pipes.supply_point_id
      join public.customers_address as home on home.id = point.address_id
     order by mounting.meter_id, lower(mounting.period) desc nulls last
"""


@dataclass(frozen=True)
class Portable:
    """How what is taken along is read under a policy."""

    policy: Policy
    catalog: Catalog
    parts: tuple[Part, ...]
    reader: Reader
    left_out: frozenset[str]
    """Tables that only repeat what stands elsewhere, or that hold keys; see dossier_words.toml."""

    def part(self, table: str) -> Part | None:
        return next((part for part in self.parts if part.name == table), None)

    @cached_property
    def given(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.given)


_made: dict[tuple[str, str], Portable] = {}


def portable(policy: Policy | None = None) -> Portable:
    """That of a policy, or of the policy in force, which is made once a process."""
    if policy is not None:
        return _portable(policy)
    mine = current_policy()
    key = (mine.file, mine.version)
    if key not in _made:
        _made[key] = _portable(mine)
    return _made[key]


def _portable(policy: Policy) -> Portable:
    catalog = live_catalog()
    whole = shape(policy, all_bindings(), catalog)
    found = parts(policy, whole, catalog)
    named = [sheet for name in COUNTERS if (sheet := whole.sheet(name)) is not None]
    sheets = (*(part.sheet for part in found), *named)
    return Portable(policy, catalog, found, Reader(policy, Shape(sheets, {}, whole.gaps)), frozenset(whole.left_out))


@dataclass(frozen=True, slots=True)
class Series:
    """What one register of a meter observed. ``number`` and ``meter`` count within a package; ``key`` is for good."""

    key: str
    number: int
    meter: int
    home: str
    counter: Counter
    rows: Iterator[Row]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A value that a meter sent and that was not believed, as the file of values had it."""

    quantity: str
    unit: str
    at: str | None
    value: int | None
    time_as_sent: str | None
    value_as_sent: str | None


@dataclass(frozen=True)
class Taken:
    """A person's portable data, read and not yet in any form; the days are read when they are written."""

    portable: Portable
    subject: Subject
    held: Held
    days: Mapping[str, DayRows]
    homes: Mapping[int, str]
    withheld: Mapping[str, str]

    @property
    def policy(self) -> Policy:
        return self.portable.policy

    def rows(self, part: Part) -> Sequence[Row]:
        return self.held.rows.get(part.name, ())

    def documents(self) -> tuple[Document, ...]:
        taken = {(part.name, column) for part in self.portable.given for column in part.columns}
        return tuple(one for one in self.held.documents() if (one.sheet.name, one.column.name) in taken)

    @cached_property
    def numbers(self) -> dict[int, int]:
        """Meters counted within the package, whichever table tells of them."""
        meters = sorted({meter for meter, _ in self.held.counters})
        return {meter: number for number, meter in enumerate(meters, 1)}

    def series(self, *, replaced: bool = False) -> Iterator[Series]:
        """By meter and register; take each one's rows before the next."""
        registers = {key: number for number, key in enumerate(sorted(self.held.counters), 1)}
        for key, rows in groupby(self._rows_of_series(replaced), key=lambda one: one[0]):
            counter = self.held.counters.get(key, Counter("", "", "", "", ""))
            number, meter = registers.get(key, len(registers) + 1), self.numbers.get(key[0], 1)
            yield Series(
                f"{key[0]}/{key[1]}", number, meter, self.homes.get(key[0], ""), counter, (row for _, row in rows)
            )

    def _rows_of_series(self, replaced: bool) -> Iterator[tuple[tuple[int, int], Row]]:
        """Months before days, register by register."""
        months = {} if replaced else self._months()
        found = self.days.get(REPLACED if replaced else "metering_day")
        keyed = ((found.key(row), row) for row in found) if found is not None else iter(())
        for key, rows in groupby(keyed, key=lambda one: one[0]):
            for earlier in sorted(other for other in months if other < key):
                yield from ((earlier, row) for row in months.pop(earlier))
            yield from ((key, row) for row in months.pop(key, ()))
            yield from rows
        for key in sorted(months):
            yield from ((key, row) for row in months[key])

    def _months(self) -> dict[tuple[int, int], list[Row]]:
        part = self.portable.part(MONTHS)
        if part is None:
            return {}
        meter, register, first = (part.sheet.place(name) for name in ("meter_id", "register", "first_day"))
        found: dict[tuple[int, int], list[Row]] = {}
        for row in sorted(self.rows(part), key=lambda one: one.values[first]):  # type: ignore[index]
            found.setdefault((row.values[meter], row.values[register]), []).append(row)  # type: ignore[index]
        return found

    def observed(self, row: Row) -> tuple[list[Reading], list[tuple[str, int]]]:
        """A row's readings, and what the counter showed with the instant."""
        if row.key.startswith(f"{MONTHS}:"):
            return _month(self._named(MONTHS, row))
        sheet = next(days.sheet for name, days in self.days.items() if row.key.startswith(f"{name}:"))
        named = dict(zip((column.name for column in sheet.columns), row.values, strict=True))
        readings = list(Readings(sheet, self.held.counters).of(row))
        opening = named["opening"]
        return readings, [] if opening is None or not readings else [(readings[0].start, opening)]

    def set_aside(self) -> Iterator[SetAside]:
        """Value by value, each with its time."""
        part = self.portable.part(SET_ASIDE)
        if part is None:
            return
        units = {counter.code: counter.unit for counter in self.held.counters.values()}
        for row in self.rows(part):
            named = self._named(SET_ASIDE, row)
            code = named["register_code"] or ""
            instants, values = named["instants"] or (), named["values"] or ()  # None where they are withheld
            for place, (at, value) in enumerate(zip(instants, values, strict=False)):
                yield SetAside(
                    code,
                    units.get(code, ""),
                    None if at is None else _instant(at),
                    value,
                    _nth(named["stamp_texts"], place),
                    _nth(named["value_texts"], place),
                )

    def _named(self, table: str, row: Row) -> dict[str, Any]:
        sheet: Sheet = self.portable.part(table).sheet  # type: ignore[union-attr]
        return dict(zip((column.name for column in sheet.columns), row.values, strict=True))


def _month(named: Mapping[str, Any]) -> tuple[list[Reading], list[tuple[str, int]]]:
    start, end = (_instant(day_start_seconds(_date(named[name]))) for name in ("first_day", "until_day"))
    counters = [(start, named["opening"]), (end, named["closing"])]
    reading = Reading(start, end, named["total"], (named["quality"] or 0) & sum(Quality))
    return [reading], [(at, value) for at, value in counters if value is not None]


def _date(text: str) -> Any:
    return datetime.fromisoformat(text).date()


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, LOCAL).isoformat()


def _nth(texts: Sequence[str | None] | None, place: int) -> str | None:
    return texts[place] if texts and place < len(texts) else None


class DayRows(SeriesRows):
    """Days that tell which register they are of."""

    def key(self, row: Row) -> tuple[int, int]:
        meter, register = self.sheet.place("meter_id"), self.sheet.place("register")
        return row.values[meter], row.values[register]  # type: ignore[index]


@contextmanager
def taken(
    *, customer_ids: Collection[int], withheld: Mapping[str, str], found: Portable | None = None
) -> Iterator[Taken]:
    """Read a person's portable data, for as long as the block lasts. 4 queries, and one for each table of days."""
    mine = found or portable()
    subject = subject_of(customer_ids=customer_ids)
    held = read(mine.reader, subject, withheld=withheld)
    days = {sheet.name: DayRows(sheet, subject, withheld) for sheet in mine.reader.series}
    try:
        yield Taken(mine, subject, held, days, _homes(mine, subject, withheld), withheld)
    finally:
        if not connection.needs_rollback:
            for one in days.values():
                one.close()


def _homes(found: Portable, subject: Subject, withheld: Mapping[str, str]) -> dict[int, str]:
    """Where each meter hangs, or hung last, unless the address is withheld, or anything of it. 1 query."""
    table = all_bindings().table("metering_mounting")
    if table is None or found.part(ADDRESSES) is None or any(_is_of(item, ADDRESSES) for item in withheld):
        return {}
    mountings = about(table, found.catalog).select("t0.meter_id, t0.installation_id, t0.period")
    with connection.cursor() as cursor:
        cursor.execute(_HOMES.format(mountings=mountings), subject.parameters)
        return {meter: home for meter, row, home in cursor.fetchall() if f"{ADDRESSES}:{row}" not in withheld}


def _is_of(item: str, table: str) -> bool:
    """Whether what is withheld is a table, or a column of it."""
    return item.partition(".")[0] == table
