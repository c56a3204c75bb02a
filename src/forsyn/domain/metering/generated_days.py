"""A column of days that PostgreSQL works out from others."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL


class GeneratedDays(models.GeneratedField):
    """A stored daterange. Django's own generated field does not know the types of PostgreSQL's ranges."""

    def __init__(self, **given: Any) -> None:
        if isinstance(given.get("expression"), str):
            given["expression"] = RawSQL(given["expression"], [], output_field=DateRangeField())  # noqa: S611 - a constant
        super().__init__(**{"output_field": DateRangeField(), "db_persist": True} | given)

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return DateRangeField().db_type(connection)
