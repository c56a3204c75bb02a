"""The published JSON Schema of what persons take along (Art. 20): derived from the declarations, without a database."""

from __future__ import annotations

import json
from functools import cache

from django.apps import apps
from django.db import connection

from forsyn.policy.catalog import Catalog, CatalogColumn, CatalogTable
from forsyn.policy.dossier import shape
from forsyn.policy.policy import Policy
from forsyn.policy.portable import Part, parts, schema
from forsyn.workflows.declarations import all_bindings, current_policy

PATH = "/data/portabilitet.schema.json"
"""Where the controller publishes it, below its website."""


def address_of(policy: Policy) -> str:
    """The schema's own address, its ``$id``."""
    return f"{(policy.controller.contact.website or '').rstrip('/')}{PATH}"


def declared_catalog() -> Catalog:
    """The tables as the models declare them; nothing is asked of a database."""
    tables = {}
    for model in apps.get_models(include_auto_created=True):
        fields = model._meta.concrete_fields
        columns = {
            field.column: CatalogColumn(type_)
            for field in fields
            if field.column and (type_ := field.db_type(connection)) is not None
        }
        tables[model._meta.db_table] = CatalogTable(columns)
    return Catalog(tables)


def declared_parts(policy: Policy) -> tuple[Part, ...]:
    """What is taken along under a policy, as the program declares it."""
    catalog = declared_catalog()
    return parts(policy, shape(policy, all_bindings(), catalog), catalog)


def schema_text(policy: Policy) -> str:
    """The schema as it is published."""
    made = schema(policy, declared_parts(policy), address=address_of(policy))
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


@cache
def published_schema() -> str:
    """That of the policy in force."""
    return schema_text(current_policy())
