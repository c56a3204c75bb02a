"""The shape in which many customers come at once: one `Registration` for each customer and installation. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forsyn.domain.customers.rules import address_keys, name_keys

COLUMNS: Mapping[str, str] = {
    "line": "int", "part": "smallint",
    "customer_number": "text", "kind": "text", "name": "text", "name_sort": "text", "name_search": "text",
    "birth_date": "date", "cvr": "text", "language": "text",
    "email": "text", "mobile": "text", "landline": "text", "work_phone": "text",
    "street": "text", "house_number": "text", "floor": "text", "door": "text", "postal_code": "text",
    "city": "text", "municipality_code": "text", "dar_address_id": "uuid", "dar_access_address_id": "uuid",
    "address_sort": "text", "address_search": "text",
    "supply_point_number": "text", "housing_kind": "text", "property_number": "text", "bfe_number": "bigint",
    "installation_number": "text", "commodity": "text", "installed_from": "date", "installed_until": "date",
    "agreement_number": "text", "relation": "text", "agreement_from": "date", "agreement_until": "date",
    "agreement_key": "text", "is_primary": "boolean",
    "meter_number": "text", "mounted_from": "date", "mounted_until": "date",
}  # fmt: skip
"""Columns of the staging table and their types. NULL: the row says nothing about it."""

_TEXT_WHERE_PLACED = ("floor", "door")

Registration = tuple[Any, ...]
"""Values in the order of COLUMNS."""


def registration(*, line: int, part: int, values: Mapping[str, Any]) -> Registration:
    """One staged row from clean values, keyed as COLUMNS; absent keys say nothing.

    ``line`` and ``part`` say where it came from. Sort and search keys are computed here.
    """
    row: dict[str, Any] = {**values, "line": line, "part": part}
    if name := values.get("name"):
        row["name_sort"], row["name_search"] = name_keys(name)
    if street := values.get("street"):
        for key in _TEXT_WHERE_PLACED:
            row.setdefault(key, "")
        row["address_sort"], row["address_search"] = address_keys(
            street=street,
            house_number=values["house_number"],
            floor=row["floor"],
            door=row["door"],
            postal_code=values["postal_code"],
            city=values["city"],
        )
    if values.get("installation_number") and values.get("agreement_from"):
        row.setdefault("installed_from", values["agreement_from"])
        row["agreement_key"] = _agreement_key(values)
    return tuple(row.get(column) for column in COLUMNS)


def placeholder(*, line: int, part: int, values: Mapping[str, Any]) -> Registration | None:
    """A staged row that only says which agreement a row with a problem is about, if it can be known."""
    number = values.get("agreement_number")
    place = [values.get(name) for name in ("supply_point_number", "commodity", "agreement_from")]
    if not number and not all(place):
        return None
    row = {"line": line, "part": part, "agreement_key": number or _agreement_key(values)}
    return tuple(row.get(column) for column in COLUMNS)


def _agreement_key(values: Mapping[str, Any]) -> str:
    place = (values["supply_point_number"], values["commodity"], str(values["agreement_from"]))
    return values.get("agreement_number") or "/".join(place)
