"""The JSON Schema (2020-12) of the data in a package: derived from the sheets, so that it says what is really there."""

from typing import Any

from forsyn.policy.dossier import Column, Form, Shape, Sheet

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
DAY: Schema = {"type": ["string", "null"], "format": "date"}
PERIOD: Schema = {
    "description": "Half-open: from the first day to the day before the last.",
    "type": ["object", "null"],
    "properties": {"from": DAY, "until": DAY},
    "required": ["from", "until"],
    "additionalProperties": False,
}
DOCUMENT: Schema = {
    "type": ["object", "null"],
    "properties": {"file": TEXT, "bytes": {"type": "integer"}},
    "required": ["file", "bytes"],
    "additionalProperties": False,
}
READING: Schema = {
    "description": "What was consumed between two instants, in whole units of the day's unit; null: not measured.",
    "type": "object",
    "properties": {
        "start": {"type": "string", "format": "date-time"},
        "end": {"type": "string", "format": "date-time"},
        "value": {"type": ["integer", "null"]},
        "quality": {"type": "array", "items": {"enum": ["first_reading", "after_gap", "released"]}},
    },
    "required": ["start", "end", "value"],
    "additionalProperties": False,
}
INTEGERS = ("smallint", "integer", "bigint")
HEAD = {
    "$schema": TEXT,
    "format": {"const": "forsyn-access"},
    "version": {"const": 1},
    "made_at": {"type": "string", "format": "date-time"},
    "language": {"enum": ["da", "en"]},
    "controller": {"type": "object", "properties": {"name": TEXT, "cvr": TEXT}, "required": ["name", "cvr"]},
    "policy_version": TEXT,
    "customer_numbers": {"type": "array", "items": TEXT},
    "categories": {"type": "array", "items": {"type": "object", "required": ["key", "name", "purposes", "kept"]}},
    "recipients": {"type": "array", "items": {"type": "object", "required": ["recipient", "categories", "first_at"]}},
    "rights": {"type": "object"},
    "complaint": TEXT,
    "automated_decisions": TEXT,
    "third_countries": TEXT,
    "holds": {"type": "array", "items": {"type": "object", "required": ["ground", "until"]}},
    "withheld": {"type": "array", "items": {"type": "object", "required": ["item", "reason"]}},
    "left_out": {"type": "array", "items": {"type": "object", "required": ["item", "why"]}},
}


def access_schema(found: Shape) -> Schema:
    """The schema of ``data.json``. A table of which nothing is held, or all was withheld, is not there."""
    tables = {sheet.name: _table(sheet) for sheet in found.sheets}
    return {
        "$schema": DIALECT,
        "$id": "data.schema.json",
        "type": "object",
        "properties": HEAD | {"tables": {"type": "object", "properties": tables, "additionalProperties": False}},
        "required": [*HEAD, "tables"],
        "additionalProperties": False,
    }


def _table(sheet: Sheet) -> Schema:
    return {
        "title": sheet.title.en,
        "type": "object",
        "properties": {
            "title": TEXT,
            "categories": {"type": "array", "items": TEXT},
            "rows": {"type": "array", "items": _day(sheet) if sheet.is_series else _row(sheet)},
        },
        "required": ["title", "categories", "rows"],
        "additionalProperties": False,
    }


def _row(sheet: Sheet) -> Schema:
    return _object({column.name: _value(column) for column in sheet.columns} | {"kept_until": DAY})


def _day(sheet: Sheet) -> Schema:
    packed = ("values", "quality")
    columns = {column.name: _value(column) for column in sheet.columns if column.name not in packed}
    readings = {"type": "array", "items": READING}
    return _object(columns | {"meter_number": TEXT, "code": TEXT, "unit": TEXT, "readings": readings})


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _value(column: Column) -> Schema:
    return {"title": column.title.en} | _of_type(column)


def _of_type(column: Column) -> Schema:
    """What a column's values look like; any may be null, since any column may be withheld."""
    if column.form in (Form.DOCUMENT, Form.SEALED_DOCUMENT):
        return DOCUMENT
    if column.type == "daterange":
        return PERIOD
    if column.type.endswith("[]"):
        return {"type": ["array", "null"]}
    if column.type in ("json", "jsonb"):
        return {}
    if column.type in INTEGERS:
        return {"type": ["integer", "null"]}
    if column.type in ("double precision", "real") or column.type.startswith("numeric"):
        return {"type": ["number", "null"]}
    if column.type == "boolean":
        return {"type": ["boolean", "null"]}
    if column.type == "date":
        return DAY
    if column.type.startswith("timestamp"):
        return {"type": ["string", "null"], "format": "date-time"}
    return {"type": ["string", "null"]}
