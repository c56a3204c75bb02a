"""The policy, the bindings of all areas, and the live database, brought together."""

from __future__ import annotations

from forsyn.domain.accounts import privacy as accounts
from forsyn.domain.customers import privacy as customers
from forsyn.policy.bindings import Bindings, collect


def all_bindings() -> Bindings:
    """Every area's declarations of its columns."""
    return collect(accounts.BINDINGS, customers.BINDINGS)


def column_comments() -> dict[tuple[str, str], str]:
    """What each column's comment must say: (table, column) to text."""
    return {}


def check_declarations() -> list[str]:
    return []
