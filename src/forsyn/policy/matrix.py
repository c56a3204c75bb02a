"""The matrix of purposes and tables as flat rows: what each purpose may do with each table, and with whose rows."""

from typing import Any

from forsyn.policy.bindings import Table
from forsyn.policy.policy import Purpose
from forsyn.policy.privileges import Matrix, visible_kinds
from forsyn.policy.row_policies import CUSTOMERS, hides, is_guarded, leads_to, shows_some
from forsyn.policy.vocabulary import Objection, Scope

Row = dict[str, Any]
_SCOPES = {
    Scope.SELF: "of the signed-in person alone",
    Scope.HANDED_OVER: "of customers with a claim that is being handed over",
}


def rows(matrix: Matrix, purpose: str | None = None) -> list[Row]:
    """One row for each purpose and table between which there is anything, in the order of policy and bindings."""
    found = []
    for key, name, may in matrix.cells():
        table = matrix.bindings.table(name)
        if table is None or purpose not in (None, key):
            continue
        found.append(
            {
                "purpose": key,
                "table": name,
                "reads": _columns(table, may.select),
                "inserts": _columns(table, may.insert),
                "updates": _columns(table, may.update),
                "deletes": may.delete,
                "rows": seen(matrix.policy.purposes[key], table),
            }
        )
    return found


def _columns(table: Table, columns: frozenset[str]) -> list[str]:
    return ["all"] if columns and columns == table.columns.keys() else [c for c in table.columns if c in columns]


def seen(purpose: Purpose, table: Table) -> str:
    """Whose rows of a table a purpose sees, in words."""
    if not is_guarded(table):
        return "all"
    parts = []
    kinds = visible_kinds(purpose, table)
    if kinds == ():
        return "none"
    if kinds is not None and table.told_by is not None:
        parts.append(f"those whose {table.told_by.column} is {' or '.join(kinds)}")
    about_customers = leads_to(table, CUSTOMERS)
    if shows_some(purpose):
        scope = _SCOPES.get(purpose.scope)
        consent = f"of customers who consent to {purpose.consent}" if purpose.consent else None
        parts.append(scope or consent or "")
    if hides(purpose) and about_customers:
        parts.append(" ".join(_hidden(purpose)))
    return ", ".join(parts) or "all"


def _hidden(purpose: Purpose) -> list[str]:
    whom = ["not of restricted persons"] if not purpose.reads_restricted else []
    if purpose.objection is not Objection.NONE:
        whom.append("nor of who objects" if whom else "not of who objects")
    return whom
