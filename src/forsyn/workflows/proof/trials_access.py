"""Trials of access: the copy holds every row that names the person, and every column is given or has its reason."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.packages.schema import faults
from forsyn.policy.bindings import Personal
from forsyn.policy.dossier import Form, Sheet, shape
from forsyn.policy.purposes import P
from forsyn.policy.reach import ends_at, own_column
from forsyn.workflows.access_files import SCHEMA
from forsyn.workflows.access_package import build_access_package
from forsyn.workflows.access_reader import Reader, reader
from forsyn.workflows.package_door import PackageRefused
from forsyn.workflows.proof.bench import Bench, Finding, rolled_back
from forsyn.workflows.proof.trial import control, invariant

SAMPLE = 3
SOMEBODY = "select id from customers_customer order by id limit %s"
PERSONS = "customers_customer"
ASKED = "-- forsyn access"
DAYS = 30
"""So many days of each series are held against the schema: they are alike, and there may be thousands."""


@control(
    "SF-20",
    "SV-21",
    da="Nogle personers kopi bliver lavet; den følger skemaet ved siden af og har hver række med deres kundenummer.",
    en="The copy of some persons is made; it follows its schema and has every row with their customer number.",
)
def copies_are_whole(bench: Bench) -> Finding:
    """Each is made as it would be handed over; the rows are counted by the person's id, not by the copy's own joins."""
    mine = reader()
    sample = [customer_id for (customer_id,) in bench.rows(SOMEBODY, [SAMPLE])]
    wrong = [fault for customer_id in sample for fault in _tried(bench, mine, customer_id)]
    return Finding(ASKED, len(sample), len(wrong), tuple(dict.fromkeys(wrong)))


def _tried(bench: Bench, mine: Reader, customer_id: int) -> Iterator[str]:
    sealed = [sheet for sheet in mine.shape.sheets if _is_sealed(sheet)]
    try:
        with rolled_back(), purpose(P.PRIVACY_RIGHTS, actor=None):
            pieces = build_access_package(
                customer_ids=[customer_id],
                now=bench.now,
                today=bench.today,
                withheld={sheet.name: "-" for sheet in sealed},
                pdf=False,
            )
            content = b"".join(pieces)
    except PackageRefused:
        yield "package"
        return
    with ZipFile(io.BytesIO(content)) as package:
        document, schema = json.loads(package.read("data.json")), json.loads(package.read(SCHEMA))
    given = {name: {str(row.get("id")) for row in told["rows"]} for name, told in document["tables"].items()}
    named = [sheet for sheet in mine.shape.sheets if sheet not in sealed]
    for table, ids in _rows_that_name(bench, named, customer_id):
        if not set(ids or ()) <= given.get(table, set()):
            yield table
    for series in mine.series:
        del document["tables"].get(series.name, {"rows": []})["rows"][DAYS:]
    yield from faults(document, schema)


def _is_sealed(sheet: Sheet) -> bool:
    """A table with encrypted columns: a proof opens nobody's envelope."""
    return any(column.form in (Form.SEALED, Form.SEALED_DOCUMENT) for column in sheet.columns)


def _rows_that_name(bench: Bench, sheets: list[Sheet], customer_id: int) -> list[tuple[Any, ...]]:
    """The ids of the rows that bear the customer's, by table. 1 query."""
    selects = [
        f"select '{sheet.name}', array_agg(id::text) from {sheet.name} where {column} = %(customer)s"  # noqa: S608
        for sheet in sheets
        for column in {own_column(path) for path in sheet.table.persons if ends_at(path, sheet.table) == PERSONS}
        if column is not None and sheet.place("id") is not None
    ]
    return bench.rows(" union all ".join(selects), {"customer": customer_id})  # type: ignore[arg-type]


@invariant(
    "SF-20",
    "SV-21",
    da="Hver kolonne om personer er med i kopien, eller der står, hvorfor den ikke er.",
    en="Every column about persons is in the copy, or it says why it is not.",
)
def no_column_is_forgotten(bench: Bench) -> Finding:
    """Column by column, from the bindings alone."""
    found = shape(bench.policy, bench.bindings, bench.catalog)
    told = {
        (sheet.name, name) for sheet in found.sheets for name in (*(c.name for c in sheet.columns), *sheet.left_out)
    }
    about = [
        (bound.table.name, bound.column)
        for bound in bench.bindings.columns()
        if bound.table in bench.tables and isinstance(bound.binding, Personal) and bound.binding.person is None
    ]
    wrong = [gap.what for gap in found.gaps]
    wrong += [".".join(one) for one in about if one not in told and one[0] not in found.left_out]
    return Finding(ASKED, len(about), len(wrong), tuple(dict.fromkeys(wrong)))


TRIALS = (copies_are_whole, no_column_is_forgotten)
