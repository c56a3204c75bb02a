"""The plan of a person's copy (Art. 15), and the reading of all that goes into it.

Both work under `P.PRIVACY_RIGHTS`, which the caller has entered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from forsyn.domain.customers.models import Customer
from forsyn.domain.safeguards.holds_queries import live_holds
from forsyn.domain.safeguards.holds_rules import Held as HeldBack
from forsyn.domain.safeguards.receivers import Asked, Receiver, receivers
from forsyn.policy.dossier import Gap, Sheet
from forsyn.policy.dossier_words import LeftOut
from forsyn.policy.policy import Policy, Text
from forsyn.policy.vocabulary import Scope
from forsyn.workflows.access_data import Held, Reader, Row, SeriesRows, read, reader
from forsyn.workflows.erasure_situation import Subject, subject_of


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One table of the package. ``until``: the day from which the last of its rows is no longer kept, if known of all.

    ``readings``: single values, where rows hold many. ``left_out``: columns that are held and not given, with why.
    """

    table: str
    title: Text
    categories: tuple[str, ...]
    rows: int
    readings: int
    until: date | None
    left_out: Mapping[str, LeftOut]


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """What the package holds, as plain data. ``withheld``: item keys that are left out, with the reason that shows."""

    customers: int
    lines: tuple[AccessLine, ...]
    withheld: Mapping[str, str]
    left_out: Mapping[str, LeftOut]
    gaps: tuple[Gap, ...]
    received: tuple[Receiver, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is kept as evidence."""
        return {
            "customers": self.customers,
            "lines": [_line_json(line) for line in self.lines],
            "withheld": dict(self.withheld),
            "left_out": {table: str(why) for table, why in self.left_out.items()},
            "gaps": [gap.what for gap in self.gaps],
            "recipients": sorted({one.recipient for one in self.received}),
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the plan, in hexadecimal."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    def counts(self) -> dict[str, int]:
        """Rows and readings, without persons."""
        return {
            "tables": len(self.lines),
            "rows": sum(line.rows for line in self.lines),
            "readings": sum(line.readings for line in self.lines),
            "withheld": len(self.withheld),
        }


@dataclass(frozen=True, slots=True)
class Gathered:
    """A person's data, read and not yet in any form. The series are read when they are written."""

    reader: Reader
    subject: Subject
    numbers: tuple[str, ...]
    held_back: tuple[HeldBack, ...]
    received: tuple[Receiver, ...]
    held: Held
    series: tuple[SeriesRows, ...]
    withheld: Mapping[str, str]

    @property
    def policy(self) -> Policy:
        return self.reader.policy

    def holds(self, sheet: Sheet) -> bool:
        """Whether a table has any rows of the person's."""
        if not sheet.is_series:
            return sheet.name in self.held.rows
        return any(one.count > 0 for one in self.series if one.sheet is sheet)


@contextmanager
def gathered(
    *, customer_ids: Collection[int], withheld: Mapping[str, str], today: date, found: Reader | None = None
) -> Iterator[Gathered]:
    """Read a person's data, for as long as the block lasts. 6 queries, and one for each table of days."""
    mine = found or reader()
    subject = subject_of(customer_ids=customer_ids)
    numbers = Customer.objects.filter(pk__in=subject.customers).order_by("number").values_list("number", flat=True)
    held = read(mine, subject, withheld=withheld)
    holds = live_holds(today=today, customer_ids=subject.customers)
    series = tuple(SeriesRows(sheet, subject, withheld) for sheet in mine.series)
    try:
        yield Gathered(mine, subject, tuple(numbers), holds, _received(subject), held, series, withheld)
    finally:
        if not connection.needs_rollback:
            for one in series:
                one.close()


def plan_access(
    *,
    customer_ids: Collection[int],
    today: date,
    withheld: Mapping[str, str] | None = None,
    found: Reader | None = None,
) -> AccessPlan:
    """What the package would hold today. A key of ``withheld`` is a table, a row (``table:id``) or ``table.column``."""
    mine = found or reader()
    with gathered(customer_ids=customer_ids, withheld=withheld or {}, today=today, found=mine) as data:
        lines = [
            AccessLine(
                sheet.name, sheet.title, categories_of(sheet, data), len(rows), 0, latest(rows), dict(sheet.left_out)
            )
            for sheet in mine.sheets
            if (rows := data.held.rows.get(sheet.name))
        ]
        lines += [_series_line(one) for one in data.series if one.count]
        return AccessPlan(
            len(data.subject.customers),
            tuple(lines),
            data.withheld,
            mine.shape.left_out,
            mine.shape.gaps,
            data.received,
        )


def _series_line(series: SeriesRows) -> AccessLine:
    sheet, place = series.sheet, series.sheet.place("values")
    readings = sum(max(len(row.values[place]), 1) for row in series)  # type: ignore[index]
    return AccessLine(sheet.name, sheet.title, sheet.categories, series.count, readings, None, dict(sheet.left_out))


def categories_of(sheet: Sheet, data: Gathered) -> tuple[str, ...]:
    """The categories of which a table holds something of the person's."""
    return tuple(sources_of(sheet, data))


def sources_of(sheet: Sheet, data: Gathered) -> dict[str, tuple[str, ...]]:
    """Where what a table holds of the person's came from, by category; of columns in which something stands."""
    found: dict[str, dict[str, None]] = {}
    rows = data.held.rows.get(sheet.name, ())
    kinds = _kinds(sheet, rows)
    for place, column in enumerate(sheet.columns):
        if sheet.is_series or any(row.values[place] not in (None, "") for row in rows):
            for category in column.categories:
                if kinds is None or category in kinds:
                    found.setdefault(category, {})[str(column.source)] = None
    return {category: tuple(sources) for category, sources in found.items()}


def _kinds(sheet: Sheet, rows: Sequence[Row]) -> set[str] | None:
    """What the rows say they hold, where they say so; and the categories that they all hold."""
    told = sheet.table.told_by
    place = sheet.place(told.column) if told else None
    if told is None or place is None:
        return None
    others = set(sheet.categories) - set(told.categories.values())
    return others | {told.categories[row.values[place]] for row in rows if row.values[place] in told.categories}


def used_for(data: Gathered) -> tuple[str, ...]:
    """The purposes that the person's data are used for: those that need a live consent or a claim only with one, and
    none to which the person's no stands.
    """
    given = {row["consent"] for row in data.held.dicts("safeguards_consent") if row["withdrawn_at"] is None}
    handed_over = any(row["closed_at"] is None for row in data.held.dicts("sensitive_hand_over"))
    standing = (row for row in data.held.dicts("safeguards_objection") if row["ended_at"] is None)
    stopped = {row["purpose"] for row in standing if row["upheld"] is not False}
    return tuple(
        key
        for key, purpose in data.policy.purposes.items()
        if key not in stopped
        and (purpose.consent is None or purpose.consent in given)
        and (purpose.scope is not Scope.HANDED_OVER or handed_over)
    )


def latest(rows: Sequence[Any]) -> date | None:
    """The last day on which any of the rows is still kept, where it is known of all of them."""
    days = [row.until for row in rows]
    return max(days) if days and all(days) else None


def _received(subject: Subject) -> tuple[Receiver, ...]:
    """Who really received something of any of the person's numbers."""
    return tuple(one for key in subject.customers for one in receivers(customer_id=key, asked=[Asked()])[0])


def _line_json(line: AccessLine) -> dict[str, Any]:
    return {
        "table": line.table,
        "title": {"da": line.title.da, "en": line.title.en},
        "categories": list(line.categories),
        "rows": line.rows,
        "readings": line.readings,
        "until": line.until.isoformat() if line.until else None,
        "left_out": {column: str(why) for column, why in line.left_out.items()},
    }
