"""The member of staff whom a row names."""

from __future__ import annotations

from typing import Any

from django.db import models


def colleague(*, null: bool = False) -> models.ForeignKey[Any, Any]:
    """A key to the colleagues, which shows no more than the name; the migration ties the column to the accounts."""
    return models.ForeignKey(
        "accounts.Colleague", on_delete=models.PROTECT, null=null, related_name="+", db_constraint=False
    )
