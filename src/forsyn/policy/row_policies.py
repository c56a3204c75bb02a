"""The row policies of the database, as SQL, derived from the paths of the bindings.

A purpose does not see rows about a person whose data are restricted (Art. 18), who objects to it (Art. 21), or who has
not given the consent that it rests on (Art. 7). Whose rows these are follows from the table's path:

- a table that names the customer: ``customer_id`` against the set of hidden, or of shown, customers;
- a table farther away: its ``id`` against the rows that the path leads to these customers from;
- a table of days without an ``id``: (meter, day) as one number against a multirange of such numbers, so that a
  person's meter rows outside his or her own agreement are not taken for theirs.

The sets come from functions of the schema ``enforcement``, which run as the tables' owner. A policy asks each function
once a statement (an init-plan or a hashed sub-plan), never once a row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forsyn.policy.bindings import Path, Personal, Table
from forsyn.policy.catalog import Catalog
from forsyn.policy.policy import Consent, Purpose
from forsyn.policy.privileges import visible_kinds
from forsyn.policy.row_sets import SCHEMA, Function, days, ids
from forsyn.policy.vocabulary import Objection, Scope

CUSTOMERS, ACCOUNTS = "customers_customer", "accounts_account"
ACTOR = "nullif(current_setting('forsyn.actor', true), '')::bigint"


@dataclass(frozen=True, slots=True)
class Conditions:
    """When a row is hidden, or shown: SQL over the row's own columns, and the functions that it asks."""

    sql: str
    functions: tuple[Function, ...] = ()


def condition(purpose: Purpose, table: Table, catalog: Catalog) -> str:
    """The row policy of one purpose on one table: SQL that is true for the rows that it may see and write."""
    parts = []
    kinds = visible_kinds(purpose, table)
    if kinds is not None and table.told_by is not None:
        listed = ", ".join(f"'{kind}'" for kind in kinds)
        parts.append(f"{table.told_by.column} in ({listed})" if kinds else "false")
    if hides(purpose):
        parts += [f"({found.sql}) is not true" for found in membership("hidden", table, catalog)]
    if shows_some(purpose):
        shown = [found.sql for found in membership("shown", table, catalog)]
        shown += _own_account(table) if purpose.scope is Scope.SELF else []
        parts.append(" or ".join(f"({sql})" for sql in shown) if shown else "false")
    return " and ".join(f"({part})" for part in parts) or "true"


def is_guarded(table: Table) -> bool:
    """Whether a table has rows of persons, which row policies must stand before."""
    return bool(table.persons) and any(isinstance(binding, Personal) for binding in table.columns.values())


def leads_to(table: Table, persons: str) -> bool:
    """Whether a path of the table ends at the table of these persons."""
    return any(_ends_at(path, table) == persons for path in table.persons)


def hides(purpose: Purpose) -> bool:
    """Whether there are persons that a purpose may have to leave out."""
    return not purpose.reads_restricted or purpose.objection is not Objection.NONE


def shows_some(purpose: Purpose) -> bool:
    """Whether a purpose sees only certain persons at all."""
    return purpose.consent is not None or purpose.scope is not Scope.EVERYONE


def membership(which: str, table: Table, catalog: Catalog) -> Iterator[Conditions]:
    """For each path to a customer: whether a row is one of the ``hidden`` (or ``shown``) customers' rows."""
    for number, path in enumerate(path for path in table.persons if _ends_at(path, table) == CUSTOMERS):
        column = _direct(path)
        if column is not None:
            yield Conditions(f"{column} in (select c from {SCHEMA}.{which}_customers() as c)")
            continue
        name = f"{which}_in_{table.name}{number or ''}"
        if "id" in catalog.tables[table.name].columns:
            function = ids(which, name, table, path, catalog)
            yield Conditions(f"id in (select k from {SCHEMA}.{name}() as k)", (function,))
        else:
            number_of_row, function = days(which, name, table, path, catalog)
            days_of = f"{SCHEMA}.{name}()"
            sql = f"not (select isempty({days_of})) and {number_of_row} <@ (select {days_of})"
            yield Conditions(sql, (function,))


def functions(tables: tuple[Table, ...], catalog: Catalog) -> dict[str, Function]:
    """All functions that the row policies of these tables ask, by name."""
    return {
        function.name: function
        for table in tables
        for which in ("hidden", "shown")
        for found in membership(which, table, catalog)
        for function in found.functions
    }


def _ends_at(path: Path, table: Table) -> str:
    return path.hops[-1].table if path.hops else table.name


def _direct(path: Path) -> str | None:
    """The row's own column with the person's id, where it has one."""
    if not path.hops:
        return "id"
    hop = path.hops[0]
    single = len(path.hops) == 1 and len(hop.local) == 1 and hop.columns == ("id",) and hop.during is None
    return hop.local[0] if single else None


def _own_account(table: Table) -> list[str]:
    """Rows of the account that is signed in."""
    found = []
    for path in table.persons:
        column = _direct(path) if _ends_at(path, table) == ACCOUNTS else None
        if column is not None:
            found.append(f"{column} = (select {ACTOR})")
    return found


def sets_of_customers(roles: dict[str, Purpose], consents: Mapping[str, Consent]) -> dict[str, Function]:
    """The two functions that everything rests on; ``roles`` are the database's names of the purposes."""
    return {name: Function(f"{name}_customers", "setof bigint", body)
            for name, body in (("hidden", _hidden_body(roles)), ("shown", _shown_body(roles, consents)))}  # fmt: skip


def _hidden_body(roles: dict[str, Purpose]) -> str:
    rows = [
        (role, str(not purpose.reads_restricted).lower(), _literal(_objectable(purpose)))
        for role, purpose in roles.items()
        if hides(purpose)
    ]
    return (
        f"declare\n  hides_restricted boolean;\n  objectable text;\nbegin\n"
        f"  select entry.a, entry.b into hides_restricted, objectable from {_values(rows)}"
        f" where entry.role = current_setting('role');\n"
        "  if hides_restricted then\n"
        "    return query select r.customer_id from public.safeguards_restriction as r where r.ended_at is null;\n"
        "  end if;\n"
        "  if objectable is not null then\n"
        "    return query select o.customer_id from public.safeguards_objection as o\n"
        "      where o.purpose = objectable and o.ended_at is null and (o.decided_at is null or o.upheld);\n"
        "  end if;\nend"
    )


def _shown_body(roles: dict[str, Purpose], consents: Mapping[str, Consent]) -> str:
    rows = [
        (role, f"'{purpose.scope}'", _literal(purpose.consent))
        for role, purpose in roles.items()
        if shows_some(purpose)
    ]
    return (
        f"declare\n  scope text;\n  asked text;\nbegin\n"
        f"  select entry.a, entry.b into scope, asked from {_values(rows)}"
        f" where entry.role = current_setting('role');\n"
        "  if asked is not null then\n"
        "    return query select c.customer_id from public.safeguards_consent as c\n"
        "      where c.consent = asked and c.withdrawn_at is null\n"
        f"        and (c.consent, c.text) in ({_said_yes_to(consents)});\n"
        "  elsif scope = 'self' then\n"
        "    return query select p.customer_id from public.customers_portal_access as p\n"
        f"      where p.account_id = {ACTOR} and p.period @> (now() at time zone 'Europe/Copenhagen')::date;\n"
        "  elsif scope = 'handed_over' then\n"
        "    return query select h.customer_id from public.sensitive_hand_over as h where h.closed_at is null;\n"
        "  end if;\nend"
    )


def _said_yes_to(consents: Mapping[str, Consent]) -> str:
    """A yes counts for the words that it was said to: a new text asks anew, and nobody is assumed to have agreed."""
    pairs = [(key, text) for key, consent in consents.items() for text in consent.texts]
    listed = ",\n          ".join(f"({_literal(key)}, {_literal(text)})" for key, text in pairs)
    return listed or "select '', '' where false"


def _objectable(purpose: Purpose) -> str | None:
    return None if purpose.objection is Objection.NONE else purpose.key


def _literal(text: str | None) -> str:
    return "null::text" if text is None else "'" + text.replace("'", "''") + "'"


def _values(rows: list[tuple[str, str, str]]) -> str:
    listed = ",\n    ".join(f"('{role}', {a}, {b})" for role, a, b in rows)
    return (
        f"(values\n    {listed}\n  ) as entry (role, a, b)"
        if rows
        else "(select '', null, null where false) as entry (role, a, b)"
    )
