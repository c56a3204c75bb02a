"""How the data of persons are read: the statements, made once from the declarations and used for everyone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg
from django.db import connection

from forsyn.domain.safeguards.queries import live_catalog
from forsyn.policy.dossier import Column, Form, Shape, Sheet, moments, shape
from forsyn.policy.dossier_schema import access_schema
from forsyn.policy.policy import Policy
from forsyn.policy.reach import PARAMETERS
from forsyn.workflows.declarations import all_bindings, current_policy
from forsyn.workflows.erasure_situation import Subject

_IN_OWN_TIME = """
    case when exists (
        select from public.metering_mounting as hung
          join public.customers_installation as pipes on pipes.id = hung.installation_id
          join public.customers_agreement as agreed
            on agreed.supply_point_id = pipes.supply_point_id and agreed.commodity = pipes.commodity
          join public.customers_agreement_holder as held_by on held_by.agreement_id = agreed.id
         where hung.id = t0.mounting_id and agreed.period @> {day}
           and held_by.customer_id = any(%(customers)s::bigint[]))
    then t0.{column} end
"""
OWN_TIME = {
    ("metering_mounting_reading", "opening"): _IN_OWN_TIME.format(column="opening", day="lower(hung.period)"),
    ("metering_mounting_reading", "closing"): _IN_OWN_TIME.format(column="closing", day="upper(hung.period) - 1"),
}
"""What a counter showed before the person came, or after he or she left, tells of somebody else's consumption."""


def _array(parts: Any) -> str:
    return f"json_build_array({', '.join(parts)})"


def values_of(sheet: Sheet) -> str:
    """A row's values as a JSON array, in the order of the sheet's columns."""
    return _array(OWN_TIME.get((sheet.name, column.name)) or _read(column) for column in sheet.columns)


def _read(column: Column) -> str:
    """How a column is read. Documents wait; of what is sealed, all that opens it comes along."""
    match column.form:
        case Form.SEALED:
            return f"json_build_array(encode(t0.{column.name}, 'base64'), t0.sealing_key, t0.id, t0.customer_id)"
        case Form.DOCUMENT | Form.SEALED_DOCUMENT:
            return f"octet_length(t0.{column.name})"
        case _:
            return f"encode(t0.{column.name}, 'hex')" if column.type == "bytea" else f"t0.{column.name}"


@dataclass(frozen=True)
class Reader:
    """How the data of persons are read under a policy; made once, and used for everyone."""

    policy: Policy
    shape: Shape

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """Those that are read whole."""
        return tuple(sheet for sheet in self.shape.sheets if not sheet.is_series)

    @cached_property
    def series(self) -> tuple[Sheet, ...]:
        """Those that are streamed."""
        return tuple(sheet for sheet in self.shape.sheets if sheet.is_series)

    @cached_property
    def schema(self) -> bytes:
        """The JSON Schema of what is read."""
        return json.dumps(access_schema(self.shape), ensure_ascii=False, indent=1).encode()

    @cached_property
    def events(self) -> tuple[tuple[str, str], ...]:
        """The events of persons, each once however many go by it: table of persons, and SQL."""
        return tuple(dict.fromkeys((root, text) for (root, _), text in all_bindings().person_events.items()))

    @cached_property
    def statement(self) -> str:
        """Every sheet's rows as JSON arrays: number of the sheet, values, days of events.

        The person's own events have the numbers below zero: -1 for the first, with its day.
        """
        rows = [
            sheet.rows.select(f"{number} as sheet, {values_of(sheet)}, {_array(moments(sheet))}")
            for number, sheet in enumerate(self.sheets)
        ]
        days = [
            f"select {-1 - number}, json_build_array(max(told.day)), null"
            f" from ({text}) as told where told.person = any({PARAMETERS[root]})"
            for number, (root, text) in enumerate(self.events)
        ]
        return " union all ".join(rows + days)


_readers: dict[tuple[str, str], Reader] = {}


def reader(policy: Policy | None = None) -> Reader:
    """This controller's reader, made once a process: a table that comes later is refused at the start anyway."""
    if policy is not None:
        return Reader(policy, shape(policy, all_bindings(), live_catalog()))
    mine = current_policy()
    key = (mine.file, mine.version)
    if key not in _readers:
        _readers[key] = Reader(mine, shape(mine, all_bindings(), live_catalog()))
    return _readers[key]


def parameters_of(subject: Subject) -> dict[str, str]:
    """As literals of arrays, so that the statement's types never change and its plan is kept."""
    return {key: f"{{{','.join(map(str, ids))}}}" for key, ids in subject.parameters.items()}


@contextmanager
def prepared(statement: str, given: Mapping[str, str], *, keep: bool = True) -> Iterator[psycopg.Cursor[Any]]:
    """Run a statement, whose plan the connection keeps: making it takes far longer than finding one person's rows."""
    connection.ensure_connection()
    raw = connection.connection
    if not keep:
        with psycopg.Cursor(raw) as cursor:
            yield cursor.execute(statement, given)
        return
    threshold, raw.prepare_threshold = raw.prepare_threshold, 0
    try:
        with psycopg.Cursor(raw) as cursor:
            cursor.execute("set local plan_cache_mode = force_generic_plan", prepare=False)
            yield cursor.execute(statement, given, prepare=True)
            cursor.execute("set local plan_cache_mode = auto", prepare=False)
    finally:
        raw.prepare_threshold = threshold
