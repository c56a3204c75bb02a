"""Puts closed months of meter values in order, one after the other, and steps back where they are in use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forsyn.domain.metering.actions_month_tables import drop_emptied
from forsyn.domain.metering.month_tables import (
    MonthTable,
    closed_months,
    put_in_order,
    sizes,
    thinned_before,
)


class Outcome(StrEnum):
    """What became of a month."""

    IN_ORDER = "in_order"
    TO_DO = "to_do"
    DONE = "done"
    IN_USE = "in_use"
    EMPTIED = "emptied"
    """All its days have become months; in a dry run, its table would be dropped."""


@dataclass(frozen=True, slots=True)
class TidiedMonth:
    """A month, and how large it is afterwards; in a dry run, about how large it would be."""

    table: MonthTable
    outcome: Outcome
    bytes_after: int


def tidy_months(*, today: date, lock_timeout_ms: int, dry_run: bool = False) -> Iterator[TidiedMonth]:
    """Every month before this one, the earliest first; each is one transaction of its own."""
    thinned = thinned_before() or date.min
    for table in closed_months(today=today):
        if table.rows == 0 and table.month < thinned:
            dropped = dry_run or drop_emptied(table=table)
            yield TidiedMonth(table, Outcome.EMPTIED if dropped else Outcome.IN_USE, 0 if dropped else table.bytes)
        elif not table.untidy:
            yield TidiedMonth(table, Outcome.IN_ORDER, table.bytes)
        elif dry_run:
            yield TidiedMonth(table, Outcome.TO_DO, table.bytes - table.gain_bytes)
        elif put_in_order(table=table, lock_timeout_ms=lock_timeout_ms):
            yield TidiedMonth(table, Outcome.DONE, sizes(tables=[table.name])[table.name])
        else:
            yield TidiedMonth(table, Outcome.IN_USE, table.bytes)
